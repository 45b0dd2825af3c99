"""Whatever happens to a picture happens to its mask and silhouette alike."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.samples import checked
from training import augment


@pytest.mark.parametrize("whole", [64, 36])
@pytest.mark.parametrize("seed", range(12))
def test_picture_mask_and_silhouette_move_together(seed: int, whole: int) -> None:
    sample = checked(seed, "STAIN")
    assert sample.alpha is not None
    alpha = sample.alpha.astype(np.int32)
    maps = np.stack([sample.mask.astype(np.int32), alpha], -1)
    rgba = np.dstack([sample.rgb, sample.alpha])
    rgba, moved = augment.geometric(np.random.default_rng(seed), rgba, maps, 64, whole)
    assert rgba.shape == (64, 64, 4)
    assert moved.shape == (64, 64, 2)
    red = (rgba[..., 0] > 200) & (rgba[..., 1] < 40)
    both, either = (red & (moved[..., 0] > 0)).sum(), (red | (moved[..., 0] > 0)).sum()
    assert either == 0 or both / either > 0.6  # the rim of the square differs by a pixel of interpolation
    assert (np.abs((rgba[..., 3] > 127).astype(int) - (moved[..., 1] > 127))).mean() < 0.03


def test_a_finer_picture_is_seen_whole_as_often() -> None:
    def seen(side: int, whole: int) -> float:
        """Mean share of the window on which a piece lies that fills a quarter of its picture."""
        alpha = np.zeros((side, side), np.int32)
        alpha[side // 4 : -side // 4, side // 4 : -side // 4] = 255
        rgba, maps = np.dstack([alpha.astype(np.uint8)] * 4), alpha[..., None]
        made = [augment.geometric(np.random.default_rng(seed), rgba, maps, 64, whole)[1] for seed in range(60)]
        return float(np.mean([m > 127 for m in made]))

    assert seen(128, 64) == pytest.approx(seen(64, 64), rel=0.25)
    assert seen(128, 128) > 1.5 * seen(64, 64)  # as if it were no finer: close-ups alone


def test_the_same_seed_gives_the_same_picture() -> None:
    picture = checked(1).rgb
    compose = augment.photometric(64)
    results = []
    for _ in range(2):
        compose.set_random_seed(5)
        results.append(augment.apply(compose, picture))
    assert np.array_equal(results[0], results[1])
    compose.set_random_seed(6)
    assert not np.array_equal(results[0], augment.apply(compose, picture))


def test_a_shadow_only_darkens() -> None:
    picture = checked(2).rgb
    shaded = augment.shadow(np.random.default_rng(3), picture)
    assert shaded.shape == picture.shape
    assert (shaded <= picture).all()
    assert shaded.mean() < picture.mean() - 5
