"""A real bundle whose network can be computed in the head: every output is a plain function of colour.

defects  per 8 x 8 cell: STAIN where it is dark, MOULD where it is green, FOREIGN_MATTER where it is blue
piece    where it is not white
woven    the redder than blue on average, the more woven
kind     basket where the photo is bright on average, mat where it is dark
patches  the mean colour of 16 x 16 pixels
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from qc.model.bundle import Bundle
from qc.model.golden import seal
from qc.standards.taxonomy import taxonomy
from tests.model.pictures import encode

SIZE = 128
CELL = 8
CHANNELS = taxonomy().model_codes()
STRAW, DARK, GREEN, BLUE, WHITE = (190, 150, 100), (5, 5, 5), (60, 250, 60), (10, 10, 250), (255, 255, 255)


def straw(height: int = 96, width: int = 128) -> NDArray[np.uint8]:
    """A good piece that fills the frame: uint8 [H, W, 3]."""
    return np.full((height, width, 3), STRAW, np.uint8)


def write_graph(path: Path, size: int = SIZE, omit: str | None = None) -> None:
    """Write model.onnx; `omit` leaves an output out."""
    weights: dict[str, NDArray[np.float32]] = {}

    def constant(name: str, values: Any) -> str:
        weights[name] = np.asarray(values, np.float32)
        return name

    look = np.zeros((len(CHANNELS), 3, 1, 1))
    base = np.full(len(CHANNELS), -12.0)
    for code, colour, offset in (
        ("STAIN", (-7, -7, -7), -10),
        ("MOULD", (-6, 12, -6), -10),
        ("FOREIGN_MATTER", (-6, -6, 12), -10),
    ):
        look[CHANNELS.index(code), :, 0, 0] = colour
        base[CHANNELS.index(code)] = offset
    nodes = [
        helper.make_node("AveragePool", ["image"], ["cells"], kernel_shape=[CELL, CELL], strides=[CELL, CELL]),
        helper.make_node("Conv", ["cells", constant("look", look), constant("base", base)], ["defects"]),
        helper.make_node("ReduceMax", ["defects"], ["defect"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Conv", ["cells", constant("bluish", [[[[0]], [[0]], [[-20]]]])], ["piece4"]),
        helper.make_node("Squeeze", ["piece4", "axis1"], ["piece"]),
        helper.make_node("ReduceMean", ["image"], ["mean"], axes=[2, 3], keepdims=0),
        helper.make_node("MatMul", ["mean", constant("warm", [[8.0], [0.0], [-8.0]])], ["warmth"]),
        helper.make_node("Squeeze", ["warmth", "axis1"], ["woven"]),
        helper.make_node("MatMul", ["mean", constant("bright", [[5.0, -5.0]] * 3)], ["kind"]),
        helper.make_node("MatMul", ["mean", constant("colour", np.eye(3) * 6)], ["material"]),
        helper.make_node("LpNormalization", ["mean"], ["embedding"], axis=1, p=2),
        helper.make_node("AveragePool", ["image"], ["blocks"], kernel_shape=[2 * CELL] * 2, strides=[2 * CELL] * 2),
        helper.make_node("Add", ["blocks", constant("never_zero", [[[[1.5]]]])], ["raised"]),
        helper.make_node("LpNormalization", ["raised"], ["patches"], axis=1, p=2),
    ]
    initializers = [numpy_helper.from_array(v, k) for k, v in weights.items()]
    initializers.append(numpy_helper.from_array(np.array([1], np.int64), "axis1"))
    cells = size // CELL
    shapes: dict[str, list[int | str]] = {
        "woven": ["N"], "defect": ["N"], "kind": ["N", 2], "material": ["N", 3], "embedding": ["N", 3],
        "defects": ["N", len(CHANNELS), cells, cells], "piece": ["N", cells, cells],
        "patches": ["N", 3, cells // 2, cells // 2],
    }  # fmt: skip
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, size, size])],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in shapes.items() if n != omit],
        initializers,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def fields(**changes: Any) -> dict[str, Any]:
    """bundle.json of the tiny bundle, but `files`."""
    band = {"refer": 0.3, "act": 0.6, "guarantee": "none: a network for tests"}
    document = {
        "name": "tiny",
        "version": "0.0.1",
        "created": "2026-11-01T00:00:00Z",
        "labels": {
            "kinds": ["basket", "mat"],
            "materials": ["rattan", "pandan", "bamboo"],
            "channels": list(CHANNELS),
        },
        "preprocess": {"size": SIZE},
        "outputs": {"patches": "patches"},
        "calibration": {"channels": {code: {} for code in CHANNELS}, "fitted_on": "none"},
        "thresholds": {
            "woven": band,
            "defect": band,
            "kind": 0.6,
            "material": 0.5,
            "codes": dict.fromkeys(CHANNELS, band),
        },
        "novelty": {"reference": 0.1},
        "datasets": [{"name": "none", "role": "calibration", "samples": 1, "sha256": "0" * 64}],
        "training": {"config": {}, "code_revision": "none", "seed": 0, "finished": "2026-11-01T00:00:00Z"},
        "metrics": {},
        "licences": [{"input": "weights", "licence": "Apache-2.0", "source": "written by hand"}],
    }
    return document | changes


def write_tiny_bundle(folder: Path, **changes: Any) -> Bundle:
    """Write the tiny bundle into a folder, sealed and checked; `changes` replace parts of its bundle.json."""
    (folder / "golden").mkdir(parents=True)
    document = fields(**changes)
    write_graph(folder / "model.onnx", document["preprocess"]["size"])
    stained = straw()
    stained[32:56, 40:72] = DARK
    for name, picture in (("good", straw()), ("stained", stained)):
        (folder / "golden" / f"{name}.jpg").write_bytes(encode(picture))
    centroid = np.array([STRAW], np.float32) / 127.5 - 1
    np.save(folder / "novelty.npy", centroid / np.linalg.norm(centroid, axis=1, keepdims=True))
    (folder / "card.md").write_text("# Tiny\n\nA network for tests.\n")
    return seal(folder, document)


def read_spec(folder: Path) -> dict[str, Any]:
    """bundle.json as it stands."""
    document: dict[str, Any] = json.loads((folder / "bundle.json").read_text())
    return document
