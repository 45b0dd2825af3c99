"""A client of the HTTP service, for the programs of others: typed, on the standard library alone.

    from qc.client import Client

    client = Client("https://qc.example.org", key="qc_...")
    inspection = client.inspect(["top.jpg"], sku="WB-WH-01", checks={"moisture_pct": 11.5}, auto_accept=True)
    print(inspection["verdict"]["grade"], inspection["piece_state"])

A request that was not answered is sent again with the same Idempotency-Key, so it is carried out once. What the service
refuses is raised as the same error that it was inside: `qc.errors.ChecksMissing`, `qc.errors.Conflict`, ...
"""

from qc.client.answers import (
    Batch,
    BatchLine,
    BatchPiece,
    Decision,
    Event,
    Inspection,
    Missing,
    Photo,
    Piece,
    PieceSummary,
    Preflight,
    Reason,
    Verdict,
)
from qc.client.client import Client
from qc.client.webhooks import verify_webhook

__all__ = [
    "Batch",
    "BatchLine",
    "BatchPiece",
    "Client",
    "Decision",
    "Event",
    "Inspection",
    "Missing",
    "Photo",
    "Piece",
    "PieceSummary",
    "Preflight",
    "Reason",
    "Verdict",
    "verify_webhook",
]
