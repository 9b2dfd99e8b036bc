"""A design from the command line or from a file, and into one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from models.errors import DesignError, OutputError, Remedy, ScenarioError
from models.evaluation import Array
from models.scenario.reading.document import read_document, read_file
from models.system.system import System
from optimizer.atomic_files import write_text
from optimizer.validation import typed_number

_KEYS = ("scenario", "digest", "decisions")


def design_from(
    system: System, name: str, changes: Sequence[str], *, older: Callable[[str], object] | None = None
) -> Array:
    """The row of a design.

    Args:
        system: The system it is for.
        name: `today`, or the path of a file with `scenario`, `digest` and `decisions`.
        changes: Changes to it, `decision=value` or `decision@phase=value` each.
        older: Told how the scenario differs from that of the file, which is taken then; None = it is refused.

    Raises:
        DesignError: The design or a change is wrong, or the file is for another scenario.
        ScenarioError: The file is no YAML.
    """
    written: dict[str, object] = {} if name == "today" else _from_file(system, Path(name), older)
    return _with_changes(system, written, changes)


def changed(system: System, x: Array, changes: Sequence[str]) -> Array:
    """A design with changes, written as in `design_from`."""
    return _with_changes(system, dict(system.space.decode(x)), changes) if changes else x


def _with_changes(system: System, written: dict[str, object], changes: Sequence[str]) -> Array:
    for change in changes:
        key, equals, text = change.partition("=")
        if not equals or not key:
            raise DesignError(f"found the change {change!r}; write decision=value, for example replicas=12")
        decision, at, phase = key.partition("@")
        if at and isinstance(written.get(decision), Mapping):
            before = written[decision]
            assert isinstance(before, Mapping)
            written[decision] = {**before, phase: _value(system, decision, text)}
        else:
            written[key] = _value(system, decision, text)
    return system.space.encode(written)


def _value(system: System, decision: str, text: str) -> object:
    """A value as typed: the name of an option, or else on, off, none, or a number."""
    if any(text in column.labels for column in system.space.columns if column.decision == decision):
        return text
    plain: dict[str, object] = {"on": True, "off": False, "true": True, "false": False}
    plain.update({"none": None, "null": None})
    if text in plain:
        return plain[text]
    return typed_number(text)


def _what_differs(system: System, decisions: Mapping[str, object]) -> str:
    """What can be seen of how a scenario has changed since a design was made for it."""
    names = {decision.name for decision in system.space.decisions}
    gone = sorted(
        str(name).partition("@")[0] for name in decisions if str(name).partition("@")[0] not in names
    )
    new = sorted(names - {str(name).partition("@")[0] for name in decisions})
    parts = [f"it has no decision {', '.join(gone)} any more"] if gone else []
    parts += [f"the decisions {', '.join(new)} are new"] if new else []
    if not parts:
        try:
            system.space.encode(decisions)
        except DesignError as error:
            parts = [str(error)]
    return "; ".join(parts) or "its decisions are the same, but numbers or limits have changed since"


def _from_file(system: System, path: Path, older: Callable[[str], object] | None = None) -> dict[str, object]:
    document = read_document(read_file(path), source=str(path))
    if document.findings:
        raise ScenarioError(str(path), document.findings)
    content = document.tree
    unknown = [key for key in content if key not in _KEYS]
    decisions = content.get("decisions")
    if unknown or not isinstance(decisions, Mapping):
        found = f"unknown keys: {', '.join(unknown)}" if unknown else "has no `decisions`"
        raise DesignError(f"{path}: {found}; a design file has {', '.join(_KEYS)}")
    name, digest = content.get("scenario"), content.get("digest")
    if name is not None and name != system.scenario.name:
        raise DesignError(
            f"{path}: is a design of the scenario {name!r}, but this is {system.scenario.name!r}; "
            "use the scenario it was made for"
        )
    if digest is not None and digest != system.digest:
        told = (
            f"{path}: was made for another version of {system.scenario.name!r} (digest {str(digest)[:12]}, "
            f"now {system.digest[:12]}): {_what_differs(system, decisions)}"
        )
        if older is None:
            raise DesignError(
                f"{told}; solve again, or remove `digest` from the file if you have checked that the "
                "decisions still mean the same"
            )
        older(told)
    return dict(decisions)


def refuse_existing_design(path: Path, *, force: bool = False) -> None:
    """Refuses a file that is there, before anything is worked out.

    Raises:
        OutputError: It is there and may not be replaced, or it is a folder.
    """
    if path.is_dir():
        raise OutputError(f"{path} is a folder; choose a file", remedy=Remedy.OTHER_FILE)
    if path.exists() and not force:
        raise OutputError(
            f"{path} is there already; choose another name, or replace it", remedy=Remedy.REPLACE
        )


def write_design(system: System, x: Array, path: Path, *, force: bool = False) -> None:
    """Writes a design to a file that names its scenario and the digest, whole or not at all.

    Raises:
        OutputError: It can't be written, or is there and may not be replaced.
    """
    refuse_existing_design(path, force=force)
    write_text(path, design_text(system, x))


def design_text(system: System, x: Array) -> str:
    """A design as the text of a file that names its scenario and the digest."""
    told = [
        f"scenario: {json.dumps(system.scenario.name)}",
        f"digest: {json.dumps(system.digest)}",
        "decisions:",
    ]
    for name, value in system.space.decode(x).items():
        told.append(f"  {name}: {json.dumps(value, ensure_ascii=False)}")
    return "\n".join(told) + "\n"
