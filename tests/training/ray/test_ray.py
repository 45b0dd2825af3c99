"""On a cluster, here of this machine's cores, the same work gives the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from qc.bulk.pool import Pool
from qc.bulk.references import PhotoRef
from qc.bulk.shard import Grading
from tests.bulk.conftest import bundle as bundle
from tests.bulk.conftest import folder as folder
from tests.bulk.conftest import grading as grading
from tests.bulk.conftest import photos as photos
from tests.bulk.test_pool import said
from training.ray.cluster import cluster

pytest.importorskip("ray", reason="RAY IS NOT INSTALLED, so nothing here was tested: pip install -e '.[ray]'")

pytestmark = [
    pytest.mark.real,
    # Of Ray's own: what it uses of itself that it is about to drop, and sockets that it leaves to the collector.
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ray[.].*", "ignore::FutureWarning:ray[.].*"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def cores() -> Iterator[None]:
    # Ray would rewrite 127.0.0.1 to the machine's outward address.
    with cluster(num_cpus=3, _node_ip_address="127.0.0.2", object_store_memory=100_000_000):
        yield


def test_ray_gives_the_rows_of_the_pool(cores: None, photos: list[PhotoRef], grading: Grading) -> None:
    from training.ray.rows import ray_rows

    many = [replace(photos[k % 12], name=f"{k:02}") for k in range(40)]
    with Pool(2) as pool:
        here = said(list(pool.rows(many, grading)))
    there = said(list(ray_rows(many, grading, shard=6)))
    assert [row["photo"] for row in here] == [photo.name for photo in many]
    assert {row.get("grade") for row in here} == {"A", "rework", None}
    assert there == here
    assert list(ray_rows([], grading)) == []
