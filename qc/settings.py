"""Every setting, in one class. Each is an environment variable QC_<NAME>."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


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
    model_bundle: Path | None = Field(default=None, description="Bundle to serve; `models/current` when unset.")
    standards: Path | None = Field(
        default=None, description="A folder of further standards (YAML); `standards` under `home` when unset."
    )
    max_photo_mb: float = Field(default=40, gt=0, le=200, description="Largest photo accepted, in MB (10^6 bytes).")
    max_photo_megapixels: float = Field(default=64, gt=0, le=200, description="Largest photo decoded, in megapixels.")
    max_request_mb: float = Field(default=64, gt=0, le=1000, description="Largest request accepted, in MB.")
    max_photos: int = Field(default=12, ge=1, le=12, description="Most photos of one inspection.")
    gs1_prefix: str | None = Field(
        default=None,
        pattern=r"^[0-9]{7,10}$",
        description="GS1 company prefix, 7 to 10 digits, with which cartons get an SSCC. It is bought from GS1.",
    )
    gs1_extension: int = Field(default=0, ge=0, le=9, description="First digit of the SSCCs that are given.")
    threads: int = Field(default_factory=_usable_cores, ge=1, le=256, description="Photos examined at the same time.")

    @cached_property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{self.home.resolve() / 'ledger.db'}"

    @property
    def own_standards(self) -> Path | None:
        """The folder of the exporter's own standards: the one set, else `standards` under `home` if it exists."""
        beside = self.home / "standards"
        return self.standards or (beside if beside.is_dir() else None)

    @cached_property
    def bundle(self) -> Path:
        """The model bundle in force."""
        if self.model_bundle is not None:
            return self.model_bundle
        here = Path(__file__).resolve().parent
        beside = here.parent / "models" / "current"  # a clone
        return beside if beside.exists() else here / "bundle"  # a wheel carries its model in qc/bundle
