"""Tells other programs what happened: signed messages to addresses that may be told, again and again until taken."""
