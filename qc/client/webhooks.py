"""Whether a webhook came from the service: Standard Webhooks 1.0.0, symmetric signatures.

Deliveries come at least once: keep the `webhook-id` of what was done, and do nothing for one that is known.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from qc.errors import BadInput, NotAuthenticated

TOLERANCE_S = 300
"""How far the sender's clock may be from ours; older deliveries may be somebody's replay."""


def verify_webhook(
    secrets: str | Sequence[str], headers: Mapping[str, str], body: bytes, now: float | None = None
) -> dict[str, Any]:
    """The message of a webhook, once its signature is known to be good.

    Args:
        secrets: The endpoint's secret, `whsec_...`; while it is being rotated, the old and the new one.
        headers: Of the request, names in any case.
        body: The raw bytes; parsed and written again they would have another signature.
        now: Unix seconds; the clock's when not given.

    Raises:
        NotAuthenticated: No signature is good, the time is not about now, or a header is missing.
        BadInput: A secret is none.
    """
    found = {name.lower(): value for name, value in headers.items()}
    try:
        message_id, sent, given = (found[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
        seconds = int(sent)
    except (KeyError, ValueError) as error:
        raise NotAuthenticated("the request has no webhook-id, webhook-timestamp and webhook-signature") from error
    if abs((time.time() if now is None else now) - seconds) > TOLERANCE_S:
        raise NotAuthenticated(f"the webhook was signed at {sent}, more than {TOLERANCE_S} s from now: refuse it")
    signed = f"{message_id}.{sent}.".encode() + body
    wanted = [_signature(secret, signed) for secret in ([secrets] if isinstance(secrets, str) else secrets)]
    offered = [entry.partition(",")[2] for entry in given.split() if entry.startswith("v1,")]
    # Every pair is compared, in constant time, so that how long it takes says nothing.
    matches = [hmac.compare_digest(good.encode(), offer.encode()) for good in wanted for offer in offered]
    if not any(matches):
        raise NotAuthenticated("no signature of this webhook was made with the endpoint's secret")
    message: dict[str, Any] = json.loads(body)
    return message


def _signature(secret: str, signed: bytes) -> str:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadInput(
            "a webhook's secret is `whsec_` and base64, as it was shown when the endpoint was made"
        ) from error
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
