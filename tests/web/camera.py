"""What the fake camera shows: pictures made by the project itself, one JPEG after another."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent.parent
FRAMES = 12


def film(path: Path, width: int = 800, height: int = 600) -> Path:
    """Write an mjpeg of the demo's good and its broken piece on a grey table, no two frames alike."""
    pictures = [cv2.imread(str(ROOT / "qc" / "demo" / f"{name}.jpg")) for name in ("a", "rework")]
    shown = [on_a_table(picture, width, height) for picture in pictures if picture is not None]
    if not shown:
        shown = [weave(width, height)]
    with path.open("wb") as out:
        for number in range(FRAMES):
            frame = shown[number * len(shown) // FRAMES]
            noise = np.random.default_rng(number).integers(-3, 4, frame.shape, dtype=np.int16)
            frame = np.clip(frame.astype(np.int16) + noise, 0, 255).astype(np.uint8)
            out.write(cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes())
    return path


def on_a_table(picture: cv2.typing.MatLike, width: int, height: int) -> NDArray[np.uint8]:
    """The square picture in the middle of the frame, its border continued to both sides: BGR [height, width, 3]."""
    fitted = cv2.resize(picture, (height, height), interpolation=cv2.INTER_CUBIC)
    side = (width - height) // 2
    return np.asarray(cv2.copyMakeBorder(fitted, 0, 0, side, width - height - side, cv2.BORDER_REPLICATE), np.uint8)


def weave(width: int, height: int) -> NDArray[np.uint8]:
    """A greenish plain weave on a grey mat: BGR [height, width, 3]."""
    y, x = np.mgrid[0:height, 0:width]
    over = (np.floor(x / 22) + np.floor(y / 18)) % 2
    shade = 90 + 70 * np.abs(np.sin(np.where(over > 0, x / 22, y / 18) * np.pi))
    piece = ((x - width / 2) / (width * 0.4)) ** 2 + ((y - height / 2) / (height * 0.42)) ** 2 < 1
    weft = np.stack([shade * 0.5, shade, shade * 0.8], -1)
    return np.where(piece[..., None], weft, 118.0).astype(np.uint8)
