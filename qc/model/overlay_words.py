"""The few words on a marked photo, in both languages."""

from __future__ import annotations

import re

from qc.standards.reasons import Reason
from qc.standards.taxonomy import taxonomy
from qc.standards.verdict import Verdict
from qc.standards.vocabulary import Language

_HEADLINES: dict[str, dict[Language, str]] = {
    "A": {"en": "A - EXPORT", "id": "A - EKSPOR"},
    "B": {"en": "B - LOCAL MARKET", "id": "B - PASAR LOKAL"},
    "rework": {"en": "REWORK", "id": "PERBAIKAN"},
    "reject": {"en": "REJECT", "id": "TOLAK"},
    "retake": {"en": "TAKE THE PHOTO AGAIN", "id": "FOTO ULANG"},
    "referred": {"en": "A PERSON LOOKS", "id": "DILIHAT PETUGAS"},
    "awaiting_checks": {"en": "HAND CHECKS MISSING", "id": "MENUNGGU PERIKSA TANGAN"},
}
_SEVERITIES: dict[str, dict[Language, str]] = {
    "critical": {"en": "critical", "id": "kritis"},
    "major": {"en": "major", "id": "berat"},
    "minor": {"en": "minor", "id": "ringan"},
    "hold": {"en": "a person looks", "id": "dilihat petugas"},
}
_RULES: dict[str, dict[Language, str]] = {
    "retake.view_missing": {"en": "a view is missing", "id": "ada sisi yang belum difoto"},
    "retake.photo_too_small": {"en": "the photo is too small", "id": "foto terlalu kecil"},
    "retake.too_dark": {"en": "too dark", "id": "terlalu gelap"},
    "retake.too_bright": {"en": "too bright", "id": "terlalu terang"},
    "retake.clipped": {"en": "too much glare or shadow", "id": "terlalu silau atau terlalu hitam"},
    "retake.blurred": {"en": "blurred", "id": "buram"},
    "retake.no_woven_piece": {"en": "no woven piece seen", "id": "tidak terlihat barang anyaman"},
    "retake.piece_not_found": {"en": "the piece is not found", "id": "barang tidak ditemukan"},
    "retake.several_pieces": {"en": "several pieces in one photo", "id": "lebih dari satu barang dalam foto"},
    "retake.piece_too_small": {"en": "go closer", "id": "dekatkan kamera"},
    "retake.piece_cut_off": {"en": "the piece is cut off: step back", "id": "barang terpotong: mundur sedikit"},
    "retake.too_far": {
        "en": "small defects would not show: go closer",
        "id": "cacat kecil tidak terlihat: dekatkan kamera",
    },
    "doubt.woven": {"en": "not sure that it is woven", "id": "belum pasti ini anyaman"},
    "doubt.unlike_training": {"en": "unlike anything learned", "id": "belum pernah dipelajari"},
    "doubt.kind": {"en": "another kind of product?", "id": "jenis barang lain?"},
    "doubt.whole_photo": {"en": "something may be wrong", "id": "mungkin ada cacat"},
}


def headline(verdict: Verdict, language: Language) -> str:
    """The verdict in two or three words."""
    return _HEADLINES[verdict.grade or verdict.status][language]


def line(reason: Reason, count: int, language: Language) -> str:
    """A reason in a few words: what it is, how often, how bad, how sure."""
    if reason.rule in _RULES:
        return _RULES[reason.rule][language]
    name = taxonomy().defect(reason.code).name.in_language(language) if reason.code else reason.rule
    words = [f"{name} ({count}x)" if count > 1 else name]
    if reason.severity in _SEVERITIES:
        words.append(_SEVERITIES[reason.severity][language])
    if (probability := probability_of(reason)) > 0:  # never 100 %: no photo proves that much
        words.append(f"{min(99, round(100 * probability))} %" + ("?" if reason.rule.startswith("doubt.") else ""))
    return " - ".join(words)


def tag(reason: Reason, language: Language) -> str:
    """The first word or two of a defect's name, to stand beside its box."""
    name = taxonomy().defect(reason.code).name.in_language(language) if reason.code else ""
    return re.split(r"[,(/]", name)[0].strip()


def probability_of(reason: Reason) -> float:
    """The detection's probability, 0 where the reason has none."""
    probability = reason.params.get("probability")
    return float(probability) if isinstance(probability, int | float) else 0.0
