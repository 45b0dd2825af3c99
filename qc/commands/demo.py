"""`qc demo`: an organisation with an order and a batch, three pieces graded, and a key to go on with.

Everything has a fixed name or id, so a second run changes nothing and shows the same.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import typer
from sqlalchemy.orm import Session

from qc.commands.opened import DEMO, caller_for
from qc.errors import BadInput, NotAuthenticated
from qc.inspection import PhotoSent, Station
from qc.ledger import accounts
from qc.ledger.accounts import Caller, Scope
from qc.ledger.batch_contents import batch_of_piece
from qc.ledger.batches import NewBatchLine, find_batch, open_batch
from qc.ledger.inspections import inspection_of_id
from qc.ledger.keys import authenticate, create_key
from qc.ledger.orders import NewOrderLine, create_order, find_order
from qc.ledger.tables import Inspection
from qc.model.overlay_words import headline, line
from qc.settings import Settings
from qc.standards.verdict import Verdict

FOLDER = Path(__file__).resolve().parent.parent / "demo"
STANDARD = "demo-basket"
SKU = "DEMO-WB-01"
PO_NUMBER = "PO-2025-09"
BATCH = "2025-09-A"

HYACINTH = {
    "hs6": "460219",
    "origin": "ID",
    "materials": [
        {"species": "Pontederia crassipes", "name_id": "eceng gondok", "harvest_country": "ID", "wild": True},
        {"species": "Fimbristylis umbellata", "name_id": "mendong", "harvest_country": "ID", "wild": False},
    ],
}
"""Customs data is the exporter's to confirm; the tariff number is left to their broker."""


@dataclass(frozen=True)
class DemoPiece:
    """A rendered piece that ships with the product, and the hand checks that are entered for it."""

    name: str
    piece_id: UUID
    checks: dict[str, float | str]


CHECKED: dict[str, float | str] = {"moisture_pct": 11.5, "odour": "pass", "sharp_points": "pass"}
PIECES = (
    DemoPiece("a", UUID("0198f3a0-0000-7000-8000-00000000000a"), CHECKED),
    DemoPiece("rework", UUID("0198f3a0-0000-7000-8000-00000000000b"), CHECKED),
    DemoPiece("retake", UUID("0198f3a0-0000-7000-8000-00000000000c"), {}),
)


def demo() -> None:
    """Seed a demo organisation and grade three rendered pieces; the good one enters the batch. Safe to repeat."""
    settings = Settings()
    own = settings.own_standards or settings.home / "standards"
    own.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(FOLDER / f"{STANDARD}.yaml", own / f"{STANDARD}.yaml")
    station = Station.open(settings)
    try:
        with station.database.write() as session:
            caller = _seed(session)
            key = _key_file(session, caller, settings.home / "api-key")
        typer.echo(f"Organisation {DEMO}, order {PO_NUMBER}, batch {BATCH}. Judged by {station.model}.")
        typer.echo(
            "Hand checks (moisture, smell, sharp points) are entered by the demo: nobody touched these pieces.\n"
        )
        for piece in PIECES:
            typer.echo(_grade(station, caller, piece, settings.home / "demo"))
        typer.echo(f"API key: {key}")
    finally:
        station.close()


def _seed(session: Session) -> Caller:
    """Organisation, collection point, order and batch, each entered if it is not there."""
    organisation = accounts.find_organisation(session, DEMO)
    if organisation is None:
        organisation = accounts.create_organisation(session, DEMO, "Anyaman Demo")
        accounts.add_collection_point(session, organisation.id, "BTL-1", "Balai desa Triwidadi")
    caller = caller_for(organisation.id)
    order = find_order(session, organisation.id, PO_NUMBER)
    if order is None:
        basket = NewOrderLine(
            "WB-WH-01", 12_422, Decimal("88550"), "Waste basket, water hyacinth and mendong", HYACINTH
        )
        tried = NewOrderLine(SKU, 100, Decimal("88550"), "Waste basket judged by one photo (demo)", HYACINTH)
        order = create_order(session, caller, PO_NUMBER, "Demo Buyer Inc.", "IDR", [basket, tried])
    if find_batch(session, organisation.id, BATCH) is None:
        lines = [NewBatchLine("WB-WH-01", 3_105), NewBatchLine(SKU, 100)]  # a 40-foot container's worth
        open_batch(session, caller, BATCH, lines, order)
    return caller


def _key_file(session: Session, caller: Caller, path: Path) -> Path:
    """A file with a key that works, readable by its owner alone. A key that works is kept."""
    if path.exists():
        try:
            authenticate(session, path.read_text().strip())
        except NotAuthenticated:
            path.unlink()  # of another ledger
        else:
            return path
    _, text = create_key(session, caller.organisation_id, "demo", Scope)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text + "\n")
    return path


def _grade(station: Station, caller: Caller, piece: DemoPiece, folder: Path) -> str:
    """Inspect one piece, copy its marked photo to where a person finds it, and say what came out."""
    photo = FOLDER / f"{piece.name}.jpg"
    if not photo.is_file():
        raise BadInput(f"{photo} is missing; the demo's pictures come with the product: fetch it again")
    asked = station.ask(
        [PhotoSent(photo.read_bytes())],
        standard=STANDARD,
        piece_id=piece.piece_id,
        checks=piece.checks,
        auto_accept=True,
    )
    entered = station.inspect(caller, asked)
    folder.mkdir(parents=True, exist_ok=True)
    with station.database.read() as session:
        inspection = inspection_of_id(session, caller.organisation_id, entered)
        marked = folder / f"{piece.name}-marked.jpg"
        marked.write_bytes(station.photos.get(inspection.photos[0].marked_sha256))
        return _told(session, piece, inspection, marked)


def _told(session: Session, piece: DemoPiece, inspection: Inspection, marked: Path) -> str:
    verdict = Verdict.model_validate(inspection.verdict)
    reasons = "; ".join(line(reason, 1, "en") for reason in verdict.reasons[:3])
    batch = batch_of_piece(session, inspection.piece_id)
    place = f", in batch {batch.number}" if batch else ""
    return (
        f"{piece.name}.jpg: {headline(verdict, 'en')}{f' ({reasons})' if reasons else ''}\n"
        f"  piece {inspection.piece_id} is {inspection.piece.state}{place}\n"
        f"  marked photo: {marked}\n"
    )
