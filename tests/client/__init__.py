"""The client of others' programs, against a live service."""
