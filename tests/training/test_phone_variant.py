"""The phone's variant: smaller, the same graph to the outside, and told apart from a good one when it is not."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
import simplejpeg
from onnx import TensorProto, helper, numpy_helper

from qc.model.bundle import MODEL_FILE, PHONE_FILE, Bundle
from qc.model.bundle_spec import PhoneSpec, Precision
from qc.model.registry import bundle_in_force
from qc.settings import Settings
from training import phone_variant
from training.phone_variant import add_phone_variant, lighter, quantised, with_section


def test_int8_weights_lie_within_half_a_step() -> None:
    weight = np.random.default_rng(1).normal(size=(8, 16, 3, 3)).astype(np.float32)
    whole, scales = quantised(weight)
    assert scales.shape == (8, 1, 1, 1)
    assert np.abs(whole * scales - weight).max() <= 0.51 * scales.max()
    assert quantised(np.zeros((2, 4), np.float32))[0].max() == 0


def graph(weight: np.ndarray) -> onnx.ModelProto:
    nodes = [helper.make_node("Conv", ["image", "weight", "bias"], ["out"])]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None] * 4) for name in ("image", "out")]
    bias = np.zeros(weight.shape[0], np.float32)
    tensors = [numpy_helper.from_array(weight, "weight"), numpy_helper.from_array(bias, "bias")]
    body = helper.make_graph(nodes, "one", ends[:1], ends[1:], tensors)
    return helper.make_model(body, opset_imports=[helper.make_opsetid("", 20)])


@pytest.mark.parametrize(("precision", "share"), [("int8", 0.3), ("float16", 0.55), ("float32", 1.01)])
def test_a_lighter_graph_is_smaller(precision: Precision, share: float) -> None:
    model = graph(np.random.default_rng(2).normal(size=(96, 96, 3, 3)).astype(np.float32))
    light = lighter(model, precision)
    assert light.ByteSize() < share * model.ByteSize()
    assert [each.name for each in light.graph.output] == ["out"]


def test_weights_of_few_numbers_take_float16_where_others_take_int8() -> None:
    model = graph(np.random.default_rng(2).normal(size=(64, 32, 3, 3)).astype(np.float32))
    assert lighter(model, "int8").SerializeToString() == lighter(model, "float16").SerializeToString()


def test_small_weights_stay_as_they_are() -> None:
    model = graph(np.ones((2, 3, 3, 3), np.float32))
    assert lighter(model, "int8").SerializeToString() == model.SerializeToString()


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """A copy of the released bundle."""
    folder = bundle_in_force(Settings())
    if not (folder / MODEL_FILE).is_file():
        pytest.skip(f"no released bundle at {folder}")
    copy = tmp_path / "bundle"
    shutil.copytree(folder.resolve(), copy)
    return copy


def pictures(bundle: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((bundle / "golden").glob("*.jpg"))]


def test_a_bundle_lists_its_variant_with_what_the_comparison_showed(released: Path) -> None:
    phone = add_phone_variant(released, pictures(released))
    bundle = Bundle.load(released)
    assert bundle.spec.phone == phone
    assert bundle.spec.files[phone.file]
    assert phone.images == len(pictures(released))
    assert (released / "card.md").read_text().count("## On the phone") == 1


def test_a_variant_that_decides_otherwise_is_not_released(released: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def noise(model: onnx.ModelProto, precision: Precision) -> onnx.ModelProto:
        spoilt = lighter(model, "float32")
        for tensor in spoilt.graph.initializer:
            if tensor.data_type == TensorProto.FLOAT and len(tensor.dims) == 4:
                tensor.CopyFrom(numpy_helper.from_array(0 * numpy_helper.to_array(tensor), tensor.name))
        return spoilt

    monkeypatch.setattr(phone_variant, "lighter", noise)
    grey = simplejpeg.encode_jpeg(np.full((320, 320, 3), 90, np.uint8))
    phone = add_phone_variant(released, [*pictures(released), grey])
    assert (phone.file, phone.precision) == (MODEL_FILE, "float32")
    assert not (released / PHONE_FILE).exists()


def test_the_cards_section_is_replaced_not_repeated() -> None:
    phone = PhoneSpec(file=PHONE_FILE, precision="int8", images=200, alike=199, reversed=0)
    card = "# a\n\ntext\n\n## How it was made\n\nso\n\n## Licences\n"
    once = with_section(card, phone)
    assert with_section(once, phone) == once
    assert once.index("199 of 200") < once.index("## How it was made") < once.index("## Licences")
