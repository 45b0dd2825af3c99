"""A connection to a Ray cluster, or a small one of this machine's cores."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from qc.errors import BadInput, QcError

LOCAL = "local"
"""The address that stands for this machine's cores."""


@contextmanager
def cluster(address: str = LOCAL, **more: Any) -> Iterator[None]:
    """Connected to a cluster for the time of a block.

    Args:
        address: `local`, or that of a running cluster, such as ray://head:10001 or auto. Its machines need this package
            with the extra `ray`, and the photos and bundles under the same paths.
        more: Further arguments of `ray.init`.

    Raises:
        BadInput: Ray is not installed, or there is no cluster at that address.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Ray reports home unless told not to
    # Ray announces a change of a setting that nobody here uses; at each start, on standard error.
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError as missing:
        raise BadInput("Ray is not installed; install the extra: pip install 'anyaman-qc[ray]'") from missing
    where: dict[str, Any] = {"include_dashboard": False} if address == LOCAL else {"address": address}
    try:
        ray.init(log_to_driver=False, logging_level=logging.WARNING, **(where | more))
    except ConnectionError as wrong:
        raise BadInput(f"no Ray cluster at {address!r}: {wrong}") from wrong
    try:
        yield
    finally:
        ray.shutdown()


@contextmanager
def own_errors() -> Iterator[None]:
    """Let an error of our own tree, raised by a worker, leave the block as itself, not wrapped in Ray's account."""
    try:
        yield
    except Exception as told:
        if (own := _own_in(told)) is None:
            raise
        raise own from told


def _own_in(told: BaseException) -> QcError | None:
    """The first error of ours in what Ray tells. It wraps the worker's error once or twice, by the way that it came."""
    from ray.exceptions import RayError

    if isinstance(told, QcError) and not isinstance(told, RayError):  # Ray also makes classes that are both
        return told
    failures = (*told.args, *getattr(told, "worker_failures", {}).values())
    found = (_own_in(failure) for failure in failures if isinstance(failure, BaseException))
    return next((own for own in found if own is not None), None)
