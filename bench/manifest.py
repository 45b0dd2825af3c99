"""A batch's manifest out of the ledger, in every form: seconds, processor time, memory at most, as the batch grows.

Target: 12,422 pieces in under 5 s of one core, and memory that does not grow with the batch. Each form is written in a
process of its own, so that its peak is its own. `python -m bench.manifest 1000000` takes the sizes to measure.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert

SIZES = (1_000, 12_422, 50_000)
SEPTEMBER, TARGET_S = 12_422, 5.0
PER_CARTON = 40
FORMS = ("json", "csv", "xlsx", "pdf", "epcis")
_AT_A_TIME = 5_000


def main() -> None:
    """Measure each size and form."""
    sizes = [int(text) for text in sys.argv[1:] if text.isdigit()] or SIZES
    print(f"  {'pieces':>9}  {'form':6} {'s':>7}  {'processor s':>11}  {'MB at most':>10}  {'file MB':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            home = Path(folder) / str(size)
            home.mkdir()
            fill(home, size)
            for form in FORMS:
                seconds, worked, megabytes, written = measured(home, form)
                target = "" if size != SEPTEMBER else "  met" if worked < TARGET_S else f"  MISSED {TARGET_S:g} s"
                print(
                    f"  {size:9,}  {form:6} {seconds:7.2f}  {worked:11.2f}  {megabytes:10.0f}  {written:8.2f}{target}",
                    flush=True,
                )


def measured(home: Path, form: str) -> tuple[float, float, float, float]:
    """Seconds, those of the processor, MB of the process at most, and MB of the file, of writing one form."""
    out = home / f"manifest.{form}"
    code = (
        "import sys, time, resource; from bench.manifest import write; began = time.perf_counter(); "
        "write(*sys.argv[1:]); used = resource.getrusage(resource.RUSAGE_SELF); "
        "print(time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(home), form, str(out)], check=True, capture_output=True, text=True
    )
    seconds, worked, kilobytes = done.stdout.split()
    return float(seconds), float(worked), int(kilobytes) * 1024 / 1e6, out.stat().st_size / 1e6


def write(home: str, form: str, out: str) -> None:
    """Write the manifest of the one batch in a ledger; called in a process of its own."""
    from qc.ledger.batches import find_batch
    from qc.ledger.database import Database
    from qc.ledger.manifests import manifest_of
    from qc.ledger.tables import Organisation
    from qc.manifest.forms import FORMS as WRITERS
    from qc.manifest.forms import FormName

    database = Database(f"sqlite:///{home}/ledger.db")
    with database.snapshot() as session, Path(out).open("wb") as file:
        owner = session.query(Organisation).one()
        batch = find_batch(session, owner.id, "B-1")
        if batch is None:
            raise RuntimeError("the ledger has no batch B-1")
        WRITERS[FormName(form)].write(manifest_of(session, batch), file)
    database.close()


def fill(home: Path, size: int) -> None:
    """A ledger with one batch of so many inspected pieces in cartons, put in row by row past the chain."""
    from qc.ledger.accounts import Caller, Scope, add_collection_point, create_organisation
    from qc.ledger.batches import NewBatchLine, open_batch
    from qc.ledger.database import Database
    from qc.ledger.events import now
    from qc.ledger.migrations import migrate
    from qc.ledger.standards_used import remember_standard
    from qc.ledger.tables import BatchPiece, Carton, CartonPiece, Inspection, Piece

    database = Database(f"sqlite:///{home}/ledger.db")
    migrate(database)
    with database.write() as session:
        owner = create_organisation(session, "bench", "Bench")
        point = add_collection_point(session, owner.id, "BTL-1", "Bench")
        caller = Caller(owner.id, "bench", frozenset(Scope))
        batch = open_batch(session, caller, "B-1", [NewBatchLine("WB-WH-01", size)])
        standard = remember_standard(session, caller, "waste-basket", 1, "f" * 64, "{}")
        line, at = batch.lines[0], now()
        line.filled = size
        for begin in range(1, size + 1, _AT_A_TIME):
            numbers = range(begin, min(begin + _AT_A_TIME, size + 1))
            rows: dict[type[Any], list[dict[str, Any]]] = {
                Piece: [
                    {"id": UUID(int=n << 64), "organisation_id": owner.id, "collection_point_id": point.id,
                     "tag": f"GK{n:08}", "sku": line.sku, "state": "in_batch", "attempt": 1, "grade": "A",
                     "registered_at": at, "accepted_at": at} for n in numbers
                ],
                BatchPiece: [
                    {"piece_id": UUID(int=n << 64), "batch_id": batch.id, "batch_line_id": line.id, "position": n,
                     "added_at": at} for n in numbers
                ],
                Inspection: [
                    {"id": UUID(int=(n << 64) + 1), "organisation_id": owner.id, "piece_id": UUID(int=n << 64),
                     "number": 1, "attempt": 1, "standard_version_id": standard.id, "model": "anyaman-0.1.0",
                     "status": "graded", "grade": "A", "verdict": {}, "checks": {}, "evidence": {},
                     "fingerprint": f"{n:064x}", "actor": "bench", "inspected_at": at} for n in numbers
                ],
                Carton: [
                    {"id": UUID(int=k << 32), "organisation_id": owner.id, "batch_id": batch.id, "position": k,
                     "number": f"{k:05}", "state": "closed", "pieces": min(PER_CARTON, size - (k - 1) * PER_CARTON),
                     "gross_kg": Decimal(21), "net_kg": Decimal(18), "version": 1, "opened_at": at}
                    for k in range(1 + (begin - 1) // PER_CARTON, 1 + (numbers[-1] - 1) // PER_CARTON + 1)
                ],
                CartonPiece: [
                    {"piece_id": UUID(int=n << 64), "carton_id": UUID(int=(1 + (n - 1) // PER_CARTON) << 32),
                     "position": 1 + (n - 1) % PER_CARTON, "packed_at": at} for n in numbers
                ],
            }  # fmt: skip
            for table, values in rows.items():
                session.execute(insert(table), values)
            session.expunge_all()
            line = session.merge(line)
            standard, batch = session.merge(standard), session.merge(batch)
    database.close()


if __name__ == "__main__":
    main()
