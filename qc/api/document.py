"""The OpenAPI document as a file: `python -m qc.api.document docs/openapi.json`, or `make openapi`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from qc.api.app import create_app
from qc.settings import Settings


def written() -> str:
    """The document as it stands in the file: the same text for the same routes, whatever the environment says."""
    document = create_app(Settings()).openapi()
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(written(), encoding="utf-8")
