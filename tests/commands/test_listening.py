"""The socket of `qc serve`."""

from __future__ import annotations

import asyncio
import socket

from qc.commands.serve import listen
from qc.settings import Settings
from tests.parts.ports import free_ports


def test_an_answer_does_not_wait_until_its_headers_are_acknowledged() -> None:
    async def without_delay() -> int:
        arrived = asyncio.get_running_loop().create_future()

        async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            line: socket.socket = writer.get_extra_info("socket")
            arrived.set_result(line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        listening = listen(Settings(port=free_ports(1)[0]))
        async with await asyncio.start_server(serve, sock=listening):
            _, writer = await asyncio.open_connection(*listening.getsockname())
            writer.close()
            return await asyncio.wait_for(arrived, 30)

    assert asyncio.run(without_delay()) != 0
