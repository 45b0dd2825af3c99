"""What routes are given."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from qc.inspection import Station


async def _station(request: Request) -> Station:  # async, as everything that only looks something up: no thread
    station: Station = request.app.state.station
    return station


StationDep = Annotated[Station, Depends(_station)]
"""The inspection station that this process runs: model, standards, ledger and photo store."""
