"""The released bundles of a deployment: one folder each, and links that say which of them serves.

    models/anyaman-0.2.0/           a bundle, never changed
    models/current -> anyaman-0.2.0 the one that serves
    models/challenger -> ...        the one that grades beside it, if any
    models/promotions.jsonl         who changed a link, when and why
    models/promotions/<hash>.json   the signed-off record of a promotion, named by its own SHA-256

A link is re-pointed by one rename, so whoever reads it sees the old bundle or the new one, whole. Writers wait for each
other on a lock file; readers never wait.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from qc.errors import BadBundle, BadInput, Conflict, NotFound
from qc.model.bundle import MODEL_FILE, SPEC_FILE, Bundle
from qc.model.promotions import Action, Change, append_change, bundle_before, read_changes
from qc.settings import Settings

CURRENT, CHALLENGER = "current", "challenger"
HISTORY = "promotions.jsonl"
RECORDS = "promotions"

_MEND = "copy {name} back whole, or let another serve: `qc model rollback --to NAME --by YOU --why REASON`"


class Registry:
    """A folder of bundles.

    Args:
        folder: Where they are; made by the first `put`.
        shipped: The bundle that serves until one was switched to: the one that came with the installation.
    """

    def __init__(self, folder: Path, shipped: Path | None = None) -> None:
        self.folder = folder
        self._shipped = shipped

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The registry of a deployment: the folder of QC_MODELS, or the clone's own.

        Raises:
            BadInput: There is no folder to keep models in: QC_MODEL_BUNDLE names one bundle, or this is an installed
                wheel, and QC_MODELS is not set.
        """
        if settings.models_folder is None:
            raise BadInput("this installation has one bundle and keeps no others; set QC_MODELS to a writable folder")
        return cls(settings.models_folder, settings.shipped_bundle)

    def current(self) -> Path:
        """The folder of the bundle that serves, links resolved.

        Raises:
            BadBundle: The link leads nowhere, or is gone although a bundle was switched to; or there was none, and none
                was shipped.
        """
        if (folder := self._linked(CURRENT)) is not None:
            return folder
        link = self.folder / CURRENT
        if switched := [change.to for change in self.history() if change.action != "challenger"]:
            raise BadBundle(f"{link} is gone, and {switched[-1]} was to serve; {_MEND.format(name=switched[-1])}")
        if self._shipped is None or not self._shipped.exists():
            raise BadBundle(f"{link} points to no bundle; promote one, or copy the shipped one there")
        return self._shipped.resolve()

    def challenger(self) -> Path | None:
        """The folder of the bundle that grades beside the one in service; None where there is none.

        Raises:
            BadBundle: The link leads nowhere.
        """
        return self._linked(CHALLENGER)

    def bundles(self) -> list[str]:
        """Names of all bundles kept here, sorted."""
        if not self.folder.is_dir():
            return []
        found = (p for p in self.folder.iterdir() if p.is_dir() and not p.is_symlink() and not p.name.startswith("."))
        return sorted(p.name for p in found if (p / SPEC_FILE).is_file())

    def path_of(self, name: str) -> Path:
        """The folder of a bundle.

        Raises:
            NotFound: No bundle of that name is kept here.
        """
        if name not in (known := self.bundles()):
            raise NotFound(f"no bundle {name!r} in {self.folder}; there are: {', '.join(known) or 'none'}")
        return self.folder / name

    def history(self) -> list[Change]:
        """Every change of a link, oldest first.

        Raises:
            BadBundle: The history was altered.
        """
        return read_changes(self.folder / HISTORY)

    def record(self, sha256: str) -> dict[str, Any]:
        """A signed-off record by its hash.

        Raises:
            NotFound: It is not kept here.
            BadBundle: It was altered.
        """
        path = self.folder / RECORDS / f"{sha256}.json"
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise NotFound(f"no record {sha256[:12]} in {path.parent}") from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise BadBundle(f"{path} was altered after it was signed off", file=path.name)
        document: dict[str, Any] = json.loads(data)
        return document

    def put(self, folder: Path) -> str:
        """Copy a bundle in, verified, under its own name and version; its name. Putting it again changes nothing.

        Raises:
            BadBundle: It fails its hashes or golden photos.
            Conflict: Another bundle of that name and version is kept here already.
        """
        bundle = Bundle.load(folder, check=True)
        place = self.folder / bundle.spec.title
        with self._lock():
            if place.exists():
                if (place / SPEC_FILE).read_bytes() != (bundle.path / SPEC_FILE).read_bytes():
                    raise Conflict(
                        f"{place} holds another bundle of that name; a released one never changes: raise the version"
                    )
                return place.name
            part = self.folder / f".{place.name}.part"
            shutil.rmtree(part, ignore_errors=True)
            shutil.copytree(bundle.path, part)
            Bundle.load(part)
            part.rename(place)
        return place.name

    def keep_record(self, document: Mapping[str, Any]) -> str:
        """Write a signed-off record; its SHA-256, to be named by the switch that it allows."""
        data = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False).encode()
        digest = hashlib.sha256(data).hexdigest()
        path = self.folder / RECORDS / f"{digest}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(data)
        part.replace(path)
        return digest

    def switch(self, name: str, *, by: str, why: str, record: str | None) -> None:
        """Let a bundle serve from now on.

        Args:
            name: One of `bundles()`.
            by: Who says so.
            why: The reason.
            record: Hash of the signed-off record that `keep_record` gave; None outside a promotion.

        Raises:
            NotFound: No such bundle, or no such record.
            BadBundle: The bundle fails its hashes or golden photos; nothing changed.
        """
        bundle = Bundle.load(self.path_of(name), check=True)
        if record is not None:
            self.record(record)
        self._keep_what_serves()
        with self._lock():
            self._point(CURRENT, bundle, "switch", by, why, record)

    def roll_back(self, *, by: str, why: str, to: str | None = None) -> str:
        """Let the bundle serve again that the present one replaced, or the one named; its name.

        Raises:
            Conflict: The present one replaced none.
            NotFound: No bundle `to`.
            BadBundle: The bundle fails its hashes or golden photos; nothing changed.
        """
        with self._lock():
            name = to or bundle_before(self.history())
            if name is None:
                known = ", ".join(self.bundles()) or "none"
                raise Conflict(f"{self._named(CURRENT)} replaced no other bundle here; name one: {known}")
            self._point(CURRENT, Bundle.load(self.path_of(name), check=True), "rollback", by, why, None)
        return name

    def set_challenger(self, name: str | None, *, by: str, why: str) -> None:
        """Let a bundle grade beside the one in service, or none.

        Raises:
            NotFound: No such bundle.
            BadBundle: It fails its hashes or golden photos.
        """
        bundle = None if name is None else Bundle.load(self.path_of(name), check=True)
        with self._lock():
            self._point(CHALLENGER, bundle, "challenger", by, why, None)

    def _keep_what_serves(self) -> None:
        """Before the first switch the shipped bundle comes in, so that a rollback finds it."""
        if self._named(CURRENT) is None and self._shipped is not None and self._shipped.exists():
            name = self.put(self._shipped)
            with self._lock():
                self._link(CURRENT, name)

    def _point(self, place: str, bundle: Bundle | None, action: Action, by: str, why: str, record: str | None) -> None:
        append_change(
            self.folder / HISTORY,
            action=action,
            before=self._named(place),
            to=bundle.spec.title if bundle else None,
            by=by,
            why=why,
            model=bundle.spec.files[MODEL_FILE] if bundle else None,
            record=record,
        )
        self._link(place, bundle.path.name if bundle else None)

    def _link(self, place: str, name: str | None) -> None:
        link, part = self.folder / place, self.folder / f".{place}.part"
        if name is None:
            link.unlink(missing_ok=True)
            return
        part.unlink(missing_ok=True)
        part.symlink_to(name)
        part.replace(link)

    def _linked(self, place: str) -> Path | None:
        if (name := self._named(place)) is None:
            return None
        link = self.folder / place
        try:
            return link.resolve(strict=True)
        except (OSError, RuntimeError) as wrong:  # the latter for a link that leads to itself
            raise BadBundle(f"{link} points to {name}, which is not there; {_MEND.format(name=name)}") from wrong

    def _named(self, place: str) -> str | None:
        """The name that a link holds, whether or not a bundle is there; None where there is no link."""
        link = self.folder / place
        if link.is_symlink():
            return link.readlink().name
        return link.name if link.exists() else None

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """One writer at a time, over processes; released by the system when the holder dies."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def bundle_in_force(settings: Settings) -> Path:
    """The folder of the bundle that judges here: the registry's, or the one there is where no models are kept.

    Raises:
        BadBundle: The registry's link leads nowhere. No other bundle takes its place unasked: see decision 9.
    """
    return settings.shipped_bundle if settings.models_folder is None else Registry.of(settings).current()
