"""The command line: `tradespace COMMAND`. Heavy libraries are loaded only by the command that needs them."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Final

import typer

from optimizer.cli.commands.across import across
from optimizer.cli.commands.batch import batch
from optimizer.cli.commands.breaking import break_
from optimizer.cli.commands.compare import compare
from optimizer.cli.commands.doubt import doubt
from optimizer.cli.commands.explain import explain
from optimizer.cli.commands.gallery import gallery, new
from optimizer.cli.commands.gameday import gameday
from optimizer.cli.commands.gate import gate
from optimizer.cli.commands.migrate import migrate, said
from optimizer.cli.commands.options import AsJson, Changes, ScenarioFile
from optimizer.cli.commands.rank import rank
from optimizer.cli.commands.reach import reach, representatives
from optimizer.cli.commands.readiness import readiness
from optimizer.cli.commands.report import report
from optimizer.cli.commands.returns import returns
from optimizer.cli.commands.rules import rules
from optimizer.cli.commands.runbook import margins, runbook
from optimizer.cli.commands.runs import runs
from optimizer.cli.commands.shortlist import shortlist
from optimizer.cli.commands.solve import solve
from optimizer.cli.commands.stress import stress
from optimizer.cli.commands.verify import verify
from optimizer.cli.commands.watch import watch, watch_rules
from optimizer.cli.commands.what_if import what_if
from optimizer.cli.console import compiled, print_json, show
from optimizer.cli.door import doors
from optimizer.cli.exit_codes import BAD_INPUT, DEFECT, INTERRUPTED, OK, TOLD

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: nothing but the door's own output is dressed
    no_args_is_help=True,
    help="Multi-objective trade-off optimizer for system designs.",
    epilog=TOLD,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"tradespace {version('tradespace')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command()
def evaluate(
    scenario: ScenarioFile,
    design: Annotated[str, typer.Option(help="`today`, or a file with a design.")] = "today",
    changes: Changes = None,
    as_json: AsJson = False,
) -> None:
    """Score one design, with everything in between: by phase, component and flow."""
    from models.explanation.explain import explain as everything_of
    from optimizer.files.designs import design_from
    from optimizer.scenario_model import limits_of
    from optimizer.sections.evaluate import evaluate as section_of

    system = compiled(scenario)
    x = design_from(system, design, changes or [])
    told = everything_of(system, x)
    show(section_of(told, limits_of(system.scenario)), as_json=as_json, data=told, has_title=True)


@app.command()
def check(scenario: ScenarioFile, as_json: AsJson = False) -> None:
    """Check a scenario file: everything that is wrong with it, and what is odd but legal."""
    from models.errors import ScenarioError
    from models.scenario.load import load_with_warnings

    try:
        loaded, found = load_with_warnings(scenario)
    except ScenarioError as error:
        if as_json:
            print_json({"file": str(scenario), "findings": [_finding(f) for f in error.findings]})
            raise typer.Exit(BAD_INPUT) from None
        raise
    for finding in () if as_json else found:  # at once: what comes next takes its time
        typer.echo(f"{finding.severity}: {said(finding, scenario)}")

    from models.system.compiler import compile_system
    from optimizer.decide.oddities import oddities

    known = {finding.where for finding in found}
    more = tuple(odd for odd in oddities(compile_system(loaded)) if odd.where not in known)
    found += more
    if as_json:
        print_json({"file": str(scenario), "findings": [_finding(f) for f in found]})
        return
    for finding in more:
        typer.echo(f"{finding.severity}: {finding}")
    odd = sum(finding.severity == "warning" for finding in found)
    warnings = f"{odd} warning{'' if odd == 1 else 's'}" if odd else "no warnings"
    typer.echo(f"{scenario}: valid, {warnings}")


@app.command()
def schema(
    of: Annotated[
        str, typer.Option(help="`scenario`, or `report`: what `report --format json` writes.")
    ] = "scenario",
) -> None:
    """Print the JSON Schema of scenario files, for editors that complete and check them, or of reports."""
    from models.scenario.schema import json_schema
    from optimizer.report.data import report_schema

    if of not in ("scenario", "report"):
        raise typer.BadParameter(f"found --of {of}; allowed: scenario, report")
    print_json(json_schema() if of == "scenario" else report_schema())


#: The commands that stand in files of their own, in the order of the help.
COMMANDS: Final[tuple[tuple[str, Callable[..., None]], ...]] = (
    ("solve", solve),
    ("shortlist", shortlist),
    ("rank", rank),
    ("representatives", representatives),
    ("reach", reach),
    ("explain", explain),
    ("compare", compare),
    ("what-if", what_if),
    ("rules", rules),
    ("break", break_),
    ("margins", margins),
    ("runbook", runbook),
    ("verify", verify),
    ("stress", stress),
    ("gameday", gameday),
    ("returns", returns),
    ("readiness", readiness),
    ("watch", watch),
    ("watch-rules", watch_rules),
    ("doubt", doubt),
    ("gate", gate),
    ("report", report),
    ("batch", batch),
    ("across", across),
    ("gallery", gallery),
    ("new", new),
    ("migrate", migrate),
)
#: Names that commands had before: they work, and the help doesn't show them.
FORMER: Final[tuple[tuple[str, Callable[..., None]], ...]] = (("few", representatives),)
for _name, _command in COMMANDS:
    app.command(_name)(_command)
for _name, _command in FORMER:
    app.command(_name, hidden=True)(_command)
app.add_typer(runs, name="runs")


def _finding(finding: object) -> dict[str, object]:
    from dataclasses import asdict

    from models.errors import Finding

    assert isinstance(finding, Finding)
    told = asdict(finding)
    del told["about"]  # what the checks go by among themselves
    return told


def main() -> None:
    """Runs the command line; no traceback reaches a user."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # µ on a terminal of 1980 is no reason to fail
            stream.reconfigure(errors="backslashreplace")
    with doors():
        code = _run()
    sys.exit(code)


def _run() -> int:
    """Runs a command, and says what went wrong; the exit code."""
    try:
        done = app(standalone_mode=False)  # the exit code of a command that ended early
        code = done if isinstance(done, int) else OK
        sys.stdout.flush()
    except typer.Exit as left:
        code = left.exit_code
    except (KeyboardInterrupt, typer.Abort) as error:
        if isinstance(error.__cause__, EOFError):  # typer takes the end of any file for Ctrl-C
            return _tell(error.__cause__)
        typer.echo("interrupted", err=True)
        code = INTERRUPTED
    except SystemExit as left:
        # typer turns a reader that has gone into exit code 1, which says here that no design is feasible
        if not isinstance(left.__context__, BrokenPipeError):
            raise
        _let_go_of_stdout()
        code = OK
    except OSError as error:
        _let_go_of_stdout()
        code = OK if isinstance(error, BrokenPipeError) else _tell(error)
    except Exception as error:  # noqa: BLE001 - the last resort: a message instead of a traceback
        code = _tell(error)
    return code


def _let_go_of_stdout() -> None:
    """The reader has gone, or the disk is full: what is left must not be written at exit either."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _shown(error: Exception) -> str:
    """What an error says, without the passwords of a store's address."""
    from optimizer.runs.connecting import shown

    return shown(str(error))


def _tell(error: Exception) -> int:
    """Says what went wrong, and gives the exit code."""
    from models.errors import TradespaceError

    if isinstance(error, TradespaceError):
        from optimizer.cli.commands.remedies import told

        typer.echo(told(error), err=True)
        return BAD_INPUT
    show = getattr(error, "show", None)
    if show is not None and hasattr(error, "exit_code"):  # a misused option or argument
        show()
        return BAD_INPUT
    if isinstance(error, OSError) and error.filename is None:
        typer.echo(f"the output can't be written: {error.strerror or error}", err=True)
        return BAD_INPUT
    if os.environ.get("TRADESPACE_DEBUG"):
        raise error
    typer.echo(
        f"This is a defect of Tradespace, please report it: {type(error).__name__}: {_shown(error)} "
        "(TRADESPACE_DEBUG=1 shows where)",
        err=True,
    )
    return DEFECT
