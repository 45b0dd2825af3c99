"""`make bench`: run every measurement of this folder and print its table. A module that has `main()` takes part."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import bench


def main() -> int:
    """Run all measurements, or those named on the command line."""
    wanted = sys.argv[1:]
    for found in pkgutil.iter_modules(bench.__path__):
        if found.name.startswith("_") or (wanted and found.name not in wanted):
            continue
        module = importlib.import_module(f"bench.{found.name}")
        if hasattr(module, "main"):
            print(f"\n== {found.name}: {(module.__doc__ or '').strip().splitlines()[0]}", flush=True)
            module.main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
