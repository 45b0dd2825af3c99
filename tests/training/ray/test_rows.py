"""On a cluster, here of this machine's cores, the same work gives the same rows and the same errors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from qc.bulk.pool import Pool
from qc.bulk.references import PhotoRef
from qc.bulk.shard import Grading, grade_shard
from qc.errors import BadBundle
from tests.bulk.conftest import bundle as bundle
from tests.bulk.conftest import folder as folder
from tests.bulk.conftest import grading as grading
from tests.bulk.conftest import photos as photos
from tests.bulk.test_pool import said
from tests.training.ray.conftest import WITH_RAY

pytestmark = WITH_RAY


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


def test_a_bundle_that_cannot_be_used_is_told_as_it_is_here(
    cores: None, photos: list[PhotoRef], grading: Grading, tmp_path: Path
) -> None:
    from training.ray.rows import ray_rows

    lost = replace(grading, bundle=tmp_path / "lost")
    with pytest.raises(BadBundle) as here:
        grade_shard(photos, lost)
    with pytest.raises(BadBundle) as there:
        list(ray_rows(photos, lost, shard=6))
    assert (type(there.value), there.value.detail) == (BadBundle, here.value.detail)
