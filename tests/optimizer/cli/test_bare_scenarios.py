"""Every command on the barest scenarios: it answers or refuses in words, and every number is one."""

from __future__ import annotations

import pytest
import typer.main

from benchmarks.fuzzing.bare import bare_scenarios
from benchmarks.fuzzing.commands import COMMANDS, run, told_to, write_for_commands
from benchmarks.fuzzing.every_command import wrong_answers
from optimizer.cli.main import app

BARE = bare_scenarios()
#: One of each kind; `python -m benchmarks.fuzz` goes through all of them.
TRIED = (
    "no decisions, guesses",
    "one design",
    "a decision of nothing",
    "everything is down",
    "nothing called",
    "nobody is let in",
    "nothing is feasible",
)


def test_every_command_is_tried():
    commands = typer.main.get_command(app).commands
    known = {name for name, command in commands.items() if not command.hidden}
    assert {command.split()[0] for command in COMMANDS} == known


@pytest.mark.parametrize("name", TRIED)
def test_every_command_answers(name, tmp_path):
    assert not wrong_answers(BARE[name], tmp_path)


def test_shares_of_no_decisions_say_so(tmp_path):
    write_for_commands(BARE["no decisions"], tmp_path)
    told = run(told_to("what-if {scenario} --shares", tmp_path))
    assert (told.code, told.out, told.err) == (0, "There are no decisions: nothing varies.\n", "")
