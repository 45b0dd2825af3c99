"""`python -m training.render --count N --size 320 --seed S --out DIR`: render N pieces; run again to go on."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from training.render import store
from training.render.blender import Blender, RenderError
from training.render.produce import prepare, shoot
from training.render.recipe import recipe


def run(count: int, size: int, seed: int, out: Path, samples: int, threads: int) -> int:
    """Render what is missing of the first `count` recipes; how many pictures were made."""
    todo = [r for r in (recipe(seed, k) for k in range(count)) if not store.is_done(out, r.piece)]
    print(f"{count - len(todo)} of {count} pieces are done, {len(todo)} to render into {out}", flush=True)
    made, started = 0, time.monotonic()
    if not todo:
        return 0
    with tempfile.TemporaryDirectory(prefix="render-") as scratch, Blender(Path(scratch)) as blender:
        for number, each in enumerate(todo, 1):
            samples_made = shoot(prepare(each, size, samples, threads), blender)
            for sample in samples_made:
                store.write(out, sample)
            seen = [d["code"] for d in samples_made[-1].meta["defects"]] if samples_made else []
            store.mark_done(out, each.piece, f"wanted {','.join(each.defects) or '-'} seen {','.join(seen) or '-'}")
            made += len(samples_made)
            if number % 20 == 0 or number == len(todo):
                pace = (time.monotonic() - started) / made
                print(f"{number}/{len(todo)} pieces, {made} pictures, {pace:.1f} s a picture", flush=True)
    return made


def main(argv: list[str] | None = None) -> int:
    """The command line; 0 when all is rendered, 1 with one line of reason when not."""
    parser = argparse.ArgumentParser(
        prog="python -m training.render", description="Render woven pieces with defect masks."
    )
    parser.add_argument("--count", type=int, default=800, help="pieces; one with defects gives two pictures")
    parser.add_argument("--size", type=int, default=320, help="pixels of the square picture")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("build/renders"))
    parser.add_argument("--samples", type=int, default=6, help="light paths a pixel before denoising")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args(argv)
    try:
        with store.locked(args.out):
            run(args.count, args.size, args.seed, args.out, args.samples, args.threads)
    except (store.FolderBusyError, RenderError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
