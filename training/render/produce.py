"""One recipe to its pictures: build, choose a view, put defects where the camera sees them, render with and without."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from training.render import debris, scene, solids
from training.render.arrays import Array
from training.render.blender import Blender
from training.render.build import build
from training.render.camera import Camera
from training.render.develop import develop, edged, meter, read
from training.render.looks import Look
from training.render.piece import Piece
from training.render.recipe import Recipe
from training.render.spoil import Spoiled, spoil
from training.render.strand import Mesh, sweep
from training.render.visible import difference, see
from training.sample import CHANNELS, Sample

BROAD = {"SHAPE_DEFORMED": 31, "COLOUR_UNEVEN": 11}
"""Pixels by which the seen part of a defect is closed up, where it is an area and not a place."""
DARK = 30
"""A picture that needs more gain than this was taken in the dark, as from inside a jar, and is not kept."""


@dataclass(frozen=True)
class Subject:
    """What stands before the camera. places, normals [N, 3]: where a close-up may look; words: for the meta."""

    mesh: Mesh
    look: Look
    places: Array
    normals: Array
    pitch: float
    stance: str
    causes: set[str]
    words: dict[str, Any]
    piece: Piece | None


@dataclass(frozen=True)
class Shot:
    """What both pictures of a pair share; spoiled is None for a piece that is to stay good."""

    subject: Subject
    spoiled: Spoiled | None
    camera: Camera
    job: dict[str, Any]
    meta: dict[str, Any]
    gain: float
    balance: float
    contrast: float
    clutter: Mesh | None = None


def subject(recipe: Recipe, **wanted: str) -> Subject:
    """The thing of a recipe; `wanted` may fix kind, material and weave, or shape and stuff of what is not woven."""
    if recipe.woven:
        piece = build(recipe.seed, hard=recipe.hard, **wanted)
        face = [s for s in piece.strands if s.role in ("weft", "coil", "stake", "rim")]
        places, normals = np.concatenate([s.line for s in face]), np.concatenate([s.normal for s in face])
        words: dict[str, Any] = {"kind": piece.kind, "material": piece.material, "weave": piece.weave}
        mesh = sweep(piece.strands)
        return Subject(mesh, piece.look, places, normals, piece.pitch, piece.stance, piece.causes, words, piece)
    solid = solids.build(recipe.seed, **wanted)
    up = solid.faces_up
    words = {"kind": None, "material": None, "weave": None, "what": f"{solid.stuff} {solid.shape}"}
    places, normals = solid.mesh.points[up], solid.normals[up]
    return Subject(solid.mesh, solid.look, places, normals, solid.span / 22, "deep", set(), words, None)


def prepare(recipe: Recipe, size: int, samples: int, threads: int = 2, view: str | None = None, **wanted: str) -> Shot:
    """Geometry, camera, light and defects of a recipe.

    view: `whole`, `closeup` or an angle of a whole view instead of what chance would choose; `wanted`: see subject.
    """
    rng = np.random.default_rng([recipe.seed, 2])
    drawn = "closeup" if rng.uniform() < scene.CLOSEUP_SHARE else "whole"
    angle = None if view in (None, "whole", "closeup") else view
    view = "whole" if angle or "SHAPE_DEFORMED" in recipe.defects else view or drawn
    view = "whole" if "partial" in recipe.hard else view
    it = subject(recipe, **wanted)
    causes = set(it.causes)
    if view == "closeup":
        angle = "closeup"
        places, normals = it.places, it.normals
        if it.piece and "EDGE_UNRAVEL" in recipe.defects:
            rims = [s for s in it.piece.strands if s.role in ("rim", "lash")]
            if rims:
                places, normals = np.concatenate([s.line for s in rims]), np.concatenate([s.normal for s in rims])
        # Close to a lining there is cloth to see and no weave.
        inside = it.stance in ("deep", "upright") and not (
            it.piece and any(s.role == "lining" for s in it.piece.strands)
        )
        camera = scene.closeup_view(places, normals, it.mesh.points, it.pitch, inside, rng)
    else:
        camera, angle, partial = scene.whole_view(it.mesh.points, it.stance, rng, angle, "partial" in recipe.hard)
        causes |= {"partial"} if partial else set()
    light, hard = scene.light(rng, "hard_shadow" in recipe.hard)
    causes |= {"hard_shadow"} if hard else set()
    clutter = None
    if "clutter" in recipe.hard and view == "whole":
        clutter = sweep(debris.about(it.mesh.points, it.mesh.colour, rng))
        at = camera.project(clutter.points)
        causes |= {"clutter"} if (np.abs(at[:, :2] - 0.5) < 0.48).all(1).any() else set()
    job = {**light, **scene.ground(rng), **scene.surface_look(it.look, rng)}
    job |= scene.frame(camera, size, samples, threads, recipe.seed)
    job["ground_z"] = float(it.mesh.points[:, 2].min()) - 0.0005
    meta = {
        **it.words,
        "seed": recipe.seed,
        "piece": recipe.piece,
        "source": "blender",
        "woven": int(recipe.woven),
        "view": view,
        "angle": angle,
        "causes": sorted(causes),
        "hard": sorted(set(recipe.hard) & causes),
        "light": job["hdri"].rsplit("/", 1)[-1].removesuffix(".hdr") + ("+sun" if hard else ""),
        "finish": it.look.finish,
        "camera": {
            "position": [round(float(x), 4) for x in camera.position],
            "fov_deg": round(float(np.degrees(camera.fov)), 2),
        },
        "size": size,
    }
    spoiled = spoil(it.piece, it.mesh, recipe, camera, size) if it.piece and recipe.defects else None
    gain, balance, contrast = rng.uniform(0.62, 1.08), rng.uniform(0.85, 1.0), rng.uniform(0.98, 1.25)
    return Shot(it, spoiled, camera, job, meta, float(gain), float(balance), float(contrast), clutter)


def shoot(shot: Shot, blender: Blender) -> list[Sample]:
    """The pictures of a shot: the good one and, if its defects can be seen, the one with them. None if it is dark."""
    name, mesh = shot.meta["piece"], shot.subject.mesh
    linear = read(blender.render(_amid(mesh, shot.clutter), shot.job, name))
    gain = shot.gain * meter(linear, mesh.colour.mean(0), shot.balance)
    if gain.min() > DARK:
        return []
    before = edged(develop(linear, gain, shot.contrast))
    clean = np.zeros(before.shape[:2], np.uint16)
    meta = {"id": name, **shot.meta, "state": "good", "twin": None, "defects": []}
    good = Sample(before[..., :3], before[..., 3], clean, meta)
    if shot.spoiled is None:
        return [good]
    linear = read(blender.render(_amid(shot.spoiled.mesh, shot.clutter), shot.job, f"{name}-d"))
    after = edged(develop(linear, gain, shot.contrast))
    mask, found = label(difference(before, after), shot.spoiled.regions, after[..., 3])
    if not found:
        return [good]
    meta = {"id": f"{name}-d", **shot.meta, "state": "defective", "twin": name, "defects": found}
    return [good, Sample(after[..., :3], after[..., 3], mask, meta)]


def _amid(mesh: Mesh, clutter: Mesh | None) -> Mesh:
    return mesh if clutter is None else mesh.joined(clutter)


def label(delta: Array, regions: list[tuple[str, Array]], alpha: Array) -> tuple[Array, list[dict[str, Any]]]:
    """Mask uint16 [H, W] and the list of defects, of what can be seen of each in its region. delta, alpha [H, W].

    alpha: of the piece with its defects. A defect of an area ends where the piece does; a hole may be see-through.
    """
    body = cv2.dilate((alpha > 0).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    mask, found = np.zeros(delta.shape, np.uint16), []
    for code, where in regions:
        visible = see(delta, where & body if code in BROAD else where, BROAD.get(code, 5))
        if visible is not None:
            mask |= visible.mask.astype(np.uint16) << CHANNELS.index(code)
            shown = round(visible.visibility, 2)
            found.append({"code": code, "box": list(visible.box), "area_px": visible.area, "visibility": shown})
    return mask, found
