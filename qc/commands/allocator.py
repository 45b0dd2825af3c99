"""How the C library keeps freed memory, as a service wants it that takes in large photos on many threads."""

from __future__ import annotations

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # M_... of glibc's malloc.h
LARGE = 16 << 20
"""Bytes from which on a buffer is a mapping of its own, and so goes back to the system when it is freed. A photo of
12 MP in full is one (36 MB); at half its scale, as it is mostly decoded, and as a judged image it is not."""
_KEPT = 32 << 20
"""Free bytes that a heap keeps at its end: what one photo needs beside the network. With less, each photo cost 3,000
page faults to be given the same memory again: 196 ms of processor time an inspection instead of 174."""
_ARENAS = 2


def give_large_buffers_back() -> bool:
    """Hand large buffers back to the system as soon as they are freed; whether this C library can be told so.

    glibc raises its threshold to the largest buffer that was ever freed, up to 32 MB, and gives each thread a heap of
    its own: after a few photos of 12 MP each thread sits on what the last one needed. Over HTTP that is 370 MB at most
    instead of 409 (`python -m bench serve`), and no slower. Other C libraries have no such call and need none.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    told = ((_MMAP_THRESHOLD, LARGE), (_ARENA_MAX, _ARENAS), (_TRIM_THRESHOLD, _KEPT))
    return all(bool(mallopt(*setting)) for setting in told)
