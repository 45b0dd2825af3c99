"""Into service through the gates, with a signed-off record; or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from rich.console import Console

from qc.errors import NotPromoted
from qc.model.bundle import MODEL_FILE, SPEC_FILE, Bundle
from qc.model.registry import Registry
from training.backgrounds import panoramas
from training.dataset import over_ground
from training.feedback.snapshot import Snapshot
from training.promotion import gates
from training.promotion.candidate import Candidate
from training.promotion.config import Made
from training.promotion.gates import Gate, Policy
from training.promotion.held import held_out
from training.promotion.outcomes import Judged, on_made, on_photos
from training.sample import Sample
from training.splits import Split

_FROZEN: tuple[Split, ...] = ("test", "shift")
"""Made pieces that gates look at: neither learnt from nor calibrated on."""


@dataclass(frozen=True)
class Promotion:
    """What is asked for, and by whom."""

    candidate: Candidate
    registry: Registry
    frozen: Sequence[Snapshot]
    policy: Policy
    by: str
    why: str


def promote(asked: Promotion, console: Console) -> str:
    """Let the candidate serve if every gate is open; its name.

    Raises:
        NotPromoted: A gate is closed; nothing changed.
    """
    champion = Bundle.load(asked.registry.current())
    found, sets = judge(asked, champion)
    for gate in found:
        mark = "[green]open  [/]" if gate.open else "[red]closed[/]"
        console.print(f"{mark} {gate.name}: got {gate.got}; wanted {gate.wanted}", soft_wrap=True)
    if closed := [gate for gate in found if not gate.open]:
        told = "; ".join(f"{gate.name} is closed ({gate.got})" for gate in closed)
        raise NotPromoted(
            f"{asked.candidate.bundle.spec.title} stays out of service: {told}. {champion.spec.title} goes on serving",
            closed=[gate.name for gate in closed],
        )
    name = asked.registry.put(asked.candidate.bundle.path)
    record = asked.registry.keep_record(_signed_off(asked, champion, found, sets))
    asked.registry.switch(name, by=asked.by, why=asked.why, record=record)
    return name


def judge(asked: Promotion, champion: Bundle) -> tuple[list[Gate], list[dict[str, Any]]]:
    """Every gate, and the frozen sets that they looked at."""
    candidate, policy = asked.candidate, asked.policy
    made = candidate.config.made
    samples = [s for split in _FROZEN for s in held_out(made, champion.spec.preprocess.size, split)]
    learnt = candidate.learnt_photos()
    before, after = (_judged(bundle, made, samples, asked.frozen, learnt) for bundle in (champion, candidate.bundle))
    refer = (champion.spec.thresholds.defect.refer, candidate.bundle.spec.thresholds.defect.refer)
    found = [
        gates.no_code_worse(before, after),
        gates.escape_bound(before, after, policy, refer),
        gates.onnx_as_torch(candidate.bundle, candidate.network(), _pictures(samples, made, policy.alike)),
        gates.speed(champion, candidate.bundle, policy),
        gates.size(champion, candidate.bundle, policy),
    ]
    sets = [{"name": f"made {'+'.join(_FROZEN)}", "pictures": len(samples)}]
    sets += [{"name": s.manifest.name, "content_sha256": s.manifest.content_sha256} for s in asked.frozen]
    return found, sets


def _judged(
    bundle: Bundle, made: Made, samples: Sequence[Sample], frozen: Sequence[Snapshot], learnt: frozenset[str]
) -> Judged:
    judged = on_made(bundle, made, samples)
    for snapshot in frozen:
        judged += on_photos(bundle, snapshot, "test", learnt)
    return judged


def _pictures(samples: Sequence[Sample], made: Made, count: int) -> list[np.ndarray[Any, np.dtype[np.uint8]]]:
    views = panoramas(made.hdri)
    some = samples[:: max(1, len(samples) // count)][:count]
    return [over_ground(np.random.default_rng([23, k]), sample, views) for k, sample in enumerate(some)]


def _signed_off(
    asked: Promotion, champion: Bundle, found: Sequence[Gate], sets: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    candidate = asked.candidate
    return {
        "format": "anyaman-promotion-1",
        "signed_off_by": asked.by,
        "signed_off_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "why": asked.why,
        "bundle": _named(candidate.bundle),
        "replaces": _named(champion),
        "run": {"folder": candidate.run.name, **candidate.given} if candidate.run else None,
        "frozen_sets": list(sets),
        "policy": asked.policy.model_dump(),
        "gates": [asdict(gate) for gate in found],
    }


def _named(bundle: Bundle) -> dict[str, str]:
    spec = hashlib.sha256((bundle.path / SPEC_FILE).read_bytes()).hexdigest()
    return {"title": bundle.spec.title, "model": bundle.spec.files[MODEL_FILE], "bundle.json": spec}
