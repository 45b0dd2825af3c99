"""Why a photo is to be labelled, in words: English and Bahasa Indonesia."""

from __future__ import annotations

from qc.ledger.labelling_value import Rule, Why
from qc.standards.taxonomy import taxonomy
from qc.standards.vocabulary import Bilingual, Language

_WORDS: dict[Rule, Bilingual] = {
    "inspectors_disagree": Bilingual(
        en="two people judged this piece, and not alike", id="dua orang menilai barang ini dan hasilnya berbeda"
    ),
    "overruled": Bilingual(
        en="a person overruled the verdict on this piece", id="putusan atas barang ini diubah oleh petugas"
    ),
    "phone_disagrees": Bilingual(
        en="the phone said {said}, the server otherwise", id="ponsel menyatakan {said}, server menyatakan lain"
    ),
    "challenger_disagrees": Bilingual(
        en="the challenger {model} judges this piece otherwise", id="model penantang {model} menilai barang ini lain"
    ),
    "referral_band": Bilingual(
        en="{name} at {probability:.2f}: between {refer:.2f}, where a person must look, and {act:.2f}, where it counts",
        id="{name} pada {probability:.2f}: antara {refer:.2f} (harus dilihat orang) dan {act:.2f} (dianggap ada)",
    ),
    "whole_photo": Bilingual(
        en="the photo as a whole looks defective ({probability:.2f}), but no place is sure",
        id="foto secara keseluruhan tampak cacat ({probability:.2f}), tetapi tempatnya tidak pasti",
    ),
    "unlike_training": Bilingual(
        en="unlike what the model was trained on: {novelty:.1f} times the distance of all but the oddest",
        id="tidak mirip bahan latihan model: {novelty:.1f} kali jarak yang biasa",
    ),
    "chance": Bilingual(
        en="chosen by chance, so that errors nobody doubts are seen too",
        id="dipilih secara acak, agar kesalahan yang tidak diragukan pun terlihat",
    ),
}


def in_words(why: Why, language: Language) -> str:
    """A reason as a sentence."""
    code = why.params.get("code")
    name = taxonomy().defect(code).name.in_language(language) if code is not None else ""
    return _WORDS[why.rule].in_language(language).format(name=name, **why.params)
