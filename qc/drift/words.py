"""Words of the drift report: Bahasa Indonesia first, English beside it. Words about defects and grades are the
catalogues'."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from qc.drift.charts import DEFECT, GRADE, Chart, Measure
from qc.drift.judge import State
from qc.drift.weeks import IsoWeek
from qc.standards.taxonomy import taxonomy
from qc.standards.vocabulary import Bilingual, Language
from qc.standards.words import catalogue, word


def _said(indonesian: str, english: str) -> Bilingual:
    return Bilingual(id=indonesian, en=english)


TITLE = _said("Pergeseran foto dan penilaian", "Drift of photos and verdicts")
STATES: Mapping[State, Bilingual] = {
    "signal": _said("di luar batas", "out of control"),
    "in_control": _said("seperti biasa", "as usual"),
    "learning": _said("masih mengumpulkan patokan", "baseline still short"),
    "too_few": _said("terlalu sedikit untuk dinilai", "too few to judge"),
}
_CHARTS = {
    "exposure": _said("Terang foto (0 gelap, 1 putih)", "Brightness of photos (0 black, 1 white)"),
    "sharpness": _said("Ketajaman foto", "Sharpness of photos"),
    "novelty": _said(
        "Keasingan bagi model (1 = paling ujung saat uji)", "Strangeness to the model (1 = far end in tests)"
    ),
    "megapixels": _said("Ukuran foto (megapiksel)", "Size of photos (megapixels)"),
    "not_woven": _said("Pemeriksaan dengan foto tanpa anyaman", "Inspections with a photo of nothing woven"),
    "material_unsure": _said("Bahan tidak dikenali", "Material not recognised"),
    "retake": _said("Foto harus diulang", "Photos to be taken again"),
    "referred": _said("Perlu dilihat pemeriksa", "Left to a person"),
    "awaiting_checks": _said("Menunggu pemeriksaan tangan", "Waiting for hand checks"),
    "overruled": _said("Putusan diganti pemeriksa", "Overruled by a person"),
    "phone_disagreed": _said("HP dan server berbeda", "Phone and server differ"),
}
OF = {
    "not_woven": _said("pemeriksaan", "inspections"),
    "material_unsure": _said("pemeriksaan", "inspections"),
    "retake": _said("pemeriksaan", "inspections"),
    "overruled": _said("keputusan", "decisions"),
    "phone_disagreed": _said("putusan HP", "phones' verdicts"),
}
PIECES = _said("barang", "pieces")
ALL_WELL = _said("Tidak ada yang di luar batas.", "Nothing is out of control.")
FOUND = _said(
    "{signals} dari {charts} grafik di luar batas, di {points} tempat pengumpulan.",
    "{signals} of {charts} charts are out of control, at {points} collection points.",
)
NOTHING = _said("Tidak ada pemeriksaan pada minggu itu.", "Nothing was inspected in that week.")
WEEK = _said(
    "Minggu ini {value}; biasanya {usual}, batasnya {low} sampai {high}. Dari {pieces} {of}.",
    "{value} this week; usually {usual}, limits {low} to {high}. Of {pieces} {of}.",
)
WINDOW = _said(
    "Empat minggu terakhir bersama {value}; biasanya {usual}, batasnya {low} sampai {high}. Dari {pieces} {of}.",
    "{value} over the last four weeks together; usually {usual}, limits {low} to {high}. Of {pieces} {of}.",
)
FRESH = _said("Baru minggu ini.", "New this week.")
GOES_ON = _said("Sudah sejak minggu sebelumnya.", "Already so the week before.")
TYPICAL = _said("Biasanya: foto paling khas dari minggu-minggu patokan", "Usual: most typical photos of the baseline")
FARTHEST = _said("Minggu ini: foto yang paling jauh dari biasanya", "This week: photos farthest from the usual")
COUNTED = _said("Minggu ini: foto yang terhitung di sini", "This week: photos that this counts")
POINT = _said("Tempat pengumpulan", "Collection point")
INSPECTIONS = _said("Pemeriksaan", "Inspections")
STATE = _said("Keadaan", "State")
CHARTS = _said("Grafik di luar batas", "Charts out of control")
ALL_CHARTS = _said("Semua grafik", "All charts")
MODEL = _said("Model", "Model")
HOW = _said("Cara membaca", "How to read this")
READING = _said(
    "Tiap titik satu minggu. Garis putus: biasanya, menurut minggu-minggu patokan (latar abu-abu), yaitu minggu-minggu "
    "pertama model ini dipakai. Pita: batasnya; perbedaan antarminggu yang wajar sudah dihitung. Titik merah: di luar "
    "batas, minggu itu sendiri atau empat minggu bersama. Di tempat yang tidak berubah, alarm palsu muncul paling "
    "sering satu dari {weeks} minggu. Alarm berarti: lihat fotonya dan tanyakan apa yang berubah. Itu bukan putusan "
    "tentang perajin.",
    "A dot is a week. Dashed: the usual figure, of the baseline's weeks (grey), the first ones of this model. Band: "
    "its limits, which allow for what weeks differ by anyway. Red: out of control, the week alone or four weeks "
    "together. Where nothing changes a point is alarmed wrongly in one week of {weeks} at most. An alarm means: look "
    "at the photos and ask what has changed. It is no verdict on weavers.",
)
NO_PHOTO = _said("Fotonya tidak ada di penyimpanan", "The photo is not in the store")


def chart_name(chart: Chart) -> Bilingual:
    """What a chart shows, in words."""
    if chart.key.startswith(GRADE):
        grade = chart.key.removeprefix(GRADE)
        return _said(f"Nilai {word('grades', grade, 'id')}", f"Grade {word('grades', grade, 'en')}")
    if chart.key.startswith(DEFECT):
        name = taxonomy().defect(chart.key.removeprefix(DEFECT)).name
        return _said(f"Cacat: {name.id}", f"Defect: {name.en}")
    return _CHARTS[chart.key]


def counted_in(chart: Chart) -> Bilingual:
    """What a chart's figure is of."""
    return OF.get(chart.key, PIECES)


def figure(chart: Chart, value: float, language: Language) -> str:
    """A figure as people read it."""
    if isinstance(chart, Measure):
        text = f"{value:.{chart.digits}f}"
    else:
        text = f"{100 * value:.1f} %" if value < 0.1 else f"{100 * value:.0f} %"
    return text.replace(".", catalogue(language).decimal_mark)


def filled(text: Bilingual, values: Callable[[Language], Mapping[str, object]]) -> Bilingual:
    """A sentence with its places filled, each language in its own way."""
    return _said(text.id.format_map(values("id")), text.en.format_map(values("en")))


def days(week: IsoWeek) -> str:
    """The days of a week, in a way that both languages read: 2026-W47 (2026-11-16 - 2026-11-22)."""
    last: datetime = week.ends - timedelta(days=1)
    return f"{week} ({week.begins:%Y-%m-%d} – {last:%Y-%m-%d})"
