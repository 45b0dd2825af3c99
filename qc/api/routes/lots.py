"""Lots, to look at: plan, draw, sample, decision, and the operating characteristic as a picture."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from qc import errors
from qc.api.deps import StationDep
from qc.api.etags import tagged, tagged_answers
from qc.api.paging import Limit, cut
from qc.api.problems import answers
from qc.api.schemas.lots import (
    LANGUAGES,
    CurveOut,
    DrawOut,
    LotList,
    LotOut,
    LotPieceList,
    LotPieceOut,
    OperatingCharacteristicOut,
)
from qc.api.schemas.reinspections import ReinspectionList, ReinspectionOut
from qc.api.schemas.words import Name
from qc.api.security import CanReadBatches
from qc.ledger import lot_draw
from qc.ledger.lots import list_lots, lot_of_id
from qc.ledger.states import LotState, Purpose
from qc.standards.lot_words import promises
from qc.standards.oc_picture import curve_points, oc_svg
from qc.standards.sampling import Plan
from qc.standards.vocabulary import Language

router = APIRouter(prefix="/v1/lots", tags=["lots"])

Number = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="`next` of the page before.")]
After = Annotated[int, Query(ge=0, le=2**31 - 1, description="Position after which the page begins.")]


@router.get("", responses=answers())
def get_lots(
    caller: CanReadBatches,
    station: StationDep,
    before: Number = None,
    limit: Limit = 50,
    batch_id: Annotated[UUID | None, Query(description="Only lots of this batch.")] = None,
    state: Annotated[LotState | None, Query(description="Only lots in this state.")] = None,
    sku: Annotated[Name | None, Query(description="Only lots of this SKU.")] = None,
) -> LotList:
    """Lots, newest first."""
    with station.database.read() as session:
        rows, following = cut(
            list_lots(session, caller.organisation_id, limit + 1, before, batch_id=batch_id, state=state, sku=sku),
            limit,
            lambda row: row.number,
        )
        return LotList(items=[LotOut.of(lot) for lot in rows], next=following)


@router.get("/{lot_id}", response_model=LotOut, responses=tagged_answers(errors.NotFound))
def get_lot(request: Request, lot_id: UUID, caller: CanReadBatches, station: StationDep) -> Response:
    """A lot: its plan with the edition, what its plan promises, and why it was accepted or rejected."""
    with station.database.read() as session:
        return tagged(request, LotOut.of(lot_of_id(session, caller.organisation_id, lot_id)))


@router.get("/{lot_id}/draw", responses=answers(errors.NotFound))
def get_draw(lot_id: UUID, caller: CanReadBatches, station: StationDep) -> DrawOut:
    """The draw, for an auditor: seed, digests and drawn pieces; the service draws again and compares."""
    with station.database.read() as session:
        lot = lot_of_id(session, caller.organisation_id, lot_id)
        drawn = [row.piece_id for row in lot_draw.sample_of(session, lot)]
        return DrawOut(
            seed=lot.seed,
            n=Plan.model_validate(lot.plan).n,
            content_sha256=lot.content_sha256,
            sample_sha256=lot_draw.sample_digest(drawn),
            drawn=drawn,
            genuine=lot_draw.draw_is_genuine(session, lot),
        )


@router.get("/{lot_id}/pieces", responses=answers(errors.NotFound))
def get_pieces(
    lot_id: UUID, caller: CanReadBatches, station: StationDep, limit: Limit = 200, after: After = 0
) -> LotPieceList:
    """The pieces of a lot as they were when sampling began: from them and the seed the draw can be repeated."""
    with station.database.read() as session:
        lot = lot_of_id(session, caller.organisation_id, lot_id)
        rows, following = cut(lot_draw.pieces_of_lot(session, lot, limit + 1, after), limit, lambda row: row.position)
        return LotPieceList(
            items=[LotPieceOut(position=row.position, piece_id=row.piece_id) for row in rows], next=following
        )


@router.get("/{lot_id}/sample", responses=answers(errors.NotFound))
def get_sample(
    lot_id: UUID,
    caller: CanReadBatches,
    station: StationDep,
    limit: Limit = 50,
    after: After = 0,
    purpose: Annotated[
        Literal["sample", "screening"], Query(description="The drawn pieces, or the others of a rejected lot.")
    ] = "sample",
) -> ReinspectionList:
    """The drawn pieces in the order of the draw, with what was found on each; or those of its screening."""
    with station.database.read() as session:
        lot = lot_of_id(session, caller.organisation_id, lot_id)
        rows, following = cut(
            [row for row in lot_draw.sample_of(session, lot, Purpose(purpose)) if row.position > after][: limit + 1],
            limit,
            lambda row: row.position,
        )
        return ReinspectionList(items=[ReinspectionOut.of(row) for row in rows], next=following)


@router.get("/{lot_id}/oc", responses=answers(errors.NotFound))
def get_operating_characteristic(
    lot_id: UUID, caller: CanReadBatches, station: StationDep
) -> OperatingCharacteristicOut:
    """The operating characteristic in numbers, and in words: with which probability such a lot passes."""
    with station.database.read() as session:
        plan = Plan.model_validate(lot_of_id(session, caller.organisation_id, lot_id).plan)
    return OperatingCharacteristicOut(
        curves=[
            CurveOut(defect_class=rule.defect_class, n=rule.n, ac=rule.ac, points=curve_points(rule, plan))
            for rule in plan.classes
        ],
        words={language: promises(plan, language) for language in LANGUAGES},
    )


@router.get(
    "/{lot_id}/oc.svg",
    response_class=Response,
    responses={
        200: {"description": "The picture.", "content": {"image/svg+xml": {"schema": {"type": "string"}}}},
        **answers(errors.NotFound),
    },
)
def get_picture(
    lot_id: UUID,
    caller: CanReadBatches,
    station: StationDep,
    lang: Annotated[Language, Query(description="Language of the words.")] = "en",
) -> Response:
    """The operating characteristic as a picture, with the words that keep an AQL from being read as a share allowed."""
    with station.database.read() as session:
        plan = Plan.model_validate(lot_of_id(session, caller.organisation_id, lot_id).plan)
    headers = {"Cache-Control": "private, max-age=86400"}  # a plan never changes
    return Response(oc_svg(plan, lang), media_type="image/svg+xml", headers=headers)
