"""What all commands share: a scenario file read, a console that fits, tables, JSON for machines."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from models.scenario.scenario import Scenario
    from models.system.system import System
    from optimizer.sections.content import Section


def located(path: Path) -> Path:
    """The file that a SCENARIO on the command line means: itself, or else the bundled scenario of that name.

    Raises:
        GalleryError: It is neither a file nor such a name, and looks like a name.
    """
    if os.path.isfile(path) or len(path.parts) != 1 or len(path.name) > 80:
        return path
    from optimizer.files.gallery import GalleryError, names, path_of

    if path.name in names():  # a folder of that name may be what `--out` wrote
        return path_of(path.name)
    if os.path.exists(path):
        return path
    for other in (f"{path}.yaml", f"{path}.yml"):
        if os.path.isfile(other):
            raise GalleryError(f"{path}: there is no such file; did you mean {other!r}?")
    from models.scenario.paths import nearest

    hint = nearest(path.stem.replace("_", "-"), names()) or "`tradespace gallery` lists those"
    raise GalleryError(f"{path}: there is no such file, nor a bundled scenario of that name; {hint}")


def load(path: Path) -> Scenario:
    """Reads a scenario file, or a bundled scenario by its name."""
    from models.scenario.load import load_scenario

    return load_scenario(located(path))


def compiled(path: Path) -> System:
    """Reads and compiles a scenario file."""
    from models.system.compiler import compile_system

    return compile_system(load(path))


def console() -> Console:
    """A console that fits where it prints: pipes get plain text of a fixed width."""
    from optimizer.cli.door import is_terminal, output

    if is_terminal(sys.stdout):
        return output(sys.stdout)
    asked = os.environ.get("COLUMNS", "")
    width = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 120
    return output(sys.stdout, width=max(width, 40), is_plain=True)


def show(section: Section, *, as_json: bool = False, data: object = None, has_title: bool = False) -> None:
    """Prints an answer: its section for people, plain values for machines.

    Args:
        section: The answer.
        as_json: Whether a machine reads it.
        data: The plain values; None = those of the section.
        has_title: Whether people see its heading.
    """
    if as_json:
        from optimizer.sections.data import section_data

        print_json(section_data(section) if data is None else data)
        return
    from optimizer.cli.blocks import print_section

    print_section(console(), section, has_title=has_title)


def print_json(value: object) -> None:
    """Prints a value as strict JSON."""
    import json

    from optimizer.cli.door import escaped

    is_unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    text = json.dumps(value, indent=2, ensure_ascii=not is_unicode, allow_nan=False)
    sys.stdout.write(escaped(text) + "\n")
