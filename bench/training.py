"""Images a second in training, against the bare step's: the same network, loss and optimiser on tensors drawn before.

Rounds with and without loading take turns in one run, so a machine that is busy otherwise slows both. Loading is
training's own: pictures drawn, spoilt, lit and jittered anew by DataLoader workers. The first batches of each round are
left out: workers start, and fill their queue. `python -m bench.training CONFIG` measures another run's.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterable, Iterator
from itertools import cycle, islice
from pathlib import Path

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from qc.settings import Settings
from training.dataset import rendered
from training.network import Network
from training.sample import Sample
from training.seeing import Look, look_through
from training.train import CPU, Config, build, drawn, optimiser_of, read_config, step
from training.workers import Workers

CONFIG = Path("training/configs/anyaman-base-0.2.0.yaml")
STEPS, ROUNDS = 24, 3
WARM = 4
"""Batches at the beginning of a round that are not counted; as many, drawn before, the bare step goes over in turn."""
AT_LEAST = 0.9

Batch = tuple[Tensor, dict[str, Tensor]]


def main(config: Path = CONFIG) -> None:
    """A line for each way to share the cores between the step and loading."""
    asked, cores = read_config(config), Settings().threads
    samples = [s for folder in asked.rendered for s in rendered(folder, "train")]
    print(f"  {config.stem}: batches of {asked.batch}, {asked.window} px, {ROUNDS} rounds of {STEPS} steps in turn")
    ways = dict.fromkeys([(cores, 0), (cores, 1), (max(1, cores - 1), 1), (1, max(1, cores - 1))])
    for threads, workers in ways:
        torch.set_num_threads(threads)
        setting = asked.model_copy(update={"workers": workers, "draws": STEPS * asked.batch})
        bare, loaded = _in_turn(setting, samples)
        ratio = statistics.median(b / a for a, b in zip(bare, loaded, strict=True))
        met = "met" if ratio >= AT_LEAST else "MISSED"
        told = f"{statistics.median(loaded):6.1f} images/s, the bare step {statistics.median(bare):6.1f}"
        print(f"  {threads} thread(s) for the step, {workers} worker(s): {told}, ratio {ratio:.2f} "
              f"(wanted at least {AT_LEAST}: {met})", flush=True)  # fmt: skip


def _in_turn(config: Config, samples: list[Sample]) -> tuple[list[float], list[float]]:
    """Images a second of the bare step and of training, by round."""
    network = build(config).to(memory_format=torch.channels_last)
    network.train()
    optimiser, look = optimiser_of(network, config), look_through(network.trunk, config.window, CPU)
    kept = list(islice(_loader(config, samples, 0), WARM))
    bare, loaded = [], []
    for epoch in range(1, ROUNDS + 1):
        bare.append(_rate(network, look, optimiser, config, islice(cycle(kept), config.draws // config.batch)))
        loaded.append(_rate(network, look, optimiser, config, _loader(config, samples, epoch)))
    return bare, loaded


def _loader(config: Config, samples: list[Sample], epoch: int) -> Iterator[Batch]:
    return iter(DataLoader(drawn(config, samples, epoch), config.batch, num_workers=config.workers))


def _rate(
    network: Network, look: Look, optimiser: torch.optim.Optimizer, config: Config, batches: Iterable[Batch]
) -> float:
    """Images a second, from the end of step `WARM` on."""
    began, images = 0.0, 0
    for number, batch in enumerate(batches, 1):
        step(network, look, optimiser, batch, config, Workers())
        if number == WARM:
            began = time.perf_counter()
        elif number > WARM:
            images += len(batch[0])
    return images / (time.perf_counter() - began)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
