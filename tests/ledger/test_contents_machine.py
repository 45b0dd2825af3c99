"""Whatever is accepted, moved, removed, packed, re-graded and sealed in whatever order: a piece is in one place."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from qc.errors import Conflict
from qc.ledger.batch_contents import move_piece, remove_piece
from qc.ledger.batches import NewBatchLine, hold_batch, open_batch
from qc.ledger.carton_contents import pack, unpack
from qc.ledger.cartons import close_carton, hold_carton, open_carton, reopen_carton
from qc.ledger.corrections import Correction
from qc.ledger.database import Database
from qc.ledger.decisions import decide
from qc.ledger.inspections import latest_inspection
from qc.ledger.pieces import piece_of_id
from qc.ledger.states import BatchState, Outcome, PieceState
from qc.ledger.tables import Batch, BatchPiece, CartonPiece, Piece
from qc.ledger.verify import verify
from tests.ledger.conftest import enter_organisation
from tests.ledger.scenes import accept, accept_new
from tests.ledger.scenes import rule as ruling
from tests.ledger.shipment_scenes import seal

WHY = Correction("shipper-1", "as it came")
SKUS = ("WB-30", "WB-40")


class Shipping(RuleBasedStateMachine):
    """Random work in one organisation; the ledger refuses what it must, and says the truth after every step."""

    pieces: Bundle[UUID] = Bundle("pieces")
    batches: Bundle[UUID] = Bundle("batches")
    cartons: Bundle[UUID] = Bundle("cartons")
    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="qc-machine-"))
        shutil.copy(self.template, self.folder / "ledger.db")
        self.database = Database(f"sqlite:///{self.folder / 'ledger.db'}")
        self.caller = enter_organisation(self.database, "weavers")
        self.count = 0
        self.accepted: set[UUID] = set()
        self.sealed: dict[UUID, list[tuple[UUID, int]]] = {}

    def teardown(self) -> None:
        with self.database.read() as session:
            assert [fault for report in verify(session) for fault in report.faults] == []
        self.database.close()
        shutil.rmtree(self.folder)

    def _piece(self, session: Session, piece: UUID) -> Piece:
        return piece_of_id(session, self.caller.organisation_id, piece)

    @initialize(target=batches)
    def begin(self) -> UUID:
        with self.database.write() as session:
            return open_batch(session, self.caller, "B-0", [NewBatchLine(SKUS[0], 2)]).id

    @initialize(target=pieces)
    def begin_with_one_too_many(self) -> MultipleResults[UUID]:
        with self.database.write() as session:
            made = [accept_new(session, self.caller, SKUS[0]) for _ in range(3)]
        self.accepted.update(made)
        return multiple(*made)

    @rule(target=batches, sku=st.sampled_from(SKUS), room=st.integers(1, 2))
    def open(self, sku: str, room: int) -> UUID:
        self.count += 1
        with self.database.write() as session:
            return open_batch(session, self.caller, f"B-{self.count}", [NewBatchLine(sku, room)]).id

    @rule(target=pieces, sku=st.sampled_from(SKUS))
    def accept(self, sku: str) -> UUID:
        with self.database.write() as session:
            piece = accept_new(session, self.caller, sku)
        self.accepted.add(piece)
        return piece

    @rule(piece=pieces)
    def accept_again(self, piece: UUID) -> None:
        with suppress(Conflict), self.database.write() as session:
            accept(session, self.caller, latest_inspection(session, piece))
            self.accepted.add(piece)

    @rule(piece=pieces)
    def remove(self, piece: UUID) -> None:
        with suppress(Conflict), self.database.write() as session:
            remove_piece(session, self.caller, self._piece(session, piece), WHY)
            self.accepted.discard(piece)

    @rule(piece=pieces, grade=st.sampled_from(["A", "B", "reject"]))
    def regrade(self, piece: UUID, grade: str) -> None:
        with suppress(Conflict), self.database.write() as session:
            order = ruling(Outcome.OVERRULE, grade, reason="looked again", decided_by="supervisor-1")
            decide(session, self.caller, latest_inspection(session, piece), order)
            (self.accepted.add if grade == "A" else self.accepted.discard)(piece)

    @rule(piece=pieces, to=batches)
    def move(self, piece: UUID, to: UUID) -> None:
        with suppress(Conflict), self.database.write() as session:
            batch = hold_batch(session, self.caller, to)
            move_piece(session, self.caller, self._piece(session, piece), batch, WHY)

    @rule(target=cartons, batch=batches)
    def carton(self, batch: UUID) -> MultipleResults[UUID]:
        made = []
        with suppress(Conflict), self.database.write() as session:
            made.append(open_carton(session, self.caller, hold_batch(session, self.caller, batch)).id)
        return multiple(*made)

    @rule(carton=cartons, piece=pieces)
    def pack(self, carton: UUID, piece: UUID) -> None:
        with suppress(Conflict), self.database.write() as session:
            pack(session, self.caller, hold_carton(session, self.caller, carton), [piece])

    @rule(carton=cartons, piece=pieces)
    def unpack(self, carton: UUID, piece: UUID) -> None:
        with suppress(Conflict), self.database.write() as session:
            unpack(session, self.caller, hold_carton(session, self.caller, carton), [piece], WHY)

    @rule(carton=cartons, closed=st.booleans())
    def close(self, carton: UUID, closed: bool) -> None:
        with suppress(Conflict), self.database.write() as session:
            held = hold_carton(session, self.caller, carton)
            close_carton(session, self.caller, held) if closed else reopen_carton(session, self.caller, held, WHY)

    @rule(batch=batches)
    def seal(self, batch: UUID) -> None:
        with suppress(Conflict), self.database.write() as session:
            seal(session, self.caller, batch)
            self.sealed[batch] = self._inside(session, batch)

    def _inside(self, session: Session, batch: UUID) -> list[tuple[UUID, int]]:
        rows = session.execute(
            select(BatchPiece.piece_id, BatchPiece.position)
            .where(BatchPiece.batch_id == batch)
            .order_by(BatchPiece.position)
        )
        return [(piece, position) for piece, position in rows]

    @invariant()
    def every_piece_is_in_one_place(self) -> None:
        with self.database.read() as session:
            places = session.execute(
                select(Piece.id, Piece.state, Piece.sku, BatchPiece.batch_id).outerjoin(
                    BatchPiece, BatchPiece.piece_id == Piece.id
                )
            ).all()
            lines = {x.id: x for batch in session.scalars(select(Batch)) for x in batch.lines}
            room = {x.sku for x in lines.values() if x.filled < x.target and self._open(session, x.batch_id)}
            packed = set(session.scalars(select(CartonPiece.piece_id)))
        assert len(places) == len({place.id for place in places})
        inside = {place.id for place in places if place.batch_id is not None}
        waiting = {place.id for place in places if place.state is PieceState.ACCEPTED}
        assert inside | waiting == self.accepted
        assert inside & waiting == set()
        assert {place.id for place in places if place.state is PieceState.IN_BATCH} == inside
        assert packed <= inside
        assert {place.sku for place in places if place.id in waiting} & room == set(), (
            "nobody waits where there is room"
        )
        assert all(x.filled <= x.target for x in lines.values())

    @invariant()
    def a_sealed_batch_stays_as_it_was(self) -> None:
        with self.database.read() as session:
            for batch, contents in self.sealed.items():
                assert self._inside(session, batch) == contents

    def _open(self, session: Session, batch: UUID) -> bool:
        return session.get_one(Batch, batch).state is BatchState.OPEN


def test_a_piece_is_in_one_place_whatever_is_done(migrated_file: Path) -> None:
    Shipping.template = migrated_file
    run_state_machine_as_test(
        Shipping,
        settings=settings(
            max_examples=40, stateful_step_count=20, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate],
        ),
    )  # fmt: skip
