"""A service that has seen a large photo does not sit on its memory."""

from __future__ import annotations

import platform
import subprocess
import sys

from qc.commands.allocator import give_large_buffers_back

_PROGRAM = """
import sys
from qc.commands.allocator import give_large_buffers_back

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096

if sys.argv[1] == "told":
    assert give_large_buffers_back()
photo = bytearray(31 << 20)
del photo  # from here on glibc would keep whatever is smaller
before = resident()
buffers = [(bytearray(24 << 20), bytearray(200_000)) for _ in range(8)]
small = [pinned for _, pinned in buffers]  # lies between them, so that nothing can be cut off at the end
del buffers
print(resident() - before)
"""


def test_large_buffers_go_back_once_they_are_freed() -> None:
    if platform.libc_ver()[0] != "glibc":  # another C library: it cannot be told, and says so
        assert not give_large_buffers_back()
        return
    kept = {
        told: int(subprocess.run([sys.executable, "-c", _PROGRAM, told], check=True, capture_output=True).stdout)
        for told in ("told", "untold")
    }
    assert kept["told"] < 4 << 20
    assert kept["untold"] > 40 << 20  # or this test shows nothing
