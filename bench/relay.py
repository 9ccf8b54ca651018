"""A registry that is further away: what goes through here arrives a little later.

It runs as a process of its own, `python -m bench.relay HOST PORT MILLISECONDS`, prints the port
where it listens on this machine, and ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def relayed(host: str, milliseconds: float) -> Iterator[str]:
    """A host and port that lead to a given one, with answers that come so much later."""
    address, _, port = host.partition(":")
    command = [sys.executable, "-m", "bench.relay", address, port, str(milliseconds)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield f"127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.stdin.close()


async def _serve(address: str, port: int, seconds: float) -> None:
    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(address, port)
        await asyncio.gather(_copy(reader, back, 0), _copy(there, writer, seconds))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.close()


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter, seconds: float) -> None:
    while data := await source.read(1 << 16):
        if seconds:
            await asyncio.sleep(seconds)
        target.write(data)
        await target.drain()
    target.close()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]) / 1000))
