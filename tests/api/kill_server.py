"""A replica to be killed: the real service over SQLite, with the examiner that needs no model. HOME PORT."""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn

from qc.api.app import create_app
from qc.inspection import Station
from qc.ledger.database import Database
from qc.ledger.photos import PhotoStore
from qc.settings import Settings
from qc.standards.library import Library
from tests.examiner import ColourExaminer


def main(home: Path, port: int) -> None:
    settings = Settings(home=home, threads=2)
    library = Library.load(home / "standards")
    station = Station(Database(settings.database), PhotoStore.open(home / "photos"), library, ColourExaminer())
    uvicorn.run(create_app(settings, station), host="127.0.0.1", port=port, log_level="error", access_log=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
