from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from qc.client import verify_webhook
from qc.errors import BadInput, NotAuthenticated

# From the Standard Webhooks specification's own libraries.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
SENT = 1614265330
HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": str(SENT),
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
OTHER = "whsec_" + "QUJD" * 8


def test_the_published_signature_is_good() -> None:
    assert verify_webhook(SECRET, HEADERS, BODY, now=SENT) == {"test": 2432232314}
    assert verify_webhook(SECRET, {name.title(): value for name, value in HEADERS.items()}, BODY, now=SENT + 299)


def test_one_of_two_secrets_and_one_of_two_signatures_is_enough() -> None:
    assert verify_webhook([OTHER, SECRET], HEADERS, BODY, now=SENT)
    both = HEADERS | {"webhook-signature": f"v1a,xxx v1,{'A' * 43}= {HEADERS['webhook-signature']}"}
    assert verify_webhook(SECRET, both, BODY, now=SENT)


def test_what_another_library_signs_is_good() -> None:
    at = datetime.now(UTC)
    signature = Webhook(SECRET).sign("msg_1", at, BODY.decode())
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}
    assert verify_webhook(SECRET, headers, BODY, now=time.time())


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "msg_other"},
        {"webhook-timestamp": str(SENT + 1)},
        {"webhook-timestamp": "soon"},
        {"webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OA="},
        {"webhook-signature": "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,ümlaut"},
    ],
)
def test_anything_else_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(NotAuthenticated):
        verify_webhook(SECRET, HEADERS | change, BODY, now=SENT)


def test_another_body_another_secret_and_another_day_are_refused() -> None:
    for secret, body, now in ((SECRET, BODY + b" ", SENT), (OTHER, BODY, SENT), (SECRET, BODY, SENT + 301)):
        with pytest.raises(NotAuthenticated):
            verify_webhook(secret, HEADERS, body, now=now)
    with pytest.raises(NotAuthenticated):
        verify_webhook(SECRET, {}, BODY)


def test_a_secret_that_is_none_is_named() -> None:
    with pytest.raises(BadInput, match="whsec_"):
        verify_webhook("whsec_?", HEADERS, BODY, now=SENT)
