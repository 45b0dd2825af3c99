"""The report's drawings, as SVG text to stand in a page."""

from __future__ import annotations

import io
from collections.abc import Sequence

import matplotlib as mpl
from matplotlib.figure import Figure

from training.evaluation.curves import Scores, SizeClass, auroc, precision_recall, reliability, roc

COLOURS = ("#1b6e53", "#b4472b", "#3b5ba5", "#8a6d1c", "#7a3b8f", "#4d4d4d", "#0e7490", "#a3365c")
WIDTH, HEIGHT = 5.2, 4.2


def roc_curves(every: Sequence[Scores]) -> str:
    """Recall against false alarms, one line a population."""
    figure, axes = _square("share of good photos alarmed at", "share of defective photos found")
    for scores, colour in zip(every, COLOURS, strict=False):
        label = f"{scores.name}: {auroc(scores.good, scores.bad):.3f}"
        axes.step(*roc(scores), where="post", color=colour, label=label, linewidth=1.6)
    axes.plot([0, 1], [0, 1], color="#bbb", linewidth=0.8, linestyle=":")
    axes.legend(loc="lower right", fontsize=8, title="AUROC", title_fontsize=8, frameon=False)
    return _svg(figure)


def precision_recall_curves(every: Sequence[Scores]) -> str:
    """Precision against recall, one line a population; dots are what calling everything defective would give."""
    figure, axes = _square("share of defective photos found", "share of alarms that are right")
    for scores, colour in zip(every, COLOURS, strict=False):
        axes.plot(*precision_recall(scores), color=colour, label=scores.name, linewidth=1.6)
        share = len(scores.bad) / (len(scores.bad) + len(scores.good))
        axes.plot([1], [share], "o", color=colour, markersize=4)
    axes.legend(loc="lower left", fontsize=8, frameon=False)
    return _svg(figure)


def reliability_curves(every: Sequence[Scores]) -> str:
    """How often photos with a probability were defective; a calibrated model lies on the diagonal."""
    figure, axes = _square("probability of a defect, as said", "share that had one")
    axes.plot([0, 1], [0, 1], color="#bbb", linewidth=0.8, linestyle=":")
    for scores, colour in zip(every, COLOURS, strict=False):
        said, true, count, error = reliability(scores)
        axes.plot(said, true, color=colour, linewidth=1, label=f"{scores.name}: ECE {error:.3f}")
        axes.scatter(said, true, s=[8 + 60 * n / max(count) for n in count], color=colour, alpha=0.7)
    axes.legend(loc="upper left", fontsize=8, frameon=False)
    return _svg(figure)


def sizes(classes: Sequence[SizeClass]) -> str:
    """Recall of composites by the size of the defect."""
    figure = Figure(figsize=(WIDTH, HEIGHT * 0.8), layout="constrained")
    axes = figure.subplots()
    names = [f"{c.low:g}-{c.high:g}" if c.high < 10_000 else f"from {c.low:g}" for c in classes]
    bars = axes.bar(names, [c.recall for c in classes], color=COLOURS[0])
    axes.bar_label(bars, [f"n={c.n}" for c in classes], fontsize=8)
    axes.set(ylim=(0, 1.08), xlabel="longest extent, px of the network's input", ylabel="recall")
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    return _svg(figure)


def _square(x: str, y: str) -> tuple[Figure, mpl.axes.Axes]:
    figure = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
    axes = figure.subplots()
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.02), xlabel=x, ylabel=y)
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#eee")
    return figure, axes


def _svg(figure: Figure) -> str:
    """The drawing without what differs from run to run: no date, ids from its content."""
    out = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "report", "svg.fonttype": "none"}):
        figure.savefig(out, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    text = out.getvalue()
    return text[text.index("<svg") :]
