"""One inspection, from photo bytes to ledger entry: the use case that the command line and the API share.

    station = Station.open(Settings())
    asked = station.ask([PhotoSent(data, "top")], sku="WB-WH-01")
    examined = station.examine(asked)
    kept = station.keep(examined)
    with station.database.write() as session:
        inspection = station.enter(session, caller, examined, kept)

`examine` needs the processor and nothing else; `keep` draws the marks and waits for the disk, `enter` for the database.
So a service can run the first in as many threads as it has cores for it, and the others beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any, Self
from uuid import UUID

from sqlalchemy.orm import Session

from qc.errors import BadRequest
from qc.ledger import inspections, pieces
from qc.ledger.accounts import Caller
from qc.ledger.appeals import enter_appeal, see_that_second_person
from qc.ledger.database import Database
from qc.ledger.decisions import decide
from qc.ledger.events import digest, lock_chain
from qc.ledger.ids import uuid7
from qc.ledger.inspections import Findings, InspectedPhoto
from qc.ledger.migrations import migrate, require_current
from qc.ledger.photos import PhotoStore
from qc.ledger.pieces import PieceFacts
from qc.ledger.repeats import doubts_kept, doubts_of, remember_likenesses, repeats
from qc.ledger.rulings import Ordered, by_person, by_policy, plain
from qc.ledger.standards_edited import library_in_force
from qc.ledger.standards_used import remember_standard
from qc.ledger.tables import Decision, Inspection
from qc.model.approved_store import SampleStore
from qc.model.judged import JudgedPhoto
from qc.model.likeness import likeness
from qc.model.overlay import mark
from qc.model.photo import PhotoLimits
from qc.model.photo_header import read_header
from qc.model.registry import bundle_in_force
from qc.serving.in_service import ModelInService
from qc.serving.loaded import Examiner, LoadedModel
from qc.serving.shadow import Judged, JudgedBytes
from qc.settings import Settings
from qc.standards.checks import CheckRecord, read_checks
from qc.standards.defect_rules import Band
from qc.standards.evidence import Evidence, View
from qc.standards.library import Library
from qc.standards.reasons import Reason
from qc.standards.standard import ExportStandard
from qc.standards.verdict import Verdict, apply, doubted


@dataclass(frozen=True)
class PhotoSent:
    """A photo as it came."""

    data: bytes
    view: View | None = None


@dataclass(frozen=True)
class Asked:
    """What shall be inspected, under which standard, with what is known beside the photos."""

    photos: tuple[PhotoSent, ...]
    standard: ExportStandard
    facts: PieceFacts
    checks: dict[str, CheckRecord]
    auto_accept: bool = False

    @cached_property
    def fingerprint(self) -> str:
        """Equal for two requests that ask the same: a phone that sends again makes no second inspection.

        It takes a hash over every photo: ask for it first where nothing waits, not under the ledger's lock.
        """
        return digest(
            {
                "standard": self.standard.name,
                "photos": [[photo.view, sha256(photo.data).hexdigest()] for photo in self.photos],
                "checks": plain(self.checks),
                "auto_accept": self.auto_accept,
                **({"appeal": True} if self.facts.appeal else {}),
            }
        )


@dataclass(frozen=True)
class Examined:
    """An inspection before it is entered: nothing of it is on disk yet."""

    asked: Asked
    evidence: Evidence
    verdict: Verdict
    judged: tuple[JudgedPhoto, ...]
    likenesses: tuple[int | None, ...]  # of the judged images, as many as photos

    @cached_property
    def marked(self) -> tuple[bytes, ...]:
        """The marked photos, JPEG, as many as photos.

        Drawn when they are first asked for: it takes a tenth of what judging takes, and no place among those who judge.
        """
        pairs = zip(self.judged, self.evidence.photos, strict=True)
        return tuple(mark(picture, seen, self.verdict) for picture, seen in pairs)

    def for_shadow(self, inspection: Inspection) -> Judged:
        """What a challenger needs to judge the same bytes."""
        pairs = zip(self.judged, self.asked.photos, strict=True)
        return Judged(
            organisation_id=inspection.organisation_id,
            inspection_id=inspection.id,
            piece_id=inspection.piece_id,
            standard=self.asked.standard,
            checks=self.asked.checks,
            photos=tuple(JudgedBytes(x.photo.data, x.width, x.height, sent.view) for x, sent in pairs),
            verdict=self.verdict,
        )


class Station:
    """An inspection station: model, standards, ledger and photo store, opened together.

    Args:
        database: the ledger.
        photos: the photo store.
        library: standards.
        examiner: the grader, or a model loaded with its bands.
        bands: the grader's own decision bands; empty where the standards' are to be used.
        max_photos: most photos of one inspection.
        nearest: bits of difference up to which photos of two pieces are taken for one.
        samples: the approved samples that standards name.
    """

    def __init__(
        self,
        database: Database,
        photos: PhotoStore,
        library: Library,
        examiner: Examiner | LoadedModel,
        bands: Mapping[str, Band] | None = None,
        max_photos: int = 12,
        nearest: int = 6,
        samples: SampleStore | None = None,
    ) -> None:
        self.database = database
        self.photos = photos
        self.library = library
        self.max_photos = max_photos
        self._nearest = nearest
        self.samples = samples or SampleStore(None)
        loaded = examiner if isinstance(examiner, LoadedModel) else LoadedModel(examiner, dict(bands or {}))
        self.serving = ModelInService(loaded)

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Open all that the settings name. An embedded database is brought up to date; a shared one must be.

        Raises:
            BadBundle: The model fails its own hashes.
            BadStandard: A standard breaks its rules.
            Unavailable: Database or photo store are away, or the shared database has another schema.
        """
        library = Library.load(settings.own_standards)
        database = Database(settings.database, connections=settings.threads + 14)
        if database.embedded:
            migrate(database)
        else:
            require_current(database)
        photos = PhotoStore.open(settings.photo_store or settings.home / "photos")
        model = LoadedModel.load(bundle_in_force(settings), settings.threads, PhotoLimits.of(settings))
        samples = SampleStore(settings.own_standards)
        return cls(database, photos, library, model, {}, settings.max_photos, settings.likeness_bits, samples)

    def close(self) -> None:
        """Let go of threads and connections."""
        self.serving.close()
        self.photos.close()
        self.database.close()

    @property
    def model(self) -> str:
        """Name and version of the model that the next piece is judged by."""
        return self.serving.present.title

    def ping(self) -> None:
        """See that database and photo store answer.

        Raises:
            Unavailable: One does not.
        """
        self.database.ping()
        self.photos.ping()

    def ask(
        self,
        photos: Sequence[PhotoSent],
        *,
        sku: str | None = None,
        standard: str | None = None,
        piece_id: UUID | None = None,
        tag: str | None = None,
        collection_point: str | None = None,
        maker_ref: str | None = None,
        consent_version: str | None = None,
        consented_at: datetime | None = None,
        appeal: bool = False,
        checks: Mapping[str, Any] | None = None,
        auto_accept: bool = False,
        caller: Caller | None = None,
    ) -> Asked:
        """Put together what shall be inspected. The standard is named by SKU, by its own name, or both.

        It is the version in force for the caller's organisation; without a caller, the library's latest.

        Raises:
            BadRequest: No or too many photos, no standard, two that differ, or checks of the wrong form.
            UnknownStandard: No standard of that name or for that SKU.
        """
        if not 1 <= len(photos) <= self.max_photos:
            raise BadRequest(f"got {len(photos)} photos of one piece, wanted 1 to {self.max_photos}")
        if appeal and auto_accept:
            raise BadRequest(
                "an appeal is decided by a person: leave `auto_accept` out", pointer="/inspection/auto_accept"
            )
        chosen = self._standard(self.library if caller is None else self.in_force(caller), sku, standard)
        facts = PieceFacts(
            piece_id=piece_id or uuid7(),
            sku=chosen.product.sku,
            tag=tag,
            collection_point=collection_point,
            maker_ref=maker_ref,
            consent_version=consent_version,
            consented_at=consented_at,
            appeal=appeal,
        )
        return Asked(tuple(photos), chosen, facts, read_checks(checks or {}, chosen.checks), auto_accept)

    def in_force(self, caller: Caller) -> Library:
        """The standards in force for the caller's organisation, at this moment."""
        with self.database.read() as session:
            return library_in_force(session, caller.organisation_id, self.library)

    @staticmethod
    def _standard(library: Library, sku: str | None, name: str | None) -> ExportStandard:
        if name is None and sku is None:
            raise BadRequest("name a `sku` or a `standard`; GET /v1/standards or `qc standard list` shows them")
        chosen = library.named(name) if name is not None else library.for_sku(sku or "")
        if sku is not None and chosen.product.sku != sku:
            raise BadRequest(f"standard {chosen.name} is for {chosen.product.sku or 'no SKU'}, not for {sku}")
        return chosen

    def earlier(self, caller: Caller, asked: Asked) -> UUID | None:
        """The inspection that was asked for in the same terms before: its id, so that nothing is examined twice.

        Raises:
            Conflict: The piece is past inspection.
            NotFound: The piece is another organisation's.
        """
        with self.database.read() as session:
            same = inspections.same_inspection(session, caller.organisation_id, asked.facts.piece_id, asked.fingerprint)
            if same is None:
                pieces.see_that_inspectable(session, caller, asked.facts.piece_id, asked.facts.appeal)
            return same.id if same else None

    def examine(self, asked: Asked) -> Examined:
        """Judge the photos, all by one model. Processor only: nothing is written.

        Raises:
            BadPhoto: One of them is no photo, or over a limit.
            BadStandard: The standard's approved sample was altered, or learnt with another model.
            Unavailable: The approved sample is not there.
        """
        with self.serving.taken() as model:
            judged = tuple(model.examiner.judge(photo.data) for photo in asked.photos)
            evidence = model.examiner.examine_piece(
                [(picture, photo.view) for picture, photo in zip(judged, asked.photos, strict=True)],
                self.samples.of(asked.standard),
            )
        verdict = apply(asked.standard, evidence, asked.checks, model.bands)
        return Examined(asked, evidence, verdict, judged, tuple(likeness(x.photo.rgb) for x in judged))

    def keep(self, examined: Examined) -> list[InspectedPhoto]:
        """Put every photo into the store: as it came, as it was judged, and marked.

        Raises:
            Unavailable: The store is away.
        """
        pictures = []
        for sent, judged, marked in zip(examined.asked.photos, examined.judged, examined.marked, strict=True):
            as_sent, as_judged = f"image/{read_header(sent.data).format}", f"image/{judged.photo.format}"
            pictures += [(sent.data, as_sent), (judged.photo.data, as_judged), (marked, "image/jpeg")]
        stored = self.photos.put_all(pictures)
        threes = zip(stored[::3], stored[1::3], stored[2::3], strict=True)
        return [InspectedPhoto(sent.view, *three) for sent, three in zip(examined.asked.photos, threes, strict=True)]

    def enter(self, session: Session, caller: Caller, examined: Examined, kept: Sequence[InspectedPhoto]) -> Inspection:
        """Enter the inspection, and with `auto_accept` the acceptance that the policy allows, in one transaction.

        A photo that another piece has already, the same or nearly so, refers the piece: a person must look.
        An inspection that was asked for in the same terms before is given back as it is.

        Raises:
            BadRequest: What was said contradicts what is known of the piece.
            Conflict: The piece is past inspection, or its tag is another's.
            NotFound: The piece is another organisation's.
        """
        asked = examined.asked
        lock_chain(session, caller.organisation_id)
        same = inspections.same_inspection(session, caller.organisation_id, asked.facts.piece_id, asked.fingerprint)
        if same is not None:
            return same
        piece = pieces.present(session, caller, asked.facts)
        standard = remember_standard(
            session,
            caller,
            asked.standard.name,
            asked.standard.version,
            asked.standard.fingerprint,
            asked.standard.model_dump_json(),
        )
        verdict = doubted(examined.verdict, asked.standard, self._repeated(session, caller, examined, kept))
        findings = Findings(
            model=examined.evidence.model,
            status=verdict.status,
            grade=verdict.grade,
            verdict=verdict.model_dump(mode="json"),
            evidence=examined.evidence.model_dump(mode="json"),
            checks=plain(asked.checks),
            fingerprint=asked.fingerprint,
        )
        inspection = inspections.enter_inspection(session, caller, piece, standard, findings, kept)
        enter_appeal(session, inspection, asked.facts.appeal)
        if asked.standard.logs:
            remember_likenesses(session, inspection, examined.likenesses)
        ruling = by_policy(verdict, asked.standard, asked.checks) if asked.auto_accept else None
        if ruling is not None:
            decide(session, caller, inspection, ruling)
        return inspection

    def _repeated(
        self, session: Session, caller: Caller, examined: Examined, kept: Sequence[InspectedPhoto]
    ) -> list[Reason]:
        """Doubts about photos that another piece has. A standard that never logs asks for none: nothing is counted."""
        if not examined.asked.standard.logs:
            return []
        piece_id = examined.asked.facts.piece_id
        found = repeats(session, caller.organisation_id, piece_id, kept, examined.likenesses, self._nearest)
        return doubts_of(found, kept, self._nearest)

    def inspect(self, caller: Caller, asked: Asked) -> UUID:
        """All of it, one after the other.

        Returns:
            The inspection's id.
        """
        known = self.earlier(caller, asked)
        if known is not None:
            return known
        examined = self.examine(asked)
        kept = self.keep(examined)
        with self.database.write() as session:
            return self.enter(session, caller, examined, kept).id

    def decide(self, session: Session, caller: Caller, inspection_id: UUID, ordered: Ordered) -> Decision:
        """Decide on an inspection: its own standard is applied again to its evidence, with every check known by now.

        Raises:
            BadRequest: A reason is missing, a grade is given without `overrule`, or checks have the wrong form.
            NotFound: No such inspection.
            NotAllowed: An appeal, by somebody who decided on the piece before.
            AlreadyDecided, ChecksMissing, Conflict: As `decisions.decide`.
        """
        inspection = inspections.inspection_of_id(session, caller.organisation_id, inspection_id)
        standard = ExportStandard.model_validate_json(inspection.standard.document)
        known = inspection.decisions[-1].checks if inspection.decisions else inspection.checks
        checks = read_checks({**known, **(ordered.checks or {})}, standard.checks)
        bands = {name: Band(**band) for name, band in inspection.verdict["bands"].items()}
        verdict = apply(standard, Evidence.model_validate(inspection.evidence), checks, bands)
        verdict = doubted(verdict, standard, doubts_kept(inspection.verdict))
        see_that_second_person(session, inspection, ordered.decided_by)
        ruling = by_person(ordered, verdict, standard, checks)
        return decide(session, caller, inspection, ruling)
