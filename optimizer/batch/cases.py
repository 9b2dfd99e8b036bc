"""The cases of a batch: a grid over paths and values, or a list from a CSV file."""

from __future__ import annotations

import csv
import io
import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.scenario.load import scenario_from
from models.scenario.scenario import Scenario
from models.system.compiler import compile_system
from models.units import count
from optimizer.batch.varied import Change, VariedError, varied, written_value
from optimizer.model import Model
from optimizer.own_model import OwnModel
from optimizer.scenario_model import model_of
from optimizer.validation import number as number_of
from optimizer.validation import whole_number

#: Cases of the largest batch.
MOST_CASES = 100_000
#: Values of a range that are all tried before a batch begins.
MOST_TRIED = 200


@dataclass(frozen=True, slots=True)
class Case:
    """One scenario of a batch (or model of one's own) with its changes; can be sent to another machine.

    Attributes:
        number: From 1, in the order of the batch.
        scenario: Name of the scenario, or of the model.
        tree: The scenario as its file would say it; of a model of one's own what it is, as plain values.
        changes: What is changed in it.
        seed: Seed of its solve.
        config: Settings of its solve, but the seed.
        wants_report: Whether its own report is wanted too.
        own: The model of one's own that it is of; None = it is of a scenario.
        wants_check: Whether its recommended design is checked by simulation.
    """

    number: int
    scenario: str
    tree: Mapping[str, Any]
    changes: tuple[Change, ...]
    seed: int
    config: Mapping[str, object]
    wants_report: bool = False
    own: OwnModel | None = None
    wants_check: bool = False

    def model(self) -> Model:
        """The model that the case is of, with its changes.

        Raises:
            TradespaceError: A change can't be made.
        """
        if self.own is not None:
            return self.own.model(dict(self.changes))
        scenario = varied(scenario_from(self.tree, source=self.scenario), self.changes)
        return model_of(compile_system(scenario))

    @property
    def label(self) -> str:
        """What sets it apart, in a line."""
        parts = [self.scenario, *(f"{path}={value}" for path, value in self.changes), f"seed={self.seed}"]
        return ", ".join(parts)

    @property
    def key(self) -> str:
        """The same for cases that ask the same."""
        told: dict[str, object] = {
            "scenario": self.tree,
            "changes": self.changes,
            "seed": self.seed,
            "config": self.config,
        }
        if self.wants_check:
            told |= {"verify": True}
        return json.dumps(told, sort_keys=True, default=str)


def values_of(text: str) -> tuple[str, tuple[object, ...]]:
    """A path and its values, from `path=lowest:highest:number` or `path=a,b,c`.

    Raises:
        VariedError: It is neither.
    """
    path, equals, told = text.partition("=")
    if not equals or not path or not told:
        raise VariedError(f"found {text!r}; write path=lowest:highest:number, or path=value,value")
    parts = told.split(":")
    if len(parts) == 1:
        return path, tuple(written_value(part.strip()) for part in told.split(","))
    try:
        low, high = number_of(parts[0]), number_of(parts[1])
        number = whole_number(parts[2].strip())
        if len(parts) != 3 or not number or low is None or high is None:
            raise ValueError
    except (ValueError, IndexError):
        raise VariedError(
            f"found {text!r}; write path=lowest:highest:number, for example {path}=10:50:5"
        ) from None
    if number > MOST_CASES:
        raise VariedError(f"{text}: {count(number)} values; a batch has {count(MOST_CASES)} cases at most")
    if number == 1:
        return path, (_plain(low),)
    return path, tuple(_plain(low + (high - low) * k / (number - 1)) for k in range(number))


def _plain(number: float) -> object:
    rounded = float(f"{number:.12g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded


def grid(
    subjects: Sequence[Scenario | OwnModel],
    vary: Sequence[tuple[str, Sequence[object]]],
    fixed: Sequence[Change] = (),
    seeds: Sequence[int] = (0,),
    config: Mapping[str, object] | None = None,
    *,
    wants_report: bool = False,
) -> list[Case]:
    """Every combination of scenarios (or models of one's own), values and seeds.

    Args:
        subjects: The scenarios, or models of one's own.
        vary: Paths (of a model of one's own the names of its parameters), with their values.
        fixed: What is changed in every case.
        seeds: Seeds of the solves.
        config: Settings of the solves, but the seed; what isn't named is as in `SolveConfig`.
        wants_report: Whether each case's own report is wanted too.

    Raises:
        VariedError: There are too many, a path is named twice, or a change can't be made.
    """
    paths = [path for path, _ in vary] + [path for path, _ in fixed]
    twice = sorted({path for path in paths if paths.count(path) > 1})
    if twice:
        raise VariedError(f"{', '.join(twice)} is given more than once")
    many = len(subjects) * math.prod(len(values) for _, values in vary) * len(seeds)
    if many > MOST_CASES:
        raise VariedError(
            f"this grid has {count(many)} cases, a batch {count(MOST_CASES)} at most; vary fewer values"
        )
    for subject in subjects:
        _check(subject, vary, fixed)
    cases: list[Case] = []
    for subject in subjects:
        own = subject if isinstance(subject, OwnModel) else None
        tree = _tree(subject)
        for changes, seed in _combinations(vary, fixed, seeds):
            number = len(cases) + 1
            cases.append(Case(number, subject.name, tree, changes, seed, config or {}, wants_report, own))
    return cases


def _combinations(
    vary: Sequence[tuple[str, Sequence[object]]], fixed: Sequence[Change], seeds: Sequence[int]
) -> Iterator[tuple[tuple[Change, ...], int]]:
    """Every combination of values with every seed; the seeds change fastest."""
    for values in itertools.product(*(values for _, values in vary)):
        changes = (*fixed, *zip((path for path, _ in vary), values, strict=True))
        for seed in seeds:
            yield changes, seed


def listed(
    text: str,
    scenarios: Sequence[Scenario],
    fixed: Sequence[Change],
    seed: int,
    config: Mapping[str, object],
    *,
    source: str,
    wants_report: bool = False,
) -> list[Case]:
    """The cases of a CSV file, one a row: its columns are paths, and `scenario` (a name) and `seed`.

    Raises:
        VariedError: The file can't be read as cases; all that is wrong with it at once.
    """
    rows = _rows(text, source)
    head = [name.strip() for name in rows[0]]
    found: list[Case] = []
    by_name = {scenario.name: scenario for scenario in scenarios}
    trees = {name: _tree(scenario) for name, scenario in by_name.items()}
    wrong = [f"column {name!r} is there twice" for name in sorted({n for n in head if head.count(n) > 1})]
    for path in head:
        if path not in ("scenario", "seed"):
            wrong += _unusable(path, scenarios)
    if len(rows) - 1 > MOST_CASES:
        wrong.append(f"{count(len(rows) - 1)} cases; a batch has {count(MOST_CASES)} at most")
    for line, row in enumerate(rows[1:], start=2) if not wrong else ():
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(head):
            wrong.append(f"line {line}: {len(row)} cells, but the first line has {len(head)}")
            continue
        told = dict(zip(head, (cell.strip() for cell in row), strict=True))
        name = told.pop("scenario", "") or scenarios[0].name
        number = told.pop("seed", "") or str(seed)
        if name not in by_name:
            wrong.append(f"line {line}: scenario {name!r} is not one of {', '.join(by_name)}")
        given = whole_number(number)
        if given is None:
            wrong.append(f"line {line}: seed {number!r} is no whole number")
        elif name in by_name:
            changes = (*fixed, *((path, written_value(cell)) for path, cell in told.items() if cell))
            found.append(Case(len(found) + 1, name, trees[name], changes, given, config, wants_report))
    if wrong:
        raise VariedError(f"{source}:\n" + "\n".join(f"  {one}" for one in wrong[:50]))
    return found


def _rows(text: str, source: str) -> list[list[str]]:
    """The rows of a CSV file, that of the names first."""
    lines = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        rows = list(lines) if text.strip() else []
    except csv.Error as error:
        raise VariedError(f"{source}: line {lines.line_num}: {error}; write a CSV") from None
    if len(rows) < 2:
        raise VariedError(f"{source}: write a line with the names of the columns, and a line for each case")
    return rows


def _unusable(path: str, scenarios: Sequence[Scenario]) -> list[str]:
    """Why no case could use a column; a value of one scenario tells, as values come later."""
    from models.errors import TradespaceError

    for scenario in scenarios:
        try:
            varied(scenario, [(path, _today(scenario, path))])
        except VariedError as error:
            return [f"column {path!r}: {error}"]
        except TradespaceError:
            continue  # the path is known; the value was only tried
    return []


def _today(scenario: Scenario, path: str) -> object:
    return scenario.today.get(path, 1) if path in scenario.decisions else 1


def _check(
    subject: Scenario | OwnModel, vary: Sequence[tuple[str, Sequence[object]]], fixed: Sequence[Change]
) -> None:
    """Every value by itself, the others as in the file: what is wrong alone is wrong in every case.

    Of a long range the ends: each try takes some milliseconds, and a case that fails stops no other.
    """
    from models.errors import TradespaceError

    wrong: list[str] = []
    tries: list[list[Change]] = [list(fixed)] if fixed else []
    for path, values in vary:
        tried = values if len(values) <= MOST_TRIED else (values[0], values[-1])
        tries += [[(path, value)] for value in tried]
    for changes in tries:
        try:
            if isinstance(subject, OwnModel):
                subject.digest(dict(changes))
            else:
                varied(subject, changes)
        except TradespaceError as error:
            wrong.append(str(error))
    if wrong:
        raise VariedError("\n".join(dict.fromkeys(wrong)))


def _tree(subject: Scenario | OwnModel) -> dict[str, Any]:
    if isinstance(subject, OwnModel):
        return subject.tree
    return subject.model_dump(mode="json", by_alias=True, exclude_unset=True)
