"""Into service through the gates, with a signed-off record; or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from rich.console import Console

from qc.errors import BadInput, NotPromoted
from qc.model.bundle import MODEL_FILE, SPEC_FILE, Bundle
from qc.model.promotions import hold_to_words
from qc.model.registry import Registry
from training.backgrounds import panoramas
from training.dataset import over_ground
from training.feedback.snapshot import Snapshot
from training.promotion import gates
from training.promotion.candidate import Candidate
from training.promotion.code_gates import labels_believed, no_code_forgotten, no_code_worse, none_worse_on_its_own
from training.promotion.config import Made
from training.promotion.escape_gate import escape_bound
from training.promotion.gates import Gate, Policy
from training.promotion.held import held_out
from training.promotion.learnt import seen_of_learnt
from training.promotion.outcomes import Judged, on_made, on_photos
from training.sample import CHANNELS, Sample
from training.splits import Split

_FROZEN: tuple[Split, ...] = ("test", "shift")
"""Made pieces that gates look at: neither learnt from nor calibrated on."""


@dataclass(frozen=True)
class Promotion:
    """What is asked for, and by whom.

    Attributes:
        candidate: what is to serve.
        registry: where.
        frozen: labelled snapshots of which the test split is judged.
        policy: the gates' limits.
        by: who signs off.
        why: the reason.
        unjudged: codes that go into service though there are not enough pieces to judge them by.
        labels: codes whose labels contradict the bundle in service, and which somebody looked at and stands for.

    Raises:
        BadInput: Nobody signs or without a reason, or a code is none that the bundle looks for.
    """

    candidate: Candidate
    registry: Registry
    frozen: Sequence[Snapshot]
    policy: Policy
    by: str
    why: str
    unjudged: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        hold_to_words(self.by, self.why)
        if odd := sorted((self.unjudged | self.labels) - set(CHANNELS)):
            raise BadInput(f"no defect code {odd[0]!r} to sign for; there are {', '.join(CHANNELS)}")


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
        told = "; ".join(f"{gate.name} is closed (got {gate.got}; wanted {gate.wanted})" for gate in closed)
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
    made, learnt = candidate.config.made, candidate.snapshots()
    samples = [s for split in _FROZEN for s in held_out(made, champion.spec.preprocess.size, split)]
    photos = frozenset(row.photo for snapshot in learnt for _, row, _ in snapshot.photos("train"))
    own = [s for s in asked.frozen if _content(s) in set(map(_content, learnt))]
    others = [s for s in asked.frozen if s not in own]
    bundles = champion, candidate.bundle
    before, after = (_judged(on_made(bundle, made, samples), bundle, others, photos) for bundle in bundles)
    refer = (champion.spec.thresholds.defect.refer, candidate.bundle.spec.thresholds.defect.refer)
    found = [
        no_code_worse(before, after, asked.unjudged),
        no_code_forgotten(before, after, policy),
        labels_believed(seen_of_learnt(champion, learnt), asked.labels),
        escape_bound(before, after, policy, refer),
        gates.onnx_as_torch(candidate.bundle, candidate.network(), _pictures(samples, made, policy.alike)),
        gates.speed(champion, candidate.bundle, policy),
        gates.size(champion, candidate.bundle, policy),
    ]
    if own:
        found.insert(2, none_worse_on_its_own(*(_judged(Judged(()), bundle, own, photos) for bundle in bundles)))
    sets: list[dict[str, Any]] = [{"name": f"made {'+'.join(_FROZEN)}", "pictures": len(samples)}]
    sets += [{"name": s.manifest.name, "content_sha256": _content(s), "learnt_from": s in own} for s in asked.frozen]
    return found, sets


def _judged(judged: Judged, bundle: Bundle, sets: Sequence[Snapshot], but: frozenset[str]) -> Judged:
    for snapshot in sets:
        judged += on_photos(bundle, snapshot, "test", but)
    return judged


def _content(snapshot: Snapshot) -> str:
    return snapshot.manifest.content_sha256


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
        "signed_for": {"unjudged": sorted(asked.unjudged), "labels": sorted(asked.labels)},
        "gates": [asdict(gate) for gate in found],
    }


def _named(bundle: Bundle) -> dict[str, str]:
    spec = hashlib.sha256((bundle.path / SPEC_FILE).read_bytes()).hexdigest()
    return {"title": bundle.spec.title, "model": bundle.spec.files[MODEL_FILE], "bundle.json": spec}
