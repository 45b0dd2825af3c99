"""What does not belong to the weave: bore holes with their dust, and foreign matter caught in it."""

from __future__ import annotations

import numpy as np

from training.render.arrays import Array, from_srgb, unit
from training.render.breakage import Edit, Place
from training.render.debris import lump
from training.render.strand import Strand


def bored(strands: list[Strand], place: Place, rng: np.random.Generator) -> Edit:
    """INSECT_DAMAGE: round bore holes and gnawed furrows along strands, and pale dust below them."""
    reach = max(place.pitch * rng.uniform(1.5, 4.0), place.pixel * 16)
    radius = max(rng.uniform(0.0006, 0.0013), place.pixel * rng.uniform(2.1, 3.4))
    spots, ways, tones = [], [], []
    for s in strands:
        if s.role in ("weft", "stake", "coil", "rim", "base", "stitch"):
            near = np.flatnonzero(np.linalg.norm(s.line - place.centre, axis=1) < reach)
            facing = np.sign(s.normal[near] @ place.out)
            spots.append(s.line[near] + s.normal[near] * (facing * s.thickness[near] / 2)[:, None])
            ways.append(s.tangent[near])
            tones.append(s.colour[near])
    at, way, tone = np.concatenate(spots), np.concatenate(ways), np.concatenate(tones)
    # Only what lies uppermost can be bored where the camera sees it.
    height = (at - place.centre) @ place.out
    top = np.flatnonzero(height >= np.quantile(height, 0.55))
    added: list[Strand] = []
    dark = np.array([0.012, 0.009, 0.006])
    holes = rng.choice(top, size=min(len(top), int(rng.integers(6, 22))), replace=False)
    for k in holes:
        r = radius * rng.uniform(0.7, 1.35)
        furrow = rng.uniform(3, 7) if rng.uniform() < 0.18 else rng.uniform(1.0, 1.5)
        added.append(lump(at[k] + place.out * r * 0.3, way[k], place.out, 2 * r, furrow, dark))
    down = unit(np.array([0, 0, -1.0]) - place.out * (-place.out[2]))
    for _ in range(int(rng.integers(10, 60))):
        k = int(rng.choice(holes))
        drop = down * abs(rng.normal()) * radius * 5 + unit(rng.normal(size=3)) * radius * 2.5
        dust = np.clip(tone[k] * 0.5 + np.array([0.42, 0.34, 0.22]), 0, 0.9)
        size = radius * rng.uniform(0.3, 0.9)
        added.append(lump(at[k] + drop + place.out * size * 0.6, unit(rng.normal(size=3)), place.out, size, 1.2, dust))
    return Edit(strands + added, np.concatenate([s.line for s in added]), max(radius * 2, place.pixel * 2))


MATTERS = ("hair", "twine", "leaf", "seeds", "soil", "film", "tape")
VIVID = (
    (0.05, 0.25, 0.75),
    (0.85, 0.1, 0.1),
    (0.05, 0.5, 0.25),
    (0.92, 0.92, 0.92),
    (0.95, 0.75, 0.05),
    (0.9, 0.3, 0.55),
)


def littered(strands: list[Strand], place: Place, rng: np.random.Generator) -> Edit:
    """FOREIGN_MATTER: hair, plastic twine, a piece of leaf, seeds, soil, film or tape on the weave."""
    u = rng.uniform
    kind = str(rng.choice(MATTERS))
    chosen = strands[place.strand]
    i = int(np.argmin(np.linalg.norm(chosen.line - place.centre, axis=1)))
    along, across = chosen.tangent[i], unit(np.cross(chosen.tangent[i], place.out))
    span = max(place.pitch * u(1.5, 4.0), place.pixel * 22)
    lift = float(chosen.thickness[i]) * 0.75 + place.pixel

    def on(x: Array, y: Array, high: Array | float = 0.0) -> Array:
        height = np.asarray(lift + high)[..., None] if np.ndim(high) else lift + high
        return np.asarray(place.centre + x[:, None] * along + y[:, None] * across + height * place.out)

    def thread(length: float, width: float, thickness: float, tone: Array, curl: float, square: float) -> Strand:
        t = np.linspace(0, 1, 50)
        turn = u(0, 2 * np.pi) + np.cumsum(rng.normal(size=50).cumsum() * 0.02 + rng.normal() * 0.05) * curl
        x, y = np.cumsum(np.cos(turn)) * length / 50, np.cumsum(np.sin(turn)) * length / 50
        high = width * 0.5 + 0.4 * lift * np.abs(np.sin(t * u(4, 11)))
        line = on(x - x.mean(), y - y.mean(), high)
        return Strand(line, np.tile(place.out, (50, 1)), np.full(50, width), np.full(50, thickness),
                      np.tile(tone, (50, 1)), "fibre", 93_000, square)  # fmt: skip

    vivid = from_srgb(np.array(VIVID[int(rng.integers(len(VIVID)))]))
    added: list[Strand] = []
    if kind == "hair":
        dark = (
            from_srgb(np.array([0.09, 0.07, 0.06])) if chosen.colour[i].mean() > 0.06 else from_srgb(np.full(3, 0.75))
        )
        for _ in range(int(rng.integers(1, 4))):
            wide = max(0.00025, place.pixel * u(0.8, 1.2))
            added.append(thread(span * u(1.4, 3.0), wide, wide, dark, 1.0, 2.0))
    elif kind == "twine":
        wide = max(u(0.001, 0.003), place.pixel * u(1.6, 3.0))
        added.append(thread(span * u(0.8, 2.0), wide, wide * 0.7, vivid, 1.4, 2.4))
    elif kind in ("leaf", "film", "tape"):
        n, wide = 16, max(span * u(0.18, 0.45), place.pixel * 6)
        t = np.linspace(0, 1, n)
        outline = np.sin(np.pi * np.clip(t, 0.03, 0.97)) ** 0.8 if kind == "leaf" else np.full(n, 1.0)
        tones = {"leaf": ((0.35, 0.45, 0.15), (0.42, 0.27, 0.12), (0.55, 0.5, 0.2)), "film": ((0.9, 0.92, 0.95),) * 3,
                 "tape": ((0.72, 0.55, 0.3), (0.9, 0.9, 0.88), (0.1, 0.25, 0.6))}[kind]  # fmt: skip
        tone = from_srgb(np.array(tones[int(rng.integers(3))]))
        a = u(0, 2 * np.pi)
        length = span * u(0.5, 1.1)
        x, y = (t - 0.5) * length * np.cos(a), (t - 0.5) * length * np.sin(a)
        high = 0.1 * length * u(0, 1) * np.sin(np.pi * t) * np.linspace(0.2, 1, n)
        line = on(x, y, high)
        added.append(Strand(line, np.tile(place.out, (n, 1)), wide * outline, np.full(n, 0.0006),
                            np.tile(tone, (n, 1)), "fibre", 93_500, 5.0))  # fmt: skip
    else:
        count, size = (
            (int(rng.integers(2, 9)), u(0.002, 0.006))
            if kind == "seeds"
            else (int(rng.integers(14, 60)), u(0.001, 0.004))
        )
        size = max(size, place.pixel * (3.2 if kind == "seeds" else 2.0))
        seed = from_srgb(np.array(((0.16, 0.1, 0.06), (0.5, 0.1, 0.08), (0.1, 0.1, 0.1))[int(rng.integers(3))]))
        soil = from_srgb(np.array(((0.26, 0.18, 0.12), (0.4, 0.26, 0.16), (0.2, 0.17, 0.15))[int(rng.integers(3))]))
        spread = span * (0.45 if kind == "seeds" else 0.3)
        for _ in range(count):
            s = size * rng.lognormal(0, 0.15 if kind == "seeds" else 0.5)
            centre = on(np.array([rng.normal() * spread]), np.array([rng.normal() * spread]), s * 0.3)[0]
            tone = (seed if kind == "seeds" else soil) * u(0.75, 1.3)
            added.append(lump(centre, unit(rng.normal(size=3)), place.out, s, u(1.0, 1.9), tone))
    return Edit(
        strands + added, np.concatenate([s.line for s in added]), max(float(added[0].width.max()), place.pixel * 2)
    )
