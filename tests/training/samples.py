"""A few small samples made on the spot, in the shape in which every source hands them over."""

from __future__ import annotations

import numpy as np

from training.sample import CHANNELS, Sample

SIZE = 64


def checked(number: int, code: str | None = None, woven: bool = True, view: str = "whole") -> Sample:
    """A chequered piece [64, 64] on a transparent ground; a defect is a bright red square on it."""
    rng = np.random.default_rng(number)
    rows, columns = np.indices((SIZE, SIZE))
    weave = ((rows // 4 + columns // 4) % 2 * 60 + 90 + rng.normal(0, 4, (SIZE, SIZE))).clip(0, 255).astype(np.uint8)
    rgb = np.stack([weave, weave, weave // 2], -1)
    mask = np.zeros((SIZE, SIZE), np.uint16)
    alpha = np.zeros((SIZE, SIZE), np.uint8)
    alpha[4:-4, 4:-4] = 255
    if code is not None:
        y, x = rng.integers(12, 36, 2)
        rgb[y : y + 16, x : x + 16] = (255, 0, 0)
        mask[y : y + 16, x : x + 16] = 1 << CHANNELS.index(code)
    meta = {
        "id": f"piece-{number}-{code or 'good'}-{view}", "piece": f"piece-{number}", "seed": number,
        "source": "blender",
        "woven": int(woven), "kind": "basket" if woven else None, "material": "bamboo" if woven else None,
        "weave": "plain", "view": view, "state": "defective" if code else "good", "causes": [], "light": "studio",
        "twin": None, "defects": [],
    }  # fmt: skip
    return Sample(rgb, alpha, mask, meta)
