"""Every command of the command line on one scenario, in this process."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import yaml

from optimizer.cli.main import main

#: Commands that say something of a scenario; `{out}` and `{front}` are folders that are not there yet.
COMMANDS: tuple[str, ...] = (
    "check {scenario}",
    "check {scenario} --json",
    "evaluate {scenario}",
    "evaluate {scenario} --json",
    "solve {scenario} --evaluations 300 --workers 1 --out {out}",
    "solve {scenario} --evaluations 300 --workers 1 --json",
    "shortlist {scenario}",
    "shortlist {scenario} --json",
    "rank {scenario}",
    "rank {scenario} --weight cost=2 --json",
    "representatives {scenario} --rules",
    "representatives {scenario} --json",
    "reach {scenario} --wish latency=80 --wish cost=100",
    "reach {scenario} --wish availability=0.999 --json",
    "reach {scenario} --design today --better latency --worse cost",
    "explain {scenario} --design recommended",
    "explain {scenario} --design today --json",
    "compare {scenario} --design knee --design today",
    "compare {scenario} --design 1 --json",
    "what-if {scenario}",
    "what-if {scenario} --pairs --json",
    "what-if {scenario} --shares",
    "what-if {scenario} --shares --json",
    "rules {scenario}",
    "rules {scenario} --target front --json",
    "rules {scenario} --target saturation",
    "break {scenario}",
    "break {scenario} --design today --json",
    "break {scenario} --component {component}",
    "break {scenario} --driver {driver}",
    "margins {scenario}",
    "margins {scenario} --design today --json",
    "runbook {scenario}",
    "runbook {scenario} --design today --out {out} --begins 2026-11-27T06:00",
    "runbook {scenario} --design today --json",
    "doubt {scenario} --draws 32",
    "doubt {scenario} --design today --draws 32 --json",
    "verify {scenario} --events 20000 --seeds 1",
    "stress {scenario} --runs 2",
    "stress {scenario} --design today --pattern retry_storm --runs 2 --json",
    "gameday {scenario} --runs 2 --out {out} --export all",
    "gameday {scenario} --design today --runs 2 --json",
    "readiness {scenario}",
    "readiness {scenario} --design today --json",
    "watch {scenario} --csv {scenario}",
    "watch-rules {scenario} --out {out}",
    "returns {scenario} --journal {scenario}",
    "watch-rules {scenario} --design today --format datadog-json --json",
    "verify {scenario} --design today --phase all --events 20000 --json",
    "explain {scenario} --design today --simulate",
    "gate {scenario} --design knee",
    "gate {scenario} --design today --json",
    "report {scenario} --out {out} --format html,md,csv,parquet,xlsx,json,adr",
    "report {scenario} --design today --out {out} --format json,md",
    "batch {scenario} --vary workload.rate=50:150:2 --evaluations 300 --workers 1 --out {out}",
    "across {scenario} {other} --evaluations 300",
    "runs list --store {out}",
    "new copy --from black-friday-exercise --out {out}",
    "schema",
    "schema --of report",
    "gallery --json",
    "migrate {scenario}",
)
#: Commands that take a front (`--front`).
_QUESTIONS = (
    *("rank", "representatives", "reach", "explain", "compare", "what-if", "break", "margins", "runbook"),
    *("doubt", "gate", "report"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a command answered.

    Attributes:
        code: Exit code.
        out: What it printed.
        err: What it printed as errors.
        files: What it wrote as text, by name.
    """

    code: int
    out: str
    err: str
    files: dict[str, str]


def run(arguments: Sequence[str], out: Path | None = None) -> Told:
    """Runs a command in this process, without a run store."""
    printed, complained = io.StringIO(), io.StringIO()
    code = 0
    with (
        mock.patch.object(sys, "argv", ["tradespace", *arguments]),
        mock.patch.dict(os.environ, {"TRADESPACE_STORE": "none", "COLUMNS": "120"}),
        redirect_stdout(printed),
        redirect_stderr(complained),
        _same_signals(),
    ):
        try:
            main()
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 1
    return Told(code, printed.getvalue(), complained.getvalue(), dict(_texts(out)))


def takes_front(command: str) -> bool:
    """Whether a command is a question to a front."""
    return command.split()[0] in _QUESTIONS


def told_to(command: str, folder: Path, component: str = "web", driver: str = "v") -> list[str]:
    """The arguments of one of `COMMANDS`, for what `write_for_commands` has written to a folder."""
    words = {
        "scenario": str(folder / "scenario.yaml"),
        "other": str(folder / "other.yaml"),
        "out": str(folder / "out"),
        "front": str(folder / "front"),
        "component": component,
        "driver": driver,
    }
    return [part.format(**words) for part in command.split()]


def write_for_commands(tree: Mapping[str, Any], folder: Path) -> None:
    """A scenario, and the same under another name for what asks for two."""
    for name, written in (("scenario", tree), ("other", {**tree, "name": "other"})):
        text = yaml.safe_dump(dict(written), sort_keys=False, allow_unicode=True)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def _texts(folder: Path | None) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")) if folder is not None and folder.is_dir() else ():
        if path.suffix in (".json", ".csv", ".md", ".yaml"):
            yield str(path.relative_to(folder or path)), path.read_text(encoding="utf-8")


@contextmanager
def _same_signals() -> Iterator[None]:
    """Leaves the handlers of signals as they were: a command may set its own."""
    import signal

    held = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, handler in held.items():
            signal.signal(one, handler)
