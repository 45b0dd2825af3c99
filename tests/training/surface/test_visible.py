"""The mask of what a person would see."""

import numpy as np

from training.surface.noise import F32
from training.surface.visible import seen


def _plate(level: float = 0.5) -> F32:
    return np.full((80, 80, 3), level, np.float32)


def test_nothing_changed_is_nothing_seen() -> None:
    mask, strength = seen(_plate(), _plate(), np.ones((80, 80), bool))
    assert not mask.any()
    assert strength == 0


def test_a_clear_spot_is_masked_where_it_is_and_only_inside_its_region() -> None:
    after = _plate()
    after[20:40, 20:40] = 0.2
    after[60:70, 60:70] = 0.2
    region = np.zeros((80, 80), bool)
    region[10:50, 10:50] = True
    mask, strength = seen(_plate(), after, region)
    assert mask[22:38, 22:38].all()
    assert not mask[~region].any()
    assert strength > 20


def test_a_faint_or_tiny_change_is_not_seen() -> None:
    faint, tiny = _plate(), _plate()
    faint[20:40, 20:40] += 0.02
    tiny[20:22, 20:22] = 0.1
    everywhere = np.ones((80, 80), bool)
    assert seen(_plate(), faint, everywhere)[1] == 0
    assert not seen(_plate(), tiny, everywhere)[0].any()


def test_noise_hides_what_is_plain_on_a_quiet_picture() -> None:
    after = _plate()
    after[20:40, 20:40] -= 0.09
    everywhere = np.ones((80, 80), bool)
    assert seen(_plate(), after, everywhere, noise=0.5)[1] > 0
    assert seen(_plate(), after, everywhere, noise=16)[1] == 0


def test_an_empty_region_is_no_error() -> None:
    mask, strength = seen(_plate(), _plate(0.1), np.zeros((80, 80), bool))
    assert not mask.any()
    assert strength == 0
