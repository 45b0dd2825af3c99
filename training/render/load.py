"""Rendered samples out of a folder of loose files, or straight out of the tar shards of a data set."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path

from training.render.store import decode
from training.sample import Sample

SUFFIXES = (".webp", ".png", ".json")


def load(folder: Path) -> Iterator[Sample]:
    """Samples of a render folder in the order of their ids. Raises FileNotFoundError where there are none."""
    found = sorted(folder.glob("*.json"))
    if not found:
        raise FileNotFoundError(f"no rendered pictures in {folder}; `make render` makes some")
    for meta in found:
        webp, png = meta.with_suffix(".webp"), meta.with_suffix(".png")
        yield decode(webp.read_bytes(), png.read_bytes(), meta.read_bytes())


def load_shards(folder: Path) -> Iterator[Sample]:
    """Samples of a packed data set (`part-*.tar`), in order. The three files of a sample follow one another.

    Raises FileNotFoundError where there is no shard, ValueError where a shard breaks off inside a sample.
    """
    shards = sorted(folder.glob("part-*.tar"))
    if not shards:
        raise FileNotFoundError(f"no part-*.tar in {folder}; fetch the data set or render one with `make render`")
    for shard in shards:
        files: dict[str, bytes] = {}
        name = ""
        with tarfile.open(shard) as tar:
            for member in tar:
                stem, suffix = Path(member.name).stem, Path(member.name).suffix
                if files and stem != name:
                    raise ValueError(f"{shard.name}: {name} has only {sorted(files)}, wanted {SUFFIXES}; pack it again")
                handle = tar.extractfile(member)
                assert handle is not None
                name, files[suffix] = stem, handle.read()
                if len(files) == len(SUFFIXES):
                    yield decode(*(files[s] for s in SUFFIXES))
                    files = {}
        if files:
            raise ValueError(f"{shard.name} ends inside {name}; pack it again")
