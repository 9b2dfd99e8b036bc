"""Whether a document has the shape that its tool takes: unknown keys, missing ones, wrong values.

Written from the tools' documentation; many of them take what they don't know, and do nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

#: A value is a mapping of keys (a `!` behind one says that it must be there), a list of one shape, a set of
#: allowed values, a type, or a function that says whether it is right.
Shape = Mapping[str, Any] | list[Any] | set[Any] | type | Callable[[Any], bool]


def wrong_in(value: object, shape: Any, where: str = "") -> Iterator[str]:
    """What is wrong in a document, in sentences.

    Args:
        value: The document.
        shape: What it may be.
        where: Its place.
    """
    if isinstance(shape, Mapping):
        yield from _wrong_keys(value, shape, where)
    elif isinstance(shape, list):
        if not isinstance(value, (list, tuple)):
            yield f"{where}: found no list"
            return
        for k, inner in enumerate(value):
            yield from wrong_in(inner, shape[0], f"{where}[{k}]")
    elif not _is_right(value, shape):
        yield f"{where}: found {value!r}"


def _is_right(value: object, shape: Any) -> bool:
    if isinstance(shape, set):
        return value in shape
    if isinstance(shape, type):
        return isinstance(value, shape) and (shape is bool or not isinstance(value, bool))
    return isinstance(value, str) and bool(shape(value))


def _wrong_keys(value: object, shape: Mapping[str, Any], where: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{where}: found no mapping"
        return
    known = {key.rstrip("!"): inner for key, inner in shape.items()}
    every = known.pop("*", None)
    for key, inner in value.items():
        if key not in known and every is None:
            yield f"{where}.{key}: unknown"
        else:
            yield from wrong_in(inner, known.get(key, every), f"{where}.{key}")
    for key in shape:
        if key.endswith("!") and key[:-1] not in value:
            yield f"{where}.{key[:-1]}: missing"


def matches(pattern: str) -> Callable[[str], bool]:
    """Whether a text is as a pattern says, from its beginning to its end."""
    return lambda text: re.fullmatch(pattern, text) is not None


#: A time as Go writes it, as Kubernetes' tools take it.
GO_DURATION = matches(r"([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+")
#: A time of ISO 8601, as AWS takes it.
ISO_DURATION = matches(r"PT([0-9]+H)?([0-9]+M)?([0-9]+S)?(?<!PT)")
#: A name of Kubernetes, a label's key, and its value.
DNS_NAME = matches(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
LABEL_VALUE = matches(r"([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?")
#: A whole number, and a share in percent, as texts.
WHOLE = matches(r"[0-9]+")
PERCENT = matches(r"[0-9]{1,2}(\.[0-9]+)?|100(\.0+)?")
