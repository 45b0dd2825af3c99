"""Bulk grading through Ray Data: the shard function of `qc.bulk`, mapped over a cluster's cores."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import ray.data

from qc.bulk.references import PhotoRef, Read, read_file
from qc.bulk.shard import Grading, Row, grade_shard
from training.ray.cluster import own_errors

SHARD = 64
"""Photos of a task: some seconds' work, against which what Ray takes to start it is nothing."""


def ray_rows(photos: Sequence[PhotoRef], grading: Grading, read: Read = read_file, shard: int = SHARD) -> Iterator[Row]:
    """A row for each photo, in their order; call it while connected to a cluster (`cluster.py`).

    Raises:
        BadBundle, BadStandard, Unavailable: As `grade_shard`.
        ray.exceptions.RayError: The cluster failed. What was given until then stands.
    """
    if not photos:
        return
    context = ray.data.DataContext.get_current()
    context.execution_options.preserve_order = True
    context.enable_progress_bars = False
    context.raise_original_map_exception = True  # else what a task raised stays behind on its machine
    shards = [pickle.dumps(list(photos[k : k + shard])) for k in range(0, len(photos), shard)]
    asked = ray.data.from_items([{"shard": each} for each in shards], override_num_blocks=len(shards))
    grade: Any = _grade  # Ray's own annotation knows no further arguments
    made = asked.map_batches(grade, batch_size=1, fn_kwargs={"grading": grading, "read": read})
    with own_errors():
        for batch in made.iter_rows():
            yield from pickle.loads(batch["rows"])  # noqa: S301 - our own bytes, from our own task


def _grade(batch: dict[str, Any], grading: Grading, read: Read) -> dict[str, Any]:
    shards = [pickle.loads(shard) for shard in batch["shard"]]  # noqa: S301 - ours too
    rows = [pickle.dumps(grade_shard(shard, grading, read)) for shard in shards]
    return {"rows": np.array(rows, dtype=object)}
