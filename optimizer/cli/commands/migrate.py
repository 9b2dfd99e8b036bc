"""`tradespace migrate`: a scenario file rewritten in the newest schema, its comments kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.commands.options import Force
from optimizer.cli.console import located

if TYPE_CHECKING:
    from models.errors import Finding
    from models.scenario.scenario import Scenario
    from optimizer.files.migrate import Migrated

#: What is said of a file in an older schema.
REWRITES = "`tradespace migrate {0}` rewrites it in the newest"


def migrate(
    scenario: Annotated[
        Path, typer.Argument(metavar="SCENARIO", help="A scenario file (YAML), or a name of the gallery.")
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it here; else it is printed.")
    ] = None,
    in_place: Annotated[bool, typer.Option("--in-place", help="Write it over the file itself.")] = False,
    adopt: Annotated[
        bool, typer.Option("--adopt", help="Take over the new defaults, instead of writing what held before.")
    ] = False,
    force: Force = False,
) -> None:
    """Rewrite a scenario file in the newest schema: its comments stay, and it means what it meant."""
    import os
    from codecs import BOM_UTF8

    from models.errors import OutputError
    from models.scenario.reading.document import decoded, read_file
    from optimizer.atomic_files import write_text
    from optimizer.files.migrate import migrated

    if in_place and out is not None:
        raise typer.BadParameter("--in-place and --out at the same time; choose one")
    path = located(scenario)
    if in_place and path != scenario:
        raise typer.BadParameter(f"{scenario} is a bundled scenario; write a copy with --out")
    content = read_file(path)
    text = "\ufeff" * content.startswith(BOM_UTF8) + decoded(content, str(path))
    done = migrated(text, adopt=adopt, source=str(path), folder=path.parent)
    target = path if in_place else out
    if out is not None and os.path.lexists(out) and not force:
        raise OutputError(f"{out} is there already; --force replaces it, --out writes another file")
    if target is None:
        typer.echo(done.text, nl=False)
    elif not in_place or done.text != text:
        write_text(target, done.text)
    for line in _told(done, target):
        typer.echo(line, err=True)


def _told(done: Migrated, target: Path | None) -> list[str]:
    """What was changed, and what the newest schema would mean."""
    from models.scenario.defaults import NEWEST
    from models.scenario.editing.edit import written

    if done.was >= NEWEST:
        return [f"It is written in schema {NEWEST} already: nothing is changed."]
    head = f"Schema {done.was} -> {NEWEST}"
    lines = [f"Written: {target}. {head}:" if target is not None else f"{head}:"]
    for one in done.left:
        place = f"components.{one.component}.{one.parameter}"
        before, now = written(one.value), written(one.newest)
        if done.adopted:
            lines.append(f"  {place}: {now} by default, before {before}: numbers change")
        else:
            lines.append(f"  {place}: {before} as before; without it {now}")
    lines += [f"  {place}: {text!r} stays as an assumption" for place, text in done.assumed.items()]
    if not done.left:
        lines.append("  nothing in it means anything else")
    return lines


def said(finding: Finding, scenario: Path) -> str:
    """A finding, and the command that mends it where it is about an older schema."""
    from models.errors import Code

    more = f"; {REWRITES.format(scenario)}" if finding.code == Code.OLD_SCHEMA else ""
    return f"{finding}{more}"


def is_old(scenario: Scenario) -> bool:
    """Whether a scenario is written in an older schema."""
    from models.scenario.defaults import NEWEST

    return scenario.schema_ < NEWEST
