"""Every command on one scenario: what is wrong with what they answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.fuzzing.commands import COMMANDS, run, told_to, write_for_commands
from benchmarks.fuzzing.judging import defects_of


def wrong_answers(tree: dict[str, Any], above: Path) -> list[str]:
    """Runs every command on a scenario, each in a folder of its own; what is wrong, in words.

    Args:
        tree: The scenario.
        above: A folder that is there, for theirs.
    """
    found = []
    for k, command in enumerate(COMMANDS):
        folder = above / str(k)
        folder.mkdir()
        write_for_commands(tree, folder)
        told = run(told_to(command, folder), folder / "out")
        found += [f"{command}: {defect}" for defect in defects_of(told)]
        if command.endswith("--json") and told.code != 2:
            try:
                json.loads(told.out, parse_constant=_refused)
            except ValueError as error:
                found.append(f"{command}: its JSON can't be read: {error}")
    return found


def _refused(name: str) -> None:
    raise ValueError(f"found {name}, which is no JSON")
