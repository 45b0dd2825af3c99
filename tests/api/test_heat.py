"""The defect map over HTTP: red where the model saw something, and only while the same model serves."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from qc.ledger.accounts import Scope
from tests.api.conftest import Service
from tests.pictures import GOOD, HOLED


def seen(service: Service, colour: tuple[int, int, int]) -> tuple[str, str]:
    """An inspection, and the judged image of its first photo."""
    sent = service.inspect(colour).json()
    return sent["id"], sent["photos"][0]["judged"].rsplit("/", 1)[1]


def painted(service: Service, inspection: str, photo: str) -> NDArray[np.uint8]:
    """The picture: BGRA [h, w, 4]."""
    answer = service.client.get(f"/v1/inspections/{inspection}/heat/{photo}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png"), answer.text
    picture = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_UNCHANGED)
    assert picture is not None
    return np.asarray(picture, np.uint8)


def test_the_map_is_red_where_the_model_saw_a_defect_and_clear_elsewhere(service: Service) -> None:
    picture = painted(service, *seen(service, HOLED))
    blue, green, red, opacity = picture[3, 3]
    assert red > 200
    assert max(blue, green) < 100
    assert opacity > 150
    assert picture[0, 0, 3] == 0


def test_a_flawless_photo_has_a_clear_map(service: Service) -> None:
    assert painted(service, *seen(service, GOOD))[..., 3].max() == 0


def test_a_map_of_another_model_would_explain_nothing(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    inspection, photo = seen(service, HOLED)
    monkeypatch.setattr(service.examiner, "model", "colours-2.0.0")
    answer = service.client.get(f"/v1/inspections/{inspection}/heat/{photo}")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert "colours-1.0.0" in answer.json()["detail"]


def test_anothers_inspection_and_a_photo_of_another_are_not_there(service: Service) -> None:
    inspection, photo = seen(service, HOLED)
    other = service.key(Scope.READ_PIECES, organisation="others")
    assert service.client.get(f"/v1/inspections/{inspection}/heat/{photo}", headers=other).status_code == 404
    assert service.client.get(f"/v1/inspections/{inspection}/heat/{'0' * 64}").status_code == 404
