"""Where standards are found: those that ship with the product, and a folder of the exporter's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

from qc.errors import BadStandard, UnknownStandard
from qc.standards.marked_yaml import read
from qc.standards.standard import ExportStandard

SHIPPED = Path(__file__).with_name("library")


class Library:
    """Standards by name and version, and by SKU.

    >>> Library.load().named("woven-general").product.sku is None
    True
    """

    def __init__(self, standards: Iterable[ExportStandard]) -> None:
        """Raises BadStandard where a version is given twice or two names claim one SKU."""
        self._versions: dict[str, dict[int, ExportStandard]] = {}
        for standard in standards:
            versions = self._versions.setdefault(standard.name, {})
            if versions.setdefault(standard.version, standard) is not standard:
                raise BadStandard(
                    f"{standard.name} version {standard.version} is given twice; raise the version of one"
                )
        self._names: dict[str, str] = {}
        for standard in self:
            if standard.product.sku is not None:
                name = self._names.setdefault(standard.product.sku, standard.name)
                if name != standard.name:
                    raise BadStandard(f"SKU {standard.product.sku} is claimed by {name} and {standard.name}; keep one")

    @classmethod
    def load(cls, folder: Path | None = None) -> Self:
        """The shipped standards, and those in `folder` (*.yaml) where one is set. BadStandard names file and line."""
        if folder is not None and not folder.is_dir():
            raise BadStandard(f"{folder}: no such folder of standards; create it or unset QC_STANDARDS")
        files = [path for place in (SHIPPED, folder) if place is not None for path in sorted(place.glob("*.yaml"))]
        return cls(read(path).validated(ExportStandard) for path in files)

    def __iter__(self) -> Iterator[ExportStandard]:
        """The latest version of each standard, by name."""
        return (versions[max(versions)] for _, versions in sorted(self._versions.items()))

    def versions(self, name: str) -> tuple[ExportStandard, ...]:
        """All versions of a standard, oldest first."""
        if name not in self._versions:
            raise UnknownStandard(f"got standard {name!r}, there are {', '.join(sorted(self._versions)) or 'none'}")
        return tuple(standard for _, standard in sorted(self._versions[name].items()))

    def named(self, name: str, version: int | None = None) -> ExportStandard:
        """A standard by name, the latest version unless one is asked for."""
        versions = self.versions(name)
        if version is None:
            return versions[-1]
        for standard in versions:
            if standard.version == version:
                return standard
        known = ", ".join(str(standard.version) for standard in versions)
        raise UnknownStandard(f"got version {version} of {name}, there are versions {known}")

    def for_sku(self, sku: str) -> ExportStandard:
        """The latest standard of a SKU."""
        if sku not in self._names:
            raise UnknownStandard(f"got SKU {sku!r}, standards exist for {', '.join(sorted(self._names)) or 'none'}")
        return self.named(self._names[sku])

    def with_in_force(self, standards: Iterable[ExportStandard]) -> Self:
        """This library with these versions in force: each is the only one of its name.

        Raises:
            BadStandard: Two names claim one SKU.
        """
        chosen = {standard.name: standard for standard in standards}
        kept = (
            version for name, versions in self._versions.items() if name not in chosen for version in versions.values()
        )
        return type(self)([*kept, *chosen.values()])
