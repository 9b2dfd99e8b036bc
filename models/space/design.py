"""A design in writing: decision names and values, to and from a row of the decision matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from models.errors import DesignError
from models.evaluation import Array
from models.scenario.paths import nearest
from models.space.columns import Column, DesignValue
from models.space.domain import Domain

#: Values of a column and how they are written, by column; reals aren't kept.
Written = tuple[dict[float, DesignValue], ...]
#: Values of a column that are kept at the most.
_MOST_KEPT = 4096


def decode(columns: tuple[Column, ...], x: Array, known: Written) -> dict[str, object]:
    """A design in writing; an adaptive decision is a mapping from phase to value.

    Args:
        columns: The columns of the decision matrix.
        x: One row of it, `(d,)`.
        known: What was written before, by column; it is added to.
    """
    written: dict[str, object] = {}
    for column, value, words in zip(columns, x.tolist(), known, strict=True):
        told = words.get(value, words)
        if told is words:
            told = column.written(value)
            if column.kind != "real" and len(words) < _MOST_KEPT:
                words[value] = told
        if column.phase is None:
            written[column.decision] = told
        else:
            by_phase = written.setdefault(column.decision, {})
            assert isinstance(by_phase, dict)
            by_phase[column.phase] = told
    return written


def written_columns(columns: tuple[Column, ...], X: Array) -> dict[str, list[object]]:
    """The values of designs in writing by the name of their column, `(n,)` each."""
    found: dict[str, list[object]] = {}
    for j, column in enumerate(columns):
        if column.kind == "real":
            found[column.name] = [column.written(value) for value in X[:, j].tolist()]
            continue
        values, place = np.unique(X[:, j], return_inverse=True)
        words = [column.written(value) for value in values.tolist()]
        found[column.name] = [words[k] for k in place.tolist()]
    return found


def encode(domain: Domain, design: Mapping[str, object], *, check_rules: bool = True) -> Array:
    """The row of the decision matrix for a design in writing.

    Args:
        domain: Which rows are designs; a design space is one.
        design: Values by decision name; for an adaptive decision one value, or a mapping from phase to
            value; the key `decision@phase` names one phase. What isn't named keeps today's value.
        check_rules: Whether a design that breaks a rule of the scenario is refused.

    Returns:
        The canonical row, `(d,)`.

    Raises:
        DesignError: Unknown decisions, phases or values, a value for a decision that doesn't exist in this
            design, or a broken rule; all of them at once.
    """
    x = domain.today.copy()
    problems: list[str] = []
    said: dict[int, float] = {}
    for name, value in design.items():
        for key, part in _by_column(name, value):
            places = [j for j, c in enumerate(domain.columns) if key in (c.name, c.decision)]
            if not places:
                problems.append(_unknown(domain, key))
                continue
            for j in places:
                try:
                    said[j] = domain.columns[j].read(part)
                except ValueError as error:
                    problems.append(f"{key}: {error}")
                    break
    for j, number in said.items():
        x[j] = number
    row = domain.canonical(x[None, :])[0]
    for j, number in said.items():
        if row[j] != number:
            column = domain.columns[j]
            problems.append(f"{column.name}: this decision doesn't exist in this design ({_when(domain, j)})")
    if not problems and check_rules:
        problems += [f"breaks the rule: {text}" for text in domain.broken_rules(row)]
    if problems:
        raise DesignError("\n".join(problems))
    return np.asarray(row)


def encode_all(domain: Domain, designs: Sequence[Mapping[str, object]], *, check_rules: bool = True) -> Array:
    """The rows for designs in writing, `(n, d)`: those of `encode`, but what many say is read once.

    Args:
        domain: Which rows are designs.
        designs: Designs in writing.
        check_rules: Whether designs that break a rule of the scenario are refused.

    Raises:
        DesignError: As `encode` tells of the first design that is none.
    """
    wrong = np.zeros(len(designs), dtype=bool)
    known: dict[tuple[str, str], list[float] | None] = {}
    places: dict[str, list[int]] = {}
    for j, column in enumerate(domain.columns):
        for key in {column.name, column.decision}:
            places.setdefault(key, []).append(j)
    columns: list[int] = []
    values: list[float] = []
    ends = np.zeros(len(designs) + 1, dtype=np.intp)
    for i, design in enumerate(designs):
        for name, value in design.items():
            for key, part in _by_column(name, value):
                place = (key, repr(part))  # 1, 1.0, true and "1" are different values
                if place not in known:
                    known[place] = _numbers(domain, places.get(key, []), part)
                numbers = known[place]
                if numbers is None:
                    wrong[i] = True
                else:
                    columns += places[key]
                    values += numbers
        ends[i + 1] = len(columns)
    X = np.repeat(domain.today[None, :], len(designs), axis=0)
    said = np.zeros(X.shape, dtype=bool)
    row_of = np.repeat(np.arange(len(designs)), np.diff(ends))
    X[row_of, columns], said[row_of, columns] = (
        values,
        True,
    )  # of a column that is named twice the last counts
    rows = domain.canonical(X)
    wrong |= np.any(said & (rows != X), axis=1)
    if check_rules:
        wrong |= ~domain.is_allowed(rows)
    for i in np.flatnonzero(wrong).tolist():
        rows[i] = encode(domain, designs[i], check_rules=check_rules)
    return rows


def _numbers(domain: Domain, places: Sequence[int], part: object) -> list[float] | None:
    """The numbers of a value in some columns; None where there is no column, or one doesn't know it."""
    try:
        return [domain.columns[j].read(part) for j in places] or None
    except ValueError:
        return None


def _by_column(name: str, value: object) -> list[tuple[str, object]]:
    if isinstance(value, Mapping):
        return [(f"{name}@{phase}", part) for phase, part in value.items()]
    return [(name, value)]


def _unknown(domain: Domain, key: str) -> str:
    names = list(dict.fromkeys([c.decision for c in domain.columns] + [c.name for c in domain.columns]))
    hint = nearest(key, names)
    if "@" in key and any(column.decision == key.split("@")[0] for column in domain.columns):
        return f"{key}: no such phase of an adaptive decision" + (f"; {hint}" if hint else "")
    known = ", ".join(dict.fromkeys(column.decision for column in domain.columns)) or "none"
    return f"unknown decision {key!r}; allowed: {known}" + (f"; {hint}" if hint else "")


def _when(domain: Domain, j: int) -> str:
    decision = next(d for d in domain.decisions if j in d.columns)
    parts = []
    for condition in decision.when:
        column = domain.columns[condition.columns[0]]
        values = [
            "on" if v is True else "off" if v is False else str(v)
            for v in map(column.written, condition.values)
        ]
        parts.append(f"{column.decision} = {' or '.join(values)}")
    return f"it does only while {' and '.join(parts)}"
