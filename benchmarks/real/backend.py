"""A server whose calls hold one of its slots for as long as they ask: what stands behind real proxies.

It sleeps instead of computing, so that ten of them fit on one machine and the time of a call is known.
"""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs, urlsplit

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\nok"


class Backend:
    """One copy of a service: `slots` calls at the same time, the others wait in the order they came.

    Attributes:
        port: Where it listens, on 127.0.0.1.
    """

    def __init__(self, slots: int) -> None:
        self._free = asyncio.Semaphore(slots)
        self._server: asyncio.Server | None = None
        self.port = 0

    async def start(self) -> None:
        """Listens on a free port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=1024)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stops listening."""
        assert self._server is not None
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                target = head.split(b" ", 2)[1].decode("ascii")
                seconds = float(parse_qs(urlsplit(target).query)["s"][0])
                # Whoever gave up is still served: the server doesn't know.
                async with self._free:
                    await asyncio.sleep(seconds)
                writer.write(_ANSWER)
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass  # the other side, or the case, is done
        finally:
            writer.close()
