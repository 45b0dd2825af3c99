"""A real picture out of Blender, tiny; left out, and said so, where Blender's environment has not been made."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from training.render import blender
from training.render.blender import Blender, RenderError
from training.render.produce import prepare, shoot
from training.render.recipe import Recipe
from training.sample import CHANNELS, Sample

ROOM = Path(blender.__file__).parent
META = {
    "id", "seed", "piece", "source", "woven", "kind", "material", "weave", "view", "state", "causes", "light", "twin",
    "defects",
}  # fmt: skip
needs_blender = pytest.mark.skipif(
    not blender.PYTHON.exists(), reason="no .venv-render (make render makes it): no picture is rendered in this run"
)


def test_only_the_separate_program_imports_blender() -> None:
    importing = {
        p.name for p in ROOM.glob("*.py") if re.search(r"^\s*(import|from) (bpy|mathutils)", p.read_text(), re.M)
    }
    assert importing == {"blender_scene.py"}
    loading = [p.name for p in ROOM.glob("*.py") if re.search(r"import.*blender_scene", p.read_text())]
    assert loading == []
    scene = (ROOM / "blender_scene.py").read_text()
    assert not re.search(r"^\s*(import|from) (training|qc)\b", scene, re.M)


def test_a_missing_environment_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="make render"):
        Blender(tmp_path, python=tmp_path / "nowhere" / "python")


def test_the_last_words_of_a_dead_process_are_told(tmp_path: Path) -> None:
    dying = tmp_path / "python"
    dying.write_text("#!/bin/sh\necho 'no graphics library' >&2\nexit 1\n")
    dying.chmod(0o755)
    shot = prepare(Recipe(5, False, ()), 32, 1)
    with Blender(tmp_path, python=dying) as dead, pytest.raises(RenderError, match="no graphics library"):
        shoot(shot, dead)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> list[Sample]:
    shot = prepare(
        Recipe(77, True, ("HOLE",)), 64, 1, view="closeup", kind="placemat", material="bamboo", weave="plain"
    )
    with Blender(tmp_path_factory.mktemp("blender")) as running:
        return shoot(shot, running)


@pytest.mark.real
@needs_blender
def test_a_hole_is_rendered_seen_and_labelled(pair: list[Sample]) -> None:
    good, bad = pair
    for sample in pair:
        assert sample.meta.keys() >= META
        assert sample.rgb.shape == (64, 64, 3)
        assert sample.rgb.dtype == np.uint8
        assert sample.alpha is not None
        assert sample.alpha.shape == sample.mask.shape == (64, 64)
        assert sample.mask.dtype == np.uint16
    assert good.meta["state"] == "good"
    assert good.meta["defects"] == []
    assert not good.mask.any()
    assert bad.meta["twin"] == good.meta["id"]
    assert good.meta["piece"] == bad.meta["piece"]
    (defect,) = bad.meta["defects"]
    assert defect["code"] == "HOLE"
    assert set(np.unique(bad.mask)) == {0, 1 << CHANNELS.index("HOLE")}
    assert defect["area_px"] == (bad.mask > 0).sum()
    x0, y0, x1, y1 = defect["box"]
    inside = np.zeros((64, 64), bool)
    inside[y0:y1, x0:x1] = True
    assert not bad.mask[~inside].any()


@pytest.mark.real
@needs_blender
def test_the_twins_are_alike_where_there_is_no_defect(pair: list[Sample]) -> None:
    good, bad = pair
    near = np.zeros((64, 64), bool)
    x0, y0, x1, y1 = bad.meta["defects"][0]["box"]
    near[max(y0 - 12, 0) : y1 + 12, max(x0 - 12, 0) : x1 + 12] = True
    assert near.mean() < 0.9
    apart = np.abs(good.rgb.astype(int) - bad.rgb)[~near]
    assert apart.mean() < 4
