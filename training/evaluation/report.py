"""The report: one HTML file with everything in it, so that it can be mailed and still be read in ten years."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.evaluation import plots
from training.evaluation.curves import Cost, Scores, SizeClass, auroc, what_if

STYLE = """
:root { font: 15px/1.5 system-ui, sans-serif; color: #1d1d1b; }
body { max-width: 1180px; margin: 2rem auto; padding: 0 1.2rem; }
h1 { font-size: 1.7rem; margin-bottom: 0; } h2 { margin-top: 2.4rem; border-bottom: 1px solid #ddd; font-size: 1.2rem; }
p { max-width: 46rem; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .86rem; }
th, td { padding: .15rem .7rem .15rem 0; text-align: right; } th:first-child, td:first-child { text-align: left; }
th { border-bottom: 1px solid #999; font-weight: 600; vertical-align: bottom; } tr.own td { background: #eef6f2; }
.drawings, .tables { display: flex; flex-wrap: wrap; gap: 1.5rem 2rem; align-items: start; }
.drawings svg { width: 350px; height: auto; }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(270px, 1fr)); gap: 1.2rem; }
figure { margin: 0; } figure img { width: 100%; } figcaption { font-size: .75rem; overflow-wrap: anywhere; }
td.hit { background: #dceee5; } .quiet { color: #666; }
"""


class Page:
    """An HTML page that is written from top to bottom."""

    def __init__(self, title: str, below: str) -> None:
        self._parts = [f"<h1>{escape(title)}</h1><p class=quiet>{escape(below)}</p>"]
        self._title = title

    def heading(self, text: str, *notes: str) -> None:
        """A section, and what must be known to read it."""
        self._parts.append(f"<h2>{escape(text)}</h2>" + "".join(f"<p>{escape(note)}</p>" for note in notes))

    def table(self, head: Sequence[str], rows: Iterable[Sequence[object]], own: Sequence[int] = ()) -> None:
        """A table; floats with three digits, rows of `own` stand out."""
        top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
        body = "".join(
            f"<tr{' class=own' if k in own else ''}>" + "".join(f"<td>{_cell(cell)}</td>" for cell in row) + "</tr>"
            for k, row in enumerate(rows)
        )
        self._parts.append(f"<table><tr>{top}</tr>{body}</table>")

    def drawings(self, *svg: str) -> None:
        """SVG side by side."""
        self._parts.append(f"<div class=drawings>{''.join(svg)}</div>")

    def confusion(self, labels: Sequence[str], columns: Sequence[str], counts: NDArray[np.int64]) -> None:
        """Counts of what was said (columns) of what is (rows); right answers stand out."""
        top = "".join(f"<th>{escape(c.replace('_', ' '))}</th>" for c in ("is / was called", *columns))
        rows = ""
        for k, label in enumerate(labels):
            cells = "".join(f"<td{' class=hit' if j == k else ''}>{n or ''}</td>" for j, n in enumerate(counts[k]))
            rows += f"<tr><td>{escape(label.replace('_', ' '))}</td>{cells}</tr>"
        self._parts.append(f"<table><tr>{top}</tr>{rows}</table>")

    def pictures(self, shown: Iterable[tuple[str, str]]) -> None:
        """Data URIs, each with its caption."""
        figures = "".join(
            f"<figure><img src='{uri}' alt=''><figcaption>{escape(caption)}</figcaption></figure>"
            for uri, caption in shown
        )
        self._parts.append(f"<div class=pictures>{figures}</div>")

    def html(self) -> str:
        """The whole page."""
        return (
            f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(self._title)}</title>"
            f"<meta name=viewport content='width=device-width'><style>{STYLE}</style>"
            f"<body>{''.join(self._parts)}</body></html>"
        )


def curves(page: Page, every: Sequence[Scores], bands: tuple[float, float]) -> None:
    """ROC, precision and recall, reliability, and what thresholds on the photo's defect probability cost."""
    page.heading(
        "Defective or not",
        "Each set on its own: a pooled number would hide that a set is one cloth. Composites are good products before "
        "and after a defect was put on them; they show what is seen, not what the field is like.",
    )
    page.drawings(plots.roc_curves(every), plots.precision_recall_curves(every), plots.reliability_curves(every))
    page.heading(
        "What a threshold costs",
        f"On the photo's defect probability alone; this bundle refers from {bands[0]:g} on and acts from {bands[1]:g} "
        "on. Escapes: defective photos below refer. False rejects: good ones from act on. Referred: good ones between.",
    )
    for scores in every:
        costs = what_if(scores)
        if not any((c.refer, c.act) == bands for c in costs):
            costs = sorted([*costs, *what_if(scores, bands[:1], bands[1:])], key=lambda c: (c.refer, c.act))
        page.heading(f"{scores.name}: {len(scores.good)} good, {len(scores.bad)} defective")
        own = [k for k, c in enumerate(costs) if (c.refer, c.act) == bands]
        page.table(("refer from", "act from", "escapes", "false rejects", "referred"), map(_cost, costs), own)


def by_size(page: Page, classes: Sequence[SizeClass], promised: float | None, cell: float) -> None:
    """Recall of composites by size, and the promise that follows."""
    if promised is None:
        promise = "No size reaches a recall of 0.8 with all larger ones: no smallest defect can be promised."
    else:
        promise = f"From {promised:g} px of the input on ({promised / cell:.1f} cells), recall is at least 0.8."
    page.heading("Recall by size of the defect", "Of composites on good products. " + promise)
    page.drawings(plots.sizes(classes))


def by_code(page: Page, rows: Sequence[tuple[str, int, float, float, float, float]]) -> None:
    """Composites by code: pairs, AUROC, share raised, recall on the spot, share accepted."""
    page.heading("Composites by code")
    head = ("code", "pairs", "AUROC", "raised", "found on the spot", "accepted")
    page.table(head, rows)


def causes(page: Page, metrics: dict[str, Any]) -> None:
    """False alarms on made good pieces by what made them hard: figures of the bundle, from its held-out pieces."""
    page.heading(
        "False alarms on hard good pieces, by cause",
        "Made pieces that are good and look irregular, as measured when the bundle was released: "
        "share that reaches the refer threshold.",
    )
    splits = {
        split: figures["false_alarms_by_cause"]
        for split, figures in metrics.items()
        if isinstance(figures, dict) and figures.get("false_alarms_by_cause")
    }
    head = [cell for split in splits for cell in (split, "n")]
    rows = []
    for cause in sorted({cause for figures in splits.values() for cause in figures}):
        row: list[object] = [cause]
        for figures in splits.values():
            figure = figures.get(cause, {"share": float("nan"), "n": 0})
            row += [figure["share"], figure["n"]]
        rows.append(row)
    page.table(("cause", *head), rows)


def scorer_table(page: Page, figures: dict[str, dict[str, Any]]) -> None:
    """The scorer's figures with their intervals."""
    page.heading("As scored", "By the scorer of the folder; intervals are 95 % bootstraps over groups.")
    rows = ((name, f["value"], *(f.get("ci95") or ("", "")), f["n"]) for name, f in figures.items())
    page.table(("figure", "value", "from", "to", "n"), rows)


def summary(every: Sequence[Scores]) -> list[tuple[str, float, int]]:
    """AUROC and photos of each population."""
    return [(s.name, auroc(s.good, s.bad), len(s.good) + len(s.bad)) for s in every]


def _cost(cost: Cost) -> tuple[float, ...]:
    return cost.refer, cost.act, cost.escapes, cost.false_rejects, cost.referred


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "-" if np.isnan(value) else f"{value:.3f}"
    return escape(str(value))
