"""What the photos must be like before anything is judged, and what makes a person look whatever the defects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from math import sqrt

from qc.standards.defect_rules import Band
from qc.standards.evidence import Evidence, PhotoEvidence, View
from qc.standards.reasons import Parameter, Reason, RuleId
from qc.standards.standard import ExportStandard

CLOSE_VIEWS: frozenset[View] = frozenset({"closeup", "corner_1", "corner_2", "handle", "label"})
"""Views of a part: how much of the frame the piece covers, or how large a defect is against it, means nothing there."""

OFF_THE_PIECE: frozenset[View] = frozenset({"label"})
"""Views that need not show any weave."""


def retakes(standard: ExportStandard, evidence: Evidence, woven: Band) -> Iterator[Reason]:
    """Why photos must be taken again: none, or the piece is judged."""
    taken = {photo.view for photo in evidence.photos}
    for view in standard.views.required:
        if view not in taken:
            yield Reason(rule="retake.view_missing", view=view)
    for photo in evidence.photos:
        yield from _exposure_and_focus(standard, photo)
        if photo.view in OFF_THE_PIECE:
            continue
        if photo.woven < woven.refer:
            yield _about(photo, "retake.no_woven_piece", probability=photo.woven, refer=woven.refer)
        elif photo.view not in CLOSE_VIEWS:
            yield from _framing(standard, photo)


def doubts_about_photos(standard: ExportStandard, evidence: Evidence, woven: Band) -> Iterator[Reason]:
    """Why a person must look, whatever the defects: the model may not know what it sees."""
    for photo in evidence.photos:
        if photo.view in OFF_THE_PIECE:
            continue
        if woven.refer <= photo.woven < woven.act:
            yield _about(photo, "doubt.woven", probability=photo.woven, act=woven.act)
        if photo.novelty > standard.novelty_limit:
            yield _about(photo, "doubt.unlike_training", novelty=photo.novelty, limit=standard.novelty_limit)
    whole = [photo for photo in evidence.photos if photo.view not in CLOSE_VIEWS]
    kind = _vote([(photo.kind, photo.kind_probability) for photo in whole])
    kinds, materials = standard.product.kinds, standard.product.materials
    if kind is not None and kinds and kind not in kinds:
        yield Reason(rule="doubt.kind", params={"kind": kind, "wanted_kinds": kinds})
    material = _vote([(photo.material, photo.material_probability) for photo in whole])
    if material is not None and materials and material not in materials:
        params: dict[str, Parameter] = {"material": material, "wanted_materials": materials}
        yield Reason(rule="doubt.material", code="MATERIAL_WRONG", params=params)


def _exposure_and_focus(standard: ExportStandard, photo: PhotoEvidence) -> Iterator[Reason]:
    rules, seen = standard.photo, photo.quality
    side = min(photo.width, photo.height)
    if side < rules.min_side_px:
        yield _about(photo, "retake.photo_too_small", side_px=side, wanted_px=rules.min_side_px)
    darkest, brightest = rules.exposure
    if seen.exposure < darkest:
        yield _about(photo, "retake.too_dark", exposure=seen.exposure, wanted=darkest)
    elif seen.exposure > brightest:
        yield _about(photo, "retake.too_bright", exposure=seen.exposure, wanted=brightest)
    if seen.clipped_share > rules.max_clipped_share:
        yield _about(photo, "retake.clipped", percent=100 * seen.clipped_share, most=100 * rules.max_clipped_share)
    if seen.sharpness < rules.min_sharpness:
        yield _about(photo, "retake.blurred", sharpness=seen.sharpness, wanted=rules.min_sharpness)


def _framing(standard: ExportStandard, photo: PhotoEvidence) -> Iterator[Reason]:
    rules, seen = standard.photo, photo.quality
    if seen.pieces > 1 and not rules.several_pieces:
        yield _about(photo, "retake.several_pieces", pieces=seen.pieces)
    if rules.framing == "whole":
        if not seen.piece_found:
            yield _about(photo, "retake.piece_not_found")
            return
        share = seen.piece_share
        if share < rules.min_piece_share:
            yield _about(photo, "retake.piece_too_small", percent=100 * share, wanted=100 * rules.min_piece_share)
        elif share > rules.max_piece_share:
            yield _about(photo, "retake.piece_cut_off", percent=100 * share, most=100 * rules.max_piece_share)
    longest, wanted = standard.product.longest_mm, rules.smallest_defect_mm
    if wanted is not None and longest is not None and seen.piece_share > 0:
        # The side of a square of the piece's area is never longer than the piece, so this never promises too much.
        px_per_mm = sqrt(seen.piece_share * photo.width * photo.height) / longest
        promised = seen.smallest_defect_px / px_per_mm
        if promised > wanted:
            yield _about(photo, "retake.too_far", promised_mm=promised, wanted_mm=wanted)


def _vote(votes: list[tuple[str | None, float]]) -> str | None:
    """The label with the most probability over the views that are sure; ties go to the first by name."""
    sums: defaultdict[str, list[float]] = defaultdict(list)
    for label, probability in votes:
        if label is not None:
            sums[label].append(probability)
    # sorted before summing: a sum of floats depends on its order, and the order of photos must not matter
    return min(sums, key=lambda label: (-sum(sorted(sums[label])), label), default=None)


def _about(photo: PhotoEvidence, rule: RuleId, **params: Parameter) -> Reason:
    return Reason(rule=rule, view=photo.view, photo=photo.sha256, params=params)
