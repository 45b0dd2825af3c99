"""The house is easy to see: sizes, arrows, one error tree, one settings class, the two commands."""

from __future__ import annotations

import ast
import inspect
import re
import statistics
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import qc.errors
from training.sample import CHANNELS

ROOT = Path(__file__).resolve().parent.parent
OURS = {name for name, _ in inspect.getmembers(qc.errors, inspect.isclass)}
SOURCES = sorted(p for room in ("qc", "training", "bench") for p in (ROOT / room).rglob("*.py"))
NOT_OURS = {".venv", ".venv-render", "build", "node_modules", "static"}


def tracked() -> list[Path]:
    """Files that git tracks, or every file where there is no git (an unpacked archive)."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    return [p for p in ROOT.rglob("*") if p.is_file() and not NOT_OURS & set(p.parts)]


TOP_LEVEL = {
    ".ci", ".dockerignore", ".gitattributes", ".gitignore", "CHANGELOG.md", "Dockerfile", "LICENSE", "Makefile",
    "README.md", "bench", "compose.yaml", "constraints-render.txt", "constraints.txt", "datasets", "docs", "models",
    "pyproject.toml", "qc", "tests", "training", "web",
}  # fmt: skip


@pytest.mark.parametrize("room", ["qc", "training", "bench", "tests", "web"])
def test_a_file_holds_one_subject_and_stays_short(room: str) -> None:
    code = [p for p in tracked() if p.is_relative_to(ROOT / room) and p.suffix in {".py", ".ts", ".tsx", ".css"}]
    lines = {p: len(p.read_text(encoding="utf-8").splitlines()) for p in code}
    assert statistics.median(lines.values()) < 150
    assert {str(p): n for p, n in lines.items() if n > 400} == {}


def test_the_top_level_is_what_a_newcomer_was_told_of() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("an unpacked archive: what is beside the project's files is not known to be none of them")
    assert {p.relative_to(ROOT).parts[0] for p in tracked()} == TOP_LEVEL


def test_a_file_is_named_for_what_it_holds() -> None:
    vague = {"util", "utils", "helper", "helpers", "manager", "managers", "common", "misc"}
    code = [p for p in tracked() if p.suffix in {".py", ".ts", ".tsx"}]
    assert [p for p in code if vague & set(re.split(r"[-_.]", p.name))] == []


def test_imports_point_one_way() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_room_of_the_code_stands_in_the_architecture() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = {p.parent.relative_to(ROOT).as_posix() for p in (ROOT / "qc").glob("*/__init__.py")}
    assert {room for room in rooms if f"`{room}`" not in page} == set()


def test_the_error_tree_is_drawn_as_it_is() -> None:
    drawn = re.findall(r"^[|+\- ]*?(\w+)(?: {2,}|$)", (qc.errors.__doc__ or "").split("\n\n")[1], re.M)
    defined = [n for n, c in inspect.getmembers(qc.errors, inspect.isclass) if c.__module__ == "qc.errors"]
    assert sorted(drawn) == sorted(defined)


def test_errors_of_the_project_grow_on_the_one_tree() -> None:
    foreign = []
    for path in (p for p in SOURCES if p.is_relative_to(ROOT / "qc") and p.name != "errors.py"):
        classes = [n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.ClassDef)]
        bases = [ast.unparse(base).split(".")[-1] for each in classes for base in each.bases]
        foreign += [(path.name, base) for base in bases if base.endswith(("Error", "Exception")) or base in OURS]
    assert foreign == []


def test_there_is_one_settings_class() -> None:
    holders = [p.name for p in SOURCES if re.search(r"\(BaseSettings\)", p.read_text(encoding="utf-8"))]
    assert holders == ["settings.py"]


def test_defect_channels_are_those_of_the_taxonomy() -> None:
    taxonomy = yaml.safe_load((ROOT / "qc" / "standards" / "taxonomy.yaml").read_text(encoding="utf-8"))
    entries = taxonomy.get("defects", taxonomy)
    pairs = entries.items() if isinstance(entries, dict) else [(e["code"], e) for e in entries]
    channels = {e["model_channel"]: code for code, e in pairs if e.get("model_channel") is not None}
    assert tuple(channels[k] for k in sorted(channels)) == CHANNELS


def test_make_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.M)
    assert phony is not None
    shown = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    listed = {line.split()[0] for line in shown.splitlines() if line.strip()}
    assert set(phony[1].split()) == listed


def test_readme_shows_the_two_commands_and_a_picture() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make run" in readme
    assert "make test" in readme
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", readme)
    assert pictures
    assert all((ROOT / p).is_file() for p in pictures)


def test_links_in_the_pages_lead_somewhere() -> None:
    broken = []
    for page in (p for p in tracked() if p.suffix == ".md"):
        targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
        broken += [
            f"{page.relative_to(ROOT)} -> {target}"
            for target in targets
            if "://" not in target and not target.startswith("mailto:") and not (page.parent / target).exists()
        ]
    assert broken == []


def test_the_changelog_has_an_unreleased_section() -> None:
    assert "## [Unreleased]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_no_path_of_one_machine_is_written_down() -> None:
    here = re.compile(r"(?<![\w.])/(?:work|home/\w+|root)/[\w.-]+")
    found = []
    for path in tracked():
        if path.suffix in {".py", ".md", ".yaml", ".toml", ".txt", ".json", ".sh", ".ts", ".tsx", ""} and (
            path.name not in {"LICENSE", "test_house.py"} and path.stat().st_size < 2_000_000
        ):
            found += [(path.name, m) for m in here.findall(path.read_text(encoding="utf-8", errors="ignore"))]
    assert found == []


@pytest.mark.parametrize("name", ["qc", "qc.model", "qc.standards"])
def test_the_runtime_imports_no_training_library(name: str) -> None:
    code = f"import sys, {name}; print(sorted({{'torch', 'torchvision', 'albumentations', 'onnx'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
