"""From what was written elsewhere to values: files beside a scenario, rows of a store, words of an option.

Everything that this program didn't make in the same process goes through here: it is read with bounds, turned
into values of the expected form, or refused whole in one sentence that says what was found, where and what is
allowed. Scenario files and designs in YAML have a reader of their own (`models.scenario`).
"""

from __future__ import annotations

import re
import stat
from collections.abc import Hashable
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from models.errors import TradespaceError

T = TypeVar("T")
#: Largest number that an option or a wish may hold, and the smallest above 0: sums and quotients stay finite.
LARGEST, SMALLEST = 1e15, 1e-15
#: Largest count that is believed: what a store can hold.
MOST_COUNTED = 2**62
#: The last second of the year 9999, since 1970: later ones are no dates.
LAST_SECOND = 253_402_300_799.0
#: Largest file beside a scenario that is read, bytes.
MOST_BYTES = 2_000_000_000
#: Things that are wrong with one text that are told, and characters of each that are shown.
MOST_TOLD, SHOWN = 3, 60
_WHOLE = re.compile(r"[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")


class UnreadableError(TradespaceError):
    """What was read can't be taken for what it should be."""


class Form(BaseModel):
    """What a text must look like: these keys and no others, of these types and no others."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, frozen=True)


Count = Annotated[int, Field(ge=0, le=MOST_COUNTED)]
Seconds = Annotated[float, Field(ge=0.0, le=LAST_SECOND)]


#: Types of most values, looked up since long fronts hold very many.
_VALUES = frozenset((bool, int, float, str))


def _written_design(found: dict[str, Any]) -> dict[str, Any]:
    for name, value in found.items():
        if type(value) in _VALUES:
            continue
        parts = value.values() if isinstance(value, dict) else (value,)
        if _VALUES.issuperset(map(type, parts)):
            continue
        if not all(part is None or isinstance(part, (bool, int, float, str)) for part in parts):
            raise ValueError(f"{name[:SHOWN]!r} holds no value; a decision has one value, or one a phase")
    return found


#: A design in writing: a value by decision, or a mapping from phase to value.
WrittenDesign = Annotated[dict[str, Any], AfterValidator(_written_design)]


def file_bytes(path: Path) -> bytes:
    """The content of a file.

    Raises:
        UnreadableError: It is missing, no file, not to be read, or too large.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            what = "a folder" if stat.S_ISDIR(status.st_mode) else "a device or a pipe"
            raise UnreadableError(f"{path} is {what}; allowed: a file")
        if status.st_size > MOST_BYTES:
            raise UnreadableError(f"{path} has {status.st_size:,} bytes; allowed: up to {MOST_BYTES:,}")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UnreadableError(f"{path} can't be read: {why}") from None


def from_json(content: bytes | str, form: type[T], *, where: str) -> T:
    """The value that a JSON text holds.

    Args:
        content: The text.
        form: What it must look like: a `Form`, or a type made of such.
        where: What is read, for the message: a file, a row.

    Raises:
        UnreadableError: It is no JSON, is nested too deep, or looks otherwise; all that is wrong at once.
    """
    try:
        found: T = _adapter(form).validate_json(content, strict=True)
        return found
    except ValidationError as error:
        raise UnreadableError(f"{where}: {_in_words(error)}") from None


def from_values(found: object, form: type[T], *, where: str) -> T:
    """Plain values in the expected form.

    Args:
        found: Mappings, lists, texts, numbers, booleans, None.
        form: What they must look like.
        where: What is read, for the message.

    Raises:
        UnreadableError: They look otherwise; all that is wrong at once.
    """
    try:
        value: T = _adapter(form).validate_python(found)
        return value
    except ValidationError as error:
        raise UnreadableError(f"{where}: {_in_words(error)}") from None


def whole_number(text: str) -> int | None:
    """The whole number >= 0 that a text is in the digits 0 to 9; None = it is none."""
    return int(text) if _WHOLE.fullmatch(text) else None


def number(text: str) -> float | None:
    """The number that a text is, 0 or of a size from 1e-15 to 1e15; None = it is none.

    Other digits than 0 to 9, infinities, and what only a programmer writes (`1_000`) are none.
    """
    told = text.strip()
    if len(told) > 100 or not _NUMBER.fullmatch(told):
        return None
    found = float(told)
    written = any(digit in "123456789" for digit in told.lower().partition("e")[0])
    is_usual = SMALLEST <= abs(found) <= LARGEST
    return found if is_usual or (found == 0.0 and not written) else None


def typed_number(text: str) -> int | float | str:
    """A number as typed, whole where it is written so; a text that is none stays what it is."""
    if _WHOLE.fullmatch(text.removeprefix("-")):
        return int(text)
    return float(text) if len(text) <= 100 and _NUMBER.fullmatch(text) else text


@cache
def _cached(form: Hashable) -> TypeAdapter[Any]:
    wanted: Any = form
    return TypeAdapter(wanted)


def _adapter(form: Any) -> TypeAdapter[Any]:
    return _cached(form)


def _in_words(error: ValidationError) -> str:
    """What is wrong: where inside, what was found, what is allowed."""
    told = []
    for one in error.errors(include_url=False)[:MOST_TOLD]:
        place = ".".join(str(step)[:SHOWN] for step in one["loc"])
        message = one["msg"].removeprefix("Value error, ")
        allowed = message.removeprefix("Input should be ")
        if one["type"] == "json_invalid":
            told.append(f"this is no JSON ({message.removeprefix('Invalid JSON: ')})")
        elif one["type"] == "missing":
            told.append(f"{place}: nothing is there; it must be")
        elif one["type"] == "extra_forbidden":
            told.append(f"{place}: found a key that isn't known; remove it")
        elif one["type"] == "value_error":
            told.append(f"{place}: {message}" if place else message)
        else:
            found = f"found {_shown(one['input'])}; allowed: {allowed}"
            told.append(f"{place}: {found}" if place else found)
    more = error.error_count() - len(told)
    return "; ".join([*told, *([f"and {more} more"] if more > 0 else [])])


def _shown(found: object) -> str:
    if isinstance(found, (dict, list, tuple)):
        return "a mapping" if isinstance(found, dict) else "a list"
    if isinstance(found, int) and abs(found) > 10**SHOWN:
        return f"a whole number of more than {SHOWN} digits"
    told = "nothing" if found is None else repr(found)
    return told if len(told) <= SHOWN else told[:SHOWN] + "..."
