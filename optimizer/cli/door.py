"""The one door through which text reaches the terminal: nothing that passes it can steer the terminal.

Titles, labels and messages may hold what a file says, and YAML can write any character. What moves the
cursor, changes colours, rings, renames the window or turns the direction of writing is shown as a sign
instead. Colours and progress bars come from `Output` alone, whose text goes through the same sieve.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console

#: Controls but the new line and the tab, those of 8 bits, marks and overrides of direction, and separators
#: of lines that are none.
_STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]"
)
#: What stands for a control of 7 bits: its picture; for all others the sign for what can't be shown.
_PICTURES, _DELETE, _OTHER = 0x2400, "\u2421", "\ufffd"


def harmless(text: str) -> str:
    """A text in which nothing steers a terminal, of the same length."""
    return _STEERING.sub(_picture, text)


def escaped(text: str) -> str:
    """JSON in which nothing steers a terminal, of the same meaning."""
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(_PICTURES + code) if code < 0x20 else _DELETE if code == 0x7F else _OTHER


class Door(io.TextIOBase):
    """A stream to which harmless text is written, whoever writes.

    It says that it is no terminal, so that nobody dresses text for it; who asks for the stream behind it
    (`terminal`) must let nothing else pass.
    """

    def __init__(self, behind: TextIO) -> None:
        self._behind = behind

    @property
    def behind(self) -> TextIO:
        """The stream itself."""
        return self._behind

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of the stream."""
        return self._behind.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        """What happens to characters that the encoding lacks."""
        return self._behind.errors

    def write(self, text: str) -> int:
        """Writes a text, made harmless."""
        if not isinstance(text, str):
            raise TypeError(f"a door takes text, but got {type(text).__name__}")
        self._behind.write(harmless(text))
        return len(text)

    def writable(self) -> bool:
        """It is there to be written to."""
        return True

    def flush(self) -> None:
        """Sends on what was written."""
        self._behind.flush()

    def fileno(self) -> int:
        """The number of the stream."""
        return self._behind.fileno()


@contextmanager
def doors() -> Iterator[None]:
    """Puts a door before standard output and standard error."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (stream if isinstance(stream, Door) else Door(stream) for stream in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def behind(stream: TextIO) -> TextIO:
    """The stream behind a door, or the stream itself where there is no door."""
    return stream.behind if isinstance(stream, Door) else stream


def is_terminal(stream: TextIO) -> bool:
    """Whether a person sees what is written to a stream."""
    return behind(stream).isatty()


def output(stream: TextIO, *, width: int | None = None, is_plain: bool = False) -> Console:
    """A console that writes colours and tables to a stream, and harmless text only.

    Args:
        stream: Standard output or standard error.
        width: Its width; None = that of the terminal.
        is_plain: Whether it writes plain text.
    """
    from collections.abc import Iterable

    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment

    class Output(Console):
        """The door for what is dressed."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # rich would end the program with the exit code of something else

        def render(
            self, renderable: RenderableType, options: ConsoleOptions | None = None
        ) -> Iterable[Segment]:
            """The parts of what is printed; those that steer are rich's own."""
            for part in super().render(renderable, options):
                yield part if part.control else part._replace(text=harmless(part.text))

    plain = {"color_system": None, "force_terminal": False} if is_plain else {}
    return Output(
        file=behind(stream),
        highlight=False,
        markup=False,
        emoji=False,
        width=width,
        **plain,  # type: ignore[arg-type]
    )
