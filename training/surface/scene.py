"""One piece under one camera and light: drawn from a seed, rendered with or without defects."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from training.surface.camera import Camera, develop, exposure, luma, sample_camera, surface_coordinates
from training.surface.edge import Edge, bound, sample_edge
from training.surface.fields import BEYOND, GAP, Edit, Edits, Fields
from training.surface.geometry import Weaving, sample_weaving
from training.surface.irregular import (
    Irregular,
    dye,
    dye_motif,
    folds,
    fuzz,
    odd_strands,
    sample_causes,
    sample_splices,
    seam,
    shading_bands,
    splice,
)
from training.surface.light import Light, sample_light, shade
from training.surface.noise import F32, TABLE, log_uniform, mixed, pick, stream, tinted
from training.surface.prints import Paint, printed
from training.surface.styles import sample_style
from training.surface.threads import Look, clothe, linear, recolour, sample_look
from training.surface.tubes import Canvas, stamp

PAINTED = ("other", "pandan", "mendong", "synthetic", "bamboo")
"""Materials on which motifs are printed or painted."""
HARD_SHARE = 0.65
"""Share of the pieces drawn with the causes of hard good work."""


@dataclass(frozen=True)
class Scene:
    """Everything that fixes a good picture. pitch in px."""

    seed: int
    size: int
    weave: str
    material: str
    pitch: float
    weaving: Weaving
    look: Look
    base: F32
    light: Light
    camera: Camera
    irregular: Irregular
    edge: Edge | None
    bands: F32 | None
    paint: Paint | None


@dataclass(frozen=True)
class Picture:
    """A rendered scene: coded float32 [H, W, 3] 0..1 before noise, and what lies at each pixel."""

    coded: F32
    fields: Fields
    coordinates: tuple[F32, F32]
    albedo: F32
    gain: float


def sample_scene(seed: int, size: int, edge_wanted: bool = False, stiff: bool = False) -> Scene:
    """Draw a scene. `edge_wanted` asks for a partial view, `stiff` for goods that can be dented (no cloth)."""
    rng = stream(seed, "scene")
    style, material = sample_style(rng, stiff)
    rounded = rng.random() < style.rounded
    pitch = log_uniform(rng, *style.pitch) * size / 320
    irregular = sample_causes(stream(seed, "causes"), material, rng.random() < HARD_SHARE)
    has = irregular.causes.__contains__
    if edge_wanted and not has("partial"):
        irregular.causes.append("partial")
    camera = sample_camera(
        stream(seed, "camera"), size, pitch, 0.25 + 2.5 * irregular.jitter, has("low_light"), rounded
    )
    if material == "other":
        camera = replace(camera, grey=bool(rng.random() < 0.35))
        if style.weave == "fine_cloth":
            camera = replace(camera, blur=max(camera.blur, 0.75))
    extent = 1.6 * size / pitch + 12
    fan = 0.0
    if camera.centre is not None:
        fan = float(np.hypot(*camera.centre)) / pitch
        extent += 2 * fan
    weaving = sample_weaving(stream(seed, "weaving"), style.weave, material, extent, irregular.jitter, fan)
    look, base = sample_look(stream(seed, "look"), material, irregular.evenness)
    paint = stream(seed, "paint")
    paint_on = None
    if has("dyed") and material in PAINTED and paint.random() < 0.35:
        paint_on = printed(paint, size)
    elif has("dyed"):
        look = dye(paint, look, base, material == "other" and paint.random() < 0.5, irregular)
    if style.weave == "denim":
        look = dye_denim(paint, look)
    if has("odd_strand"):
        look = odd_strands(paint, look)
    if look.node_every:
        irregular.causes.append("node")
    if has("splice"):
        irregular.splices = sample_splices(paint)
    if has("fold"):
        irregular.relief = folds(paint, size, material == "other")
    if has("fuzz"):
        irregular.fuzz = fuzz(paint, size)
    if has("seam"):
        irregular.seam = seam(paint, size, pitch, camera.angle + float(paint.choice([0, np.pi / 2])), base)
    light = sample_light(stream(seed, "light"), size, has("hard_shadow"))
    edge = sample_edge(stream(seed, "edge"), size, pitch, camera.angle, camera.centre) if has("partial") else None
    bands = shading_bands(paint, size) if material == "other" and paint.random() < 0.5 else None
    return Scene(
        seed, size, style.weave, material, pitch, weaving, look, base, light, camera, irregular, edge, bands, paint_on
    )


def dye_denim(rng: np.random.Generator, look: Look) -> Look:
    """Indigo (or black, grey, green) upright strands over pale level ones."""
    tones = ((58, 72, 110), (74, 92, 128), (50, 56, 72), (84, 88, 92), (70, 84, 80))
    look = recolour(look, slice(0, TABLE), linear(tones[rng.integers(len(tones))]))
    return recolour(look, slice(TABLE, 2 * TABLE), linear((176, 172, 160)))


def _mark(canvas: Canvas, edit: Edit, beyond: NDArray[np.bool_], scene: Scene) -> None:
    """What a defect changes on the surface itself, up to the piece's edge; its loose ends are laid on later."""
    if edit.paint is not None:
        canvas.albedo = np.asarray(canvas.albedo * edit.paint, np.float32)
    if edit.cover is not None:
        alpha, colour = edit.cover
        canvas.albedo = mixed(canvas.albedo, colour, alpha)
    if scene.edge is not None and (edit.paint is not None or edit.cover is not None):
        canvas.albedo = pick(beyond, scene.edge.backdrop, canvas.albedo)
    if edit.relief is not None:
        canvas.height += edit.relief * (~beyond)


def _at(where: NDArray[np.bool_], point: F32) -> bool:
    """The map's value at a px point, nearest pixel inside the tile."""
    n = where.shape[0]
    return bool(where[int(np.clip(point[1], 0, n - 1)), int(np.clip(point[0], 0, n - 1))])


def render(scene: Scene, edits: Edits | None = None, gain: float | None = None) -> Picture:
    """Render a scene. With `edits` its defects show; pass the good picture's `gain` to keep the exposure."""
    edits = edits or Edits()
    warp = None
    for edit in edits.each:
        if edit.warp is not None:
            warp = edit.warp if warp is None else warp + edit.warp
    u, v = surface_coordinates(scene.camera, scene.size, scene.pitch, warp, scene.weaving.rings)
    fields = scene.weaving.lay(u, v, edits)
    if scene.edge is not None:
        bound(fields, scene.edge, scene.pitch, edits)
    beyond = fields.strand == BEYOND
    if scene.edge is not None:
        fields.strand[beyond] = GAP
    albedo, relief = clothe(fields, scene.look, scene.pitch)
    if scene.irregular.motif is not None:
        dye_motif(fields, albedo, scene.irregular.motif)
    if scene.irregular.splices:
        splice(fields, albedo, relief, scene.irregular.splices, scene.pitch)
    if scene.paint is not None:
        alpha, colour = scene.paint
        covered = alpha * (fields.strand != GAP)
        own = luma(albedo)[..., None] / max(float(albedo.mean()), 1e-3)
        albedo = mixed(albedo, np.asarray(colour * (0.6 + 0.4 * own), np.float32), covered)
    height = (fields.height + relief) * np.float32(scene.pitch)
    if scene.edge is not None:
        fields.strand[beyond] = BEYOND
        albedo = pick(beyond, scene.edge.backdrop, albedo)
    if scene.bands is not None:
        albedo = tinted(albedo, scene.bands)
    if scene.irregular.relief is not None:
        height += scene.irregular.relief
    gloss = (fields.strand >= 0).astype(np.float32) * np.float32(scene.look.gloss)
    canvas = Canvas(height, albedo, gloss, np.ones_like(height))
    if scene.irregular.seam is not None:
        groove, stitches = scene.irregular.seam
        canvas.height += pick(beyond, np.zeros_like(groove), groove)
        stitches = [t for t in stitches if not _at(beyond, t.points[1])]
        stamp(canvas, stitches, scene.light.towards, 0.5 * scene.pitch)
    if scene.irregular.fuzz is not None:
        pale = np.broadcast_to(np.minimum(scene.base * np.float32(1.5) + np.float32(0.04), 0.9), canvas.albedo.shape)
        canvas.albedo = mixed(canvas.albedo, pale, scene.irregular.fuzz * (~beyond))
    for edit in edits.each:
        _mark(canvas, edit, beyond, scene)
    for edit in edits.each:
        stamp(canvas, edit.tubes, scene.light.towards, 0.5 * scene.pitch)
    light = scene.light
    radiance = shade(canvas.height, canvas.albedo, canvas.gloss, scene.pitch, light, canvas.thrown, scene.look.shine)
    if gain is None:
        gain = exposure(scene.camera, radiance, (~beyond).astype(np.float32))
    return Picture(develop(scene.camera, radiance, gain), fields, (u, v), canvas.albedo, gain)
