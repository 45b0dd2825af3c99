"""Files that a command writes: whole under their name, or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from qc.errors import BadInput


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A file that gets its name when the block ends well; a file of that name is replaced then, and not before.

    Raises:
        BadInput: The folder is not there or cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise BadInput(f"{path} cannot be written ({error.strerror}); name a file in a folder of your own") from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
