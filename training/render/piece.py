"""A woven piece as it leaves the weaver's hands: its strands and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from training.render.looks import Look
from training.render.strand import Strand


@dataclass
class Piece:
    """A woven piece without defects.

    pitch    metres between neighbouring rows, the yardstick of every defect
    stance   how it stands: deep (walls and an inside), upright (a bag), lying (a bag on its side), flat
    causes   harmless irregularities, by the words of `training.sample.Sample`
    """

    strands: list[Strand]
    kind: str
    material: str
    weave: str
    look: Look
    pitch: float
    stance: str
    causes: set[str] = field(default_factory=set)

    @property
    def hollow(self) -> bool:
        """It has walls, and an inside worth looking into."""
        return self.stance in ("deep", "upright")
