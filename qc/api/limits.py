"""How often a caller may ask: a bucket of tokens per key, per address, and a small one for sign-ins.

The buckets are in this process. With several replicas each has its own, so a caller that is spread over N of them may
ask N times as often: these are limits against programs that run away and against guessing, not a bill.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from uuid import UUID

from fastapi import Request

from qc.errors import TooOften
from qc.settings import Settings

MOST_BUCKETS = 50_000
"""Callers that are remembered at a time; of more, the one that has been quiet for longest starts afresh."""
STANDING = "qc.rate_limit"
"""Where the ASGI scope keeps the request's standing, for the headers of its answer."""
BURST_S = 10
"""A full bucket holds what the long run allows in so many seconds."""


@dataclass(frozen=True)
class Standing:
    """Where a caller stands after a request."""

    policy: str
    burst: int
    window_s: int
    allowed: bool
    remaining: int
    wait_s: float  # until there is a token again; 0: there is one

    def headers(self) -> dict[str, str]:
        """RateLimit fields, as draft-ietf-httpapi-ratelimit-headers-10 has them."""
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.burst};w={self.window_s}',
            "RateLimit": f'"{self.policy}";r={self.remaining};t={math.ceil(self.wait_s)}',
        }


class Buckets:
    """Buckets of one policy. A bucket fills at a steady rate, and each request takes a token.

    Args:
        policy: Its name in the headers.
        per_second: Tokens that come back a second.
        burst: Tokens of a full bucket.
        clock: Seconds, never going back.
    """

    def __init__(self, policy: str, per_second: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._policy, self._per_second, self._burst, self._clock = policy, per_second, burst, clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[object, tuple[float, float]] = OrderedDict()  # tokens, and when that was

    def take(self, caller: object) -> Standing:
        """Take a token of a caller, if there is one."""
        with self._lock:
            at = self._clock()
            tokens, since = self._buckets.pop(caller, (float(self._burst), at))
            tokens = min(float(self._burst), tokens + (at - since) * self._per_second)
            allowed = tokens >= 1
            tokens -= allowed
            self._buckets[caller] = tokens, at
            if len(self._buckets) > MOST_BUCKETS:
                self._buckets.popitem(last=False)
        wait = max(0.0, (1 - tokens) / self._per_second)
        window = math.ceil(self._burst / self._per_second)
        return Standing(self._policy, self._burst, window, allowed, int(tokens), wait)


class Limits:
    """The limits of this process."""

    def __init__(self, settings: Settings) -> None:
        def burst(per_second: float) -> int:
            return max(1, round(per_second * BURST_S))

        self._keys = Buckets("key", settings.requests_per_second, burst(settings.requests_per_second))
        self._addresses = Buckets(
            "address", settings.address_requests_per_second, burst(settings.address_requests_per_second)
        )
        self._sign_ins = Buckets(
            "sign-in", settings.sign_ins_per_minute / 60, max(1, round(settings.sign_ins_per_minute))
        )

    def address(self, request: Request) -> None:
        """Count a request from an address, whoever sends it.

        Raises:
            TooOften: There were too many.
        """
        _spend(request, self._addresses.take(neighbourhood(address_of(request))))

    def key(self, request: Request, key_id: UUID) -> None:
        """Count a request with a key or a browser's session.

        Raises:
            TooOften: There were too many.
        """
        _spend(request, self._keys.take(key_id))

    def sign_in(self, request: Request) -> None:
        """Count an attempt to sign in.

        Raises:
            TooOften: There were too many.
        """
        _spend(request, self._sign_ins.take(neighbourhood(address_of(request))))


def _spend(request: Request, standing: Standing) -> None:
    request.scope[STANDING] = standing
    if not standing.allowed:
        seconds = max(1, math.ceil(standing.wait_s))
        raise TooOften(
            f"got more than {standing.burst} requests within {standing.window_s} s; the next is welcome in {seconds} s",
            retry_after_s=seconds,
            policy=standing.policy,
        )


def neighbourhood(address: str) -> str:
    """Whom an address stands for: of IPv6, a customer has at least a /64 to choose addresses from."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address) and known.ipv4_mapped is None:
        return str(ip_network((int(known) >> 64 << 64, 64)))
    return str(known.ipv4_mapped or known) if isinstance(known, IPv6Address) else str(known)


def address_of(request: Request) -> str:
    """Where a request comes from; behind a proxy that is trusted, whom the proxy names."""
    return request.client.host if request.client is not None else ""


async def sign_in_allowed(request: Request) -> None:
    """A dependency of the routes at which passwords, codes and PINs could be guessed.

    Raises:
        TooOften: There were too many attempts from this address.
    """
    limits: Limits = request.app.state.limits
    limits.sign_in(request)
