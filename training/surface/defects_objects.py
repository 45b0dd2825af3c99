"""Things that stand out of the surface or do not belong to it: protruding ends, lint, hairs, seeds, knots, bits."""

from __future__ import annotations

import cv2
import numpy as np

from training.surface.fields import Edit, Tube
from training.surface.noise import F32, blur, log_uniform
from training.surface.scene import Picture, Scene
from training.surface.site import Site, swept
from training.surface.threads import linear
from training.surface.tubes import bend, thread


def shadow_room(scene: Scene, tubes: list[Tube], spare: float) -> list[F32]:
    """The courses of the tubes and of the shadows they throw, for a region that holds both."""
    lx, ly, lz = scene.light.towards
    slide = -np.array([lx, ly], np.float32) / max(0.25, lz)
    courses = [t.points for t in tubes]
    courses += [t.points + np.minimum(t.lift, 40)[:, None] * slide for t in tubes if t.lift.max() > 0.7]
    return courses


def region_of(scene: Scene, tubes: list[Tube], spare: float) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Within the tubes, their shadows and `spare` px of them."""
    widest = max(float(t.radius.max()) for t in tubes)
    return swept(scene.size, shadow_room(scene, tubes, spare), widest + spare)


def protruding(rng: np.random.Generator, scene: Scene, good: Picture, site: Site) -> Edit:
    """END_PROTRUDING: a stick, a strand's end or fibres that leave the plane and throw a shadow."""
    n = scene.size
    how = str(rng.choice(["stick", "end", "fibres", "lint"], p=[0.25, 0.3, 0.27, 0.18]))
    lighter = rng.random() < 0.6  # an end has aged or been cut: it is seldom of the very tone of what lies below
    tone = np.clip(site.colour * np.float32(rng.uniform(1.25, 2.2) if lighter else rng.uniform(0.4, 0.8)), 0.01, 0.9)
    tubes: list[Tube] = []
    if how in ("stick", "end"):
        radius = float(np.clip(site.half * rng.uniform(0.35, 0.95), 1.2, 0.03 * n))
        length = float(np.clip(site.pitch * rng.uniform(0.8, 4), 9 * n / 320, 0.33 * n))
        angle = site.heading + rng.choice([0, np.pi]) + rng.normal(0, 0.6)
        course = bend(rng, (site.x, site.y), angle, length, 0.1 if how == "stick" else rng.normal(0, 0.9))
        lift = min(0.5 * length, 0.07 * n) * rng.uniform(0.4, 1)
        tubes.append(
            thread(
                rng,
                course,
                radius,
                (0.3, lift),
                tone,
                taper=float(rng.uniform(0.4, 1)),
                gloss=scene.look.gloss,
                flat=how == "end" and rng.random() < 0.5,
            )
        )
    else:
        count = int(rng.integers(2, 8)) if how == "fibres" else int(rng.integers(5, 16))
        if how == "lint":
            tone = np.clip(tone * 0.4 + np.float32(rng.choice([0.06, 0.5])), 0, 0.9)
        for _ in range(count):
            length = log_uniform(rng, 0.03, 0.14) * n * (0.6 if how == "lint" else 1)
            spot = rng.normal(0, 0.012 * n, 2)
            curl = rng.normal(0, 2.6 if how == "lint" else 0.8)
            angle = rng.uniform(0, 2 * np.pi) if how == "lint" else site.heading + rng.normal(0, 0.7)
            course = bend(rng, (site.x + spot[0], site.y + spot[1]), angle, length, curl, 7)
            tubes.append(
                thread(rng, course, rng.uniform(0.55, 1.1) * max(1, n / 320), (0.5, rng.uniform(1, 5)), tone, taper=0.5)
            )
    return Edit("END_PROTRUDING", how, region_of(scene, tubes, 2.5), tubes=tubes)


def foreign(rng: np.random.Generator, scene: Scene, good: Picture, site: Site) -> Edit:
    """FOREIGN_MATTER: a hair, seed, bit of plastic or paper, a knot of another thread, crumbs."""
    n = scene.size
    how = str(rng.choice(["hair", "seed", "bit", "knot", "lump", "crumbs"]))
    if how == "hair":
        tone = linear(
            ((24, 20, 18), (60, 40, 28), (206, 200, 190), (150, 30, 34))[rng.choice(4, p=[0.5, 0.2, 0.2, 0.1])]
        )
        course = bend(rng, (site.x, site.y), rng.uniform(0, 6.3), rng.uniform(0.15, 0.55) * n, rng.normal(0, 1.8), 14)
        tubes = [thread(rng, course, rng.uniform(0.45, 0.9), (0.6, 1.2), tone, streaks=0)]
        return Edit("FOREIGN_MATTER", how, region_of(scene, tubes, 2.5), tubes=tubes)
    if how == "seed":
        tone = linear(((70, 48, 30), (190, 160, 110), (30, 26, 24), (120, 110, 70))[rng.integers(4)])
        tubes = []
        for _ in range(int(rng.integers(1, 5))):
            r = rng.uniform(0.006, 0.016) * n
            spot = (site.x + rng.normal(0, 3 * r), site.y + rng.normal(0, 3 * r))
            course = bend(rng, spot, rng.uniform(0, 6.3), r * rng.uniform(1.2, 3), 0.3, 4)
            tube = thread(rng, course, r, (0.5, 0.5), tone, streaks=0.12, gloss=0.25)
            tubes.append(tube)
        return Edit("FOREIGN_MATTER", how, region_of(scene, tubes, 2.5), tubes=tubes)
    if how in ("knot", "lump"):
        own = how == "knot" and rng.random() < 0.5
        tone = (
            site.colour * np.float32(rng.uniform(1.0, 1.6)) + 0.02
            if own
            else linear(rng.uniform(20, 240, 3).astype(np.float32))
        )
        r = float(np.clip(site.half * rng.uniform(0.8, 1.6), 0.009 * n, 0.035 * n))
        tubes = []
        for _ in range(5 if how == "knot" else 3):
            spot = (site.x + rng.normal(0, 0.5 * r), site.y + rng.normal(0, 0.5 * r))
            tubes.append(
                thread(rng, bend(rng, spot, rng.uniform(0, 6.3), 1.6 * r, 2.5, 6), 0.65 * r, (0.3 * r, 0.6 * r), tone)
            )
        if how == "knot":
            for _ in range(2):
                course = bend(rng, (site.x, site.y), rng.uniform(0, 6.3), r * rng.uniform(2, 6), rng.normal(0, 1), 7)
                tubes.append(thread(rng, course, 0.25 * r + 0.4, (0.5 * r, 1.0), tone))
        return Edit("FOREIGN_MATTER", how, region_of(scene, tubes, 2.5), tubes=tubes)
    return _bits(rng, scene, site, how)


def _bits(rng: np.random.Generator, scene: Scene, site: Site, how: str) -> Edit:
    n = scene.size
    alpha = np.zeros((n, n), np.float32)
    count = 1 if how == "bit" else int(rng.integers(5, 30))
    for _ in range(count):
        r = rng.uniform(0.012, 0.05) * n if how == "bit" else rng.uniform(0.003, 0.011) * n
        spot = np.array([site.x, site.y]) + (0 if how == "bit" else rng.normal(0, 0.04 * n, 2))
        corners = int(rng.integers(3, 6)) if how == "bit" else 6
        angle = (
            np.sort(rng.uniform(0, 2 * np.pi, corners))
            if how != "bit"
            else np.linspace(0, 2 * np.pi, corners, endpoint=False) + rng.uniform(0, 6)
        )
        ring = spot + np.stack([np.cos(angle), np.sin(angle)], -1) * r * rng.uniform(0.6, 1.2, (corners, 1))
        cv2.fillPoly(alpha, [np.round(ring * 8).astype(np.int32)], 1.0, cv2.LINE_AA, 3)
    bright = (
        linear(rng.uniform(10, 250, 3).astype(np.float32))
        if how == "bit"
        else linear(((60, 46, 34), (96, 76, 54), (30, 28, 26))[rng.integers(3)])
    )
    if how == "bit" and rng.random() < 0.4:
        bright = np.repeat(np.float32(rng.choice([0.02, 0.05, 0.85])), 3)
    raised = blur(alpha, 0.8) * np.float32(rng.uniform(1, 3))
    region = cv2.dilate((alpha > 0.1).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    colour = np.broadcast_to(np.asarray(bright, np.float32), (n, n, 3))
    return Edit("FOREIGN_MATTER", how, region, cover=(alpha, colour), relief=raised.astype(np.float32))
