"""A real S3 server for tests: SeaweedFS, which checks credentials and enforces conditional PUT."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from tests.parts.ports import free_ports

BUCKET = "photos"
KEY, SECRET = "qc-tests", "not-a-secret-of-anybody"
SECONDS_TO_START = 60


@dataclass(frozen=True)
class Storage:
    """A running S3 server."""

    port: int
    folder: Path
    key: str
    secret: str

    def environment(self, port: int | None = None) -> dict[str, str]:
        """The AWS_* variables that lead to it, or to a line to it on another port."""
        return {
            "AWS_ENDPOINT": f"http://127.0.0.1:{port or self.port}",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": self.key,
            "AWS_SECRET_ACCESS_KEY": self.secret,
        }

    def address(self) -> str:
        """The address of a photo store with nothing in it: a prefix of its own."""
        return f"s3://{BUCKET}/{uuid4().hex}"


IDENTITIES = json.dumps(
    {"identities": [{"name": "tests", "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": ["Admin"]}]}
)


@contextmanager
def running(identities: str = IDENTITIES) -> Iterator[Storage]:
    """Start the server in a temporary folder and make the bucket.

    Args:
        identities: Who may do what, as JSON; the first may make a bucket.
    """
    folder = Path(tempfile.mkdtemp(prefix="qc-s3-"))
    master, volume, filer, s3 = free_ports(4, apart=10_000)
    (folder / "s3.json").write_text(identities)
    first = json.loads(identities)["identities"][0]["credentials"][0]
    command = [
        str(Path(sys.executable).with_name("weed")), "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
        f"-master.port={master}", f"-volume.port={volume}", f"-filer.port={filer}", "-filer", "-s3", f"-s3.port={s3}",
        f"-s3.config={folder / 's3.json'}", "-s3.iam=false", "-s3.port.iceberg=0", "-s3.port.lance=0", "-volume.max=16",
        "-master.volumeSizeLimitMB=64", "-master.telemetry=false", "-volume.preStopSeconds=0",
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=folder)
    try:
        storage = Storage(s3, folder, first["accessKey"], first["secretKey"])
        _make_bucket(storage, server)
        yield storage
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _make_bucket(storage: Storage, server: subprocess.Popen[bytes]) -> None:
    """Wait until a photo can be written. The server makes a bucket that is written to and not there."""
    store = S3Store(
        BUCKET,
        endpoint=f"http://127.0.0.1:{storage.port}",
        access_key_id=storage.key,
        secret_access_key=storage.secret,
        region="us-east-1",
        client_options={"allow_http": True, "timeout": "5s"},
        retry_config={"max_retries": 0},
    )
    began = time.monotonic()
    while time.monotonic() - began < SECONDS_TO_START and server.poll() is None:
        try:
            obstore.put(store, "first", b"first")
        except BaseError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the S3 server did not start:\n{(storage.folder / 'log').read_text()[-2000:]}")
