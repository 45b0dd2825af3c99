"""YAML that remembers where it was written, so that an error in a standard names file and line.

Standards may come from outside (a folder, later an API), so the reader is strict as well: no anchors or aliases (a few
lines of them can unfold to gigabytes), no tags, no duplicate keys, bounded size and depth.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from qc.errors import BadStandard

LARGEST_CHARACTERS = 512_000
DEEPEST = 24

Model = TypeVar("Model", bound=BaseModel)
Place = tuple[str | int, ...]
"""A path through mappings and sequences, as pydantic gives it: ("defects", "STAIN", "severity")."""


@dataclass(frozen=True)
class Document:
    """A parsed document and the line on which each of its parts begins."""

    value: Any
    lines: dict[Place, int]
    source: str

    def line(self, place: Place) -> int:
        """The line of the deepest written part on the way to `place`.

        Pydantic's places hold parts that are not in the document (a missing field, "[key]", the name of a union's
        member); those are passed over.
        """
        here: Place = ()
        for part in place:
            if (*here, part) in self.lines:
                here = (*here, part)
        return self.lines.get(here, 1)

    def validated(self, model: type[Model]) -> Model:
        """The document as `model`; BadStandard with one line per fault, each naming file and line."""
        try:
            return model.model_validate(self.value)
        except ValidationError as error:
            faults = [self._fault(dict(fault)) for fault in error.errors(include_url=False)]
            raise BadStandard("\n".join(faults)) from error

    def _fault(self, fault: dict[str, Any]) -> str:
        place: Place = (*(part for part in fault["loc"] if part != "[key]"), *fault.get("ctx", {}).get("place", ()))
        where = ".".join(str(part) for part in place) or "document"
        shown = fault["type"] != "missing" and not isinstance(fault["input"], dict | list)
        got = f", got {fault['input']!r}" if shown else ""
        return f"{self.source}:{self.line(place)}: {where}: {fault['msg'].removeprefix('Value error, ')}{got}"


def fault_at(place: Place, message: str) -> PydanticCustomError:
    """An error for a validator of a whole model to raise, so that it names a place deeper in the document."""
    return PydanticCustomError("rule", "{message}", {"message": message, "place": place})


def read(path: Path) -> Document:
    """The YAML file at `path`."""
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise BadStandard(f"{path}:1: cannot be read as UTF-8 text ({error}); give a readable YAML file") from error


def parse(text: str, source: str) -> Document:
    """The one YAML mapping in `text`; `source` is what errors call it, usually a file name."""
    if len(text) > LARGEST_CHARACTERS:
        raise BadStandard(f"{source}:1: {len(text)} characters, at most {LARGEST_CHARACTERS} are read; split the file")
    try:
        _refuse_tricks(text, source)
        loader = yaml.SafeLoader(text)
        try:
            node = loader.get_single_node()
            if not isinstance(node, yaml.MappingNode):
                raise BadStandard(f"{source}:1: got no mapping, wanted `field: value` lines at the top level")
            lines: dict[Place, int] = {(): 1}
            return Document(_value(loader, node, (), lines, source), lines, source)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BadStandard(f"{source}:{mark.line + 1 if mark else 1}: no valid YAML: {error.problem}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise BadStandard(f"{source}:1: no valid YAML: {error}") from error


def _refuse_tricks(text: str, source: str) -> None:
    """Refuse aliases, anchors, tags and deep nesting before anything is built from them."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            raise BadStandard(f"{source}:{line}: anchors and aliases are not read; write the value out")
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag not in (None, "!"):
            raise BadStandard(f"{source}:{line}: tag {event.tag} is not read; write a plain value")
        if depth > DEEPEST:
            raise BadStandard(f"{source}:{line}: nested deeper than {DEEPEST} levels; flatten it")


def _value(loader: yaml.SafeLoader, node: yaml.Node, place: Place, lines: dict[Place, int], source: str) -> Any:
    if isinstance(node, yaml.SequenceNode):
        items = []
        for index, item in enumerate(node.value):
            lines[*place, index] = item.start_mark.line + 1
            items.append(_value(loader, item, (*place, index), lines, source))
        return items
    if not isinstance(node, yaml.MappingNode):
        return loader.construct_object(node)
    found: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = loader.construct_object(key_node) if isinstance(key_node, yaml.ScalarNode) else None
        if not isinstance(key, str):
            raise BadStandard(f"{source}:{line}: key {key!r} is no text; quote it or name a field")
        if key in found:
            raise BadStandard(
                f"{source}:{line}: duplicate key {key!r}, first given on line {lines[*place, key]}; keep one of them"
            )
        lines[*place, key] = line
        found[key] = _value(loader, value_node, (*place, key), lines, source)
    return found
