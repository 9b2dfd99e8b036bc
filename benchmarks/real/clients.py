"""Clients that keep their connections: HTTP/1.1, Redis and PostgreSQL."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import psycopg


class Connections:
    """Connections to one address that are used again."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def take(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """An idle connection, or a new one."""
        while self._idle:
            found = self._idle.pop()
            if not found[0].at_eof():
                return found
        return await asyncio.open_connection("127.0.0.1", self._port)

    def give_back(self, link: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
        """Keeps a connection for the next."""
        self._idle.append(link)


async def get(connections: Connections, service_s: float) -> bool:
    """One HTTP request that asks for some work; True where the status is 200."""
    try:
        link = await connections.take()
        reader, writer = link
        writer.write(f"GET /?s={service_s:.6f} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode("ascii"))
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
        await reader.readexactly(length)
    except (OSError, asyncio.IncompleteReadError):
        return False
    if any(line == b"connection: close" for line in lines):
        writer.close()
    else:
        connections.give_back(link)
    return head.split(b" ", 2)[1] == b"200"


async def redis(connections: Connections, *words: str) -> bytes | None:
    """One command to Redis; the value it answers with, None where there is none.

    Source: the Redis serialization protocol, version 2.
    """
    link = await connections.take()
    reader, writer = link
    parts = [f"*{len(words)}\r\n", *(f"${len(word)}\r\n{word}\r\n" for word in words)]
    writer.write("".join(parts).encode("ascii"))
    head = (await reader.readline()).rstrip()
    value: bytes | None = head[1:]
    if head[:1] == b"$":
        size = int(head[1:])
        value = None if size < 0 else (await reader.readexactly(size + 2))[:-2]
    connections.give_back(link)
    return value


class Sleeper:
    """Queries that sleep in a database, over connections that wait in a pool of their own."""

    def __init__(self, port: int, most: int) -> None:
        self._where = f"host=127.0.0.1 port={port} user=tester dbname=postgres"
        self._links: asyncio.Queue[psycopg.AsyncConnection] = asyncio.Queue()
        self._most = most

    async def start(self) -> None:
        """Opens the connections."""
        for _ in range(self._most):
            link = await psycopg.AsyncConnection.connect(self._where, autocommit=True, prepare_threshold=None)
            self._links.put_nowait(link)

    async def ask(self, service_s: float) -> bool:
        """One query that takes some time."""
        link = await self._links.get()
        try:
            await link.execute("SELECT pg_sleep(%s)", (service_s,))
            return True
        finally:
            self._links.put_nowait(link)

    async def stop(self) -> None:
        """Closes the connections."""
        while not self._links.empty():
            with suppress(psycopg.Error):
                await self._links.get_nowait().close()
