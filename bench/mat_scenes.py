"""Photos of pieces of known size on the measuring mat, made up ray by ray.

A pinhole camera with radial distortion looks at three things: a table, the printed mat on it, and a woven piece of
known outline and thickness on the mat. Light is uneven and casts a soft shadow; lens blur, photon noise, a phone's
sharpening and JPEG follow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from qc.measure.layout import MatLayout, Paper, marker_cells, mat_layout

Image = NDArray[np.float32]
_FINE = 4.0  # px per mm of the mat's and the piece's pictures
_ROOM = 14.0  # mm around the piece for its hairs
_LEVELS = np.arange(4096) / 4095.0
_CURVE = np.where(_LEVELS <= 0.0031308, 12.92 * _LEVELS, 1.055 * np.maximum(_LEVELS, 1e-9) ** (1 / 2.4) - 0.055)
_SRGB = (_CURVE * 255 + 0.5).astype(np.uint8)


@dataclass(frozen=True)
class Scene:
    """One photo to make. Lengths in mm, angles in degrees, colours in linear light."""

    seed: int = 0
    width: int = 1600
    height: int = 1200
    focal_35mm: float = 26.0
    k1: float = 0.0
    k2: float = 0.0
    distance: float = 700.0
    tilt: float = 8.0
    azimuth: float = 40.0
    roll: float = 5.0
    aim: tuple[float, float] = (0.0, 0.0)
    paper: Paper = "A3"
    number: int = 1
    print_scale: float = 1.0
    curl: float = 0.0
    shape: Literal["rectangle", "round", "oval", "none"] = "rectangle"
    length: float = 240.0
    breadth: float = 180.0
    angle: float = 20.0
    place: tuple[float, float] = (0.0, 0.0)
    thickness: float = 2.0
    colour: tuple[float, float, float] = (0.42, 0.28, 0.11)
    strand: float = 6.0
    hairs: float = 0.1
    table: tuple[float, float, float] = (0.10, 0.055, 0.03)
    grain: float = 0.25
    light: float = 0.25
    shadow: float = 0.35
    blur_px: float = 0.8
    noise: float = 0.006
    jpeg: int = 90
    sharpen: float = 0.0  # what a phone adds to make its photos look crisp
    contrast: float = 0.0  # and its S-shaped tone curve, 0 none to 1

    def but(self, **changes: object) -> Scene:
        """The same scene with some things changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


def photograph(scene: Scene) -> NDArray[np.uint8]:
    """The photo, uint8 sRGB [height, width, 3]."""
    rng = np.random.default_rng(scene.seed)
    layout = mat_layout(scene.paper, scene.number)
    lens = _Camera(scene, layout)
    soften = 0.45 * _FINE / lens.px_per_mm  # a pixel sees a patch of the fine pictures, not a point of them
    ground = lens.meet(0.0)
    if scene.curl:
        ground = ground + scene.curl * ((ground - lens.middle) / 150.0) ** 2
    picture = _look(_table(scene, rng), ground - lens.target + 1400.0, 0.5)
    printed = (ground - lens.middle) / scene.print_scale + lens.middle
    on_paper = _look(_paper(layout, soften), ground + _ROOM, _FINE)[..., None]
    picture += on_paper * (0.86 * _look(_mat(layout, soften), printed, _FINE, 1.0)[..., None] - picture)
    if scene.shape != "none":
        piece, alpha = _piece(scene, rng, soften)
        picture *= 1 - scene.shadow * _shadow(scene, alpha, ground, lens)[..., None]
        layers = max(1, round(scene.thickness / 1.5))
        for k in range(1, layers + 1):
            there = lens.on_piece(scene.thickness * k / layers)
            cover = _look(alpha, there, _FINE)[..., None]
            shade = 1.0 if k == layers else 0.55
            picture += cover * (shade * _look(piece, there, _FINE) - picture)
    return _expose(picture, scene, rng)


class _Camera:
    """Rays of every pixel, and where they meet level planes."""

    def __init__(self, scene: Scene, layout: MatLayout) -> None:
        self.scene = scene
        width, height = scene.width, scene.height
        focal = np.float32(scene.focal_35mm / 43.267 * np.hypot(width, height))
        self.px_per_mm = float(focal / scene.distance)
        radius = np.float32(np.hypot(width, height) / 2)
        x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        seen = np.stack([x - np.float32((width - 1) / 2), y - np.float32((height - 1) / 2)], axis=-1) / radius
        flat = seen.copy()
        for _ in range(6 if scene.k1 or scene.k2 else 0):  # the picture shows r (1 + k1 r^2 + k2 r^4)
            r2 = flat[..., :1] ** 2 + flat[..., 1:] ** 2
            flat = seen / (1 + np.float32(scene.k1) * r2 + np.float32(scene.k2) * r2**2)
        rays = np.concatenate([flat * radius / focal, np.ones_like(flat[..., :1])], axis=-1)
        tilt, azimuth, roll = np.radians([scene.tilt, scene.azimuth, scene.roll])
        away = np.array([np.sin(tilt) * np.cos(azimuth), np.sin(tilt) * np.sin(azimuth), -np.cos(tilt)])
        forward = -away
        right = np.cross([-np.sin(roll), np.cos(roll), 0.0], forward)  # x to the right, y down, z into the table
        right /= np.linalg.norm(right)
        below = np.cross(forward, right)
        self.middle = layout.page.corners.mean(axis=0)
        self.target = self.middle + scene.aim
        self.lens = np.append(self.target, 0.0) + scene.distance * away
        self.rays = rays @ np.stack([right, below, forward]).astype(np.float32)

    def meet(self, height: float) -> NDArray[np.float32]:
        """[H, W, 2] mm: where each pixel's ray meets the plane `height` above the table."""
        reach = np.float32(-height - self.lens[2]) / self.rays[..., 2:]
        return np.asarray(self.lens[:2].astype(np.float32) + reach * self.rays[..., :2], np.float32)

    def on_piece(self, height: float) -> NDArray[np.float32]:
        """[H, W, 2] mm in the piece's own picture, for a plane at `height`."""
        return self.turned(self.meet(height))

    def turned(self, ground: NDArray[np.float32]) -> NDArray[np.float32]:
        """Mat to the piece's own axes, from the corner of its picture."""
        scene = self.scene
        a = np.radians(scene.angle)
        away = ground - (self.middle + scene.place).astype(np.float32)
        turn = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]], np.float32)
        corner = np.array([scene.length / 2 + _ROOM, scene.breadth / 2 + _ROOM], np.float32)
        return np.asarray(away @ turn.T + corner, np.float32)


def _look(picture: Image, mm: NDArray[np.float32], per_mm: float, beyond: float = 0.0) -> Image:
    """`picture`, with `per_mm` px to the mm, at places in mm; `beyond` (black, transparent) outside it."""
    at = (mm * per_mm - 0.5).astype(np.float32)
    border = (cv2.BORDER_CONSTANT, (beyond,) * 4)
    return np.asarray(cv2.remap(picture, at[..., 0], at[..., 1], cv2.INTER_LINEAR, None, *border))


def _soft(picture: Image, sigma_px: float) -> Image:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), max(0.3, sigma_px)), np.float32)


def _paper(layout: MatLayout, soften: float) -> Image:
    """Where the sheet covers the table, [H, W], with some room around it."""
    sheet = np.ones((round(layout.page.y1 * _FINE), round(layout.page.x1 * _FINE)), np.float32)
    room = round(_ROOM * _FINE)
    return _soft(np.pad(sheet, room), soften)


@lru_cache(maxsize=8)
def _mat(layout: MatLayout, soften: float) -> Image:
    """The printed mat, reflectance relative to paper, [H, W]."""
    ink = 0.04
    page = np.ones((round(layout.page.y1 * _FINE), round(layout.page.x1 * _FINE)), np.float32)
    x, y = np.meshgrid((np.arange(page.shape[1]) + 0.5) / _FINE, (np.arange(page.shape[0]) + 0.5) / _FINE)

    def fill(x0: float, y0: float, x1: float, y1: float, value: float) -> None:
        part = np.s_[int(y0 * _FINE) : int(y1 * _FINE) + 2, int(x0 * _FINE) : int(x1 * _FINE) + 2]
        depth = np.minimum(np.minimum(x[part] - x0, x1 - x[part]), np.minimum(y[part] - y0, y1 - y[part]))
        page[part] += np.clip(depth * _FINE + 0.5, 0, 1) * (value - page[part])

    for marker in layout.markers:
        box = marker.box
        fill(box.x0, box.y0, box.x1, box.y1, ink)
        cells = cv2.copyMakeBorder(marker_cells(marker.id).astype(np.float32), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
        cells = np.kron(cells, np.ones((32, 32), np.float32))
        low = np.floor(np.array([box.x0, box.y0]) * _FINE).astype(int)
        high = np.ceil(np.array([box.x1, box.y1]) * _FINE).astype(int)
        u = ((x[low[1] : high[1], low[0] : high[0]] - box.x0) / layout.module_mm + 1) * 32 - 0.5
        v = ((y[low[1] : high[1], low[0] : high[0]] - box.y0) / layout.module_mm + 1) * 32 - 0.5
        white = cv2.remap(_soft(cells, 3.0), u.astype(np.float32), v.astype(np.float32), cv2.INTER_LINEAR)
        part = page[low[1] : high[1], low[0] : high[0]]
        part[:] = np.maximum(part, ink + (1 - ink) * white)
    for patch in layout.patches:
        fill(patch.box.x0, patch.box.y0, patch.box.x1, patch.box.y1, float(patch.grey**2.2))
    bar = layout.bar
    fill((bar.x0 + bar.x1) / 2 - 0.12, bar.y0, (bar.x0 + bar.x1) / 2 + 0.12, bar.y1, ink)
    for line in layout.lines:
        fill(line.box.x0, line.box.y0, line.box.x1, line.box.y1, 0.7)  # print, seen from a metre
    return _soft(page, soften)


def _table(scene: Scene, rng: np.random.Generator) -> Image:
    """A table top of 2.8 m, 1 px to 2 mm, with grain along x."""
    grain = cv2.resize(rng.standard_normal((700, 60), np.float32), (1400, 1400), interpolation=cv2.INTER_CUBIC)
    fleck = cv2.GaussianBlur(rng.standard_normal((1400, 1400), np.float32), (0, 0), 0.8)
    shade = np.exp(np.float32(scene.grain) * (np.float32(0.6) * grain + np.float32(0.8) * fleck))
    return np.asarray(shade[..., None] * np.array(scene.table, np.float32), np.float32)


def _piece(scene: Scene, rng: np.random.Generator, soften: float) -> tuple[Image, Image]:
    """The woven piece: colour [H, W, 3] and cover [H, W]; its outline averages to the nominal one."""
    height = round((scene.breadth + 2 * _ROOM) * _FINE)
    width = round((scene.length + 2 * _ROOM) * _FINE)
    x, y = np.meshgrid(
        ((np.arange(width) + 0.5) / _FINE - _ROOM).astype(np.float32),
        ((np.arange(height) + 0.5) / _FINE - _ROOM).astype(np.float32),
    )
    strand = np.float32(scene.strand)
    i, j = np.floor(x / strand), np.floor(y / strand)
    over = (i + j) % 2 == 0
    u, v = x / strand - i - np.float32(0.5), y / strand - j - np.float32(0.5)
    along, across = np.where(over, v, u), np.where(over, u, v)
    warp, weft = (1 + np.float32(0.12) * rng.standard_normal(400, np.float32) for _ in range(2))
    own = np.where(over, warp[i.astype(np.int16) % 400], weft[j.astype(np.int16) % 400])
    streak = cv2.resize(rng.standard_normal((height // 3, width // 3), np.float32), (width, height))
    tone = (1 - 1.6 * across**2 - 0.5 * along**2) * own * (1 + 0.08 * streak)
    colour = np.clip(tone[..., None] * np.array(scene.colour, np.float32), 0, 1)

    # Strands turn at the edge: it waves with them, a little at random, about the nominal line.
    drift = cv2.resize(rng.standard_normal((height // 40 + 2, width // 40 + 2), np.float32), (width, height),
                       interpolation=cv2.INTER_CUBIC)  # fmt: skip
    wave = 0.25 * np.sin(2 * np.pi * (x + y) / strand) + 0.3 * drift
    dx, dy = x - scene.length / 2, y - scene.breadth / 2
    if scene.shape == "rectangle":
        inside = np.minimum(scene.length / 2 - np.abs(dx), scene.breadth / 2 - np.abs(dy))
    else:
        a, b = scene.length / 2, scene.breadth / 2
        q = np.hypot(dx / a, dy / b)
        inside = (1 - q) * q / np.maximum(np.hypot(dx / a**2, dy / b**2), 1e-6)  # first-order distance to the ellipse
    alpha = np.clip((inside + wave) * _FINE + 0.5, 0, 1).astype(np.float32)
    _grow_hairs(scene, alpha, inside, rng)
    return _soft(colour.astype(np.float32), soften), _soft(alpha, soften)


def _grow_hairs(scene: Scene, alpha: Image, inside: NDArray[np.float32], rng: np.random.Generator) -> None:
    """Loose fibres that stick out: `hairs` to the mm of edge, up to 9 mm long, half a millimetre thick."""
    rows, columns = np.nonzero(np.abs(inside) < 0.75 / _FINE)
    count = int(scene.hairs * len(rows) / _FINE / 1.5)
    for at in rng.integers(0, max(1, len(rows)), count):
        start = np.array([columns[at], rows[at]])
        out = start - np.array([alpha.shape[1], alpha.shape[0]]) / 2
        direction = np.arctan2(out[1], out[0]) + rng.normal(0, 0.6)
        tip = start + rng.uniform(1.5, 9.0) * _FINE * np.array([np.cos(direction), np.sin(direction)])
        cv2.line(alpha, start.tolist(), [round(float(t)) for t in tip], 1.0, 2, cv2.LINE_8)


def _shadow(scene: Scene, alpha: Image, ground: NDArray[np.float32], lens: _Camera) -> Image:
    """How much light the piece keeps from the ground: a shadow to one side, and a closer one all round."""
    soft = max(0.6, 0.6 * scene.thickness)
    room = np.float32(3 * soft)  # the shadow reaches further than the piece's own picture
    here = lens.turned(ground) + room
    coarse = cv2.resize(np.pad(alpha, round(room * _FINE)), None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    wide = np.asarray(cv2.GaussianBlur(coarse, (0, 0), soft * _FINE / 4), np.float32)
    away = np.array([0.9, 0.5], np.float32) * scene.thickness
    return np.asarray(0.6 * _look(wide, here - away, _FINE / 4) + 0.4 * _look(wide, here, _FINE / 4), np.float32)


def _expose(picture: Image, scene: Scene, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Light falling off over the frame, blur, noise, the sRGB curve, JPEG."""
    height, width = picture.shape[:2]
    x, y = np.meshgrid(np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height, dtype=np.float32))
    direction = rng.uniform(0, 2 * np.pi)
    slope = np.array([np.cos(direction), np.sin(direction)], np.float32) * np.float32(scene.light)
    fall = 1 + slope[0] * x + slope[1] * y - np.float32(0.12) * (x**2 + y**2)
    picture = picture * fall[..., None] * np.array([0.90, 0.85, 0.78], np.float32)
    if scene.blur_px:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), scene.blur_px), np.float32)
    noise = rng.standard_normal(picture.shape, np.float32) * scene.noise * np.sqrt(np.maximum(picture, 0.01) * 2)
    light = np.clip(picture + noise, 0, 1)
    rgb = _SRGB[(light * 4095 + np.float32(0.5)).astype(np.int16)]
    if scene.sharpen or scene.contrast:
        code = rgb.astype(np.float32) / 255
        code += scene.contrast * (code * code * (3 - 2 * code) - code)
        code += scene.sharpen * (code - _soft(code, 1.2))
        rgb = np.clip(code * 255 + 0.5, 0, 255).astype(np.uint8)
    _, file = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, scene.jpeg])
    return np.asarray(cv2.imdecode(file, cv2.IMREAD_COLOR_RGB), np.uint8)
