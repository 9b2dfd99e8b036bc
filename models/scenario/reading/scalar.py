"""What a plain word of a scenario file means: text, a number, true, false or null.

Stricter than YAML: what two readers could take for two different things stays text, so that the schema
refuses it where a number is wanted, instead of one of them being silently wrong.
"""

from __future__ import annotations

import math
import re

Scalar = str | int | float | bool | None

_NUMBER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)?(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?")
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_NOT_A_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_WORDS: dict[str, Scalar] = {"true": True, "false": False, "null": None, "~": None, "": None}
#: Integers up to here are held exactly; longer ones could overflow and mean nothing in a scenario.
_MAX_DIGITS = 18


def plain(text: str) -> Scalar:
    """The value of a word without quotes.

    `1e3` is the whole number 1000; `012`, `0x1F`, `1_000`, `12:30`, `yes` and `True` stay text.

    Raises:
        ValueError: It is an infinity or not a number, written out or by its size.
    """
    if text in _WORDS:
        return _WORDS[text]
    if _NOT_A_NUMBER.fullmatch(text):
        raise ValueError(f"{text} is not a number that can be computed with")
    if not _NUMBER.fullmatch(text) or not any(letter.isdigit() for letter in text.lower().partition("e")[0]):
        return text
    if _INTEGER.fullmatch(text) and len(text) <= _MAX_DIGITS:
        return int(text)
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is too large for a number")
    # A count written as 1e3 is a whole number to whoever wrote it.
    is_whole = "." not in text and number.is_integer() and abs(number) < 10**15
    return int(number) if is_whole else number


_HINTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[-+]?0+[0-9]+(\.[0-9]*)?"), "write {decimal}, without the leading zero"),
    (re.compile(r"0[oxXbB][0-9a-fA-F]+"), "write the number in decimal digits"),
    (re.compile(r"[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?"), "write {joined}, without commas"),
    (re.compile(r"[-+]?[0-9]+(?:_[0-9]+)+(?:\.[0-9]+)?"), "write {joined}, without _"),
    (re.compile(r"[-+]?[0-9]+,[0-9]+"), "write the decimal point as a point"),
    (re.compile(r"[0-9]+(?::[0-9]+)+"), "write a number in the unit that the name says, not a time of day"),
    (re.compile(r"[-+]?[0-9.]+ ?%"), "write {percent}: shares are numbers from 0 to 1"),
    (re.compile(r"[-+]?[0-9][0-9.]* ?(?:[A-Za-z$]+)"), "write the number alone: the unit is in the name"),
    (re.compile(r"[$€][0-9.,]+"), "write the number alone: the unit is in the name"),
    (
        re.compile(r"[-+]?\.?(?:inf|nan|infinity)", re.IGNORECASE),
        "leave the key out, or write null, for none",
    ),
)


def hint_for_number(text: str) -> str:
    """What to write instead of a text that stands where a number is wanted; empty when there is no idea."""
    if isinstance(_or_text(text), (int, float)):
        return f"write {text} without quotes"
    for pattern, hint in _HINTS if len(text) <= 100 else ():
        if pattern.fullmatch(text):
            digits = text.strip("% ")
            percent = f"{float(digits) / 100:g}" if "{percent}" in hint and _is_number(digits) else "a share"
            joined = text.replace(",", "").replace("_", "")
            return hint.format(decimal=text.lstrip("+0") or "0", joined=joined, percent=percent)
    return ""


def hint_for_switch(text: str) -> str:
    """What to write instead of a text that stands where true or false is wanted."""
    word = text.lower()
    if word in ("on", "yes", "y", "true"):
        return "write true"
    return "write false" if word in ("off", "no", "n", "false") else ""


def _or_text(text: str) -> Scalar:
    try:
        return plain(text)
    except ValueError:
        return text


def _is_number(text: str) -> bool:
    value = _or_text(text)
    return isinstance(value, (int, float)) and not isinstance(value, bool)
