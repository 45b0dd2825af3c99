"""Fine-tune a released bundle on made pieces and on photos that people corrected; resumes where it was stopped.

What a run writes goes to <runs>/<name>-<version>/: run.json, metrics.jsonl, last.pt (heads, optimiser, epoch), pool/
(pictures as the trunk saw them) and, when it is done, bundle/.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor

from qc.errors import BadInput
from qc.model.bundle import MODEL_FILE, Bundle
from training.feedback.snapshot import Snapshot
from training.losses import losses
from training.network import Features, Network
from training.promotion.config import RunConfig
from training.promotion.drawn import Wanted, made_targets, photo_targets
from training.promotion.field_loss import field_losses
from training.promotion.pool import Pool, due, wanted_version
from training.promotion.record import RunRecord, alone
from training.promotion.refreshing import Beside, Drawing, Here, every, open_pool
from training.promotion.release import release
from training.promotion.source import Slots
from training.promotion.tracking import Tracker, tracker
from training.promotion.weights import network_of
from training.train import surfaces_folder

LAST = "last.pt"


def run(config: RunConfig, *, beside: bool = True, quiet: bool | None = None) -> Path:
    """Run, or go on with, a fine-tuning; the folder of the bundle that came of it.

    Args:
        config: The run.
        beside: Draw pictures in a process of their own.
        quiet: Show no progress; None: where stderr is no terminal.

    Raises:
        Conflict: The run's folder holds another run, or another process is at it.
        BadInput: A snapshot was changed, or holds nothing to learn.
        BadBundle: The start is not whole, was made by another network, or the result fails its own checks.
    """
    with alone(config.folder):
        start = Bundle.load(config.start)
        snapshots = [Snapshot.open(folder) for folder in config.snapshots]
        record, told = RunRecord(config.folder), tracker(config.mlflow)
        record.begin(_given(config, start, snapshots))
        told.begin(config.folder.name, record.read()["given"])
        network = learning(network_of(start), config.learn)
        if record.read()["finished"] is None:
            hide = not sys.stderr.isatty() if quiet is None else quiet
            with _bars(hide) as bars:
                teach(network, config, start, record, told, bars, beside=beside)
                folder = release(network.eval(), config, start, snapshots, revision(), bars)
            shutil.rmtree(config.folder / "pool", ignore_errors=True)
            shutil.rmtree(config.folder / "staging", ignore_errors=True)
            spec = Bundle.load(folder).spec
            record.finish({"bundle": spec.title, "model": spec.files[MODEL_FILE], "metrics": spec.metrics})
        told.finish(config.folder)
    return config.folder / "bundle"


def learning(network: Network, parts: tuple[str, ...]) -> Network:
    """The network with those parts alone open to change.

    Raises:
        BadInput: There is no such part, or it is the trunk, which stays as ImageNet left it.
    """
    known = {name for name, _ in network.named_children()} - {"trunk", "known"}
    if odd := sorted(set(parts) - known):
        raise BadInput(f"learn names {odd[0]!r}; the network's parts that can learn are {', '.join(sorted(known))}")
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(name.split(".")[0] in parts)
    return network


def teach(
    network: Network,
    config: RunConfig,
    start: Bundle,
    record: RunRecord,
    told: Tracker,
    bars: Progress,
    *,
    beside: bool,
) -> None:
    """All epochs that are still to come. The network's state is that of the last one afterwards."""
    parameters = [p for p in network.parameters() if p.requires_grad]
    before = [p.detach().clone() for p in parameters]
    optimiser = torch.optim.Adam(parameters, lr=config.rate)
    slots, steps = Slots.of(config), config.draws // config.batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, config.rate, total_steps=config.epochs * steps, pct_start=0.1
    )
    last, first = config.folder / LAST, 0
    if last.exists():
        saved = torch.load(last, weights_only=True)
        network.load_state_dict(saved["model"], strict=False)
        optimiser.load_state_dict(saved["optimiser"])
        schedule.load_state_dict(saved["schedule"])
        first = saved["epoch"] + 1
    if first == config.epochs:
        return
    drawing: Drawing = (Beside if beside else Here)(config, start, surfaces_folder())
    try:
        pool = open_pool(config, "pool")
        _fill(pool, drawing, config, first, bars)
        for epoch in range(first, config.epochs):
            coming = due(slots.all, epoch + 1, every(config)) if epoch + 1 < config.epochs else []
            drawing.start("staging", [(place, slot, epoch + 1) for place, slot in enumerate(coming)])
            began = time.monotonic()
            figures = _epoch(network, before, pool, config, optimiser, schedule, epoch, bars)
            seconds = time.monotonic() - began
            drawing.finish()
            waited = time.monotonic() - began - seconds
            record.epoch(
                {"epoch": epoch, **{k: round(v, 5) for k, v in figures.items()}, "seconds": round(seconds, 2),
                 "waited": round(waited, 2), "images_per_second": round(steps * config.batch / (seconds + waited), 2),
                 "drawn_anew": len(coming)}
            )  # fmt: skip
            told.epoch(record.metrics()[-1])
            _save(last, network, optimiser, schedule, epoch)
            if coming:
                pool.take(open_pool(config, "staging"), list(enumerate(coming)))
    finally:
        drawing.close()


def _fill(pool: Pool, drawing: Drawing, config: RunConfig, epoch: int, bars: Progress) -> None:
    """Draw what the pool lacks of an epoch's pictures: all of them at first, what a kill left undone later."""
    wanted = [(slot, wanted_version(slot, epoch, every(config))) for slot in range(pool.count)]
    lacking = [(slot, slot, version) for slot, version in wanted if pool.version(slot) != version]
    if lacking:
        bar = bars.add_task("draw pictures", total=len(lacking))
        drawing.start("pool", lacking)
        drawing.finish(lambda count: bars.advance(bar, count))


def _epoch(
    network: Network,
    before: list[Tensor],
    pool: Pool,
    config: RunConfig,
    optimiser: Any,
    schedule: Any,
    epoch: int,
    bars: Progress,
) -> dict[str, float]:
    """Learn every slot once; the mean of each loss."""
    torch.manual_seed(config.seed * 100_003 + epoch)  # dropout, alike whether the run was stopped before or not
    network.train()
    batches = order(Slots.of(config), config.batch, np.random.default_rng([config.seed, 7, epoch]))
    sums: dict[str, float] = {}
    bar = bars.add_task(f"epoch {epoch + 1} of {config.epochs}", total=len(batches) * config.batch)
    for slots in batches:
        for name, value in step(network, before, pool.batch(slots), config, optimiser).items():
            sums[name] = sums.get(name, 0.0) + value / len(batches)
        schedule.step()
        bars.advance(bar, config.batch)
    bars.remove_task(bar)
    return sums


def order(slots: Slots, batch: int, rng: np.random.Generator) -> list[np.ndarray[Any, np.dtype[np.int64]]]:
    """The slots of each batch of an epoch: both kinds in every batch, in their proportion, each slot at most once."""
    steps = slots.all // batch
    mixed = [rng.permutation(slots.made), slots.made + rng.permutation(slots.photos)]
    parts = [np.array_split(part, steps) for part in mixed]
    return [np.concatenate([part[k] for part in parts]).astype(np.int64) for k in range(steps)]


def step(
    network: Network,
    before: list[Tensor],
    batch: tuple[Features, list[Wanted]],
    config: RunConfig,
    optimiser: torch.optim.Optimizer,
) -> dict[str, float]:
    """One step of the optimiser on a batch, made pictures first; the losses. `before`: what learns, as it was."""
    features, wanted = batch
    made = sum(w.made for w in wanted)
    parts = {}
    if made:
        some = Features(*(f[:made] for f in features))
        parts.update(losses(network, some, None, made_targets(wanted[:made]), config.loss))
    if made < len(wanted):
        some = Features(*(f[made:] for f in features))
        parts.update(field_losses(network, some, photo_targets(wanted[made:]), config.field.loss))
    taught = [p for p in network.parameters() if p.requires_grad]
    apart = torch.stack([((p - was) ** 2).sum() for p, was in zip(taught, before, strict=True)])
    parts["stay"] = config.stay * apart.sum()
    total = torch.stack(list(parts.values())).sum()
    optimiser.zero_grad(set_to_none=True)
    total.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(taught, 5.0)
    optimiser.step()
    return {name: value.item() for name, value in parts.items()}


def _given(config: RunConfig, start: Bundle, snapshots: list[Snapshot]) -> dict[str, Any]:
    return {
        "config": config.model_dump(mode="json", exclude={"mlflow"}),
        "seed": config.seed,
        "code_revision": revision(),
        "start": {"bundle": start.spec.title, "model": start.spec.files[MODEL_FILE]},
        "snapshots": [
            {"name": s.manifest.name, "content_sha256": s.manifest.content_sha256, "licence": s.manifest.licence}
            for s in snapshots
        ],
    }


def revision() -> str:
    """The git revision of this code, with -dirty where files differ from it; "unknown" outside a clone."""
    here = Path(__file__).resolve().parent
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=here, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"


def _bars(hide: bool) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), disable=hide, transient=True)


def _save(path: Path, network: Network, optimiser: Any, schedule: Any, epoch: int) -> None:
    part = path.with_suffix(".part")
    heads = {name: value for name, value in network.state_dict().items() if not name.startswith(("trunk.", "known."))}
    state = {"model": heads, "optimiser": optimiser.state_dict(), "schedule": schedule.state_dict(), "epoch": epoch}
    torch.save(state, part)
    part.replace(path)
