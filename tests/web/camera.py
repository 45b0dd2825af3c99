"""What the fake camera shows: pictures made by the project itself, one JPEG after another."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent.parent
FRAMES = 40


def film(path: Path, width: int = 960, height: int = 720) -> Path:
    """Write an mjpeg of the demo's pieces, no two frames alike; of a drawn weave where there is no demo yet."""
    demo = [cv2.imread(str(path)) for path in sorted((ROOT / "qc" / "demo").glob("*.jpg"))]
    pictures = [picture for picture in demo if picture is not None] or [weave(width, height)]
    with path.open("wb") as out:
        for number in range(FRAMES):
            frame = cv2.resize(
                pictures[number * len(pictures) // FRAMES], (width, height), interpolation=cv2.INTER_AREA
            )
            noise = np.random.default_rng(number).integers(-3, 4, frame.shape, dtype=np.int16)
            frame = np.clip(frame.astype(np.int16) + noise, 0, 255).astype(np.uint8)
            out.write(cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes())
    return path


def weave(width: int, height: int) -> NDArray[np.uint8]:
    """A greenish plain weave on a grey mat: BGR [height, width, 3]."""
    y, x = np.mgrid[0:height, 0:width]
    over = (np.floor(x / 22) + np.floor(y / 18)) % 2
    shade = 90 + 70 * np.abs(np.sin(np.where(over > 0, x / 22, y / 18) * np.pi))
    piece = ((x - width / 2) / (width * 0.4)) ** 2 + ((y - height / 2) / (height * 0.42)) ** 2 < 1
    weft = np.stack([shade * 0.5, shade, shade * 0.8], -1)
    return np.where(piece[..., None], weft, 118.0).astype(np.uint8)
