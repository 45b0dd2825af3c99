"""Loose files into tar shards with a data card: `python -m training.render.pack build/renders datasets/NAME`."""

from __future__ import annotations

import argparse
import io
import json
import tarfile
from collections.abc import Sequence
from pathlib import Path

from training.render.card import card
from training.render.load import SUFFIXES

SHARD_BYTES = 19_000_000


def chosen(source: Path, names: Sequence[str] = ("*",)) -> list[str]:
    """Ids of the pictures in a folder whose names fit one of the patterns. Raises FileNotFoundError if none does."""
    ids = sorted({p.stem for name in names for p in source.glob(f"{name}.json")})
    if not ids:
        raise FileNotFoundError(f"no rendered pictures {' '.join(names)} in {source}; `make render` makes some")
    return ids


def pack(source: Path, out: Path, names: Sequence[str] = ("*",), limit: int = SHARD_BYTES) -> list[Path]:
    """Write `part-000.tar`, ... of less than `limit` bytes each; the same files give the same bytes. Old shards go.

    names: patterns of the pictures to take, as `r2-*`; the name begins with what the recipes' version was.
    """
    ids = chosen(source, names)
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("part-*.tar"):
        old.unlink()
    groups: list[list[tuple[str, bytes]]] = []
    size = limit
    for name in ids:
        files = [(f"{name}{suffix}", (source / f"{name}{suffix}").read_bytes()) for suffix in SUFFIXES]
        # A tar entry is a header of 512 bytes and the data filled up to a multiple of as much.
        room = sum(len(data) + 1024 for _, data in files)
        if size + room > limit - 10240:
            groups.append([])
            size = 0
        groups[-1] += files
        size += room
    return [_shard(out / f"part-{k:03d}.tar", files) for k, files in enumerate(groups)]


def _shard(path: Path, files: list[tuple[str, bytes]]) -> Path:
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in files:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o644
            tar.addfile(entry, io.BytesIO(data))
    return path


def main(argv: list[str] | None = None) -> int:
    """Pack and write the card; prints what was written."""
    parser = argparse.ArgumentParser(prog="python -m training.render.pack", description=pack.__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--command", default="make render", help="the command that renders the set again, for the card")
    parser.add_argument("--names", nargs="+", default=["*"], help="only pictures so named, as 'r2-*'")
    args = parser.parse_args(argv)
    ids = chosen(args.source, args.names)
    metas = [json.loads((args.source / f"{k}.json").read_text(encoding="utf-8")) for k in ids]
    shards = pack(args.source, args.out, args.names)
    (args.out / "README.md").write_text(
        card(args.out.name, metas, [s.stat().st_size for s in shards], args.command), encoding="utf-8"
    )
    megabytes = sum(s.stat().st_size for s in shards) / 1e6
    print(f"{len(metas)} pictures in {len(shards)} shards, {megabytes:.1f} MB, in {args.out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
