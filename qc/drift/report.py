"""The drift report as one page that needs nothing else: charts, words in both languages, photos beside each other."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from qc.drift import words
from qc.drift.charts import Measure
from qc.drift.digest import WeekDigest
from qc.drift.judge import ALARM, Judged, PointChart, Signal, State
from qc.drift.photos import point_weeks, showing, typical_of_baseline
from qc.drift.plot import plot
from qc.drift.weeks import IsoWeek
from qc.standards.vocabulary import Bilingual, Language

SHOWN_WEEKS = 26
_LARGE, _SMALL = (940, 220), (310, 150)
"""Sizes of plots, in pixels."""
MOST_PICTURED = 8
"""Signals of one point whose photos are shown, those farthest from their limits first."""
_STYLE = """
:root{color-scheme:light}*{box-sizing:border-box}
body{margin:0 auto;max-width:64rem;padding:1.2rem;font:1rem/1.45 system-ui,sans-serif;color:#2a2019;background:#fff}
h1{font-size:1.5rem;margin:.2rem 0;color:#5b3a1e}h2{font-size:1.2rem;margin:2.2rem 0 .4rem;color:#5b3a1e;
border-top:1px solid #e5e0d8;padding-top:1rem}h3{font-size:1.02rem;margin:0 0 .2rem}
.en{display:block;font-size:.84em;color:#635a52;font-weight:400}
.say{padding:.7rem 1rem;border-radius:.5rem;border:2px solid #2c6e3f;background:#edf6ef;font-weight:600}
.say.bad{border-color:#b3261e;background:#fdf0ee}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.35rem .8rem .35rem 0;
border-bottom:1px solid #e5e0d8}td.n{text-align:right;font-variant-numeric:tabular-nums;padding-right:1.6rem}
.signal{color:#8c1d17;font-weight:600}.too_few,.learning{color:#635a52}
.card{border:1px solid #e0d6ca;border-radius:.6rem;padding:.9rem 1rem;margin:.9rem 0;break-inside:avoid}
.card p{margin:.2rem 0 .5rem}svg{max-width:100%;height:auto;display:block}
svg text{font:11px system-ui,sans-serif;fill:#4a3c30}
.pictures{display:grid;grid-template-columns:1fr 1fr;gap:1rem;margin-top:.7rem}
.pictures figure{margin:0}.pictures figcaption{font-size:.86rem;margin-bottom:.3rem}
.row{display:flex;gap:.4rem}.row img{width:32%;height:8.5rem;object-fit:cover;border-radius:.3rem;background:#f0ece6}
.small{display:grid;grid-template-columns:repeat(auto-fill,minmax(19rem,1fr));gap:.6rem 1.2rem;margin:.6rem 0}
.small figure{margin:0}.small figcaption{font-size:.86rem}
summary{cursor:pointer;padding:.3rem 0;color:#5b3a1e}a{color:#5b3a1e}
footer{margin-top:2rem;font-size:.84rem;color:#635a52}
.wide{overflow-x:auto}td:nth-child(3){white-space:nowrap}td:nth-child(4){min-width:14rem}
@media (max-width:40rem){.pictures{grid-template-columns:1fr}}@media print{body{max-width:none}details{display:none}}
"""

Thumbnail = Callable[[str], bytes | None]
"""From a photo's SHA-256 to a small JPEG; None where the store does not have it."""


@dataclass(frozen=True)
class Subject:
    """What a report is about."""

    organisation: str
    week: IsoWeek
    model: str | None


def report(
    subject: Subject, lines: Sequence[PointChart], digests: Sequence[WeekDigest], thumbnail: Thumbnail
) -> Iterator[str]:
    """The page, in pieces.

    Args:
        subject: whose, and of which week.
        lines: all charts, judged up to that week.
        digests: of all weeks: they know of photos.
        thumbnail: gives photos, small.
    """
    by_point: dict[str, list[PointChart]] = {}
    for line in lines:
        by_point.setdefault(line.point, []).append(line)
    alarmed = {point: _signals(own, subject.week) for point, own in sorted(by_point.items())}
    yield _head(subject)
    yield _summary(subject, alarmed, len(lines))
    yield f"<details><summary>{_both(words.HOW)}</summary><p>{_both(_reading())}</p></details>"
    yield _table(subject.week, by_point, alarmed)
    for point, signals in alarmed.items():
        seen = point_weeks(digests, point, by_point[point][0].model)
        yield f'<h2 id="{escape(point)}">{escape(point)}</h2>'
        for number, (line, judged, signal) in enumerate(signals):
            photos = (
                (typical_of_baseline(line, seen), showing(line, judged, seen)) if number < MOST_PICTURED else ((), ())
            )
            yield _card(line, signal, *photos, thumbnail)
        yield _all_charts(by_point[point])
    yield "</body></html>\n"


Found = tuple[PointChart, Judged, Signal]


def _signals(lines: Iterable[PointChart], week: IsoWeek) -> list[Found]:
    """Charts of a point that are out of control in a week, the farthest beyond its limits first."""
    found = [
        (line, judged, judged.signal)
        for line in lines
        for judged in line.weeks[-1:]
        if judged.week == week and judged.signal is not None
    ]
    return sorted(found, key=lambda each: -_beyond(each[2]))


def _beyond(signal: Signal) -> float:
    """How far a figure is from the usual, the nearer limit being 1."""
    limit = signal.band.high if signal.side == "above" else signal.band.low
    return abs(signal.value - signal.band.centre) / max(abs(limit - signal.band.centre), 1e-9)


def _head(subject: Subject) -> str:
    facts = [subject.organisation, words.days(subject.week), *([subject.model] if subject.model else [])]
    title = f"{words.TITLE.id}, {subject.week}"
    return (
        '<!doctype html><html lang="id"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{_both(words.TITLE)}</h1><p>{escape(' · '.join(facts))}</p>"
    )


def _summary(subject: Subject, alarmed: Mapping[str, Sequence[Found]], charts: int) -> str:
    signals = sum(len(found) for found in alarmed.values())
    if subject.model is None:
        return f'<p class="say">{_both(words.NOTHING)}</p>'
    if not signals:
        return f'<p class="say">{_both(words.ALL_WELL)}</p>'
    points = sum(bool(found) for found in alarmed.values())
    said = words.filled(words.FOUND, lambda _: {"signals": signals, "charts": charts, "points": points})
    return f'<p class="say bad">{_both(said)}</p>'


def _reading() -> Bilingual:
    return words.filled(words.READING, lambda _: {"weeks": round(1 / ALARM)})


def _table(week: IsoWeek, by_point: Mapping[str, Sequence[PointChart]], alarmed: Mapping[str, Sequence[Found]]) -> str:
    rows = []
    for point, found in alarmed.items():
        state = _state(week, by_point[point])
        names = "; ".join(words.chart_name(line.chart).id for line, _, _ in found)
        rows.append(
            f'<tr><th scope="row"><a href="#{escape(point)}">{escape(point)}</a></th>'
            f'<td class="n">{_inspections(week, by_point[point])}</td>'
            f'<td class="{state}">{_both(words.STATES[state])}</td><td>{escape(names)}</td></tr>'
        )
    head = "".join(f"<th>{_both(name)}</th>" for name in (words.POINT, words.INSPECTIONS, words.STATE, words.CHARTS))
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    return f'<div class="wide">{table}</div>' if rows else ""


def _state(week: IsoWeek, lines: Iterable[PointChart]) -> State:
    states = {line.weeks[-1].state for line in lines if line.weeks[-1].week == week}
    order: tuple[State, ...] = ("signal", "in_control", "learning")
    return next((state for state in order if state in states), "too_few")


def _inspections(week: IsoWeek, lines: Iterable[PointChart]) -> int:
    retakes = next(line.weeks[-1] for line in lines if line.chart.key == "retake")  # counted of every inspection
    return retakes.pieces if retakes.week == week else 0


def _card(
    line: PointChart, signal: Signal, typical: Sequence[str], farthest: Sequence[str], thumbnail: Thumbnail
) -> str:
    def values(language: Language) -> dict[str, object]:
        numbers = {"value": signal.value, "usual": signal.band.centre, "low": signal.band.low, "high": signal.band.high}
        said = {name: words.figure(line.chart, number, language) for name, number in numbers.items()}
        return {**said, "pieces": signal.pieces, "of": words.counted_in(line.chart).in_language(language)}

    name = words.chart_name(line.chart)
    sentence = words.filled(words.WEEK if signal.rule == "week" else words.WINDOW, values)
    news = words.FRESH if signal.fresh else words.GOES_ON
    pictures = ""
    if farthest:
        caption = words.FARTHEST if isinstance(line.chart, Measure) else words.COUNTED
        pictures = (
            f'<div class="pictures">{_pictures(words.TYPICAL, typical, thumbnail)}'
            f"{_pictures(caption, farthest, thumbnail)}</div>"
        )
    return (
        f'<div class="card"><h3>{_both(name)}</h3><p>{_both(sentence)}</p><p>{_both(news)}</p>'
        f"{plot(line, SHOWN_WEEKS, _LARGE, f'{name.id}. {sentence.id}')}{pictures}</div>"
    )


def _pictures(caption: Bilingual, names: Sequence[str], thumbnail: Thumbnail) -> str:
    images = []
    for name in names:
        jpeg = thumbnail(name)
        if jpeg is None:
            images.append(f'<img alt="{escape(words.NO_PHOTO.id)}" title="{name}">')
        else:
            data = base64.b64encode(jpeg).decode()
            images.append(f'<img src="data:image/jpeg;base64,{data}" alt="{escape(caption.id)}" title="{name}">')
    return f'<figure><figcaption>{_both(caption)}</figcaption><div class="row">{"".join(images)}</div></figure>'


def _all_charts(lines: Sequence[PointChart]) -> str:
    figures = []
    for line in lines:
        last = line.weeks[-1]
        name = words.chart_name(line.chart)
        if any(week.value for week in line.weeks):
            said = "–" if last.value is None else words.figure(line.chart, last.value, "id")
            alt = f"{name.id}: {said}, {words.STATES[last.state].id}"
            figures.append(
                f"<figure><figcaption>{_both(name)}</figcaption>{plot(line, SHOWN_WEEKS, _SMALL, alt)}</figure>"
            )
    return f'<details><summary>{_both(words.ALL_CHARTS)}</summary><div class="small">{"".join(figures)}</div></details>'


def _both(said: Bilingual) -> str:
    return f'<span>{escape(said.id)}<span class="en" lang="en">{escape(said.en)}</span></span>'
