"""Labels: what a person says of a photo is kept beside the verdict, checked against the photo, and never changed."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from qc.ledger.accounts import ROLES, Role, Scope
from qc.ledger.tables import PhotoLabels
from qc.ledger.verify import verify
from tests.api.conftest import Service
from tests.pictures import DOUBTFUL, GOOD, HOLED

STAIN = {"code": "STAIN", "present": True, "box": [10, 20, 200, 210], "severity": "minor"}
NO_HOLE = {"code": "HOLE", "present": False}


def photos_of(inspection: dict[str, Any]) -> list[str]:
    return [photo["judged"].rpartition("/")[2] for photo in inspection["photos"]]


def label(service: Service, inspection: dict[str, Any], *photos: dict[str, Any], **more: Any) -> Any:
    body = {"labelled_by": "ml-1", "photos": list(photos), **more}
    return service.client.post(f"/v1/inspections/{inspection['id']}/labels", json=body)


def test_labels_stand_beside_the_verdict_and_each_other(service: Service) -> None:
    inspection = service.inspect(HOLED).json()
    top, *_ = photos_of(inspection)
    first = label(service, inspection, {"photo": top, "findings": [STAIN, NO_HOLE], "complete": True})
    assert first.status_code == 201, first.text
    again = label(service, inspection, {"photo": top, "findings": [STAIN, NO_HOLE], "complete": True})
    assert again.json() == first.json()
    label(service, inspection, {"photo": top, "complete": True}, labelled_by="ml-2", chosen="random")
    rows = service.client.get(f"/v1/inspections/{inspection['id']}/labels").json()["items"]
    told = [(row["number"], row["labelled_by"], row["occasion"], row["complete"]) for row in rows]
    assert told == [(1, "ml-1", "review", True), (2, "ml-2", "random", True)]
    assert rows[0]["findings"] == [STAIN, NO_HOLE | {"box": None, "severity": None}]
    after = service.client.get(f"/v1/inspections/{inspection['id']}").json()
    assert (after["verdict"], after["piece_state"]) == (inspection["verdict"], inspection["piece_state"])


def test_a_decision_carries_labels_in_its_transaction(service: Service) -> None:
    inspection = service.inspect(HOLED).json()
    path = f"/v1/inspections/{inspection['id']}"
    decision = {"outcome": "return", "decided_by": "ayu"}
    wrong = {"photo": photos_of(inspection)[0], "findings": [STAIN | {"box": [0, 0, 9000, 9000]}]}
    refused = service.client.post(f"{path}/decision", json=decision | {"labels": [wrong]})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_request")
    assert service.client.get(path).json()["decisions"] == []
    right = {"photo": photos_of(inspection)[0], "findings": [STAIN]}
    done = service.client.post(f"{path}/decision", json=decision | {"labels": [right]})
    assert done.json()["piece_state"] == "returned"
    [row] = service.client.get(f"{path}/labels").json()["items"]
    assert (row["labelled_by"], row["occasion"], row["findings"]) == ("ayu", "review", [STAIN])


@pytest.mark.parametrize(
    "wrong",
    [
        {"findings": [], "complete": False},
        {"findings": [STAIN, {"code": "STAIN", "present": False}]},
        {"findings": [STAIN | {"box": [10, 20, 801, 210]}]},
        {"findings": [STAIN | {"box": [10, 20, 10, 210]}]},
        {"findings": [STAIN | {"code": "RUST"}]},
        {"findings": [{"code": "STAIN", "present": False, "severity": "minor"}]},
        {"photo": "0" * 64, "complete": True},
    ],
)
def test_labels_that_make_no_sense_are_refused_whole(service: Service, wrong: dict[str, Any]) -> None:
    inspection = service.inspect(GOOD).json()
    top, inside, *_ = photos_of(inspection)
    good = {"photo": inside, "complete": True}
    assert label(service, inspection, good, {"photo": top, **wrong}).status_code == 422
    assert label(service, inspection, good, good).status_code == 422
    assert service.client.get(f"/v1/inspections/{inspection['id']}/labels").json()["items"] == []


def test_only_who_may_label_labels_and_only_own_pieces(service: Service) -> None:
    inspection = service.inspect(GOOD).json()
    path, body = (
        f"/v1/inspections/{inspection['id']}/labels",
        {
            "labelled_by": "ml-1",
            "photos": [{"photo": photos_of(inspection)[0], "complete": True}],
        },
    )
    inspector = service.key(*ROLES[Role.INSPECTOR])
    other = service.key(Scope.LABEL, organisation="others")
    assert [service.client.post(path, json=body, headers=who).status_code for who in (inspector, other)] == [403, 404]
    assert [service.client.get(path, headers=who).status_code for who in (inspector, other)] == [403, 404]
    for role in (Role.ML_ENGINEER, Role.SUPERVISOR):
        assert service.client.post(path, json=body, headers=service.key(*ROLES[role])).status_code == 201


def test_who_labelled_a_piece_does_not_judge_it_blind(service: Service) -> None:
    policy = {"lots_required": False, "accepted_rate": 1, "refused_rate": 1, "decided_by": "admin-1"}
    service.client.put("/v1/sampling-policy", json=policy)
    service.open_batch()
    inspection = service.inspect(GOOD).json()
    service.client.post(f"/v1/inspections/{inspection['id']}/decision", json={"outcome": "accept", "decided_by": "a"})
    [order] = service.client.get("/v1/reinspections").json()["items"]
    photo = {"photo": photos_of(inspection)[0], "complete": True}
    assert label(service, inspection, photo).json()["code"] == "blinded"  # this key may re-inspect
    engineer = service.key(*ROLES[Role.ML_ENGINEER])
    body = {"labelled_by": "ml-1", "photos": [photo]}
    path = f"/v1/inspections/{inspection['id']}/labels"
    assert service.client.post(path, json=body, headers=engineer).status_code == 201
    result = f"/v1/reinspections/{order['id']}/result"
    found = {"checks": inspection["checks"]}
    assert service.client.post(result, json=found | {"inspected_by": "ml-1"}).status_code == 403
    assert service.client.post(result, json=found | {"inspected_by": "budi"}).status_code == 200


def test_the_chain_vouches_for_labels(service: Service) -> None:
    inspection = service.inspect(GOOD).json()
    label(service, inspection, {"photo": photos_of(inspection)[0], "findings": [STAIN]})
    database = service.station.database
    with database.write() as session:
        session.execute(update(PhotoLabels).values(labelled_by="somebody"))
    with database.read() as session:
        assert [f for r in verify(session) for f in r.faults if "labels" in f and "changed" in f]
    with database.write() as session:
        session.execute(update(PhotoLabels).values(labelled_by="ml-1"))


def test_the_queue_leads_to_labels_and_empties(service: Service) -> None:
    doubted = service.inspect(DOUBTFUL, number=20).json()
    engineer = service.key(*ROLES[Role.ML_ENGINEER])
    [row] = service.client.get("/v1/labelling/queue?limit=5", headers=engineer).json()["items"]
    assert (row["inspection_id"], row["chosen"], row["why"][0]["rule"]) == (doubted["id"], "value", "referral_band")
    assert row["why"][0]["text"]["en"] != row["why"][0]["text"]["id"]
    assert service.client.get(row["path"], headers=engineer).status_code == 200
    body = {"labelled_by": "ml-1", "chosen": "value", "photos": [{"photo": row["photo"], "complete": True}]}
    done = service.client.post(f"/v1/inspections/{row['inspection_id']}/labels", json=body, headers=engineer)
    assert done.json()["items"][0]["occasion"] == "queue"
    assert service.client.get("/v1/labelling/queue", headers=engineer).json() == {"items": []}
    others = service.key(Scope.LABEL, organisation="others")
    service.inspect(DOUBTFUL, number=40)
    assert service.client.get("/v1/labelling/queue", headers=others).json() == {"items": []}
    inspector = service.key(*ROLES[Role.INSPECTOR])
    assert service.client.get("/v1/labelling/queue", headers=inspector).status_code == 403
