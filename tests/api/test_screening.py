"""A rejected lot is screened in one request for many pieces, all or none; a drawn piece may be lost."""

from __future__ import annotations

from tests.api.conftest import CHECKS, EVERYWHERE, Service
from tests.api.test_lots import judged, listed, sampled

pytestmark = EVERYWHERE


def test_many_screened_pieces_are_recorded_together_or_not_at_all(service: Service) -> None:
    _, lot = sampled(service, 8)
    lost, *others = listed(service, lot_id=lot["id"])
    assert len(others) == 4
    said = {"reported_by": "reinspector-1", "reason": "fell from the truck"}
    answer = service.client.post(f"/v1/reinspections/{lost['id']}/missed", json=said).json()
    assert (answer["state"], answer["found"]) == ("missed", None)
    assert answer["missed"] == said | {"counts_as": "major", "at": answer["missed"]["at"]}
    for row in others:
        judged(service, row)
    assert service.client.get(f"/v1/lots/{lot['id']}").json()["state"] == "rejected"

    path = f"/v1/lots/{lot['id']}/screening/results"
    pieces = [{"piece_id": lost["piece_id"]}]
    body = {"inspected_by": "anybody", "checks": CHECKS, "pieces": pieces}
    early = service.client.post(path, json=body)
    assert (early.status_code, early.json()["code"]) == (409, "conflict")

    service.client.post(f"/v1/lots/{lot['id']}/screening", json={"decided_by": "supervisor-1"})
    rest = listed(service, lot_id=lot["id"])
    assert len(rest) == 3
    pieces[:] = [{"piece_id": row["piece_id"]} for row in rest]
    pieces[2] |= {"defects": [{"code": "STRAND_BROKEN"}], "remark": "at the rim"}
    for refused, code in (
        (body | {"checks": {}}, "checks_missing"),
        (body | {"pieces": [*pieces, {"piece_id": lost["piece_id"]}]}, "bad_request"),
        (body | {"pieces": [*pieces, pieces[0]]}, "invalid_request"),
    ):
        answer = service.client.post(path, json=refused)
        assert answer.status_code in {409, 422}, answer.text
        assert answer.json()["code"] == code, answer.text
    assert listed(service, lot_id=lot["id"]) == rest  # nothing of it was recorded

    for _ in range(2):
        done = service.client.post(path, json=body)
        assert (done.status_code, done.json()) == (200, {"state": "screened", "recorded": 3, "open": 0}), done.text
    pieces[2]["remark"] = "at the foot"
    other = service.client.post(path, json=body)
    assert (other.status_code, other.json()["code"]) == (409, "already_decided")
    gone = service.client.post(f"/v1/lots/{lot['id']}/removal", json={"decided_by": "supervisor-1"}).json()["pieces"]
    assert set(gone) == {lost["piece_id"], rest[2]["piece_id"]}
