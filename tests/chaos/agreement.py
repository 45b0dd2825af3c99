"""What must agree once the dust has settled: answers, rows, batches, the chain and the photos."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

from sqlalchemy import func, select

from qc.ledger.database import Database
from qc.ledger.photos import PhotoStore
from qc.ledger.states import PieceState
from qc.ledger.tables import Batch, BatchPiece, Event, Inspection, InspectionPhoto, Piece
from qc.ledger.verify import verify
from tests.chaos.sender import Sender

PHOTOS_LOOKED_AT = 150


def assert_all_agree(database: Database, photos: PhotoStore, senders: Sequence[Sender], pieces: int) -> None:
    """Every piece was answered; it is there once, in one batch; counts, chain and photos agree."""
    answered = {piece: answer for sender in senders for piece, answer in sender.answered.items()}
    sent = {piece: content for sender in senders for piece, content in sender.sent.items()}
    assert [refusal for sender in senders for refusal in sender.refused] == []
    assert len(answered) == len(sent) == pieces
    with database.read() as session:
        inspected = dict(session.execute(select(Inspection.piece_id, Inspection.id)).all())
        rows = session.scalar(select(func.count()).select_from(Inspection))
        assert inspected == {piece: UUID(answer["id"]) for piece, answer in answered.items()}
        assert rows == pieces, "a piece was inspected twice"
        assert set(session.scalars(select(Piece.id))) == answered.keys()
        assert set(session.scalars(select(Piece.state))) == {PieceState.IN_BATCH}
        placed = session.execute(select(BatchPiece.piece_id, BatchPiece.batch_id)).all()
        assert {piece: str(batch) for piece, batch in placed} == {p: a["batch"]["id"] for p, a in answered.items()}
        assert len(placed) == pieces, "a piece is in two batches"
        for batch in session.scalars(select(Batch)):
            positions = session.scalars(select(BatchPiece.position).where(BatchPiece.batch_id == batch.id)).all()
            assert sorted(positions) == list(range(1, batch.lines[0].filled + 1))
            assert batch.lines[0].filled <= batch.lines[0].target
        kinds = ("piece.registered", "piece.inspected", "piece.accepted", "piece.batched")
        told = Counter(session.execute(select(Event.type, Event.subject_id).where(Event.type.in_(kinds))))
        assert told == Counter((kind, piece) for piece in answered for kind in kinds), "each is told once in the chain"
        assert [report.faults for report in verify(session)] == [(), ()]
        kept = list(session.execute(select(Inspection.piece_id, InspectionPhoto).join(InspectionPhoto)))
    assert {photo.original_sha256 for _, photo in kept} == {sha256(content).hexdigest() for content in sent.values()}
    for piece, photo in random.Random(1).sample(kept, min(PHOTOS_LOOKED_AT, len(kept))):
        assert photos.get(photo.original_sha256) == sent[piece], "originals are kept bit for bit"
        photos.get(photo.judged_sha256)
        photos.get(photo.marked_sha256)
