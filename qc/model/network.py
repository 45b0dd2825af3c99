"""The network of a bundle, run by ONNX Runtime, its outputs by name and checked against what bundle.json promises."""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from qc.errors import BadBundle
from qc.model.bundle import MODEL_FILE, Bundle

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class NetworkOutput:
    """What the network says of one photo; logits are raw.

    Attributes:
        woven: logit of something woven.
        defect: logit of at least one defect.
        kind: logits [K].
        material: logits [M].
        defects: logits [C, h, w]; a cell is S / w pixels of the input across.
        piece: logits [h, w] of the piece's silhouette.
        embedding: [D], of length 1.
        patches: [F, h / 2, w / 2], each place of length 1; None unless asked for.
    """

    woven: float
    defect: float
    kind: Floats
    material: Floats
    defects: Floats
    piece: Floats
    embedding: Floats
    patches: Floats | None = None


class Network:
    """One ONNX Runtime session, shared by all threads: each call computes on the thread that makes it.

    Args:
        bundle: the released model.
        file: which of its networks: model.onnx, or the phone's variant.

    Raises:
        BadBundle: the graph lacks an input or output that bundle.json names, or one has another shape.
    """

    def __init__(self, bundle: Bundle, file: str = MODEL_FILE) -> None:
        self._outputs = bundle.spec.outputs
        self._title = bundle.spec.title
        size = bundle.spec.preprocess.size
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1  # as many photos as cores beat two threads a photo
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = ort.InferenceSession(bundle.read_model(file), options, providers=["CPUExecutionProvider"])
            output = self.run(np.zeros((1, 3, size, size), np.float32), self._outputs.patches is not None)
        except Exception as wrong:  # ONNX Runtime has no error class of its own that it keeps to
            if isinstance(wrong, BadBundle):
                raise
            raise BadBundle(f"{bundle.path / file} does not run: {wrong}", file=file) from wrong
        _hold_to_spec(output, bundle, file)
        self.cell: float = size / output.piece.shape[0]
        return_free_memory()

    def run(self, image: Floats, patches: bool = False) -> NetworkOutput:
        """Run the graph on one photo, float32 [1, 3, S, S] as `preprocess.prepare` makes it.

        Raises:
            BadBundle: `patches` are asked for and the bundle has none.
        """
        o = self._outputs
        names = [o.woven, o.defect, o.kind, o.material, o.defects, o.piece, o.embedding]
        if patches:
            if o.patches is None:
                raise BadBundle(f"{self._title} compares with no approved sample: its graph has no output of patches")
            names.append(o.patches)
        woven, defect, *others = self._session.run(names, {o.input: image})
        return NetworkOutput(float(woven.item()), float(defect.item()), *(output[0] for output in others))


def return_free_memory() -> None:
    """Give the C heap's free pages back: glibc would keep the 90 MB that optimising the graph took for a moment."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:  # musl has none, and needs none
        trim(0)


def _hold_to_spec(output: NetworkOutput, bundle: Bundle, file: str) -> None:
    labels, cells = bundle.spec.labels, output.piece.shape
    wanted: dict[str, tuple[int, ...]] = {
        "kind": (len(labels.kinds),),
        "material": (len(labels.materials),),
        "defects": (len(labels.channels), *cells),
        "embedding": (bundle.centroids.shape[1],),
    }
    for name, shape in wanted.items():
        if (got := getattr(output, name).shape) != shape:
            raise BadBundle(
                f"{bundle.path / file} gives {name} of shape {list(got)}, bundle.json promises {list(shape)}; "
                "export model and bundle.json together",
                file=file,
            )
    if len(cells) != 2 or cells[0] != cells[1] or bundle.spec.preprocess.size % cells[0]:
        raise BadBundle(
            f"{bundle.path / file} gives a piece map of shape {list(cells)}; wanted a square whose side divides "
            f"the input's {bundle.spec.preprocess.size}",
            file=file,
        )
