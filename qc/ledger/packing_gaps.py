"""What the packing of a batch lacks: pieces in cartons, numbers, weights, sides; containers with their seals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from qc.ledger.missing import Missing
from qc.ledger.states import CartonState
from qc.ledger.tables import Batch, Carton, Container

CARTON_FIELDS = {
    "gross_kg": "gross weight",
    "net_kg": "net weight",
    "cbm": "length, width and height",
    "desiccant_g": "grams of desiccant",
    "moisture_pct": "moisture at packing",
}
CONTAINER_FIELDS = {
    "seal_no": "seal number",
    "stuffing_location": "stuffing location (Importer Security Filing)",
    "stuffing_time": "time of stuffing",
    "consolidator": "consolidator (Importer Security Filing)",
    "tare_kg": "tare weight",
    "vgm_kg": "verified gross mass (SOLAS VI/2)",
}


def carton_gaps(session: Session, batch: Batch) -> Iterator[Missing]:
    """Pieces in no carton, and what cartons lack."""
    cartons = session.scalars(select(Carton).where(Carton.batch_id == batch.id).order_by(Carton.position)).all()
    loose = sum(line.filled for line in batch.lines) - sum(carton.pieces for carton in cartons)
    if loose:
        yield Missing("batch.unpacked", f"{loose} pieces are in no carton")
    yield from _of(cartons, "open", "are still open", [x for x in cartons if x.state is not CartonState.CLOSED])
    yield from _of(cartons, "empty", "hold nothing", [x for x in cartons if x.pieces == 0])
    yield from _of(
        cartons, "sscc", "have no SSCC: it needs a GS1 company prefix in QC_GS1_PREFIX",
        [x for x in cartons if x.sscc is None],
    )  # fmt: skip
    for field, words in CARTON_FIELDS.items():
        yield from _of(cartons, field, f"lack {words}", [x for x in cartons if getattr(x, field) is None])
    yield from _of(cartons, "container", "are in no container", [x for x in cartons if x.container_id is None])


def container_gaps(session: Session, batch: Batch) -> Iterator[Missing]:
    """What the containers lack that the batch's cartons are in."""
    containers = session.scalars(
        select(Container)
        .where(Container.id.in_(select(Carton.container_id).where(Carton.batch_id == batch.id)))
        .order_by(Container.number)
    ).all()
    for field, words in CONTAINER_FIELDS.items():
        numbers = tuple(x.number for x in containers if getattr(x, field) is None)
        if numbers:
            yield Missing(f"container.{field}", f"containers {', '.join(numbers)} lack {words}", numbers)


def _of(cartons: Sequence[Carton], code: str, words: str, lacking: Sequence[Carton]) -> Iterator[Missing]:
    """One entry for all cartons that lack the same; the sentence names five of them, `subjects` all."""
    if lacking:
        numbers = tuple(carton.number for carton in lacking)
        named = ", ".join(numbers[:5]) + (f" and {len(numbers) - 5} more" if len(numbers) > 5 else "")
        yield Missing(f"carton.{code}", f"{len(numbers)} of {len(cartons)} cartons {words}: {named}", numbers)
