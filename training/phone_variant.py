"""The phone's variant of a model: the same graph with its large weights in fewer bits, small enough to download.

    python -m training.phone_variant models/anyaman-0.1.0

Large weights become int8 with one scale for each output channel, small ones float16; a Cast and a Mul turn them back
into float32 when the model is loaded, so that it runs as fast as before and computes in float32. (Quantised arithmetic
is slower in WebAssembly.)
The variant is released only if it decides like the model on at least 99 of 100 judged images and turns no export grade
into a rejection or back; else float16 weights are tried, and else phones are given the model itself.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import onnx
import simplejpeg
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from qc.errors import BadBundle
from qc.model.bundle import MODEL_FILE, PHONE_FILE, Bundle, hash_files, write_spec
from qc.model.bundle_spec import PhoneSpec, Precision
from qc.model.grader import Grader
from qc.model.judged import QUALITY
from qc.standards.evidence import Evidence
from qc.standards.library import Library
from qc.standards.verdict import apply
from training.backgrounds import panoramas
from training.dataset import over_ground, rendered
from training.surface.generate import surface
from training.surfaces import FIRST_SEED

IMAGES = 200
LEAST_ALIKE = 0.99
SMALLEST = 1024
"""Weights of fewer numbers stay as they are: they are biases and scales, and save nothing."""
FEW = 80_000
"""Weights of fewer numbers take float16 where others take int8: the layers near the picture are small, and all that
follows inherits their error. It costs 0.9 MB; alike on 199 of 200 pictures instead of 197 with anyaman-0.3.0."""
STANDARD = "woven-general"

_CHANNEL_AXIS = {"Conv": 0, "Gemm": 0}  # Gemm as torch exports it: the weight is [out, in], transB = 1
_PLACE = "## How it was made"

Decision = tuple[str, str | None]
"""Status and grade."""


def lighter(model: onnx.ModelProto, precision: Precision) -> onnx.ModelProto:
    """The same graph with large weights in fewer bits, made float32 again by nodes that loading folds away."""
    out = onnx.ModelProto()
    out.CopyFrom(model)
    kept: list[TensorProto] = []
    nodes: list[onnx.NodeProto] = []
    for tensor in out.graph.initializer:
        axis = _channel_axis(out.graph, tensor)
        if axis is None or precision == "float32":
            kept.append(tensor)
            continue
        weight = numpy_helper.to_array(tensor)
        small, scale = f"{tensor.name}.small", f"{tensor.name}.scale"
        if precision == "float16" or weight.size < FEW:
            kept.append(numpy_helper.from_array(weight.astype(np.float16), small))
            nodes.append(helper.make_node("Cast", [small], [tensor.name], to=TensorProto.FLOAT))
            continue
        whole, scales = quantised(weight)
        kept += [numpy_helper.from_array(whole, small), numpy_helper.from_array(scales, scale)]
        nodes.append(helper.make_node("Cast", [small], [f"{small}.float"], to=TensorProto.FLOAT))
        nodes.append(helper.make_node("Mul", [f"{small}.float", scale], [tensor.name]))
    nodes += out.graph.node
    del out.graph.initializer[:], out.graph.node[:]
    out.graph.initializer.extend(kept)
    out.graph.node.extend(nodes)
    onnx.checker.check_model(out)
    return out


def quantised(weight: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """int8 weights [O, ...] and scales [O, 1, ...], symmetric: weight is about whole * scale, within half a scale."""
    rows = np.abs(weight.reshape(len(weight), -1)).max(axis=1)
    scales = np.maximum(rows, np.finfo(np.float32).tiny).astype(np.float32) / np.float32(127)
    scales = scales.reshape(-1, *[1] * (weight.ndim - 1))
    return np.clip(np.rint(weight / scales), -127, 127).astype(np.int8), scales


def add_phone_variant(folder: Path, pictures: Sequence[bytes]) -> PhoneSpec:
    """Write the phone's variant into a sealed bundle, with what the comparison showed, and seal it again.

    Args:
        folder: the bundle.
        pictures: judged images (JPEG) on which model and variant are compared.

    Raises:
        BadBundle: the bundle is not whole.
    """
    bundle = Bundle.load(folder)
    model = onnx.load_from_string(bundle.read_model())
    itself = Bundle(bundle.path, bundle.spec.model_copy(update={"phone": None}), bundle.centroids)
    wanted = decisions(itself, pictures)
    variant = folder / PHONE_FILE
    for precision in ("int8", "float16"):
        variant.write_bytes(lighter(model, precision).SerializeToString())
        phone = _compared(bundle, precision, pictures, wanted)
        if phone.alike >= LEAST_ALIKE * phone.images and phone.reversed == 0:
            break
    else:
        variant.unlink()
        phone = PhoneSpec(file=MODEL_FILE, precision="float32", images=len(pictures), alike=len(pictures), reversed=0)
    card = folder / "card.md"
    card.write_text(with_section(card.read_text(encoding="utf-8"), phone), encoding="utf-8")
    write_spec(folder, bundle.spec.model_copy(update={"phone": phone, "files": hash_files(folder)}))
    Bundle.load(folder, check=True)
    return phone


def decisions(bundle: Bundle, pictures: Sequence[bytes]) -> list[Decision]:
    """Status and grade that a phone gives each picture on its own, under the standard for any woven piece."""
    standard = Library.load().named(STANDARD)
    with Grader(bundle, phone=True) as grader:
        seen = [Evidence(photos=(grader.examine(picture),), model=grader.model) for picture in pictures]
    verdicts = [apply(standard, evidence, {}, bundle.spec.bands) for evidence in seen]
    return [(verdict.status, verdict.grade) for verdict in verdicts]


def _compared(bundle: Bundle, precision: Precision, pictures: Sequence[bytes], wanted: Sequence[Decision]) -> PhoneSpec:
    phone = PhoneSpec(file=PHONE_FILE, precision=precision, images=len(pictures), alike=0, reversed=0)
    files = hash_files(bundle.path)
    draft = Bundle(bundle.path, bundle.spec.model_copy(update={"phone": phone, "files": files}), bundle.centroids)
    pairs = list(zip(wanted, decisions(draft, pictures), strict=True))
    alike = sum(one == other for one, other in pairs)
    reversals = sum({one[1], other[1]} == {"A", "reject"} for one, other in pairs)
    return phone.model_copy(update={"alike": alike, "reversed": reversals})


def with_section(card: str, phone: PhoneSpec) -> str:
    """The card with a section on the phone's variant, in place of one that stands there."""
    what = (
        f"`{phone.file}`: large weights in {phone.precision}, computed in float32."
        if phone.file != MODEL_FILE
        else "Phones run the model itself: with smaller weights it decided differently too often."
    )
    section = (
        f"## On the phone\n\n{what} A phone looks at the whole view alone. Same status and grade as with the model's "
        f"own weights on {phone.alike} of {phone.images} held-out made pictures; an export grade became a rejection, "
        f"or the other way round, on {phone.reversed}.\n\n"
    )
    head, _, rest = card.partition("## On the phone\n")
    if rest:
        card = head + "## " + rest.partition("\n## ")[2]
    before, place, after = card.partition(_PLACE)
    return f"{before}{section}{place}{after}" if place else f"{card.rstrip()}\n\n{section}"


def judged_pictures(folders: Sequence[Path], hdri: Path, size: int, count: int = IMAGES) -> list[bytes]:
    """Held-out made pictures as judged images: rendered pieces of the test and validation splits, then surfaces."""
    return [_jpeg(rgb) for rgb in islice(_held_out(folders, hdri, size), count)]


def _held_out(folders: Sequence[Path], hdri: Path, size: int) -> Iterator[NDArray[np.uint8]]:
    views = panoramas(hdri)
    samples = [s for folder in folders for split in ("test", "val") for s in rendered(folder, split)]
    for number, sample in enumerate(samples):
        yield over_ground(np.random.default_rng(number), sample, views)
    for number in range(IMAGES):
        yield over_ground(np.random.default_rng(number), surface(FIRST_SEED["test"] + number, size), views)


def _jpeg(rgb: NDArray[np.uint8]) -> bytes:
    jpeg: bytes = simplejpeg.encode_jpeg(np.ascontiguousarray(rgb), quality=QUALITY, colorspace="RGB")
    return jpeg


def _channel_axis(graph: onnx.GraphProto, tensor: TensorProto) -> int | None:
    """The axis of output channels, if the tensor is a large weight of convolutions or dense layers and nothing else."""
    if tensor.data_type != TensorProto.FLOAT or int(np.prod(tensor.dims)) < SMALLEST:
        return None
    uses = [(node, place) for node in graph.node for place, name in enumerate(node.input) if name == tensor.name]
    axes = {_CHANNEL_AXIS.get(node.op_type) if place == 1 and _rows_out(node) else None for node, place in uses}
    return axes.pop() if len(axes) == 1 else None


def _rows_out(node: onnx.NodeProto) -> bool:
    return node.op_type != "Gemm" or any(a.name == "transB" and a.i == 1 for a in node.attribute)


def main() -> int:
    """Command line; 1 with one line when nothing was written."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    folder: Path = parser.parse_args().bundle.resolve()
    try:
        trained = Bundle.load(folder).spec
        config = trained.training.config
        pieces = [Path(each) for each in config["rendered"]]
        pictures = judged_pictures(pieces, Path(config["hdri"]), trained.preprocess.size)
        phone = add_phone_variant(folder, pictures)
    except (BadBundle, FileNotFoundError) as error:
        print(f"no variant was written: {error}", file=sys.stderr)
        return 1
    size = (folder / phone.file).stat().st_size
    print(f"{phone.file}: {phone.precision}, {size / 1e6:.1f} MB, alike on {phone.alike} of {phone.images} pictures")
    return 0


if __name__ == "__main__":
    sys.exit(main())
