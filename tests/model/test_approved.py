"""An approved sample: what is like it is the less suspicious, what is not the more; and its file keeps its word."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from qc.errors import BadBundle, BadRequest, BadStandard, Unavailable
from qc.model.approved import MOST_PATCHES, ApprovedSample, _spread_out
from qc.model.approved_store import SampleStore
from qc.model.bundle import Bundle
from qc.model.bundle_spec import DeviationSpec
from qc.model.grader import Grader
from qc.model.judged import JudgedPhoto
from qc.standards.library import Library
from qc.standards.standard import Approved
from tests.model.pictures import encode
from tests.model.tiny_bundle import CHANNELS, STRAW, write_tiny_bundle

RED = (190, 60, 60)


def piece(seed: int, mark: tuple[int, int, int] | None = None) -> bytes:
    """Straw of an uneven shade, with a patch of another colour where `mark` is given."""
    rng = np.random.default_rng(seed)
    shade = np.kron(rng.normal(0, 12, (6, 8, 3)), np.ones((16, 16, 1)))
    rgb = np.clip(np.array(STRAW) + shade, 0, 255).astype(np.uint8)
    if mark is not None:
        rgb[32:64, 48:80] = mark
    return encode(rgb)


def write_suspicious(folder: Path) -> Bundle:
    """A model that finds every place half suspicious, so that a sample can move it either way."""
    even = {"a": 0.5, "b": 3.0}
    return write_tiny_bundle(
        folder,
        calibration={
            "channels": dict.fromkeys(CHANNELS, even), "fitted_on": "none", "defect": {"head": 0, "peak": 1},
        },
        deviation={"weight": 2.0, "least": -1.0, "most": 3.0},
    )  # fmt: skip


@pytest.fixture(scope="module")
def suspicious(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grader]:
    with Grader(write_suspicious(tmp_path_factory.mktemp("models") / "suspicious")) as grader:
        yield grader


def learn(grader: Grader, count: int = 6) -> ApprovedSample:
    return grader.learn([JudgedPhoto.make(piece(k)) for k in range(count)])


def test_what_deviates_becomes_more_suspicious_and_what_is_alike_less(suspicious: Grader) -> None:
    sample = learn(suspicious)
    alike, odd = piece(20), piece(20, RED)
    before = [suspicious.examine(photo).defect_probability for photo in (alike, odd)]
    after = [suspicious.examine(photo, sample=sample).defect_probability for photo in (alike, odd)]
    assert after[0] < before[0]
    assert after[1] > before[1]
    assert after[1] - after[0] > before[1] - before[0] + 0.2


def test_the_place_that_deviates_is_the_one_that_is_named(suspicious: Grader) -> None:
    seen = suspicious.examine(piece(20, RED), sample=learn(suspicious))
    x0, y0, x1, y1 = seen.detections[0].box
    assert x0 < 80
    assert x1 > 48
    assert y0 < 64
    assert y1 > 32


def test_the_same_photos_give_the_same_file_and_the_same_evidence(suspicious: Grader) -> None:
    data = learn(suspicious).to_bytes()
    assert data == learn(suspicious).to_bytes()
    again = ApprovedSample.from_bytes(data, sha256(data).hexdigest(), "sample")
    photo = piece(21, RED)
    first, second = (suspicious.examine(photo, sample=s) for s in (learn(suspicious), again))
    assert first.detections == second.detections
    assert again.photos == learn(suspicious).photos


@pytest.mark.parametrize("count", [0, 4, 31])
def test_too_few_or_too_many_photos_are_refused(suspicious: Grader, count: int) -> None:
    with pytest.raises(BadRequest, match="5 to 30"):
        learn(suspicious, count)


def test_a_photo_given_twice_is_refused(suspicious: Grader) -> None:
    with pytest.raises(BadRequest, match="twice"):
        suspicious.learn([JudgedPhoto.make(piece(k % 4)) for k in range(6)])


def test_a_sample_of_another_network_is_refused_not_compared(suspicious: Grader) -> None:
    stranger = replace(learn(suspicious), network="0" * 64, model="older-0.0.1")
    with pytest.raises(BadStandard, match=r"older-0\.0\.1.*learn it again"):
        suspicious.examine(piece(3), sample=stranger)


def test_a_bundle_without_patches_refuses_to_learn(tmp_path: Path) -> None:
    with Grader(write_tiny_bundle(tmp_path / "old", outputs={})) as grader, pytest.raises(BadBundle, match="patches"):
        learn(grader)


def test_the_memory_is_bounded_and_covers_what_is_rare() -> None:
    rng = np.random.default_rng(4)
    many: NDArray[np.float32] = rng.normal(0, 0.01, (6000, 16)).astype(np.float32)
    many[:, 0] += 1
    many[77] = np.eye(16, dtype=np.float32)[5]
    many /= np.linalg.norm(many, axis=1, keepdims=True)
    kept = _spread_out(many, MOST_PATCHES)
    assert len(set(kept.tolist())) == MOST_PATCHES
    assert 77 in kept


def test_an_altered_file_is_refused(suspicious: Grader, tmp_path: Path) -> None:
    store = SampleStore(tmp_path)
    digest = store.put(learn(suspicious))
    standard = Library.load().named("placemat-pandan")
    standard = standard.model_copy(update={"approved": Approved(sha256=digest, model="tiny-0.0.1", photos=6)})
    assert store.of(standard) is not None
    file = next(tmp_path.rglob("*.qcs"))
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(BadStandard, match="sha256"):
        SampleStore(tmp_path).of(standard)
    file.unlink()
    with pytest.raises(Unavailable, match="learn it again"):
        SampleStore(tmp_path).of(standard)


def test_a_file_that_is_no_sample_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("sample.json", "{}")
    for data in (b"not a zip", out.getvalue()):
        with pytest.raises(BadStandard, match="no approved sample"):
            ApprovedSample.from_bytes(data, sha256(data).hexdigest(), "sample")


def test_a_file_that_unfolds_to_gigabytes_is_not_unfolded() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sample.json", "{}")
        archive.writestr("patches.npy", b"\0" * 20_000_000)
    with pytest.raises(BadStandard, match="unfolds"):
        ApprovedSample.from_bytes(out.getvalue(), sha256(out.getvalue()).hexdigest(), "sample")


def test_a_sample_changes_the_fingerprint_and_its_absence_does_not() -> None:
    plain = Library.load().named("placemat-pandan")
    one, other = (
        plain.model_copy(update={"approved": Approved(sha256=c * 64, model="m-1.0.0", photos=5)}) for c in "ab"
    )
    assert len({plain.fingerprint, one.fingerprint, other.fingerprint}) == 3
    # of the standard as it shipped before there were approved samples: used versions must keep their fingerprint
    assert "approved" in plain.model_dump()


def test_the_shift_is_bounded(tiny: Bundle) -> None:
    memory = np.array([[1, 0]], np.float32)
    sample = ApprovedSample(memory, 0.1, 0.01, "", "", ())
    patches = np.array([[[1.0, 0.0]], [[0.0, 1.0]]], np.float32)  # [2, 1, 2]: alike, and opposite to anything known
    shift = sample.shift(patches, DeviationSpec(weight=0.5, least=-1, most=3))
    assert shift.tolist() == [[-0.5, 1.5]]
