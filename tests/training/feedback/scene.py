"""A ledger of small pieces, inspected by colour, on which people decide, label and judge again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from qc.inspection import PhotoSent, Station
from qc.ledger.accounts import Caller, Scope, add_collection_point, create_organisation
from qc.ledger.database import Database
from qc.ledger.inspections import inspection_of_id
from qc.ledger.labels import Labelled, record_labels
from qc.ledger.migrations import migrate
from qc.ledger.photos import PhotoStore
from qc.ledger.reinspections import Result, record
from qc.ledger.rulings import Ordered
from qc.ledger.sampling_policy import set_policy
from qc.ledger.states import LabelOccasion, Outcome
from qc.ledger.tables import Inspection, Reinspection
from qc.serving.loaded import LoadedModel
from qc.standards.found import FoundDefect
from qc.standards.labels import LabelledDefect
from qc.standards.library import Library
from qc.standards.marked_yaml import read
from qc.standards.standard import ExportStandard
from tests.examiner import ColourExaminer
from tests.pictures import GOOD, jpeg

SLUG = "weavers"
CHECKS = {"moisture_pct": 11.0, "odour": "pass", "sharp_points": "pass"}
DEMO = Path(__file__).parents[3] / "qc" / "demo" / "demo-basket.yaml"


@dataclass
class Scene:
    """An organisation that judges pieces by one photo each."""

    station: Station
    caller: Caller

    @property
    def database(self) -> Database:
        return self.station.database

    def inspect(
        self, colour: tuple[int, int, int] = GOOD, number: int = 0, *, maker: str | None = "mk_1", **more: Any
    ) -> Inspection:
        return self.send(jpeg(colour, number, 240), maker=maker, **more)

    def send(self, photo: bytes, *, maker: str | None = "mk_1", **more: Any) -> Inspection:
        facts: dict[str, Any] = {} if maker is None else {"maker_ref": maker, "consent_version": "2026-11"}
        sent = [PhotoSent(photo, "top")]
        asked = self.station.ask(sent, sku="DEMO-WB-01", checks=CHECKS, caller=self.caller, **facts | more)
        inspection_id = self.station.inspect(self.caller, asked)
        with self.database.read() as session:
            return inspection_of_id(session, self.caller.organisation_id, inspection_id)

    def decide(self, inspection: Inspection, outcome: Outcome, person: str = "ayu", **more: Any) -> None:
        with self.database.write() as session:
            self.station.decide(session, self.caller, inspection.id, Ordered(outcome, person, **more))

    def label(
        self, inspection: Inspection, *findings: dict[str, Any], person: str = "ml-1", complete: bool = True,
        occasion: LabelOccasion = LabelOccasion.REVIEW,
    ) -> None:  # fmt: skip
        said = tuple(LabelledDefect.model_validate(finding) for finding in findings)
        labelled = Labelled(inspection.photos[0].judged_sha256, said, complete)
        with self.database.write() as session:
            record_labels(session, self.caller, inspection.id, person, occasion, [labelled])

    def judge_again(self, piece: UUID, *codes: str, person: str = "budi") -> None:
        defects = tuple(FoundDefect(code=code, defect_class="major") for code in codes)
        with self.database.write() as session:
            row = session.scalars(select(Reinspection).where(Reinspection.piece_id == piece)).one()
            record(session, self.caller, row.id, Result(person, defects, CHECKS))

    def judge_all_again(self) -> None:
        """From now on, everything that is decided is to be judged again."""
        with self.database.write() as session:
            set_policy(session, self.caller, lots_required=False, accepted_rate=1, refused_rate=1, decided_by="admin")


@contextmanager
def opened(home: Path, photos: str = "memory://", model: LoadedModel | None = None) -> Iterator[Scene]:
    database = Database(f"sqlite:///{home / 'ledger.db'}")
    migrate(database)
    with database.write() as session:
        organisation = create_organisation(session, SLUG, "Weavers")
        add_collection_point(session, organisation.id, "BTL-1", "Balai desa")
        caller = Caller(organisation.id, "key:phone-1", frozenset(Scope))
    library = Library([read(DEMO).validated(ExportStandard)])
    station = Station(database, PhotoStore.open(photos), library, model or ColourExaminer())
    yield Scene(station, caller)
    station.close()
