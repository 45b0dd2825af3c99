"""Where a bundle comes from and what a correction led to: bundle, run, snapshot, reviews, and back.

Nothing is kept for it: bundles, runs and snapshots each name what they were made from by hash, and are looked through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.tree import Tree

from qc.errors import NotFound
from qc.model.bundle import MODEL_FILE, Bundle
from qc.model.registry import Registry
from training.feedback.snapshot import MANIFEST, Snapshot
from training.promotion.record import RECORD, RunRecord

LEAST = 8
"""Characters of a piece's pseudonym or a photo's hash that name it."""


@dataclass
class Node:
    """One step: what it is, which, and the steps that follow."""

    kind: str
    name: str
    told: dict[str, Any]
    next: list[Node] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {"kind": self.kind, "name": self.name, **self.told, "next": [n.document() for n in self.next]}

    def tree(self, above: Tree | None = None) -> Tree:
        """For a person."""
        told = ", ".join(f"{key} {value}" for key, value in self.told.items())
        label = f"{self.kind} [bold]{self.name}[/]  {told}"
        own = Tree(label) if above is None else above.add(label)
        for node in self.next:
            node.tree(own)
        return own


class Lineage:
    """Bundles, runs and snapshots of a deployment.

    Args:
        registry: The bundles.
        runs: Folder of runs.
        snapshots: Folder of snapshots.
    """

    def __init__(self, registry: Registry, runs: Path, snapshots: Path) -> None:
        self._registry = registry
        self._runs = {p.parent.name: p.parent for p in sorted(runs.glob(f"*/{RECORD}"))}
        self._snapshots = {p.parent.name: p.parent for p in sorted(snapshots.glob(f"*/{MANIFEST}"))}

    def of(self, what: str) -> Node:
        """Back from a bundle or a run to what it was made from; forth from a snapshot, a piece or a photo.

        Args:
            what: A bundle's name, a run's, a snapshot's, or at least eight characters of a photo's sha256 or of a
                piece's pseudonym.

        Raises:
            NotFound: Nothing of that name is kept.
        """
        name = Path(what).name
        if name in self._registry.bundles():
            return self._bundle(name)
        if name in self._runs:
            return self._run(name)
        if name in self._snapshots:
            return self._forth(name)
        if len(name) >= LEAST and (found := list(self._pieces(name))):
            return found[0] if len(found) == 1 else Node("piece", name, {"snapshots": len(found)}, found)
        raise NotFound(
            f"no bundle, run, snapshot, piece or photo {what!r}; looked in {self._registry.folder}, "
            f"{len(self._runs)} runs and {len(self._snapshots)} snapshots"
        )

    def _bundle(self, name: str) -> Node:
        spec = Bundle.load(self._registry.path_of(name)).spec
        model = spec.files[MODEL_FILE]
        node = Node("bundle", name, {"model": model[:12], **self._served(name)})
        for run in self._runs:
            if (self._record(run).get("result") or {}).get("model") == model:
                node.next.append(self._run(run))
        if not node.next:  # the run is gone: the bundle still says what it was made from
            named = [d.name for d in spec.datasets if d.name.startswith("snapshot-")]
            node.next = [self._back(name) for name in named]
        return node

    def _run(self, name: str) -> Node:
        given = self._record(name)["given"]
        told = {"code": given["code_revision"], "seed": given["seed"], "started from": given["start"]["bundle"]}
        return Node("run", name, told, [self._back(s["name"]) for s in given["snapshots"]])

    def _back(self, name: str) -> Node:
        """A snapshot and the reviews behind it."""
        if name not in self._snapshots:
            return Node("snapshot", name, {"folder": "not kept here"})
        snapshot = Snapshot.open(self._snapshots[name], verify=False)
        sources: Counter[str] = Counter()
        for record in snapshot.records():
            sources.update(judgement.source for judgement in record.judgements)
            sources.update(label.source for _, labels in record.photos for label in labels if not record.judgements)
        counts = snapshot.manifest.counts
        told = {"made": snapshot.manifest.made_at, "pieces": counts.get("pieces", 0), "photos": counts.get("photos", 0)}
        return Node(
            "snapshot", name, told, [Node("reviews", source, {"count": n}) for source, n in sorted(sources.items())]
        )

    def _forth(self, name: str) -> Node:
        """A snapshot and what was made of it."""
        content = Snapshot.open(self._snapshots[name], verify=False).manifest.content_sha256
        node = Node("snapshot", name, {})
        for run in self._runs:
            record = self._record(run)
            if any(s["content_sha256"] == content for s in record["given"]["snapshots"]):
                told = {"finished": record["finished"] or "not yet"}
                node.next.append(Node("run", run, told, list(self._made_by((record.get("result") or {}).get("model")))))
        return node

    def _made_by(self, model: str | None) -> Iterator[Node]:
        for name in self._registry.bundles():
            if Bundle.load(self._registry.path_of(name)).spec.files[MODEL_FILE] == model:
                yield Node("bundle", name, self._served(name))

    def _pieces(self, start: str) -> Iterator[Node]:
        for name, folder in self._snapshots.items():
            for record in Snapshot.open(folder, verify=False).records():
                photos = [row.photo for row, _ in record.photos if row.photo.startswith(start)]
                if record.piece.piece.startswith(start) or photos:
                    said = {j.source for j in record.judgements} | {
                        label.source for _, ls in record.photos for label in ls
                    }
                    told = {"split": record.piece.split, "week": record.piece.week, "said by": ", ".join(sorted(said))}
                    yield Node("piece", record.piece.piece, told, [self._forth(name)])

    def _record(self, run: str) -> dict[str, Any]:
        return RunRecord(self._runs[run]).read()

    def _served(self, name: str) -> dict[str, Any]:
        since = [c for c in self._registry.history() if c.to == name and c.action != "challenger"]
        if not since:
            return {"in service": "never"}
        told: dict[str, Any] = {"in service since": f"{since[-1].at:%Y-%m-%d %H:%M}", "by": since[-1].by}
        return told | ({"record": since[-1].record[:12]} if since[-1].record else {})
