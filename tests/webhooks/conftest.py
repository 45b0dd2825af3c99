"""The ledger's own fixtures: deliveries are made out of a real one, on each database."""

from tests.ledger.conftest import caller, database, url

__all__ = ["caller", "database", "url"]
