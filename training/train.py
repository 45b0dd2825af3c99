"""Train the network on made pieces: `python -m training.train training/configs/NAME.yaml`. Resumes where it stopped.

The loop reads top to bottom. Everything that a run depends on stands in its YAML file; what it writes goes to
build/runs/<name>/: last.pt (weights, optimiser, epoch) and log.jsonl (one line an epoch). Several processes share each
batch under `torchrun --nproc-per-node N -m training.train CONFIG`.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from pydantic import BaseModel, ConfigDict, Field
from rich.progress import Progress
from torch import Tensor, nn
from torch.utils.data import DataLoader

from qc.model.preprocess import PreprocessSpec
from training.dataset import Pieces, rendered
from training.labels import KINDS, MATERIALS
from training.losses import Counts, Weights, counts, losses
from training.network import Network
from training.sample import CHANNELS, Sample
from training.seeing import Look, look_through
from training.splits import shifted
from training.surfaces import surfaces
from training.workers import Workers, joined

CPU = torch.device("cpu")


class Bands(BaseModel):
    """Decision thresholds of the released bundle: refer, act. A person chose them; the guarantee says on what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    woven: tuple[float, float]
    defect: tuple[float, float]
    code: tuple[float, float]
    codes: dict[str, tuple[float, float]] = Field(default_factory=dict, description="Codes with bands of their own.")
    kind: float
    material: float
    guarantee: str


class Config(BaseModel):
    """A training run and the release of its bundle, whole."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    version: str
    seed: int
    rendered: tuple[Path, ...] = Field(description="Folders of rendered pieces, loose or packed, read at every epoch.")
    hdri: Path
    surfaces: dict[str, int] = Field(description="Made surfaces of each split.")
    size: int = Field(multiple_of=32, description="Side of the network's input in service.")
    window: int = Field(multiple_of=32, description="Side of the windows it learns from: less work, same texture.")
    start: Path | None = Field(default=None, description="A run's last.pt to start from, as far as its weights fit.")
    learn: tuple[str, ...] = Field(default=(), description="Parts of the network that learn; none named: all heads.")
    epochs: int = Field(ge=1)
    draws: int = Field(ge=1, description="Pictures in an epoch.")
    batch: int = Field(ge=1)
    empty: float = Field(ge=0, le=1, description="Share of pictures without any piece.")
    spoilt: float = Field(default=0, ge=0, le=1, description="Share of good pieces that get defects as they are drawn.")
    joined: float = Field(default=0, ge=0, le=1, description="Share of woven pieces with panels, straps, bows, labels.")
    as_sold: bool = Field(default=False, description="Usual pairs of weave and material come more often.")
    heads_rate: float = Field(gt=0)
    trunk_rate: float = Field(ge=0, description="Learning rate of the upper trunk; 0 keeps all of it frozen.")
    weight_decay: float = Field(ge=0)
    dropout: float = Field(default=0.2, ge=0, lt=1, description="Of what kind and material are told by.")
    loss: Weights
    bands: Bands
    workers: int = Field(default=0, ge=0)

    @property
    def spec(self) -> PreprocessSpec:
        """The preprocessing that training, evaluation and service share."""
        return PreprocessSpec(size=self.size)

    @property
    def folder(self) -> Path:
        """Where the run writes."""
        return Path("build/runs") / f"{self.name}-{self.version}"


def read_config(path: Path) -> Config:
    """The run described in a YAML file."""
    return Config.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def build(config: Config) -> Network:
    """The network of a run, with ImageNet's weights in its trunk."""
    torch.manual_seed(config.seed)
    network = Network(config.size, len(KINDS), len(MATERIALS), len(CHANNELS))
    network.trunk.freeze(whole=config.trunk_rate == 0)
    for dropout in (part for part in network.trait if isinstance(part, nn.Dropout)):
        dropout.p = config.dropout
    if config.start is not None:
        saved = torch.load(config.start, map_location="cpu", weights_only=True)["model"]
        own = network.state_dict()
        network.load_state_dict({k: v for k, v in saved.items() if k in own and own[k].shape == v.shape}, strict=False)
    for name, parameter in network.named_parameters():
        if config.learn and not name.startswith(config.learn):
            parameter.requires_grad_(False)
    return network


def restore(config: Config) -> Network:
    """The network of a run as it was last saved, ready to be used."""
    path = config.folder / "last.pt"
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing; train first: make train CONFIG=...")
    network = build(config)
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True)["model"])
    return network.eval()


def train(config: Config) -> None:
    """Run, or go on with, a training, alone or as one of several workers.

    Raises:
        BadInput: The batch cannot be dealt out to the workers.
    """
    np.random.seed(config.seed)  # libraries below draw from the global stream
    with joined() as workers:
        _train(config, workers)


def _train(config: Config, workers: Workers) -> None:
    config.folder.mkdir(parents=True, exist_ok=True)
    part = workers.part(config.batch)
    device = torch.device("cuda", workers.rank % torch.cuda.device_count()) if torch.cuda.is_available() else CPU
    network = build(config).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = optimiser_of(network, config)
    look = look_through(network.trunk, config.window, device)
    tiles = _tiles(config, workers)
    steps = config.draws // config.batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [group["lr"] for group in optimiser.param_groups], total_steps=config.epochs * steps, pct_start=0.1
    )
    first = 0
    last = config.folder / "last.pt"
    if last.exists():
        saved = torch.load(last, map_location=device, weights_only=True)
        network.load_state_dict(saved["model"])
        optimiser.load_state_dict(saved["optimiser"])
        schedule.load_state_dict(saved["schedule"])
        first = saved["epoch"] + 1
    if workers.rank:  # each drops other traits; the one that leads, as it would alone
        torch.manual_seed(config.seed + workers.rank)
    with Progress(disable=not (workers.leads and sys.stderr.isatty())) as progress:
        for epoch in range(first, config.epochs):
            started = time.monotonic()
            pieces = [s for folder in config.rendered for s in rendered(folder, "train")]
            share = workers.share(steps * config.batch)
            loader = DataLoader(drawn(config, pieces + tiles, epoch), part, sampler=share, num_workers=config.workers)
            network.train()
            sums: dict[str, float] = {}
            for batch in progress.track(loader, steps, description=f"epoch {epoch + 1} of {config.epochs}"):
                parts = step(network, look, optimiser, batch, config, workers)
                schedule.step()
                for name, value in parts.items():
                    sums[name] = sums.get(name, 0.0) + value.item() / steps
            seconds = time.monotonic() - started
            means = workers.mean(torch.tensor(list(sums.values()), device=device)).tolist()
            if workers.leads:
                told = {name: round(mean, 4) for name, mean in zip(sums, means, strict=True)}
                _log(config, {"epoch": epoch, "seconds": round(seconds, 1), **told})
                _save(last, network, optimiser, schedule, epoch, config)


def step(
    network: Network,
    look: Look,
    optimiser: torch.optim.Optimizer,
    batch: tuple[Tensor, dict[str, Tensor]],
    config: Config,
    workers: Workers,
) -> dict[str, Tensor]:
    """One step of the optimiser on this worker's share of a batch; its share of the losses."""
    device = next(network.parameters()).device
    image, target = batch
    target = {k: v.to(device) for k, v in target.items()}
    features, known = look(image.to(device, memory_format=torch.channels_last))
    over = Counts(*workers.mean(torch.stack(counts(target))))
    parts = losses(network, features, known, target, config.loss, over)
    total = torch.stack(list(parts.values())).sum()
    optimiser.zero_grad(set_to_none=True)
    total.backward()  # type: ignore[no-untyped-call]
    learning = [p for group in optimiser.param_groups for p in group["params"]]
    workers.average_gradients(learning)
    torch.nn.utils.clip_grad_norm_(learning, 5.0)
    optimiser.step()
    return parts


def optimiser_of(network: Network, config: Config) -> torch.optim.AdamW:
    """The optimiser of what may learn: heads and, where it learns, the upper trunk, each at its rate."""
    trunk = [p for p in network.trunk.parameters() if p.requires_grad]
    heads = [p for n, p in network.named_parameters() if p.requires_grad and not n.startswith("trunk.")]
    groups = [(heads, config.heads_rate), (trunk, config.trunk_rate)] if trunk else [(heads, config.heads_rate)]
    return torch.optim.AdamW([{"params": p, "lr": rate} for p, rate in groups], weight_decay=config.weight_decay)


def drawn(config: Config, samples: list[Sample], epoch: int) -> Pieces:
    """The draws of an epoch from samples."""
    window = PreprocessSpec(size=config.window)
    data = Pieces(
        samples,
        config.hdri,
        window,
        config.draws,
        config.empty,
        config.spoilt,
        config.seed,
        config.size,
        config.joined,
        config.as_sold,
    )
    data.epoch = epoch
    return data


def _tiles(config: Config, workers: Workers) -> list[Sample]:
    """The made surfaces of training; where some are not kept yet, the one that leads makes them for all."""
    if not workers.leads:
        workers.meet()
    made = surfaces("train", config.surfaces["train"], config.size, surfaces_folder())
    if workers.leads:
        workers.meet()
    return [s for s in made if not shifted(s)]


def surfaces_folder() -> Path:
    """Where made surfaces are kept between runs."""
    return Path("build/surfaces")


def _log(config: Config, line: dict[str, Any]) -> None:
    print(json.dumps(line), flush=True)
    with (config.folder / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(line) + "\n")


def _save(path: Path, network: Network, optimiser: Any, schedule: Any, epoch: int, config: Config) -> None:
    part = path.with_suffix(".part")
    torch.save(
        {
            "model": network.state_dict(),
            "optimiser": optimiser.state_dict(),
            "schedule": schedule.state_dict(),
            "epoch": epoch,
            "config": config.model_dump(mode="json"),
        },
        part,
    )
    part.replace(path)


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=Path)
    train(read_config(parser.parse_args().config))
    return 0


if __name__ == "__main__":
    sys.exit(main())
