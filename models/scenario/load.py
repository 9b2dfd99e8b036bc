"""From a scenario file to a Scenario: read, validated, checked; refused whole with all that is wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from models.errors import Code, Finding, ScenarioError
from models.scenario.checks import check, versions
from models.scenario.load_trace import TraceError, with_phases
from models.scenario.reading.document import (
    MAX_DEPTH,
    MAX_FINDINGS,
    MAX_KEY,
    Document,
    joined,
    read_file,
)
from models.scenario.reading.findings import translated
from models.scenario.reading.mend import is_apart, is_independent, is_known, mended
from models.scenario.reading.unreadable_lines import read_what_can_be_read
from models.scenario.scenario import Scenario
from models.scenario.workload import Phase

_MAX_INTEGER = 10**18
#: How often what is wrong is mended to see what stands behind it; each time at least as much is cut out.
_MAX_ROUNDS = 6
#: Stands for phases that can't be cut from a trace.
_SOME_PHASES = (Phase(name="stand-in", rate=1.0, hours=1.0),)


def load_scenario(path: str | Path) -> Scenario:
    """Reads and checks a scenario file.

    Raises:
        ScenarioError: It is refused; carries everything that is wrong with it, with lines.
    """
    return load_with_warnings(path)[0]


def load_with_warnings(path: str | Path) -> tuple[Scenario, tuple[Finding, ...]]:
    """Reads and checks a scenario file, and tells what is odd but legal in it.

    Raises:
        ScenarioError: It is refused; carries everything that is wrong with it, with lines.
    """
    path = Path(path)
    document = read_what_can_be_read(read_file(path), source=str(path))
    scenario = _scenario(document, source=str(path), folder=path.parent)
    found = [*versions.notes(scenario, document.tree), *check.warnings(scenario)]
    return scenario, tuple(_placed(found, document))


def scenario_from_text(text: str, *, source: str = "scenario", folder: Path | None = None) -> Scenario:
    """Checks a scenario that is given as YAML text.

    Args:
        text: The text.
        source: Where it comes from, for messages.
        folder: Where the files lie that it names; None = it may name none.

    Raises:
        ScenarioError: It is refused; carries everything that is wrong with it, with lines.
    """
    content = text.encode("utf-8", errors="surrogatepass")
    return _scenario(read_what_can_be_read(content, source=source), source=source, folder=folder)


def scenario_from(tree: Mapping[str, Any], *, source: str = "scenario") -> Scenario:
    """Checks a scenario that is given as Python values: mappings, lists, texts, numbers, booleans, None.

    Raises:
        ScenarioError: It is refused; carries everything that is wrong with it, without lines.
    """
    found: list[Finding] = []
    plain = _plain(tree, "", 0, found)
    if not isinstance(plain, dict):
        raise ScenarioError(
            source,
            found or [Finding("", "no mapping", "a mapping with the key schema", code=Code.WRONG_TYPE)],
        )
    return _scenario(Document(plain, findings=tuple(found)), source=source, folder=None)


def _scenario(document: Document, *, source: str, folder: Path | None) -> Scenario:
    found, gone = list(document.findings), document.gone
    scenario, tree = None, document.tree
    for _ in range(_MAX_ROUNDS):
        scenario, misfits = _validated(tree)
        found += [f for f in misfits if is_apart(f, found) and is_known(f, gone)]
        if scenario is not None:
            break
        # What can't be read hides what stands in it: mended, it shows the next errors.
        tree, gone = (part := mended(tree, misfits, gone)).tree, part.gone
    if scenario is not None:
        try:
            workload = with_phases(scenario.workload, folder)
        except TraceError as error:
            found += [finding for finding in error.findings if is_independent(finding, found)]
            workload, gone = scenario.workload.model_copy(update={"trace": None}), (*gone, "workload")
            if not workload.phases:
                workload = workload.model_copy(update={"phases": _SOME_PHASES})
        scenario = scenario.model_copy(update={"workload": workload})
        further = check.findings(scenario)
        wrong = {finding.where for finding in further}
        found += [
            finding
            for finding in further
            if is_independent(finding, found) and is_known(finding, gone) and wrong.isdisjoint(finding.about)
        ]
    if found or scenario is None:
        raise ScenarioError(source, _first(_placed(found, document)))
    return scenario


def _first(findings: list[Finding]) -> list[Finding]:
    """The findings that are told: nobody reads hundreds."""
    more = len(findings) - MAX_FINDINGS
    shown = findings[:MAX_FINDINGS]
    return (
        [*shown, Finding("", f"and {more} more errors", hint="mend these first", code=Code.TOO_MANY)]
        if more > 0
        else shown
    )


def _validated(tree: Mapping[str, Any]) -> tuple[Scenario | None, list[Finding]]:
    try:
        return Scenario.model_validate(tree), []
    except ValidationError as error:
        return None, translated(error.errors(include_url=False), tree, Scenario)


def _placed(findings: list[Finding], document: Document) -> list[Finding]:
    """Findings with their lines, in the order of the file."""
    placed = [f if f.line is not None else replace(f, line=document.line_of(f.where)) for f in findings]
    return sorted(dict.fromkeys(placed), key=lambda finding: finding.line or 0)


def _plain(value: Any, where: str, depth: int, found: list[Finding]) -> Any:
    """Python values as the reader of a file would give them; what no file can hold is a finding."""
    if depth > MAX_DEPTH:
        found.append(Finding(where[:200], f"nested deeper than {MAX_DEPTH} levels", code=Code.TOO_LARGE))
        return None
    if isinstance(value, Mapping):
        named = {key: inner for key, inner in value.items() if isinstance(key, str)}
        if len(named) < len(value):
            found.append(Finding(where, "a key that is no text", "keys that are texts", code=Code.WRONG_TYPE))
        if any(len(key) > MAX_KEY for key in named):
            found.append(
                Finding(where, "a very long key", f"keys of at most {MAX_KEY} letters", code=Code.TOO_LARGE)
            )
            return None
        return {key: _plain(inner, joined(where, key), depth + 1, found) for key, inner in named.items()}
    if isinstance(value, (list, tuple)):
        return tuple(_plain(inner, joined(where, i), depth + 1, found) for i, inner in enumerate(value))
    if isinstance(value, float) and not math.isfinite(value):
        found.append(
            Finding(
                where,
                f"{value} is not a number that can be computed with",
                "",
                "use None",
                code=Code.WRONG_TYPE,
            )
        )
        return None
    if isinstance(value, int) and abs(value) > _MAX_INTEGER:
        found.append(
            Finding(where, "a whole number of more than 18 digits", "a smaller number", code=Code.TOO_LARGE)
        )
        return None
    if value is None or type(value) in (bool, int, float, str):
        return value
    found.append(
        Finding(
            where, f"a value of the type {type(value).__name__}", "plain Python values", code=Code.WRONG_TYPE
        )
    )
    return None
