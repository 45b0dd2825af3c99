"""Photos that another piece has: the same bytes, or nearly the same look."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from qc.ledger import repeats as repeated
from qc.ledger.accounts import Caller
from qc.ledger.database import Database
from qc.ledger.inspections import InspectedPhoto
from qc.ledger.photos import StoredPhoto
from qc.ledger.repeats import BAND_BITS, BANDS, FARTHEST, Repeat, doubts_kept, doubts_of, remember_likenesses, repeats
from qc.standards.words import LANGUAGES, sentence
from tests.ledger.conftest import enter_organisation
from tests.ledger.scenes import inspect

LOOK = int("5a" * 15, 16)


def photo(original: str, judged: str) -> InspectedPhoto:
    stored = [StoredPhoto(mark.ljust(64, "0"), "image/jpeg", 10) for mark in (original, judged, original + judged)]
    return InspectedPhoto("top", *stored)


def apart(look: int, bits: int) -> int:
    """The look with so many bits changed, one in each band first."""
    for n in range(bits):
        look ^= 1 << (n % BANDS * BAND_BITS + n // BANDS)
    return look


def known(session: Session, caller: Caller, look: int | None = LOOK) -> UUID:
    inspection = inspect(session, caller)
    remember_likenesses(session, inspection, [look])
    session.flush()
    return inspection.piece_id


def found(session: Session, caller: Caller, piece: UUID, look: int | None, nearest: int = FARTHEST) -> list[Repeat]:
    return repeats(session, caller.organisation_id, piece, [photo("a", "b")], [look], nearest)


def test_a_look_is_found_up_to_the_distance_asked_for_and_no_farther(database: Database, caller: Caller) -> None:
    with database.write() as session:
        first = known(session, caller)
        other = inspect(session, caller).piece_id
        for bits in range(FARTHEST + 1):
            assert found(session, caller, other, apart(LOOK, bits)) == [Repeat(0, first, bits, identical=False)]
        assert found(session, caller, other, apart(LOOK, FARTHEST + 1)) == []
        assert found(session, caller, other, apart(LOOK, 3), nearest=2) == []
        assert found(session, caller, other, None) == []


@given(st.integers(0, 2**120 - 1), st.sets(st.integers(0, 119), max_size=FARTHEST))
def test_looks_that_differ_in_few_bits_agree_in_a_band(look: int, changed: set[int]) -> None:
    other = look
    for bit in changed:
        other ^= 1 << bit
    assert set(enumerate(repeated._bands(look))) & set(enumerate(repeated._bands(other)))


def test_the_nearest_of_several_is_named(database: Database, caller: Caller) -> None:
    with database.write() as session:
        known(session, caller, apart(LOOK, 6))
        near = known(session, caller, apart(LOOK, 2))
        other = inspect(session, caller).piece_id
        assert [x.piece_id for x in found(session, caller, other, LOOK)] == [near]


def test_the_same_bytes_are_found_as_original_and_as_judged(database: Database, caller: Caller) -> None:
    with database.write() as session:
        first = inspect(session, caller)
        kept = first.photos[0]
        other = inspect(session, caller).piece_id
        for pair in ((kept.original_sha256, "b"), ("a", kept.judged_sha256)):
            assert repeats(session, caller.organisation_id, other, [photo(*pair)], [None], 0) == [
                Repeat(0, first.piece_id, 0, identical=True)
            ]


def test_a_pieces_own_photos_and_other_organisations_are_no_repeats(database: Database, caller: Caller) -> None:
    stranger = enter_organisation(database, "others")
    with database.write() as session:
        first = known(session, caller)
        assert found(session, caller, first, LOOK) == []
        theirs = inspect(session, stranger).piece_id
        assert found(session, stranger, theirs, LOOK) == []


def test_doubts_name_the_other_piece_and_are_kept() -> None:
    other = UUID(int=7)
    hits = [Repeat(0, other, 0, identical=True), Repeat(1, other, 4, identical=False)]
    doubts = doubts_of(hits, [photo("a", "b"), photo("c", "d")], 6)
    assert [(x.rule, x.params["piece"]) for x in doubts] == [
        ("doubt.same_photo", str(other)),
        ("doubt.repeated_photo", str(other)),
    ]
    for told in (sentence(doubt, language) for doubt in doubts for language in LANGUAGES):
        assert str(other)[-8:] in told
        assert str(other) not in told
    said = {"reasons": [{"rule": "defect.found"}, *(x.model_dump(mode="json") for x in doubts)]}
    assert doubts_kept(said) == doubts
