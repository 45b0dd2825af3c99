"""Pictures on disk: `<id>.webp` (RGBA), `<id>.png` (uint16 mask), `<id>.json` (meta), and which recipes are done.

Every file is written under another name first and moved into place; the JSON comes last, so a picture with a JSON is
whole. A recipe is done when `done/<piece>` exists, so a killed run goes on where it was.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from training.render.arrays import Array
from training.sample import Sample

WEBP_QUALITY = 92


class FolderBusyError(RuntimeError):
    """Another run writes to the folder."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder for one run. Raises FolderBusyError at once if another run has it; a dead run's lock is void."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise FolderBusyError(
                f"another run is rendering into {folder}; wait for it or name another folder with --out"
            ) from error
        yield


def encode(sample: Sample) -> dict[str, bytes]:
    """The three files of a sample by suffix: .webp, .png, .json. A sample without alpha gets a full one."""
    alpha = np.full(sample.rgb.shape[:2], 255, np.uint8) if sample.alpha is None else sample.alpha
    # Colour where nothing is seen costs bytes; a flat tone there also keeps the lossy edge clean.
    rgb = np.where(alpha[..., None] > 0, sample.rgb, 128).astype(np.uint8)
    bgra = np.concatenate([rgb[..., ::-1], alpha[..., None]], -1)
    webp = cv2.imencode(".webp", bgra, [cv2.IMWRITE_WEBP_QUALITY, WEBP_QUALITY])[1].tobytes()
    png = cv2.imencode(".png", sample.mask.astype(np.uint16), [cv2.IMWRITE_PNG_COMPRESSION, 9])[1].tobytes()
    return {".webp": webp, ".png": png, ".json": (json.dumps(sample.meta, sort_keys=True) + "\n").encode()}


def decode(webp: bytes, png: bytes, meta: bytes) -> Sample:
    """The sample of its three files."""
    bgra = _picture(webp)
    mask = _picture(png).astype(np.uint16)
    if bgra.shape[2] == 3:
        bgra = np.concatenate([bgra, np.full((*bgra.shape[:2], 1), 255, np.uint8)], -1)
    return Sample(np.ascontiguousarray(bgra[..., 2::-1]), np.ascontiguousarray(bgra[..., 3]), mask, json.loads(meta))


def _picture(data: bytes) -> Array:
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if picture is None:
        raise ValueError("a picture of the rendered set is damaged; render it again")
    return np.asarray(picture)


def write(folder: Path, sample: Sample) -> None:
    """Store a sample; whole or not at all."""
    for suffix, data in encode(sample).items():
        path = folder / f"{sample.meta['id']}{suffix}"
        part = path.with_suffix(suffix + ".part")
        part.write_bytes(data)
        part.replace(path)


def is_done(folder: Path, piece: str) -> bool:
    """Whether the recipe's pictures are all there."""
    return (folder / "done" / piece).exists()


def mark_done(folder: Path, piece: str, note: str) -> None:
    """Remember that a recipe is finished; the note says with which defects, or which were dropped."""
    (folder / "done").mkdir(exist_ok=True)
    (folder / "done" / piece).write_text(note + "\n", encoding="utf-8")
