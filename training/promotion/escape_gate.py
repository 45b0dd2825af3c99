"""The gate of the escape bound: how many grave defects would be accepted unseen, recomputed for what is to serve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.promotion.gates import Gate, Policy
from training.promotion.outcomes import Judged


def escape_bound(champion: Judged, candidate: Judged, policy: Policy, refer: tuple[float, float]) -> Gate:
    """The bound on accepted grave defects, recomputed at each bundle's own referral threshold, is held.

    Conformal risk control as in training.risk: of n held-out pieces with a grave defect, m of which lie below the
    threshold, the expected share that slips through is at most (m + 1) / (n + 1). Where the bundle in service holds
    what the policy wants (alpha), the candidate holds it too. Where it does not, the candidate's bound may not be above
    its own: not within an interval either, or a row of promotions would wear it away, each a little.

    Args:
        champion: What serves, judged on held-out made pieces.
        candidate: What is to serve, on the same.
        policy: alpha, and the least n.
        refer: Referral thresholds of both, champion first.
    """
    n = len(candidate.grave)
    figures: dict[str, Any] = {"n": n, "alpha": policy.escapes, "referral_before": refer[0], "referral": refer[1]}
    if n < policy.least_grave:
        return Gate(
            "escape bound", False, f"{n} held-out pieces with a grave defect",
            f"at least {policy.least_grave}, or nothing is promised; name more made pieces in the run's config",
            figures,
        )  # fmt: skip
    before, after = (_bound(judged.grave, at) for judged, at in zip((champion, candidate), refer, strict=True))
    holds = before <= policy.escapes
    most = policy.escapes if holds else before
    wanted = f"at most {policy.escapes:.1%}, which the bundle in service holds"
    if not holds:
        wanted = f"at most {before:.2%}: the bundle in service misses {policy.escapes:.1%}, so no more than its own"
    if after > most:
        wanted += (
            "; teach pieces with the grave defects that were missed (made.rendered, snapshots), or raise stay, and run "
            "again under a new version"
        )
    got = f"{after:.2%} at a referral of {refer[1]:g}, in service {before:.2%} at {refer[0]:g} (n = {n})"
    figures |= {"bound_before": before, "bound": after, "most": most, "alpha_held": after <= policy.escapes}
    return Gate("escape bound", after <= most, got, wanted, figures)


def _bound(grave: Sequence[float], refer: float) -> float:
    return (int((np.array(grave) < refer).sum()) + 1) / (len(grave) + 1)
