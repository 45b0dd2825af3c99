"""A cluster of this machine's cores."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from training.ray.cluster import cluster

WITH_RAY = [
    pytest.mark.real,
    # Of Ray's own: what it uses of itself that it is about to drop, and sockets that it leaves to the collector.
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ray[.].*", "ignore::FutureWarning:ray[.].*"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="session")
def cores() -> Iterator[None]:
    pytest.importorskip("ray", reason="RAY IS NOT INSTALLED, so nothing here was tested: pip install -e '.[ray]'")
    # Ray would rewrite 127.0.0.1 to the machine's outward address.
    with cluster(num_cpus=3, _node_ip_address="127.0.0.2", object_store_memory=100_000_000):
        yield
