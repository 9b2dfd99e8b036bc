"""Elements of long JSON lists one after the other, so that a file needn't fit into memory."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import IO

from models.errors import TelemetryError

#: Bytes read at a time, and characters of one element at the most.
_CHUNK, MOST_LENGTH = 1 << 20, 1 << 28
#: A whole text, or a quote whose end isn't there yet, or a bracket.
_SIGN = re.compile(r'"(?:[^"\\]|\\.)*+"|["{}\[\]]', re.DOTALL)
#: An error so near to the end of what was read, in characters, may be that of a part that goes on.
_NEAR = 16


def elements(stream: IO[bytes], depth: int) -> Iterator[object]:
    """Objects and lists that stand `depth` brackets deep in a document, or in several one after the other.

    With 0 each document (JSON lines), with 1 the elements of a list, with 2 those of a list within an object.

    Raises:
        TelemetryError: It is cut off, too large or no JSON: at which byte.
        UnicodeDecodeError: It is no UTF-8.
    """
    text = _Text(stream)
    decoder, level = json.JSONDecoder(), 0
    while True:
        sign = _SIGN.search(text.kept, text.at)
        if sign is None or sign.group() == '"':
            text.at = len(text.kept) if sign is None else sign.start()
            if text.more():
                continue
            if level or sign is not None:
                raise TelemetryError(f"it is cut off at byte {text.byte():,}: {level} brackets are open")
            return
        told = sign.group()
        text.at = sign.start()
        if told in "{[" and level == depth:
            found, end = _decoded(decoder, text)
            yield found
            text.at = end
            continue
        text.at = sign.end()
        level += 1 if told in "{[" else -1 if told in "}]" else 0
        if level < 0:
            raise TelemetryError(f"there is a bracket too many at byte {text.byte() - 1:,}")


def _decoded(decoder: json.JSONDecoder, text: _Text) -> tuple[object, int]:
    """The element that begins here, and where it ends; reads on until it is whole."""
    while True:
        try:
            return decoder.raw_decode(text.kept, text.at)
        except json.JSONDecodeError as error:
            goes_on = error.msg.startswith("Unterminated") or error.pos > len(text.kept) - _NEAR
            if not goes_on:
                where = f"byte {text.byte(error.pos):,}"
                raise TelemetryError(f"it is no JSON at {where}: {error.msg}") from error
            if not text.more():
                raise TelemetryError(f"it is cut off at byte {text.byte(len(text.kept)):,}") from error
        except RecursionError as error:
            raise TelemetryError(f"too many brackets within each other from byte {text.byte():,}") from error


class _Text:
    """What was read and isn't done with, and where in it one stands (`at`)."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.kept, self.at = "", 0
        self._stream, self._passed = stream, 0
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def more(self) -> bool:
        """Reads on, the further the longer what is kept already is; False at the end."""
        before, self.kept = self.kept[: self.at], self.kept[self.at :]
        self._passed += len(before.encode())
        self.at = 0
        if len(self.kept) > MOST_LENGTH:
            most = f"{MOST_LENGTH >> 20} MB"
            raise TelemetryError(f"one part is longer than {most}, from byte {self._passed:,} on")
        chunk = self._stream.read(max(_CHUNK, len(self.kept)))
        self.kept += self._decoder.decode(chunk, final=not chunk)
        return bool(chunk)

    def byte(self, at: int | None = None) -> int:
        """The byte of a place; of where one stands when none is given."""
        return self._passed + len(self.kept[: self.at if at is None else at].encode())
