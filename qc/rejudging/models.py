"""The released model of a name, on this machine."""

from __future__ import annotations

from pathlib import Path

from qc.errors import NotFound
from qc.model.bundle import SPEC_FILE, Bundle
from qc.model.registry import Registry, bundle_in_force
from qc.settings import Settings


def bundle_called(settings: Settings, name: str) -> Path:
    """The folder of a released bundle by its name and version: one that is kept, or the one in service.

    Raises:
        NotFound: This machine has no such bundle; the sentence lists those it has.
        BadBundle: The one in service is gone, or fails its hashes.
    """
    registry = Registry.of(settings) if settings.models_folder is not None else None
    known = set(registry.bundles()) if registry is not None else set()
    if registry is not None and name in known:
        return registry.path_of(name)
    if ((folder := bundle_in_force(settings)) / SPEC_FILE).is_file():
        serving = Bundle.load(folder)
        if serving.spec.title == name:
            return serving.path
        known.add(serving.spec.title)
    raise NotFound(f"no model {name!r} on this machine; there are: {', '.join(sorted(known)) or 'none'}")
