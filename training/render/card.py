"""The data card of a rendered set: what it is, how it was made, what is in it, what it cannot show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from textwrap import fill
from typing import Any

from training.sample import CHANNELS

TEXT = """# {name}

Rendered pictures of hand-woven goods, good and defective, with a mask for each defect, and of natural goods that are
not woven. Made to train and to test the grader of this project.

**Accuracy on these pictures is not accuracy in the field.** They are rendered: no real piece, camera, collection point
or weaver stands behind them. Use them to train, to test the machinery and to compare models with one another.

## What is in it

{total} pictures of {pieces} pieces, {size} px square, {megabytes:.1f} MB in {shards} shards.

{tables}

`causes` are harmless things over which an honest eye may stumble on a good piece; a picture may have several. `hard`
names those that a piece was made to have: a good piece with any is **hard good**, a class of its own, and false alarms
on it are to be counted by cause.
A defective piece is there twice, with and without its defects, under the same light and camera (`twin`).
**Split by `piece`**, never by picture, or a twin of a training picture ends up in the test.

## Files

`part-*.tar`, each picture as three files in this order; read them with `training.render.load.load_shards`.

- `<id>.webp`: RGBA, quality 92. The background is transparent, to be exchanged.
- `<id>.png`: uint16 mask; bit k is channel k of `training.sample.CHANNELS`.
- `<id>.json`: the fields named in `training/sample.py`, and `piece`, `angle`, `finish`, `camera`, `size`; `what` for
  things that are not woven.

## How it was made

Strands are swept along centre lines on a surface by numpy (`training/render/`), with uneven pitch, width and colour.
Blender's Cycles renders them under a panorama, sometimes with a hard lamp. Defects are edits of the strands, or of
their colour for STAIN, MOULD and COLOUR_UNEVEN. Exposure follows the light on the piece, not its brightness.

The mask of a defect is what a person would see of it: the colour difference to the twin (CIELAB, 6 and more, with a
core of 11 and more) inside the part of the picture that the edit could touch. `visibility` is its mean there.
A defect that shows on less than 0.025 % of the picture is not listed; if none is left, the picture is not kept.

Again: `{command}`.
The same seed gives the same pieces; another version of Blender gives slightly other pixels.

## What it cannot show

{absent}No hats, lamps or furniture; no hands, tags or second piece in the picture; no blur, noise or JPEG
(augmentation adds them). What lies about a piece (`clutter`) has alpha like the piece. What a defect looks like was
written down from trade descriptions, not learned from photographs of defective goods, of which no public set exists.

## Licence

Own work, Apache-2.0 as the project. Lights: eight panoramas by Poly Haven, CC0 1.0 (`datasets/hdri`).
"""


def card(name: str, metas: list[dict[str, Any]], shard_bytes: list[int], command: str) -> str:
    """README.md of a set from its metas."""
    woven = [m for m in metas if m["woven"]]
    tables = [
        _table("Picture", Counter("not woven" if not m["woven"] else f"woven, {m['state']}" for m in metas)),
        _table("View", Counter(m["view"] for m in metas)),
        _table("Kind", Counter(m["kind"] for m in woven)),
        _table("Material", Counter(m["material"] for m in woven)),
        _table("Weave", Counter(m["weave"] for m in woven)),
        _table("Finish", Counter(m["finish"] for m in woven)),
        _table("Defect", Counter(d["code"] for m in metas for d in m["defects"])),
        _table("Good piece", Counter(_hardness(m) for m in woven if m["state"] == "good")),
        _table("Hard good, by cause", Counter(c for m in woven if m["state"] == "good" for c in m.get("hard", []))),
        _table("Cause", Counter(c for m in woven for c in m["causes"])),
        _table("Not woven", Counter(m["what"] for m in metas if not m["woven"])),
        _table("Light", Counter(m["light"].removesuffix("+sun") for m in metas)),
    ]
    missing = [c for c in CHANNELS if not any(d["code"] == c for m in metas for d in m["defects"])]
    absent = fill(f"No {', '.join(missing)}.", 118) + "\n\n" if missing else ""
    return TEXT.format(
        name=name, total=len(metas), pieces=len({m["piece"] for m in metas}), size=_span(m["size"] for m in metas),
        megabytes=sum(shard_bytes) / 1e6, shards=len(shard_bytes), tables="\n\n".join(tables), command=command,
        absent=absent,
    )  # fmt: skip


def _hardness(meta: dict[str, Any]) -> str:
    """Recipes before version 3 had such causes by chance and marked no piece as hard."""
    if "hard" in meta:
        return "hard" if meta["hard"] else "plain"
    return "not marked, with a cause" if meta["causes"] else "not marked, without"


def _span(values: Iterable[int]) -> str:
    known = sorted(set(values))
    return str(known[0]) if len(known) == 1 else f"{known[0]} to {known[-1]}"


def _table(head: str, counts: Counter[str]) -> str:
    rows = "\n".join(f"| {key} | {n} |" for key, n in sorted(counts.items(), key=lambda kv: (-kv[1], kv[0])))
    return f"| {head} | pictures |\n| --- | --- |\n{rows}"
