"""Words of the receipt page: Bahasa Indonesia first, English beside it. Words about defects are the catalogues'."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from qc.ledger.states import PieceState


class Said(NamedTuple):
    """The same in both languages."""

    id: str
    en: str


TITLE = Said("Tanda terima", "Receipt")
STATES: Mapping[PieceState, Said] = {
    PieceState.REGISTERED: Said("Sudah difoto, belum diputuskan", "Photographed, not decided yet"),
    PieceState.AWAITING_CHECKS: Said("Menunggu pemeriksaan tangan", "Waiting for hand checks"),
    PieceState.REFERRED: Said("Akan dilihat oleh pemeriksa", "A person will look at it"),
    PieceState.RETURNED: Said("Dikembalikan untuk diperbaiki", "Returned, to be mended"),
    PieceState.ACCEPTED: Said("Diterima untuk ekspor", "Accepted for export"),
    PieceState.IN_BATCH: Said("Diterima untuk ekspor", "Accepted for export"),
    PieceState.SHIPPED: Said("Diterima dan sudah dikirim", "Accepted and shipped"),
    PieceState.REJECTED: Said("Ditolak", "Rejected"),
    PieceState.VOIDED: Said("Dibatalkan: tercatat karena keliru", "Voided: registered by mistake"),
}
LOCAL = Said("Dikembalikan: baik untuk pasar lokal, belum untuk ekspor", "Returned: good for the local market only")
RETAKE = Said("Foto harus diulang", "The photos must be taken again")

TO_MEND = Said("Yang perlu diperbaiki", "What to mend")
WHY = Said("Alasannya", "Why")
NEXT_TIME = Said("Untuk barang berikutnya", "For the next piece")
NOTHING = Said(
    "Pemeriksa memutuskan dengan melihat dan meraba barangnya. Tanyakan alasannya di tempat pengumpulan.",
    "The inspector decided by eye and hand. Ask why at the collection point.",
)
WHERE = Said("terlihat pada", "seen in")
PHOTOS = Said("Foto yang ditandai", "Marked photos")

APPEAL = Said("Tidak setuju?", "You disagree?")
HOW = Said(
    "Bawa barang dan tanda terima ini ke {place} dan katakan: keberatan. Orang lain akan memeriksa tanpa melihat hasil "
    "pertama. Boleh kapan saja sebelum barang diperbaiki, dan tidak ada biaya.",
    "Bring the piece and this receipt to {place} and say that you appeal. Somebody else will judge it without seeing "
    "the first result, at any time before the piece is mended, free of charge.",
)
PAID = Said(
    "Yang sudah diterima tetap dibayar, juga bila nilainya berubah kemudian.",
    "What was accepted stays payable, even if its grade changes later.",
)

PRODUCT = Said("Barang", "Product")
TAG = Said("Label", "Tag")
INSPECTED = Said("Diperiksa", "Inspected")
DECIDED = Said("Diputuskan", "Decided")
ATTEMPT = Said("Pemeriksaan ke", "Attempt")
CODE = Said("Kode", "Code")
GRADE = Said("Nilai", "Grade")
NO_PERSON = Said(
    "Halaman ini hanya memuat hasil pemeriksaan. Nama tidak disimpan.",
    "This page holds the result only. No name is kept.",
)

UNKNOWN = Said("Tanda terima tidak ditemukan", "No such receipt")
CHECK_CODE = Said("Periksa lagi setiap huruf kodenya.", "See whether every letter of the code is right.")

MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
    "Desember",
)  # fmt: skip
