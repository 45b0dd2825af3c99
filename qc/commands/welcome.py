"""What `qc serve` says when it begins: where it is, how a person gets in, and what a program may try."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

from qc.api.app_files import STATIC
from qc.commands.opened import DEMO
from qc.settings import Settings


def welcome(settings: Settings, url: str) -> str:
    """The lines to print. Commands in them can be pasted into another terminal in the same folder."""
    lines = [f"Serving on {url} (reference: {url}/docs). Stop with Ctrl-C."]
    key = settings.home / "api-key"
    if not key.exists():
        lines.append("No API key here yet: `qc demo` seeds one, or `qc key create NAME` makes one.")
        return "\n".join(lines)
    if (STATIC / "index.html").is_file():
        qc = _command(settings)
        lines += [
            f"The inspectors' app: {url}/ (organisation {DEMO}). To get in, in another terminal:",
            f"  {qc} user add NAME --role supervisor --password   # then sign in: the desk, on a wide screen",
            f"  {qc} user add NAME && {qc} user enrol NAME   # prints the code and the PIN that a phone asks for",
        ]
    lines += [
        "Try next:",
        f'  curl -s -H "Authorization: Bearer $(cat {key})" \\',
        '    -F photos=@YOUR-PHOTO.jpg -F \'inspection={"standard": "woven-general"}\' \\',
        f"    {url}/v1/inspections",
        f'  curl -s -H "Authorization: Bearer $(cat {key})" {url}/v1/batches',
    ]
    return "\n".join(lines)


def _command(settings: Settings) -> str:
    """`qc` as it is typed here: with its path where the shell would not find it, with a home that is not `.qc`."""
    beside = Path(sys.executable).with_name("qc")
    called = "qc"
    if shutil.which("qc") is None and beside.is_file():
        called = str(beside.relative_to(Path.cwd()) if beside.is_relative_to(Path.cwd()) else beside)
    if "QC_HOME" in os.environ and settings.home != Settings.model_fields["home"].default:
        called = f"QC_HOME={shlex.quote(str(settings.home))} {called}"
    return called
