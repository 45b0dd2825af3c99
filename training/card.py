"""The model card: what a bundle is, what it was made of, what is known of it, good and bad."""

from __future__ import annotations

from typing import Any

from training.risk import Promise
from training.splits import KEPT_OUT

SCORES = ("<!-- scores -->", "<!-- /scores -->")
"""Between these two lines stand the figures on real photos; `training.evaluate` writes them."""

TEXT = """# {name} {version}

Looks at one photo of a handwoven piece and reports: woven or not, kind, material, where it sees which defect, and how
far the photo is from what it was trained on. It gives no grade; an export standard does.

**What it was trained on.** {trained}
**Nothing is promised for photos from the field** until at least 300 labelled ones exist; until then every figure
below is a stand-in. Doubtful pieces go to a person, and a piece that it calls defective is to be looked at before a
weaver is sent home with it.

**What it cannot see.** Anything smaller than about two cells of its map, which is {smallest} of the longer side of the
photo; moisture, smell, sharp points, metal; mould or insects that do not show. Kinds known: {kinds}. Materials known:
{materials}, of which only those that made pieces come in.

## On real photos

{begin}
Not measured yet.
{end}

Measured by grading the photos of evaluation sets that the model was never trained on. The cloth sets are cloth: real
defects, but no basketry. Intervals are 95 % bootstraps over groups.

## On made pieces

These compare one model with another. They are not accuracy in the field.

{made}

`made-test_iid` holds pieces made as the trained ones were; `made-test_shift` whole weaves, a material and lights that
training never met: {kept_out}.

## What a threshold costs

{risk}

## How it was made

EfficientNet-Lite0 with ImageNet weights, {trunk}; batch normalisation never retrained. Its own last layers speak for
the kinds that ImageNet knows. Before the defect map the network compares each patch with its nearest others in the same
photo, and each place with its surroundings. Input {size} x {size} px after the
box-mean resize. Training configuration, seeds, fingerprints and thresholds: `bundle.json`.

Thresholds: {guarantee}.

## Licences of the inputs

| input | licence | source |
| --- | --- | --- |
{licences}
"""


def card(fields: dict[str, Any]) -> str:
    """The card of a bundle from its fields, figures on real photos still open."""
    size = fields["preprocess"]["size"]
    figures = fields["metrics"]
    made = "\n\n".join(_table(split, figures[split]) for split in figures if split.startswith("made-"))
    return TEXT.format(
        name=fields["name"],
        version=fields["version"],
        trained=_trained(fields),
        smallest=f"{2 * 8 / size:.0%}",
        kinds=", ".join(fields["labels"]["kinds"]),
        materials=", ".join(fields["labels"]["materials"]),
        size=size,
        kept_out="; ".join(f"{field} {', '.join(sorted(values))}" for field, values in KEPT_OUT.items()),
        trunk=_trunk(fields["training"]["config"].get("trunk_rate", 0)) if "training" in fields else "frozen",
        begin=SCORES[0],
        end=SCORES[1],
        made=made,
        risk=_risk(figures.get("risk", {})),
        guarantee=fields["thresholds"]["defect"]["guarantee"],
        licences="\n".join(f"| {x['input']} | {x['licence']} | {x['source']} |" for x in fields["licences"]),
    )


def _trained(fields: dict[str, Any]) -> str:
    first = fields["datasets"][0]
    if (start := fields["metrics"].get("fine_tuned_from")) is None:
        return f"Made pieces alone: {first['samples']} pictures and surfaces, no real photo of a woven piece."
    photos = f"on {first['samples']} photos that people judged, and " if first["role"] == "train" else ""
    return f"What {start} was trained on; from there it was fine-tuned {photos}on made pieces."


def _trunk(rate: float) -> str:
    if rate == 0:
        return "all of it kept as it was"
    return f"kept as it was to stride 8, the upper blocks trained at a rate of {rate:g} and held near the original"


def _risk(risk: dict[str, Any]) -> str:
    """What-if tables over the photo's defect probability: a piece below `refer` is accepted on this photo alone."""
    if not risk:
        return "Not measured."
    lines = [
        "Escapes: share of made pieces with a critical or major defect below `refer`. False rejects: good ones from "
        "`act` on. Referred: good ones between. Promised: " + str(Promise(**risk["promise"])) + ".",
    ]
    for split, rows in risk["what_if"].items():
        lines += [
            "",
            f"### {split}",
            "",
            "| refer | escapes | false rejects | good referred |",
            "| --- | --- | --- | --- |",
        ]
        lines += [
            f"| {r['refer']:.2f} | {r['escapes']:.3f} | {r['false_rejects']:.3f} | {r['good_referred']:.3f} |"
            for r in rows
        ]
    return "\n".join(lines)


def _table(split: str, figures: dict[str, Any]) -> str:
    lines = [f"### {split}, {figures['samples']} pictures", "", "| figure | value | n |", "| --- | --- | --- |"]
    single = ("gate_auroc", "kind_accuracy", "material_accuracy", "pointing", "defect_ece")
    lines += [f"| {name.replace('_', ' ')} | {_shown(figures[name])} | |" for name in single]
    for group in ("defect_auroc", "recall_by_code", "false_alarms_by_cause"):
        lines += [_row(f"{group.replace('_', ' ')}: {name}", figure) for name, figure in figures[group].items()]
    return "\n".join(lines)


def _row(title: str, figure: dict[str, Any]) -> str:
    value = next(figure[key] for key in ("auroc", "recall", "share") if key in figure)
    return f"| {title} | {_shown(value)} | {figure['n']} |"


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def with_scores(text: str, table: str) -> str:
    """The card with the figures on real photos put in.

    Raises:
        ValueError: The card lacks the two lines between which they stand.
    """
    begin, end = (text.find(mark) for mark in SCORES)
    if begin < 0 or end < begin:
        raise ValueError(f"the card lacks the lines {SCORES[0]} and {SCORES[1]}, between which the figures stand")
    return f"{text[: begin + len(SCORES[0])]}\n{table.strip()}\n{text[end:]}"
