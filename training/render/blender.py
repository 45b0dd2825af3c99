"""The other end of `blender_scene.py`: one long-lived Blender process that renders jobs."""

from __future__ import annotations

import contextlib
import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import numpy as np

from training.render.strand import Mesh

ROOT = Path(__file__).resolve().parent.parent.parent
PYTHON = ROOT / ".venv-render" / "bin" / "python"
SCENE = Path(__file__).with_name("blender_scene.py")


class RenderError(RuntimeError):
    """Blender ended or answered something else than expected; the message holds the end of its own words."""


class Blender:
    """A Blender process as a context manager. One picture at a time."""

    def __init__(self, scratch: Path, python: Path = PYTHON) -> None:
        if not python.exists():
            raise RenderError(f"no Blender environment at {python}; `make render` makes it")
        self.scratch = scratch
        self._log = (scratch / "blender.log").open("w+", encoding="utf-8")
        self._process = subprocess.Popen(
            [str(python), str(SCENE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True
        )

    def __enter__(self) -> Blender:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        stdin, stdout = self._pipes()
        with contextlib.suppress(BrokenPipeError):
            stdin.close()
        if error is not None:
            self._process.kill()
        self._process.wait()
        stdout.close()
        self._log.close()

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout

    def render(self, mesh: Mesh, job: dict[str, Any], name: str) -> Path:
        """Render a mesh under a job's camera, light and settings; the path of the PNG, RGBA with straight alpha."""
        npz, out = self.scratch / f"{name}.npz", self.scratch / f"{name}.png"
        np.savez(
            npz,
            points=mesh.points,
            quads=mesh.quads,
            colour=mesh.colour,
            grain=mesh.grain,
            mould=mesh.mould,
            gloss=mesh.gloss,
        )
        stdin, stdout = self._pipes()
        try:
            stdin.write(
                json.dumps({**job, "mouldy": bool(mesh.mould.max() > 0), "npz": str(npz), "out": str(out)}) + "\n"
            )
            stdin.flush()
            answer = stdout.readline().strip()
        except BrokenPipeError:
            answer = ""
        if answer != f"done {out.name}" or not out.exists():
            self._log.flush()
            self._log.seek(0)
            raise RenderError(f"Blender gave no picture for {name}: {self._log.read()[-600:]}")
        npz.unlink()
        return out
