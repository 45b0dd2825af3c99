"""Readers that tests send to other processes."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from qc.bulk.references import PhotoRef, read_file
from qc.errors import Unavailable
from qc.model.photo import PhotoLimits


def deadly(photo: PhotoRef, limits: PhotoLimits) -> bytes:
    """Kills its process at a photo that is called so."""
    if "deadly" in photo.name:
        os.kill(os.getpid(), signal.SIGKILL)
    return read_file(photo, limits)


def away(photo: PhotoRef, limits: PhotoLimits) -> bytes:
    """Cannot be reached."""
    raise Unavailable("the photo store did not answer", retry_after_s=5)


def slow(photo: PhotoRef, limits: PhotoLimits) -> bytes:
    """Says in a file beside the photo which process reads, and takes its time."""
    Path(f"{photo.place}.{os.getpid()}.reader").touch()
    time.sleep(60)
    return read_file(photo, limits)
