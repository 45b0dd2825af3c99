"""The gates that look at the network: it decides as it was taught, in time, and in few bytes."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import numpy as np
import pytest
import torch

from qc.model.bundle import MODEL_FILE, Bundle
from qc.model.photo import Photo
from training.promotion import gates
from training.promotion.gates import Policy, onnx_as_torch, size, speed
from training.promotion.weights import network_of


def test_a_graph_that_decides_as_its_network_passes_and_one_of_another_network_does_not(released: Bundle) -> None:
    photos = [Photo.decode(p.read_bytes()).rgb for p in sorted((released.path / "golden").glob("*.jpg"))[:3]]
    network = network_of(released).eval()
    alike = onnx_as_torch(released, network, photos)
    assert alike.open
    assert alike.got.startswith("0 of 3 pictures decided otherwise")
    with torch.no_grad():
        network.get_parameter("defects.bias").add_(0.05)
    apart = onnx_as_torch(released, network, photos)
    assert not apart.open
    assert apart.figures["apart"] == pytest.approx(0.05, abs=0.005)
    assert apart.wanted == "none, at most 0.01"
    with torch.no_grad():
        network.get_parameter("defects.bias").add_(20)
    assert onnx_as_torch(released, network, photos).figures["otherwise"] == 3


class Clock:
    """Time that passes as graders work: so many milliseconds a photo, by bundle."""

    def __init__(self, ms: dict[int, float]) -> None:
        self.now, self.ms = 0.0, ms

    def perf_counter(self) -> float:
        return self.now

    def grader(self, bundle: Bundle) -> Working:
        return Working(self, self.ms[id(bundle)])


class Working:
    def __init__(self, clock: Clock, ms: float) -> None:
        self.clock, self.ms = clock, ms

    def __enter__(self) -> Working:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        pass

    def examine(self, photo: bytes) -> None:
        self.clock.now += self.ms / 1000


@pytest.mark.parametrize(
    ("before", "after", "held"), [(100, 124, True), (100, 126, False), (10, 59, True), (10, 61, False)]
)
def test_a_photo_takes_a_quarter_longer_at_most_or_sixty_milliseconds(
    released: Bundle, monkeypatch: pytest.MonkeyPatch, before: float, after: float, held: bool
) -> None:
    other = Bundle(released.path, released.spec, released.centroids)
    clock = Clock({id(released): before, id(other): after})
    monkeypatch.setattr(gates, "Grader", clock.grader)
    monkeypatch.setattr(gates, "time", clock)
    gate = speed(released, other, Policy())
    assert gate.open is held
    assert gate.got == f"{after:.1f} ms a photo, in service {before:.1f}"
    assert gate.wanted == f"at most {max(60, 1.25 * before):.1f} ms"


def test_the_files_that_are_loaded_may_grow_by_a_fifth(released: Bundle, tmp_path: Path) -> None:
    def weighing(name: str, network: float, phone: float) -> Bundle:
        folder = tmp_path / name
        folder.mkdir()
        for file, factor in ((MODEL_FILE, network), (released.spec.phone_file, phone)):
            with (folder / file).open("wb") as empty:
                empty.truncate(int(factor * (released.path / file).stat().st_size))
        return Bundle(folder, released.spec, np.array(released.centroids))

    assert size(released, weighing("alike", 1.19, 1.19), Policy()).open
    for name, network, phone in (("large", 1.21, 1.0), ("large for phones", 1.0, 1.21)):
        gate = size(released, weighing(name, network, phone), Policy())
        assert not gate.open
        assert gate.got.endswith(" MB")
        assert gate.wanted.startswith("at most ")
