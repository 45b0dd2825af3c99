"""Which pieces are judged again by chance: a share of each stratum, told by a seed that nobody at a table knows.

A piece is chosen where the first 64 bits of sha256(seed, a line feed, piece, a line feed, attempt; UTF-8), as a share
of 2^64, are below the rate. So each decision is chosen by itself, whoever knows the seed can repeat every choice, and a
higher rate keeps those that a lower one chose.
"""

from __future__ import annotations

from hashlib import sha256

from qc.errors import BadInput


def chosen(piece: str, attempt: int, seed: str, rate: float) -> bool:
    """Whether a piece is judged again by chance.

    Args:
        piece: Its id.
        attempt: How often it has been presented.
        seed: Secret while it is in use: whoever makes ids and knew it could choose which pieces are looked at again.
        rate: Share of pieces, 0 to 1.

    >>> sum(chosen(f"piece-{n}", 1, "seed", 0.1) for n in range(1000))
    96
    """
    if not 0 <= rate <= 1:
        raise BadInput(f"got a rate of {rate}, wanted a share from 0 to 1")
    return draw(piece, attempt, seed) < rate * 2**64


def draw(piece: str, attempt: int, seed: str) -> int:
    """The number that a piece draws, 0 to 2^64 - 1: those with the lowest are the ones chosen first."""
    return int.from_bytes(sha256(f"{seed}\n{piece}\n{attempt}".encode()).digest()[:8])
