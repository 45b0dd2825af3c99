"""Defects onto a piece, each where the camera sees it and well apart from the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from training.render.arrays import Array, unit
from training.render.breakage import Edit, Place, broken, hole, loose, missing, protruding
from training.render.camera import Camera, seen
from training.render.edge import deformed, unravelled
from training.render.intruder import bored, littered
from training.render.marks import MARKS
from training.render.piece import Piece
from training.render.recipe import Recipe
from training.render.strand import Mesh, Strand, sweep
from training.render.visible import region

STRUCTURE: dict[str, Callable[[list[Strand], Place, np.random.Generator], Edit]] = {
    # The shape comes first: what is put on afterwards goes where the strands then are.
    "SHAPE_DEFORMED": deformed,
    "EDGE_UNRAVEL": unravelled,
    "STRAND_BROKEN": broken,
    "STRAND_MISSING": missing,
    "WEAVE_LOOSE": loose,
    "HOLE": hole,
    "END_PROTRUDING": protruding,
    "INSECT_DAMAGE": bored,
    "FOREIGN_MATTER": littered,
}
ROLES = {
    "STRAND_BROKEN": {"weft": 5, "stake": 2, "coil": 4, "stitch": 1, "rim": 1, "lash": 2, "base": 1},
    "STRAND_MISSING": {"weft": 5, "stake": 2, "stitch": 5, "base": 1, "coil": 1},
    "WEAVE_LOOSE": {"weft": 5, "stake": 2, "coil": 5},
    "HOLE": {"weft": 5, "stake": 3, "coil": 5, "base": 2},
    "END_PROTRUDING": {"weft": 4, "stake": 2, "coil": 4, "stitch": 1, "rim": 3, "lash": 1, "base": 1},
    "EDGE_UNRAVEL": {"rim": 4, "lash": 4},
    "SHAPE_DEFORMED": {"weft": 3, "coil": 3, "stake": 1},
    "INSECT_DAMAGE": {"weft": 5, "stake": 3, "coil": 5, "base": 2, "rim": 1},
    "FOREIGN_MATTER": {"weft": 5, "stake": 3, "coil": 5, "base": 2},
}
"""How likely a defect starts at a strand of a role."""
APART = 0.28
"""Least distance of two defects of one piece, as a share of the picture: overlapping ones could not be told apart."""
MARK_ROLES = {"weft": 5, "stake": 3, "coil": 5, "stitch": 3, "rim": 1, "base": 1}
"""How likely a stain or mould has its middle on a strand of a role."""


@dataclass(frozen=True)
class Spoiled:
    """The mesh with defects, and for each defect its code and where in the picture it may show, bool [size, size]."""

    mesh: Mesh
    regions: list[tuple[str, Array]]


def spoil(piece: Piece, good: Mesh, recipe: Recipe, camera: Camera, size: int) -> Spoiled:
    """The piece with the recipe's defects; one for which no visible place is left is left out."""
    strands = piece.strands
    regions: list[tuple[str, Array]] = []
    marks: list[tuple[str, Place, np.random.Generator]] = []
    taken: list[Array] = []
    order = [*STRUCTURE, *MARKS]
    for number, code in enumerate(sorted(recipe.defects, key=order.index)):
        rng = np.random.default_rng([recipe.seed, 10 + number])
        place = find_place(strands, good.points, piece.pitch, code, camera, size, taken, rng)
        if place is None:
            continue
        taken.append(camera.project(place.centre[None])[0, :2])
        if code in MARKS:
            # Colours are changed on the mesh, once all strands are where they will be.
            marks.append((code, place, rng))
            continue
        edit = STRUCTURE[code](strands, place, rng)
        strands = edit.strands
        regions.append((code, region(camera, edit.touched, edit.reach, size)))
    mesh = sweep(strands)
    for code, place, rng in marks:
        mark = MARKS[code](mesh, place, rng)
        mesh = mark.mesh
        regions.append((code, region(camera, mark.touched, mark.reach, size)))
    return Spoiled(mesh, regions)


def find_place(
    strands: list[Strand], cloud: Array, pitch: float, code: str, camera: Camera, size: int, taken: list[Array],
    rng: np.random.Generator,
) -> Place | None:  # fmt: skip
    """A place where a defect can begin: on a strand of a fitting role that nothing hides; None where there is none.

    cloud [V, 3]: the points of the good mesh, that may hide others; taken: picture places [2] of earlier defects.
    """
    roles = ROLES.get(code, MARK_ROLES)
    usable = [k for k, s in enumerate(strands) if s.role in roles and len(s) > 6]
    if not usable:
        return None
    number = np.concatenate([np.full(len(strands[k]), k) for k in usable])
    points = np.concatenate([strands[k].line for k in usable])
    normals = np.concatenate([strands[k].normal for k in usable])
    weight = np.concatenate([np.full(len(strands[k]), roles[strands[k].role], float) for k in usable])
    way = unit(camera.position - points)
    facing = np.sum(normals * way, 1)
    # A centre line lies under its own surface, and in coiled work under the stitches too.
    half = np.concatenate([strands[k].thickness / 2 for k in usable])
    surface = points + normals * (np.sign(facing) * half)[:, None]
    visible = np.flatnonzero(seen(camera, surface, cloud, 80, pitch * 0.45) & (np.abs(facing) > 0.3))
    for other in taken:
        visible = visible[np.linalg.norm(camera.project(points[visible])[:, :2] - other, axis=1) > APART]
    if len(visible) == 0:
        return None
    i = int(rng.choice(visible, p=weight[visible] / weight[visible].sum()))
    out = normals[i] * np.sign(facing[i])
    depth = float(camera.project(points[i : i + 1])[0, 2])
    return Place(points[i], out, int(number[i]), pitch, camera.pixel(depth, size))
