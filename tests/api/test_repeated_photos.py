"""One photo for two pieces: an inspector may have taken the same piece twice, so a person looks."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from tests.api.conftest import CHECKS, SKU, VIEWS, Service


def textured(seed: int, quality: int = 90, side: int = 800) -> bytes:
    """A green picture with blotches that no other seed has."""
    blotches = np.random.default_rng(seed).integers(-45, 45, (12, 12, 1))
    small = np.clip(np.array((60, 160, 70)) + blotches, 0, 255).astype(np.uint8)
    out = BytesIO()
    Image.fromarray(small).resize((800, 800), Image.Resampling.BICUBIC).resize((side, side)).save(
        out, "JPEG", quality=quality
    )
    return out.getvalue()


def send(service: Service, photos: list[bytes], **described: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {"sku": SKU, "checks": CHECKS, "auto_accept": True} | described
    response = service.send(photos, views=list(VIEWS), **fields)
    assert response.status_code == 201, response.text
    answer: dict[str, Any] = response.json()
    return answer


def doubts(answer: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (x["rule"], x["view"], x["params"]["piece"]) for x in answer["verdict"]["reasons"] if "piece" in x["params"]
    ]


def test_the_same_photo_for_a_second_piece_is_referred_and_names_the_first(service: Service) -> None:
    service.open_batch()
    first = send(service, [textured(n) for n in range(5)])
    assert (first["piece_state"], doubts(first)) == ("in_batch", [])
    second = send(service, [textured(n) for n in (10, 11, 2, 13, 14)])
    assert (second["piece_state"], second["verdict"]["status"]) == ("referred", "referred")
    assert doubts(second) == [("doubt.same_photo", "side_1", first["piece_id"])]


def test_a_photo_saved_again_is_referred_too(service: Service) -> None:
    first = send(service, [textured(n) for n in range(5)])
    second = send(service, [textured(0, quality=60, side=760), *(textured(n) for n in range(11, 15))])
    assert second["piece_state"] == "referred"
    assert doubts(second) == [("doubt.repeated_photo", "top", first["piece_id"])]


def test_a_person_may_say_that_both_are_right(service: Service) -> None:
    service.open_batch()
    photos = [textured(n) for n in range(5)]
    send(service, photos)
    second = send(service, photos)
    path = f"/v1/inspections/{second['id']}/decision"
    decided = service.client.post(path, json={"outcome": "accept", "decided_by": "supervisor-1"})
    assert decided.status_code == 200, decided.text
    assert decided.json()["piece_state"] == "in_batch"


def test_a_piece_may_show_its_own_photos_again(service: Service) -> None:
    photos = [textured(n) for n in range(5)]
    first = send(service, photos, checks={"odour": "pass"}, auto_accept=False)
    again = send(service, photos, piece_id=first["piece_id"])
    assert (again["piece_state"], doubts(again)) == ("accepted", [])


def test_a_standard_that_never_logs_compares_nothing(service: Service) -> None:
    photos = [textured(n) for n in range(5)]
    for _ in range(2):
        answer = send(service, photos, sku=None, standard="woven-general", checks={}, auto_accept=False)
        assert doubts(answer) == []
