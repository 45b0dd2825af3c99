"""`qc grade` over a folder: its rate against cores times that of one core, and its memory over 10,000 photos.

    python -m bench.grade_folder [--photos 10000]

The folder holds links to a few made photos of 1600 px. Rates are photos a second of wall time, so the machine should do
nothing else. Target: within 15 % of cores times the rate of one core; memory flat, here: the last tenth of the photos
adds less than 5 % to what the first tenth had taken.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from time import perf_counter, sleep

from bench.inspect_photo import phone_photo
from qc.model.judged import JudgedPhoto

DIFFERENT = 8


def folder_of(count: int, where: Path) -> Path:
    """A folder of `count` photos, links to a few files."""
    files = []
    for k in range(DIFFERENT):
        files.append(where / f"made-{k}.jpg")
        files[-1].write_bytes(JudgedPhoto.make(phone_photo(k)).photo.data)
    folder = where / f"of-{count}"
    folder.mkdir()
    for k in range(count):
        (folder / f"{k:05}.jpg").symlink_to(files[k % DIFFERENT])
    return folder


def run(folder: Path, threads: int, out: Path) -> tuple[float, list[float]]:
    """Seconds that grading takes, starting included, and resident memory in MB ten times a second, all processes'."""
    command = [str(Path(sys.executable).with_name("qc")), "grade", "--jsonl", str(out), str(folder)]
    began = perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ | {"QC_THREADS": str(threads)}) as grading:
        memory: list[float] = []
        watch = threading.Thread(target=_watch, args=(grading, memory))
        watch.start()
        grading.wait()
        watch.join()
    if grading.returncode:
        raise RuntimeError(f"qc grade ended with {grading.returncode}")
    return perf_counter() - began, memory


def _watch(grading: subprocess.Popen[bytes], memory: list[float]) -> None:
    while grading.poll() is None:
        memory.append(_resident(grading.pid))
        sleep(0.1)


def _resident(pid: int) -> float:
    """Resident memory of a process and those that it started, in MB; 0 of one that has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        own = sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))
        children = [c for task in Path(f"/proc/{pid}/task").iterdir() for c in (task / "children").read_text().split()]
    except OSError:
        return 0.0
    return own + sum(_resident(int(child)) for child in children)


def measure() -> int:
    """Command line; 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=10_000)
    parser.add_argument("--warm", type=int, default=400, help="photos on which rates are taken")
    count = len(os.sched_getaffinity(0))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        few = folder_of(args.warm, place)
        start, _ = run(folder_of(1, _made(place / "one")), 1, place / "start.jsonl")
        single, _ = run(few, 1, place / "single.jsonl")
        every, _ = run(few, count, place / "every.jsonl")
        one, all_ = args.warm / (single - start), args.warm / (every - start)
        share = all_ / (count * one)
        print(f"one core {one:.1f} photos/s, {count} cores {all_:.1f}: {share:.0%} of {count} times one")
        seconds, memory = run(folder_of(args.photos, _made(place / "many")), count, place / "many.jsonl")
    tenth = max(1, len(memory) // 10)
    first, last = max(memory[tenth // 2 : tenth]), max(memory[-tenth:])
    print(
        f"{args.photos} photos in {seconds:.0f} s; memory {first:.0f} MB in the first tenth, {last:.0f} MB in the last"
    )
    rate, flat = share >= 0.85, last <= 1.05 * first
    print(f"within 15 %: {'met' if rate else 'MISSED'}; memory flat: {'met' if flat else 'MISSED'}")
    return 0 if rate and flat else 1


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


if __name__ == "__main__":
    sys.exit(measure())
