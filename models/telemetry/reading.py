"""Files of traces, whatever wrote them: opened, recognised, read span by span."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from models.errors import TelemetryError
from models.telemetry import jaeger, otlp, table, zipkin
from models.telemetry.json_elements import elements
from models.telemetry.span import Span

#: Bytes looked at to recognise a file, and bytes and spans read at the most: an archive may be a bomb.
_LOOK, MOST_BYTES, MOST_SPANS = 1 << 16, 2 << 30, 5_000_000
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


class Format(StrEnum):
    """What a file is."""

    OTLP = "OTLP JSON"
    JAEGER = "Jaeger JSON"
    ZIPKIN = "Zipkin v2 JSON"
    TABLE = "table of spans"


@dataclass(slots=True)
class Read:
    """What was read, counted while it is.

    Attributes:
        files: The format of each file, in the order in which they were read.
        spans: Spans.
        unplaced: Spans without a time, or without an id, which are left out.
        backwards: Spans that end before they begin, which are left out.
    """

    files: dict[str, Format] = field(default_factory=dict)
    spans: int = 0
    unplaced: int = 0
    backwards: int = 0


def read_spans(paths: list[Path], read: Read) -> Iterator[Span]:
    """Spans of files and of all files in folders, in the order of their names.

    Args:
        paths: Files and folders.
        read: Counts what is read.

    Raises:
        TelemetryError: A file can't be read, is something else, or is too large; names the file.
    """
    files = [file for path in paths for file in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    for file in files:
        if file.is_dir() or file.name.startswith("."):
            continue
        try:
            with file.open("rb") as stream:
                yield from read_stream(stream, file.name, read)
        except OSError as error:
            raise TelemetryError(f"{file.name}: {error.strerror or error}") from error


def read_stream(stream: io.BufferedReader, name: str, read: Read) -> Iterator[Span]:
    """Spans of one stream, packed (gzip, zstandard) or not.

    Raises:
        TelemetryError: As `read_spans`.
    """
    try:
        bounded = _Bounded(_unpacked(stream))
        head = bounded.peek()
        form = recognised(head)
        read.files[name] = form
        for span in _READERS[form](bounded, head, read):
            if span.end_ns < span.start_ns:
                read.backwards += 1
                continue
            read.spans += 1
            if read.spans > MOST_SPANS:
                raise TelemetryError(f"more than {MOST_SPANS:,} spans; take a smaller sample")
            yield span
    except (TelemetryError, EOFError, OSError, UnicodeDecodeError) as error:
        raise TelemetryError(f"{name}: {error}") from error


def recognised(head: bytes) -> Format:
    """What a file is by how it begins.

    Raises:
        TelemetryError: Nothing that is known: what it seems to be, and what is allowed.
    """
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not text:
        raise TelemetryError("it is empty")
    if text[:1] in b"{[":
        keys = re.findall(rb'"([A-Za-z]+)"\s*:', text)
        if b"resourceSpans" in keys or b"scopeSpans" in keys:
            return Format.OTLP
        if b"resourceMetrics" in keys or b"resourceLogs" in keys:
            raise TelemetryError("these are metrics or logs; traces are asked for (resourceSpans)")
        if b"traceID" in keys or b"processes" in keys:
            return Format.JAEGER
        if b"traceId" in keys and b"id" in keys:
            return Format.ZIPKIN
        raise TelemetryError(_answered(text) or f"this JSON is no trace; {_ALLOWED}")
    first = text.split(b"\n", 1)[0].lower()
    if b"," in first and b"trace" in first:
        return Format.TABLE
    raise TelemetryError(f"this is no trace; {_ALLOWED}")


_ALLOWED = (
    "allowed are OTLP JSON, Jaeger JSON, Zipkin v2 JSON, and tables of spans (CSV), also as .gz or .zst"
)


def _answered(text: bytes) -> str:
    """What a server answered instead of traces, if this is such an answer."""
    try:
        told = json.loads(text)
    except ValueError:
        return ""
    errors = (
        told.get("errors") or told.get("error") or told.get("message") if isinstance(told, dict) else None
    )
    return f"a server's answer instead of traces: {json.dumps(errors)[:200]}" if errors else ""


def _documents(
    stream: IO[bytes], depth: int, one: Callable[[Any], Iterator[Span | None]], read: Read
) -> Iterator[Span]:
    for part in elements(stream, depth):
        if not isinstance(part, dict):
            read.unplaced += 1
            continue
        for span in one(part):
            if span is None:
                read.unplaced += 1
            else:
                yield span


def _otlp(stream: IO[bytes], head: bytes, read: Read) -> Iterator[Span]:
    return _documents(stream, 2, otlp.spans, read)


def _jaeger(stream: IO[bytes], head: bytes, read: Read) -> Iterator[Span]:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    within = re.match(rb'\{\s*"data"', text) or re.search(rb'"data"\s*:\s*\[', text)
    return _documents(stream, 2 if within else 1 if text[:1] == b"[" else 0, jaeger.spans, read)


def _zipkin(stream: IO[bytes], head: bytes, read: Read) -> Iterator[Span]:
    text = re.sub(rb"\s+", b"", head[:64])
    return _documents(stream, 2 if text[:2] == b"[[" else 1 if text[:1] == b"[" else 0, zipkin.spans, read)


def _table(stream: IO[bytes], head: bytes, read: Read) -> Iterator[Span]:
    return table.spans(stream)


_READERS: dict[Format, Callable[[Any, bytes, Read], Iterator[Span]]] = {
    Format.OTLP: _otlp,
    Format.JAEGER: _jaeger,
    Format.ZIPKIN: _zipkin,
    Format.TABLE: _table,
}


def _unpacked(stream: io.BufferedReader) -> IO[bytes]:
    head = stream.peek(4)[:4]
    if head.startswith(_GZIP):
        return gzip.open(stream)  # type: ignore[return-value]
    if head.startswith(_ZSTD):
        import pyarrow as pa

        return pa.CompressedInputStream(pa.PythonFile(stream, mode="r"), "zstd")  # type: ignore[no-any-return]
    return stream


class _Bounded(io.RawIOBase):
    """A stream that is read up to a limit, and whose beginning can be looked at."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._head, self._left = stream, b"", MOST_BYTES

    def peek(self) -> bytes:
        self._head = self._stream.read(_LOOK)
        return self._head

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        told = self.read(len(buffer))
        buffer[: len(told)] = told
        return len(told)

    def read(self, size: int = -1) -> bytes:
        if self._head:
            told, self._head = self._head, b""
            if 0 <= size < len(told):
                told, self._head = told[:size], told[size:]
        else:
            told = self._stream.read(size if size >= 0 else MOST_BYTES)
        self._left -= len(told)
        if self._left < 0:
            raise TelemetryError(f"it is longer than {MOST_BYTES >> 30} GB; take a smaller sample")
        return told
