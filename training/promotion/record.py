"""What a run leaves in plain files: run.json (what went in, what came out) and metrics.jsonl (one line an epoch)."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qc.errors import BadInput, Conflict

RECORD = "run.json"
METRICS = "metrics.jsonl"


class RunRecord:
    """The record of a run's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self, given: dict[str, Any]) -> None:
        """Write what goes in; of a run that was begun before, see that it is the same.

        Raises:
            Conflict: The folder holds a run of other settings, data or start; the sentence names the first difference.
        """
        path = self.folder / RECORD
        if path.exists():
            kept = self.read()["given"]
            given = json.loads(json.dumps(given))
            for field in sorted(set(kept) | set(given)):
                if field != "code_revision" and kept.get(field) != given.get(field):
                    raise Conflict(f"{self.folder} holds a run with another {field}; raise the version, or remove it")
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        self._write({"given": given, "begun": _now(), "finished": None})

    def finish(self, result: dict[str, Any]) -> None:
        """Write what came out."""
        self._write(self.read() | {"finished": _now(), "result": result})

    def read(self) -> dict[str, Any]:
        """The record.

        Raises:
            BadInput: There is none.
        """
        path = self.folder / RECORD
        try:
            document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadInput(f"{path} is no run's record ({error}); wanted a folder that `qc-train run` wrote") from None
        return document

    def metrics(self) -> list[dict[str, Any]]:
        """Every epoch's figures, in order."""
        path = self.folder / METRICS
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [json.loads(line) for line in lines]

    def epoch(self, figures: dict[str, Any]) -> None:
        """Add an epoch's figures; those of the same epoch or a later one, of a run that was killed, go."""
        kept = [line for line in self.metrics() if line["epoch"] < figures["epoch"]]
        part = (self.folder / METRICS).with_suffix(".part")
        part.write_text("".join(json.dumps(line) + "\n" for line in [*kept, figures]), encoding="utf-8")
        part.replace(self.folder / METRICS)

    def _write(self, document: dict[str, Any]) -> None:
        part = (self.folder / RECORD).with_suffix(".part")
        part.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        part.replace(self.folder / RECORD)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One process a run; let go by the system when the holder dies.

    Raises:
        Conflict: Another process is at it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(f"another process is running {folder}; wait for it, or end it") from None
        yield


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
