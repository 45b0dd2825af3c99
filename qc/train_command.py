"""`qc-train`: the way from an installed script to training, which lies beside `qc` in a clone and in no wheel.

The service never imports training, nor does this module until the command is called. Where there is no clone, or no
torch, it says so in one line.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def main() -> None:
    """Run `training.cli`; exit code 2 with one line where there is none."""
    clone = Path(__file__).resolve().parent.parent
    if (clone / "training" / "cli.py").is_file() and str(clone) not in sys.path:
        sys.path.insert(0, str(clone))
    try:
        command = importlib.import_module("training.cli")
    except ModuleNotFoundError as missing:
        print(
            f"qc-train: {missing.name} is not installed; training runs in a clone of the project with its extra: "
            "pip install -e '.[training]'",
            file=sys.stderr,
        )
        raise SystemExit(2) from None
    command.main()
