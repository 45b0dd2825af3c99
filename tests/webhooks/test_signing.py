from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from qc.ledger.webhooks import make_secret
from qc.webhooks.signing import signature, signed_headers

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_the_published_vector() -> None:
    made = signature(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_official_library_accepts_what_we_sign_with_either_secret_and_nothing_changed() -> None:
    new, old, stranger = make_secret(), make_secret(), make_secret()
    body = '{"type":"piece.accepted","data":{"sku":"keranjang é"}}'.encode()
    headers = signed_headers((new, old), "msg_1", int(datetime.now(UTC).timestamp()), body)
    for secret in (new, old):
        assert Webhook(secret).verify(body, headers)["type"] == "piece.accepted"
    for secret, changed in ((stranger, body), (new, body + b" ")):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(changed, headers)


def test_a_secret_has_256_bits_of_its_own() -> None:
    one, two = make_secret(), make_secret()
    assert one != two
    assert one.startswith("whsec_")
    assert len(base64.b64decode(one.removeprefix("whsec_"), validate=True)) == 32
