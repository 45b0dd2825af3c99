"""Every setting, in one class. Each is an environment variable QC_<NAME>."""

from __future__ import annotations

import os
from datetime import timedelta
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _usable_cores() -> int:
    """Cores this process may use: the affinity mask, not what the host has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


class Settings(BaseSettings):
    """Settings of one running service or command."""

    model_config = SettingsConfigDict(env_prefix="QC_", extra="ignore", frozen=False)

    home: Path = Field(default=Path(".qc"), description="Folder of the embedded database, the photos and the demo key.")
    host: str = Field(default="127.0.0.1", description="Address to serve on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port to serve on.")
    database_url: str | None = Field(default=None, description="SQLAlchemy URL; SQLite under `home` when unset.")
    photo_store: str | None = Field(
        default=None, description="Folder or s3:// URL of the photos; under `home` when unset."
    )
    models: Path | None = Field(
        default=None,
        description="Writable folder of released bundles, whose `current` serves; a clone's `models` when unset.",
    )
    model_bundle: Path | None = Field(
        default=None,
        description="Bundle to serve while `models` has none in service; the one that came along when unset.",
    )
    model_poll_s: float = Field(
        default=5,
        gt=0,
        le=3600,
        description="Seconds between looks at which model is to serve: so soon is a promotion taken up.",
    )
    standards: Path | None = Field(
        default=None, description="A folder of further standards (YAML); `standards` under `home` when unset."
    )
    max_photo_mb: float = Field(default=40, gt=0, le=200, description="Largest photo accepted, in MB (10^6 bytes).")
    max_photo_megapixels: float = Field(default=64, gt=0, le=200, description="Largest photo decoded, in megapixels.")
    max_request_mb: float = Field(default=64, gt=0, le=1000, description="Largest request accepted, in MB.")
    max_photos: int = Field(default=12, ge=1, le=12, description="Most photos of one inspection.")
    likeness_bits: int = Field(
        default=6,
        ge=0,
        le=7,
        description="Bits, of 120, by which photos of two pieces may differ and still be referred as one photo.",
    )
    drift_since: str | None = Field(
        default=None,
        pattern=r"^[0-9]{4}-W[0-9]{2}$",
        description="ISO week from which on weeks are what drift is held against, such as 2026-W30: after a new "
        "material has become usual, say. With the first week of the model in service when unset.",
    )
    gs1_prefix: str | None = Field(
        default=None,
        pattern=r"^[0-9]{7,10}$",
        description="GS1 company prefix, 7 to 10 digits, with which cartons get an SSCC. It is bought from GS1.",
    )
    gs1_extension: int = Field(default=0, ge=0, le=9, description="First digit of the SSCCs that are given.")
    utc_offset: str = Field(
        default="+07:00",
        pattern=r"^[+-](0[0-9]|1[0-3]):[0-5][0-9]$",
        description="Offset from UTC of the collection points' clocks; +07:00 is Western Indonesia Time.",
    )
    reduced_inspection: bool = Field(
        default=False,
        description="Allow reduced inspection of lots. Its table was not compared with the bought standard.",
    )
    webhooks: bool = Field(default=True, description="Whether this process delivers webhooks; one of several may do.")
    rejudging: bool = Field(
        default=True, description="Whether this process works on rejudgements; one of several may do."
    )
    webhook_networks: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Networks that webhooks may tell although they are not open to the internet, separated by commas, "
        "such as 10.1.0.0/16. There, plain http will do.",
    )
    metrics_token: SecretStr | None = Field(
        default=None, description="Bearer token of /metrics, at least 16 characters; without it there is no /metrics."
    )
    requests_per_second: float = Field(
        default=500,
        gt=0,
        description="Requests of one key, in the long run, on this replica. Ten times as many at once.",
    )
    address_requests_per_second: float = Field(
        default=1000, gt=0, description="Requests from one address, in the long run, on this replica."
    )
    sign_ins_per_minute: float = Field(
        default=20, gt=0, description="Sign-ins from one address, in the long run, on this replica."
    )
    trusted_proxies: str = Field(
        default="127.0.0.1",
        description="Addresses or networks of proxies whose X-Forwarded-For is believed, separated by commas.",
    )
    min_free_mb: int = Field(
        default=500, ge=0, description="Free space on the disk of `home`, in MB, below which /readyz says no."
    )
    threads: int = Field(default_factory=_usable_cores, ge=1, le=256, description="Photos examined at the same time.")

    @field_validator("webhook_networks", mode="before")
    @classmethod
    def _networks(cls, value: Any) -> Any:
        given = tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
        for network in given:
            ip_network(network)
        return given

    @field_validator("metrics_token")
    @classmethod
    def _unguessable(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 16:
            raise ValueError("a token that is shorter than 16 characters can be guessed")
        return value

    @property
    def local_offset(self) -> timedelta:
        """`utc_offset` as a duration."""
        hours, minutes = int(self.utc_offset[1:3]), int(self.utc_offset[4:6])
        return timedelta(hours=hours, minutes=minutes) * (-1 if self.utc_offset.startswith("-") else 1)

    @cached_property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{self.home.resolve() / 'ledger.db'}"

    @property
    def own_standards(self) -> Path | None:
        """The folder of the exporter's own standards: the one set, else `standards` under `home` if it exists."""
        beside = self.home / "standards"
        return self.standards or (beside if beside.is_dir() else None)

    @property
    def models_folder(self) -> Path | None:
        """Where released bundles are kept; None where one bundle is all there is."""
        beside = Path(__file__).resolve().parent.parent / "models"  # a clone
        return self.models or (beside if beside.is_dir() and self.model_bundle is None else None)

    @property
    def shipped_bundle(self) -> Path:
        """The bundle that serves until one was promoted."""
        here = Path(__file__).resolve().parent
        beside = here.parent / "models" / "current"  # a clone
        return self.model_bundle or (beside if beside.exists() else here / "bundle")  # a wheel carries it in qc/bundle
