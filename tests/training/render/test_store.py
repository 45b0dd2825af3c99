"""Pictures survive the way to disk and back, runs go on where they stopped, and two runs never mix."""

from __future__ import annotations

import json
import tarfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from training.render import __main__ as command
from training.render import store
from training.render.card import card
from training.render.hand import HARD
from training.render.load import load, load_shards
from training.render.pack import main as pack_main
from training.render.pack import pack
from training.render.recipe import DEFECTS, recipe
from training.sample import CHANNELS, Sample


def sample(name: str, seed: int = 0, defects: tuple[str, ...] = ()) -> Sample:
    rng = np.random.default_rng(seed)
    rgb = np.full((64, 64, 3), rng.integers(60, 200, 3), np.uint8)
    alpha = np.zeros((64, 64), np.uint8)
    alpha[8:56, 8:56] = 255
    mask = np.zeros((64, 64), np.uint16)
    for code in defects:
        mask[20:30, 20:30] |= np.uint16(1 << CHANNELS.index(code))
    meta = {
        "id": name, "seed": seed, "piece": name.removesuffix("-d"), "source": "blender", "woven": 1, "kind": "tray",
        "material": "bamboo", "weave": "plain", "view": "whole", "finish": "natural",
        "state": "defective" if defects else "good",
        "causes": ["node"], "light": "lab+sun", "twin": None, "size": 64,
        "defects": [{"code": c, "box": [20, 20, 30, 30], "area_px": 100, "visibility": 20.0} for c in defects],
    }  # fmt: skip
    return Sample(rgb, alpha, mask, meta)


def test_masks_come_back_bit_for_bit(tmp_path: Path) -> None:
    one = sample("a-d", 1, ("STRAND_BROKEN", "MOULD", "FOREIGN_MATTER"))
    store.write(tmp_path, one)
    (back,) = load(tmp_path)
    assert back.mask.dtype == np.uint16
    assert np.array_equal(back.mask, one.mask)
    assert back.meta == one.meta
    assert back.alpha is not None
    assert one.alpha is not None
    assert np.array_equal(back.alpha > 127, one.alpha > 127)
    inside = one.alpha == 255
    assert np.abs(back.rgb[inside].astype(int) - one.rgb[inside]).mean() < 3


def test_no_half_written_file_is_left(tmp_path: Path) -> None:
    store.write(tmp_path, sample("a"))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.json", "a.png", "a.webp"]


def test_shards_hold_what_the_folder_holds_and_stay_small(tmp_path: Path) -> None:
    loose, out = tmp_path / "loose", tmp_path / "set"
    loose.mkdir()
    for k in range(12):
        store.write(loose, sample(f"p{k:02d}", k, ("HOLE",) if k % 3 == 0 else ()))
    shards = pack(loose, out, limit=30_000)
    assert len(shards) > 1
    assert all(s.stat().st_size <= 30_000 for s in shards)
    first = [s.read_bytes() for s in shards]
    assert [s.read_bytes() for s in pack(loose, out, limit=30_000)] == first
    for a, b in zip(load(loose), load_shards(out), strict=True):
        assert a.meta == b.meta
        assert np.array_equal(a.rgb, b.rgb)
        assert np.array_equal(a.mask, b.mask)


def test_a_shard_that_breaks_off_is_refused(tmp_path: Path) -> None:
    store.write(tmp_path, sample("a"))
    with tarfile.open(tmp_path / "part-000.tar", "w") as tar:
        for suffix in (".webp", ".png"):
            tar.add(tmp_path / f"a{suffix}", f"a{suffix}")
    with pytest.raises(ValueError, match="ends inside a"):
        list(load_shards(tmp_path))


def test_an_empty_folder_says_what_to_do(tmp_path: Path) -> None:
    for reader in (load, load_shards):
        with pytest.raises(FileNotFoundError, match="make render"):
            list(reader(tmp_path))


def test_only_pictures_so_named_are_packed(tmp_path: Path) -> None:
    loose, out = tmp_path / "loose", tmp_path / "set"
    loose.mkdir()
    for name in ("r1-a", "r2-a", "r3-a"):
        store.write(loose, sample(name))
    pack(loose, out, ["r2-*", "r3-*"])
    assert [s.meta["id"] for s in load_shards(out)] == ["r2-a", "r3-a"]
    with pytest.raises(FileNotFoundError, match="r9"):
        pack(loose, out, ["r9-*"])


def test_the_card_counts_and_warns(tmp_path: Path) -> None:
    loose, out = tmp_path / "loose", tmp_path / "rendered-9"
    loose.mkdir()
    store.write(loose, sample("a"))
    store.write(loose, sample("a-d", 0, ("HOLE", "STAIN")))
    assert pack_main([str(loose), str(out), "--command", "make render COUNT=1"]) == 0
    text = (out / "README.md").read_text(encoding="utf-8")
    assert "not accuracy in the field" in text
    assert "2 pictures of 1 pieces" in text
    assert "| HOLE | 1 |" in text
    assert "`make render COUNT=1`" in text
    assert "CC0" in text
    assert max(len(line) for line in text.splitlines()) <= 120
    assert card("x", [sample("a").meta], [1], "c").startswith("# x\n")


def test_a_folder_takes_one_run_at_a_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with store.locked(tmp_path):
        assert command.main(["--count", "1", "--out", str(tmp_path)]) == 1
        assert "another run" in capsys.readouterr().err
    with store.locked(tmp_path):
        pass


def test_a_run_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[int] = []

    class NoBlender:
        def __init__(self, scratch: Path) -> None: ...

        def __enter__(self) -> NoBlender:
            return self

        def __exit__(self, *_: object) -> None: ...

    def shoot(each: object, _: NoBlender) -> list[Sample]:
        rendered.append(each.seed)  # type: ignore[attr-defined]
        if len(rendered) == 4:
            raise KeyboardInterrupt
        return [sample(each.piece, each.seed)]  # type: ignore[attr-defined]

    monkeypatch.setattr(command, "Blender", NoBlender)
    monkeypatch.setattr(command, "prepare", lambda each, *_: each)
    monkeypatch.setattr(command, "shoot", shoot)
    with pytest.raises(KeyboardInterrupt):
        command.run(6, 64, 1, tmp_path, 1, 1)
    assert command.run(6, 64, 1, tmp_path, 1, 1) == 3
    assert Counter(rendered) == {recipe(1, k).seed: 2 if k == 3 else 1 for k in range(6)}
    assert command.run(6, 64, 1, tmp_path, 1, 1) == 0
    assert len(list(load(tmp_path))) == 6


def test_recipes_are_seeded_and_mixed_as_meant() -> None:
    many = [recipe(3, k) for k in range(1500)]
    assert many[7] == recipe(3, 7)
    assert len({r.piece for r in many}) == 1500
    solids = sum(not r.woven for r in many) / 1500
    assert 0.11 < solids < 0.17
    woven = [r for r in many if r.woven]
    assert 0.57 < sum(bool(r.defects) for r in woven) / len(woven) < 0.67
    counts = Counter(code for r in many for code in r.defects)
    assert set(counts) == set(DEFECTS)
    assert min(counts.values()) > 40
    assert all(len(set(r.defects)) == len(r.defects) <= 3 for r in many)


def test_half_of_the_good_pieces_are_hard_and_every_cause_is_among_them() -> None:
    good = [r for r in (recipe(4, k) for k in range(1500)) if r.woven and not r.defects]
    assert sum(bool(r.hard) for r in good) >= len(good) / 2
    assert {cause for r in good for cause in r.hard} == set(HARD)
    assert all(not r.hard for r in (recipe(4, k) for k in range(300)) if not r.woven)


def test_meta_is_json_that_a_line_reader_can_take() -> None:
    line = store.encode(sample("a"))[".json"].decode()
    assert line.endswith("}\n")
    assert json.loads(line)["id"] == "a"
