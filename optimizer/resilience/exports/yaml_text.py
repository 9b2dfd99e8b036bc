"""Plain values as YAML that every reader understands: what people wrote is always quoted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

#: Keys and values of the tools themselves that need no quotes, and mean no number, date, or truth.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[./-][A-Za-z0-9]+)*")
_NOT_PLAIN = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
#: What is no printable character of YAML, beside what JSON writes as a number anyhow.
_NOT_SHOWN = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def yaml_text(documents: Sequence[Mapping[str, object]], comments: Sequence[str] = ()) -> str:
    """Documents one after the other, under comments.

    Args:
        documents: Mappings of texts, numbers, truths, lists and mappings.
        comments: Sentences of ours; a line each.
    """
    lines = [f"# {' '.join(comment.split())}" for comment in comments]
    for document in documents:
        lines += ["---", *_lines(document, "")]
    return "\n".join(lines) + "\n"


def _lines(value: object, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _entry(f"{indent}{_word(str(key))}:", inner, indent)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            nested = (
                list(_lines(inner, indent + "  ")) if _is_nested(inner) else [f"{indent}  {_scalar(inner)}"]
            )
            yield f"{indent}- {nested[0][len(indent) + 2 :]}"
            yield from nested[1:]


def _entry(head: str, inner: object, indent: str) -> Iterator[str]:
    if _is_nested(inner):
        yield head
        yield from _lines(inner, indent + "  ")
    else:
        yield f"{head} {_scalar(inner)}"


def _is_nested(value: object) -> bool:
    return isinstance(value, (Mapping, list, tuple)) and bool(value)


def _scalar(value: object) -> str:
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, (list, tuple)):
        return "[]"
    if isinstance(value, str):
        return _word(value)
    return json.dumps(value, allow_nan=False)


def _word(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_PLAIN:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _NOT_SHOWN.sub(lambda found: f"\\u{ord(found.group()):04x}", quoted)
