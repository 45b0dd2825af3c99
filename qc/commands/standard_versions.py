"""`qc standard propose`, `preview` and `release`: an organisation's own versions of a standard, kept in its ledger."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from qc.commands.opened import DEMO, on_command_line, opened_database
from qc.errors import BadInput, BadRequest
from qc.ledger import standards_edited
from qc.ledger.events import rfc3339
from qc.ledger.standard_preview import Change, preview
from qc.settings import Settings
from qc.standards.library import Library
from qc.standards.standard import parse_standard

PAGE = 500
"""Pieces judged again at a time."""

Name = Annotated[str, typer.Argument(help="Name of the standard.", show_default=False)]
Version = Annotated[int, typer.Argument(help="The version.", min=1, max=standards_edited.HIGHEST, show_default=False)]
Organisation = Annotated[str, typer.Option(help="Slug of the organisation.")]


def propose(
    document: Annotated[Path, typer.Argument(help="The whole standard as YAML.", show_default=False)],
    organisation: Organisation = DEMO,
) -> None:
    """Keep a new version of a standard. It judges nothing until it is released, and never changes."""
    try:
        text = document.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        raise BadInput(f"{document} cannot be read as UTF-8 text: {wrong}") from wrong
    standard = parse_standard(text, str(document))
    settings = Settings()
    with opened_database(settings) as database, database.write() as session:
        caller = on_command_line(session, organisation)
        kept = standards_edited.propose(session, caller, standard, Library.load(settings.own_standards))
        typer.echo(f"{kept.name} version {kept.version} is proposed, {kept.fingerprint}")


def preview_version(
    name: Name,
    version: Version,
    organisation: Organisation = DEMO,
    show: Annotated[int, typer.Option(help="Pieces to list whose outcome would be another.", min=0)] = 20,
) -> None:
    """Judge past pieces again, as the standard in force does and as another version would. Nothing is written."""
    settings = Settings()
    counts: Counter[tuple[str, str]] = Counter()
    changes: list[Change] = []
    after: UUID | None = None
    with opened_database(settings) as database, database.read() as session:
        owner = on_command_line(session, organisation).organisation_id
        files = Library.load(settings.own_standards)
        present = standards_edited.library_in_force(session, owner, files).named(name)
        other = standards_edited.version_of(session, owner, name, version, files)
        while True:
            page = preview(session, owner, present, other, PAGE, after)
            counts.update(page.counts)
            changes += page.changes[: max(0, show - len(changes))]
            if page.next is None:
                break
            after = page.next
    differing = sum(number for (before, then), number in counts.items() if before != then)
    typer.echo(
        f"{name}: {differing} of {counts.total()} pieces would be judged otherwise by version {version} "
        f"than by version {present.version}"
    )
    table = Table("before", "after", "pieces", box=None, pad_edge=False)
    for (before, then), number in sorted(counts.items()):
        table.add_row(before, then, str(number))
    Console().print(table)
    for change in changes:
        rules = ", ".join(change.rules) or "no rule"
        typer.echo(f"{change.piece_id}  {change.tag or ''}  {change.before} -> {change.after}  {rules}")


def release(
    name: Name,
    version: Version,
    by: Annotated[str, typer.Option(help="Who decides, as a pseudonym.", show_default=False)],
    reason: Annotated[str, typer.Option(help="Why.", show_default=False)],
    begin: Annotated[
        str | None, typer.Option("--from", help="When it begins, such as 2026-12-01T00:00:00+07:00; now if left out.")
    ] = None,
    organisation: Organisation = DEMO,
) -> None:
    """Put a version into force. Inspections from then on are judged by it; earlier ones stay as they are."""
    settings = Settings()
    with opened_database(settings) as database, database.write() as session:
        caller = on_command_line(session, organisation)
        made = standards_edited.put_into_force(
            session,
            caller,
            name,
            version,
            Library.load(settings.own_standards),
            decided_by=by,
            reason=reason,
            effective_from=_moment(begin),
        )
        typer.echo(f"{name} version {version} is in force from {rfc3339(made.effective_from)}, release {made.number}")


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadRequest(f"got --from {text!r}, wanted a moment with its offset such as 2026-12-01T00:00:00+07:00")
    return moment
