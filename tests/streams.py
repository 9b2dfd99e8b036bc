"""Bytes as a stream that a reader opens."""

from __future__ import annotations

import io


def stream_of(content: bytes) -> io.BufferedReader:
    return io.BufferedReader(io.BytesIO(content))
