"""`tradespace gallery` and `tradespace new`: the bundled scenarios, and copies of them to start from."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.commands.options import AsJson, Force
from optimizer.cli.console import print_json

#: What `new` copies when it isn't told.
FIRST = "web-api-three-tier"


def gallery(as_json: AsJson = False) -> None:
    """List the bundled scenarios; their names stand for files in all commands."""
    from dataclasses import asdict

    from models.units import count
    from optimizer.files.gallery import entry, names

    entries = [entry(name) for name in names()]
    if as_json:
        print_json({"scenarios": [asdict(one) for one in entries]})
        return
    widest = max(len(one.name) for one in entries)
    for one in entries:
        designs = "uncountable designs" if one.designs is None else f"{count(one.designs)} designs"
        typer.echo(f"{one.name:<{widest}}  {one.decisions} decisions, {designs}. {one.line}")
    typer.echo(
        f"\n`tradespace solve {FIRST}` solves one; `tradespace new my-system --from {FIRST}` copies one "
        "with its comments, to start from."
    )


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name: small letters, digits and `-`.")],
    source: Annotated[
        str, typer.Option("--from", metavar="SCENARIO", help="The bundled scenario to start from.")
    ] = FIRST,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it here instead of NAME.yaml.")
    ] = None,
    force: Force = False,
) -> None:
    """Start a scenario of your own: a commented copy of a bundled one."""
    from models.errors import OutputError
    from optimizer.atomic_files import write_text
    from optimizer.files.gallery import copy_of

    text = copy_of(source, name)
    path = out if out is not None else Path(f"{name}.yaml")
    if os.path.isdir(path):
        raise OutputError(f"{path} is a folder; name a file in it, for example {path / name}.yaml")
    if os.path.lexists(path) and not force:
        raise OutputError(f"{path} is there already; --force replaces it, --out writes another file")
    write_text(path, text)
    typer.echo(
        f"Written: {path}, a copy of {source}. Its comments say what to replace. Then:\n"
        f"  tradespace check {path}\n"
        f"  tradespace solve {path}"
    )
