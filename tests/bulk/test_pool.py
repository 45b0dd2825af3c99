"""A pool says what the function says, in order, ahead by a little, whatever one photo does to its process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qc.bulk.pool import AHEAD, Pool
from qc.bulk.references import PhotoRef
from qc.bulk.shard import Grading, Row, grade_shard
from qc.errors import BadBundle, Unavailable
from tests.bulk.readers import away, deadly

pytestmark = pytest.mark.real


def said(rows: list[Row]) -> list[dict[str, Any]]:
    """What rows say, but for the milliseconds that each took."""
    lines = [row.whole() for row in rows]
    for line in lines:
        line.get("evidence", {}).pop("ms", None)
    return lines


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool(2, shard=2) as opened:
        yield opened


def test_a_pool_gives_the_rows_of_the_function_in_their_order(
    pool: Pool, photos: list[PhotoRef], grading: Grading
) -> None:
    here = said(grade_shard(photos, grading))
    assert [line["photo"] for line in here] == [photo.name for photo in photos]
    assert {line.get("grade") for line in here} == {"A", "rework", None}
    assert [line["failure"]["code"] for line in here if "failure" in line] == ["bad_photo"]
    assert said(list(pool.rows(photos, grading))) == here


def test_a_few_are_worked_on_ahead_and_never_all_of_them(pool: Pool, photos: list[PhotoRef], grading: Grading) -> None:
    taken = 0

    def counted() -> Iterator[PhotoRef]:
        nonlocal taken
        for k in range(60):
            taken += 1
            yield photos[k % 12]

    most = 0
    for done, _ in enumerate(pool.rows(counted(), grading)):
        most = max(most, taken - done)
    assert most <= 2 * AHEAD * 2  # processes x shards ahead x photos a shard
    assert taken == 60


def test_a_model_that_cannot_be_used_ends_the_run(pool: Pool, photos: list[PhotoRef], grading: Grading) -> None:
    with pytest.raises(BadBundle, match=r"holds no bundle\.json"):
        list(pool.rows(photos, replace(grading, bundle=Path(photos[0].place).parent)))


def test_a_photo_that_takes_its_process_down_costs_its_own_row(photos: list[PhotoRef], grading: Grading) -> None:
    given = [*photos[:3], replace(photos[3], name="deadly"), *photos[6:9]]
    with Pool(1, deadly, shard=4) as pool:
        rows = list(pool.rows(given, grading))
    assert [row.photo for row in rows] == [photo.name for photo in given]
    assert [row.failure.code for row in rows if row.failure] == ["process_died"]
    assert rows[3].failure is not None
    assert said(rows[:3] + rows[4:]) == said(grade_shard([*given[:3], *given[4:]], grading))


def test_where_every_process_dies_the_run_ends(photos: list[PhotoRef], grading: Grading, monkeypatch: Any) -> None:
    monkeypatch.setattr("qc.bulk.pool.DEATHS", 2)
    with Pool(1, deadly) as pool, pytest.raises(Unavailable, match="died one after the other"):
        list(pool.rows([replace(photo, name="deadly") for photo in photos], grading))


def test_a_store_that_is_away_is_no_photos_fault(photos: list[PhotoRef], grading: Grading) -> None:
    with pytest.raises(Unavailable, match="did not answer"):
        grade_shard(photos, grading, away)


def test_processes_end_with_a_parent_that_was_killed(folder: Path, bundle: Any, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes((folder / "01.jpg").read_bytes())
    program = (
        "from pathlib import Path\n"
        "from qc.bulk.pool import Pool\nfrom qc.bulk.references import PhotoRef\nfrom qc.bulk.shard import Grading\n"
        "from qc.standards.library import Library\nfrom tests.bulk.readers import slow\n"
        "if __name__ == '__main__':\n"
        "    standard = Library.load().named('woven-general').model_dump_json()\n"
        f"    grading = Grading(Path({str(bundle.path)!r}), 'tiny', standard)\n"
        f"    list(Pool(1, slow).rows([PhotoRef.of(Path({str(photo)!r}))], grading))\n"
    )
    script = tmp_path / "parent.py"
    script.write_text(program)
    with subprocess.Popen([sys.executable, str(script)], env=os.environ | {"PYTHONPATH": str(Path.cwd())}) as parent:
        readers: list[Path] = []
        while not (readers := list(tmp_path.glob("*.reader"))):
            assert parent.poll() is None
            time.sleep(0.05)
        parent.send_signal(signal.SIGKILL)
    reader = int(readers[0].name.split(".")[-2])
    end = time.monotonic() + 30
    while Path(f"/proc/{reader}").exists() and _is_alive(reader):
        assert time.monotonic() < end, "the process outlives its parent"
        time.sleep(0.05)


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
