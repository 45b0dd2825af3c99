"""compose.yaml, read as far as that goes without a container engine: names, settings, secrets and dependencies."""

from __future__ import annotations

import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml

from qc.ledger.photos import PhotoStore
from qc.settings import Settings
from tests.parts import seaweed

ROOT = Path(__file__).resolve().parent.parent
AWS = {"AWS_ENDPOINT", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
SECRETS = ("PASSWORD", "SECRET")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


def test_two_replicas_share_one_database_and_one_photo_store(services: dict[str, Any]) -> None:
    api = services["api"]
    assert api["deploy"]["replicas"] == 2
    assert api["environment"]["QC_DATABASE_URL"].startswith("postgresql://")
    assert api["environment"]["QC_PHOTO_STORE"].startswith("s3://")
    assert "volumes" not in api, "a replica keeps nothing"
    assert api["environment"] == services["migrate"]["environment"]
    assert api["image"] == services["migrate"]["image"]


def test_every_setting_is_one_that_the_service_knows(services: dict[str, Any]) -> None:
    for name in services["api"]["environment"]:
        assert name in AWS or name.removeprefix("QC_").lower() in Settings.model_fields, name


def test_servers_are_reached_under_their_own_names(services: dict[str, Any]) -> None:
    environment = services["api"]["environment"]
    assert re.search(r"@(\w+)/", environment["QC_DATABASE_URL"])[1] in services  # type: ignore[index]
    endpoint = re.fullmatch(r"http://(\w+):(\d+)", environment["AWS_ENDPOINT"])
    assert endpoint is not None
    assert endpoint[1] in services
    assert f"-s3.port={endpoint[2]}" in services[endpoint[1]]["command"]


def test_what_is_waited_for_can_come(services: dict[str, Any]) -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    for service in services.values():
        for name, how in service.get("depends_on", {}).items():
            other = services[name]
            if how["condition"] == "service_completed_successfully":
                assert other["restart"].startswith("on-failure"), f"{name} must end"
            else:
                assert "healthcheck" in other or (other["image"] == "anyaman-qc" and "HEALTHCHECK" in dockerfile)


def test_images_are_pinned_and_come_back_after_a_fall(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert "restart" in service, name
        assert service["image"] == "anyaman-qc" or re.search(r":\d+\.\d+", service["image"]), name


def test_no_secret_stands_in_the_file_and_none_has_a_default(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if any(word in name for word in SECRETS):
                assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", value), name
    assert re.search(r"://qc:\$\{QC_DB_PASSWORD:\?", compose["services"]["api"]["environment"]["QC_DATABASE_URL"])


def test_only_the_proxy_is_open_to_the_outside(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]


def test_configs_and_volumes_are_declared_and_used(compose: dict[str, Any]) -> None:
    services = compose["services"].values()
    assert {use["source"] for service in services for use in service.get("configs", [])} == set(compose["configs"])
    assert {use.split(":")[0] for service in services for use in service.get("volumes", [])} == set(compose["volumes"])


@pytest.mark.real
def test_the_photo_server_takes_the_identity_that_replicas_show(
    compose: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    identities = substituted(compose["configs"]["s3"]["content"])
    environment = compose["services"]["api"]["environment"]
    with seaweed.running(identities) as storage:
        monkeypatch.setenv("AWS_ENDPOINT", f"http://127.0.0.1:{storage.port}")
        for name in AWS - {"AWS_ENDPOINT"}:
            monkeypatch.setenv(name, substituted(environment[name]))
        store = PhotoStore.open(environment["QC_PHOTO_STORE"])
        assert store.get(store.put(b"photo", "image/jpeg").sha256) == b"photo"
        store.close()
        assert urllib.request.urlopen(f"http://127.0.0.1:{storage.port}/healthz", timeout=5).status == 200


def substituted(text: str) -> str:
    """As Compose would fill it in, where every variable has its own name for a value."""
    return re.sub(r"\$\{(\w+):\?[^}]+\}", r"\1", text)


@pytest.mark.real
def test_the_photo_server_knows_every_option_that_it_is_given(services: dict[str, Any]) -> None:
    weed = Path(sys.executable).with_name("weed")
    told = subprocess.run([str(weed), "help", "server"], capture_output=True, text=True, check=False)
    known = set(re.findall(r"^  -([\w.]+)", told.stdout + told.stderr, re.M))
    given = {option.partition("=")[0].lstrip("-") for option in services["photos"]["command"] if option[0] == "-"}
    assert known
    assert given - known == set()
