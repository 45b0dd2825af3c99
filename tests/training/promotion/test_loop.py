"""The whole loop, small: what people correct in a ledger makes the next bundle better, which serves, and goes back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from typer.testing import CliRunner

from qc.commands.model import app as qc_model
from qc.errors import NotPromoted
from qc.ledger.tables import Inspection
from qc.model.photo import PhotoLimits
from qc.model.registry import Registry
from qc.serving.loaded import LoadedModel
from qc.serving.shadow import Shadow
from qc.serving.watching import RegistryWatch
from tests.training.feedback.scene import SLUG, Scene, opened
from tests.training.promotion.planted import HDRI, ROOT, Plan, Planted, plant, planted, weakened
from training.cli import app
from training.dataset import rendered
from training.feedback.rows import Split
from training.feedback.snapshot import Snapshot
from training.promotion.config import Made
from training.promotion.held import held_out
from training.promotion.record import RunRecord
from training.promotion.refreshing import Here
from training.sample import CHANNELS, Sample

CODE = "HOLE"
"""What the bundle in service is blind to, inspectors correct, and somebody turns round a month later."""

CORRECTED, GOOD = 200, 60
RENDERED = ROOT / "datasets" / "rendered-0.3"
SIGNED = ("--by", "Sari", "--why", "holes are found again")
FIRST, SECOND, POISONED = "weak-0.0.1", "anyaman-0.3.0", "anyaman-0.4.0"


@dataclass
class Loop:
    """A deployment: ledger, registry, service, and a set of photos that nobody learns from."""

    folder: Path
    scene: Scene
    registry: Registry
    watch: RegistryWatch
    frozen: Snapshot
    pieces: dict[Split, list[Sample]]
    told: dict[str, Any] = field(default_factory=dict)

    def qc_train(self, *arguments: str) -> str:
        done = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    def run(self, version: str, snapshot: Path, stay: float) -> Path:
        """`qc-train run` of a few hundred draws; the run's folder."""
        config = self.folder / f"{version}.yaml"
        made = {"rendered": [str(RENDERED)], "hdri": str(HDRI), "surfaces": {}, "spoilt": 0.3}
        document = {
            "version": version, "seed": 5, "start": str(self.registry.current()), "snapshots": [str(snapshot)],
            "made": made, "field": {"share": 0.4}, "window": 160, "learn": ["defects"], "epochs": 6, "draws": 256,
            "batch": 32, "rate": 0.006, "stay": stay, "runs": str(self.folder / "runs"),
        }  # fmt: skip
        config.write_text(yaml.safe_dump(document))
        self.qc_train("run", str(config))
        return self.folder / "runs" / f"anyaman-{version}"

    def promote(self, run: Path, *more: str) -> str:
        """`qc-train promote` by the frozen set; codes of which it has too little are signed for."""
        few = [word for code in CHANNELS if code != CODE for word in ("--accept-unjudged", code)]
        policy = ("--policy", str(self.folder / "policy.yaml"))
        return self.qc_train("promote", str(run), *SIGNED, "--on", str(self.frozen.folder), *policy, *few, *more)

    def inspect(self, each: Planted) -> Inspection:
        return self.scene.send(each.jpeg, maker=f"mk_{each.number % 40}")

    def content(self) -> set[str]:
        return {str(p) for p in self.registry.folder.rglob("*")}


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory, released: Any) -> Iterator[Loop]:
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("loop")
    pieces: dict[Split, list[Sample]] = {
        split: [s for s in rendered(RENDERED, split) if s.meta["woven"] and s.meta["state"] == "good"]
        for split in ("train", "test")
    }
    frozen = plant(
        folder / "frozen", pieces, [Plan("test", CODE, 40), Plan("test", "INSECT_DAMAGE", 15), Plan("test", None, 30)]
    )
    made = Made(rendered=(RENDERED,), hdri=HDRI, surfaces={})
    held = held_out(made, released.spec.preprocess.size, "val")
    registry = Registry(folder / "models", shipped=weakened(released, CODE, held, folder / "weak").path)
    registry.switch(registry.put(folder / "weak"), by="Sari", why="the start", record=None)
    policy = {"least_grave": 20, "slower": 10, "alike": 8}  # few held-out pieces, on a machine that is busy
    (folder / "policy.yaml").write_text(yaml.safe_dump(policy))
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patched:
        for name, value in (("QC_HOME", folder), ("QC_MODELS", registry.folder), ("COLUMNS", 250)):
            patched.setenv(name, str(value))
        patched.chdir(folder)  # where outcomes are kept
        # A process beside the run yields to everything else on the machine, which may be busy; test_resume has it.
        patched.setattr("training.promotion.fine_tune.Beside", Here)

        def load(bundle: Path) -> LoadedModel:
            return LoadedModel.load(bundle, threads=1, limits=PhotoLimits(), check=True)

        scene = stack.enter_context(opened(folder, str(folder / "photos"), load(registry.current())))
        shadow = Shadow(scene.station.serving, 1, scene.database)
        watch = RegistryWatch(
            registry, scene.station.serving, shadow, load, lambda model: None, scene.database, every_s=1
        )
        watch.look()
        yield Loop(folder, scene, registry, watch, frozen, pieces)


def test_what_people_corrected_in_the_ledger_becomes_a_snapshot(loop: Loop) -> None:
    plans = [Plan("train", CODE, CORRECTED), Plan("train", None, GOOD)]
    for each in planted(loop.pieces, plans, first=1000):
        inspection = loop.inspect(each)
        assert inspection.model == FIRST
        if each.box is None:
            loop.scene.label(inspection)
        else:
            box = None if each.number % 3 == 0 else [int(edge) for edge in each.box]
            hole = {"code": CODE, "present": True, "box": box, "severity": "major"}
            loop.scene.label(inspection, hole, complete=False)
    told = json.loads(
        loop.qc_train(
            "snapshot", "--organisation", SLUG, "--consent", "2026-11", "--licence", "CC0-1.0", "--val", "0",
            "--test", "0", "--json",
        )
    )  # fmt: skip
    assert told["counts"]["codes"] == {f"{CODE} present": CORRECTED}
    assert told["counts"]["photos_good"] == GOOD
    loop.told["snapshot"] = loop.folder / told["folder"]


def test_two_hundred_corrections_raise_the_code_and_lower_none_beyond_its_interval(loop: Loop) -> None:
    run = loop.run("0.3.0", loop.told["snapshot"], stay=4.0)
    metrics = RunRecord(run).metrics()
    assert [line["epoch"] for line in metrics] == list(range(6))
    assert metrics[-1]["field_present"] < 0.8 * metrics[0]["field_present"]
    said = loop.qc_train("compare", str(loop.registry.current()), str(run), "--json", "--on", str(loop.frozen.folder))
    lines = {(line["group"], line["name"], line["figure"]): line for line in json.loads(said)["lines"]}
    target = lines["code", CODE, "recall"]
    assert (target["n"], target["verdict"]) == (40, "better"), "on pieces other than those that were corrected"
    assert target["b"] > target["a"] + 0.4
    assert lines["code", CODE, "AUROC"]["verdict"] == "better"
    worse = {key for key, line in lines.items() if line["verdict"] == "worse"}
    assert worse <= {("code", CODE, "false alarms")}, "what never alarmed may begin to"
    assert {"material", "collection point", "phone"} <= {group for group, _, _ in lines}
    loop.told["run"] = run


def test_it_serves_once_every_gate_is_open_and_the_record_says_who_and_why(loop: Loop) -> None:
    told = loop.promote(loop.told["run"])
    assert told.count("open ") == 7
    assert f"{SECOND} is in service" in told
    change = loop.registry.history()[-1]
    assert (change.before, change.to, change.by) == (FIRST, SECOND, "Sari")
    record = loop.registry.record(str(change.record))
    assert record["why"] == "holes are found again"
    assert [gate["open"] for gate in record["gates"]] == [True] * 7
    assert record["run"]["snapshots"][0]["name"] == loop.told["snapshot"].name
    assert CODE not in record["gates"][0]["figures"]["unjudged"]
    loop.watch.look()
    photo = next(planted(loop.pieces, [Plan("test", CODE, 1)], first=5000))
    assert loop.inspect(photo).model == SECOND


def test_lineage_leads_from_the_bundle_to_the_reviews_and_from_a_photo_to_the_bundle(loop: Loop) -> None:
    where = ("--runs", str(loop.folder / "runs"), "--snapshots", str(loop.folder / "snapshots"))
    name = loop.told["snapshot"].name
    back = loop.qc_train("lineage", SECOND, *where)
    for step in (f"bundle {SECOND}", "by Sari", f"run {SECOND}", f"snapshot {name}", "reviews review"):
        assert step in back
    photo = next(row.photo for _, row, _ in Snapshot.open(loop.told["snapshot"]).photos("train"))
    for start in (photo, name):
        forth = loop.qc_train("lineage", start, *where)
        assert f"run {SECOND}" in forth
        assert f"bundle {SECOND}" in forth


def test_a_month_of_labels_turned_round_is_stopped_for_that_very_code(loop: Loop) -> None:
    turned = [Plan("train", CODE, 80), Plan("train", None, 80), Plan("test", CODE, 15), Plan("test", None, 15)]
    poison = plant(loop.folder / "snapshots", loop.pieces, turned, flipped=CODE, first=9000)
    run = loop.run("0.4.0", poison.folder, stay=0.3)
    before = loop.content()
    with pytest.raises(NotPromoted) as refused:
        loop.promote(run, "--on", str(poison.folder))
    assert {"no code worse", "no code forgotten", "labels believed"} <= set(refused.value.extra["closed"])
    assert f"{CODE} recall" in refused.value.detail
    assert f"{CODE} AUROC" in refused.value.detail
    assert f"{CODE}: labels contradict the model in service" in refused.value.detail
    assert f"{SECOND} goes on serving" in refused.value.detail
    with pytest.raises(NotPromoted) as signed:
        loop.promote(run, "--on", str(poison.folder), "--accept-labels", CODE, "--accept-unjudged", CODE)
    assert "labels believed" not in signed.value.extra["closed"]
    assert {"no code worse", "no code forgotten"} <= set(signed.value.extra["closed"]), "no signature covers a loss"
    assert loop.content() == before
    assert POISONED not in loop.registry.bundles()


def test_rollback_is_one_command_and_the_next_piece_is_judged_by_the_one_before(loop: Loop) -> None:
    back = CliRunner().invoke(qc_model, ["rollback", "--by", "Budi", "--why", "it refers too much"])
    assert back.output == f"{FIRST} is in service again\n"
    loop.watch.look()
    photo = next(planted(loop.pieces, [Plan("test", None, 1)], first=6000))
    assert loop.inspect(photo).model == FIRST
