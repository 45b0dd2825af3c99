"""`surface(seed)`: one labelled close-up of a made surface; `pair(seed)`: the good twin and the defective piece."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.sample import CHANNELS, Sample
from training.surface import defects_colour, defects_objects, defects_structure
from training.surface.camera import expose
from training.surface.fields import Edit, Edits
from training.surface.noise import stream
from training.surface.scene import Picture, Scene, render, sample_scene
from training.surface.site import Site, site_at
from training.surface.visible import seen

REVISION = 3
"""Raised when the same seed gives another picture, so that tiles kept on disk are made again."""

Maker = Callable[[np.random.Generator, Scene, Picture, Site], Edit]

MAKERS: dict[str, Maker] = {
    "STRAND_BROKEN": defects_structure.broken,
    "STRAND_MISSING": defects_structure.missing,
    "WEAVE_LOOSE": defects_structure.loose,
    "HOLE": defects_structure.hole,
    "END_PROTRUDING": defects_objects.protruding,
    "EDGE_UNRAVEL": defects_structure.unravelled,
    "STAIN": defects_colour.stained,
    "MOULD": defects_colour.mouldy,
    "COLOUR_UNEVEN": defects_colour.uneven,
    "SHAPE_DEFORMED": defects_structure.dented,
    "INSECT_DAMAGE": defects_colour.bored,
    "FOREIGN_MATTER": defects_objects.foreign,
}
"""What makes each code's defect."""

ODDS = {"STRAND_BROKEN": 1.3, "STRAND_MISSING": 1.1, "WEAVE_LOOSE": 1.1, "HOLE": 1.3, "STAIN": 1.7}
"""How much likelier than the rest a code is drawn (1 where not named)."""

GOOD_SHARE = 0.46
"""Share of seeds planned good; defects that nobody could see bring it to about half."""


def _planned(seed: int, force: bool) -> list[str]:
    rng = stream(seed, "plan")
    if rng.random() < GOOD_SHARE and not force:
        return []
    weights = np.array([ODDS.get(c, 1.0) for c in CHANNELS])
    count = int(rng.choice([1, 2, 3], p=[0.6, 0.28, 0.12]))
    return [str(c) for c in rng.choice(CHANNELS, count, replace=False, p=weights / weights.sum())]


def _scene(seed: int, size: int, codes: list[str]) -> Scene:
    return sample_scene(seed, size, edge_wanted="EDGE_UNRAVEL" in codes, stiff="SHAPE_DEFORMED" in codes)


def _place(rng: np.random.Generator, scene: Scene, good: Picture, code: str, taken: NDArray[np.bool_]) -> Site | None:
    for _ in range(12):
        if code == "EDGE_UNRAVEL":
            spot = defects_structure.near_edge(scene, rng)
            if spot is None:
                return None
            site = site_at(scene, good, *spot)
            if site is None:
                half = scene.weaving.half[0] * scene.pitch
                site = Site(*spot, 0, 0, 0.0, 0.0, scene.pitch, half, scene.base)
        else:
            x, y = rng.uniform(0.1, 0.9, 2) * scene.size
            site = site_at(scene, good, float(x), float(y))
        if site is not None and not taken[round(site.y), round(site.x)]:
            return site
    return None


def _edits(seed: int, scene: Scene, good: Picture, codes: list[str]) -> list[Edit]:
    taken = np.zeros((scene.size, scene.size), bool)
    edits = []
    for code in codes:
        rng = stream(seed, "defect", code)
        site = _place(rng, scene, good, code, taken)
        if site is None:
            continue
        edit = MAKERS[code](rng, scene, good, site)
        edit.region &= ~taken
        taken |= edit.region
        edits.append(edit)
    return edits


def _meta(seed: int, scene: Scene, defects: list[dict[str, Any]], twin: str | None) -> dict[str, Any]:
    return {
        "id": f"surface-{seed}" + ("" if not twin or defects else "-good"),
        "seed": seed,
        "source": "surface",
        "woven": 1,
        "kind": None,
        "material": scene.material,
        "weave": scene.weave,
        "view": "partial" if scene.edge is not None else "closeup",
        "state": "defective" if defects else "good",
        "causes": sorted(set(scene.irregular.causes)),
        "light": scene.light.name,
        "pitch_px": round(scene.pitch, 2),
        "twin": twin if defects else None,
        "defects": defects,
    }


def _sample(
    seed: int, scene: Scene, picture: Picture, mask: NDArray[np.uint16], defects: list[dict[str, Any]], twin: str | None
) -> Sample:
    rgb = expose(scene.camera, picture.coded, stream(seed, "noise"))
    alpha = None
    if scene.edge is not None:
        alpha = np.where(picture.fields.strand == -2, 0, 255).astype(np.uint8)
    return Sample(rgb, alpha, mask, _meta(seed, scene, defects, twin))


def _with_defects(seed: int, scene: Scene, good: Picture, codes: list[str]) -> Sample | None:
    """The defective piece, or None where a person would see none of its defects."""
    edits = _edits(seed, scene, good, codes)
    mask = np.zeros((scene.size, scene.size), np.uint16)
    for _ in range(2):
        bad = render(scene, Edits(edits), good.gain)
        found = [(e, *seen(good.coded, bad.coded, e.region, scene.camera.noise)) for e in edits]
        shown = [e for e, _, strength in found if strength > 0]
        if len(shown) == len(edits):
            break
        edits = shown  # draw again without what nobody would see, so that nothing unlabelled stays in the picture
    if not edits:
        return None
    defects = []
    for edit, where, strength in found:
        if strength == 0:
            continue
        mask[where] |= np.uint16(1 << CHANNELS.index(edit.code))
        rows, columns = np.flatnonzero(where.any(1)), np.flatnonzero(where.any(0))
        box = [int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1]
        defects.append(
            {
                "code": edit.code,
                "recipe": edit.recipe,
                "box": box,
                "area_px": int(where.sum()),
                "visibility": round(strength, 2),
            }
        )
    return _sample(seed, scene, bad, mask, defects, f"surface-{seed}-good")


def surface(seed: int, size: int = 320) -> Sample:
    """One close-up of a woven surface; about half are defective. The same seed gives the same sample."""
    codes = _planned(seed, False)
    scene = _scene(seed, size, codes)
    good = render(scene)
    if codes:
        bad = _with_defects(seed, scene, good, codes)
        if bad is not None:
            return bad
    return _sample(seed, scene, good, np.zeros((size, size), np.uint16), [], None)


def pair(seed: int, size: int = 320) -> tuple[Sample, Sample]:
    """(good twin, defective) of one weave under one light. Where a plan shows nothing, the next is drawn."""
    for attempt in range(20):
        plan = seed + attempt * 1_000_003
        codes = _planned(plan, True)
        scene = _scene(seed, size, codes)
        good = render(scene)
        bad = _with_defects(plan, scene, good, codes)
        if bad is not None:
            bad.meta.update(id=f"surface-{seed}-bad", seed=seed, twin=f"surface-{seed}-good")
            twin = _sample(plan, scene, good, np.zeros((size, size), np.uint16), [], "itself")
            twin.meta.update(id=f"surface-{seed}-good", seed=seed)
            return twin, bad
    raise AssertionError(f"no visible defect in 20 plans for seed {seed}: the defects have become too faint")
