"""The bundled scenarios: where they lie, what they are about, and copies of them to start from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import TradespaceError

if TYPE_CHECKING:
    from models.scenario.scenario import Scenario

#: Installed, they lie in the package (`package-dir` in pyproject.toml); in a checkout, in its data folder.
_PLACES = (Path(__file__).parents[1] / "bundled", Path(__file__).parents[2] / "data" / "scenarios")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
#: The value of a key on one line: quoted or plain; then its comment.
_VALUE = r"""(?P<value>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\n]*?)(?P<comment>[ \t]+#[^\n]*)?"""


class GalleryError(TradespaceError):
    """There is no such bundled scenario, or a copy of it can't be called that."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a list of the bundled scenarios tells of one.

    Attributes:
        name: Its name, on the command line too.
        title: Its headline.
        line: What it is about, in one sentence.
        decisions: Number of its decisions.
        designs: Number of its designs; None when they can't be counted.
    """

    name: str
    title: str
    line: str
    decisions: int
    designs: int | None


def names() -> tuple[str, ...]:
    """The names of all bundled scenarios, sorted; nothing is read."""
    return tuple(sorted(_name_of(path) for path in _folder().glob("*.yaml")))


def path_of(name: str) -> Path:
    """The file of a bundled scenario.

    Raises:
        GalleryError: There is none of that name; tells the nearest and all.
    """
    if name not in names():
        from models.scenario.paths import nearest

        hint = nearest(name, names())
        shown = name if len(name) <= 80 else name[:80] + "..."
        raise GalleryError(
            f"{shown}: no bundled scenario has that name{f'; {hint}' if hint else ''}\n"
            f"  there are: {', '.join(names())}"
        )
    return _folder() / f"{name.replace('-', '_')}.yaml"


def title_of(name: str) -> str:
    """The title of a bundled scenario, or its name; nothing but the head of its file is read as YAML.

    Raises:
        GalleryError: There is none of that name.
    """
    from models.scenario.reading.document import read_document

    text = path_of(name).read_text(encoding="utf-8")
    head = re.search(r"^title:.*(?:\n[ \t]+.*)*", text, re.MULTILINE)
    told = read_document(head.group().encode(), source=name).tree if head else {}
    return str(told.get("title") or name)


def entry(name: str) -> Entry:
    """What a list tells of one bundled scenario; its file is read and its designs are counted.

    Raises:
        GalleryError: There is none of that name.
        ScenarioError: Its file is damaged.
    """
    from models.scenario.load import load_scenario
    from models.system.compiler import compile_system

    scenario = load_scenario(path_of(name))
    return Entry(
        name=name,
        title=scenario.title or scenario.name,
        line=first_sentence(scenario),
        decisions=len(scenario.decisions),
        designs=compile_system(scenario).space.size,
    )


def first_sentence(scenario: Scenario) -> str:
    """What a scenario is about, in one sentence: its summary's first, or else its title."""
    text = " ".join(scenario.summary.split())
    return re.split(r"(?<=[.?!]) ", text, maxsplit=1)[0] or scenario.title or scenario.name


def copy_of(source: str, name: str) -> str:
    """The text of a bundled scenario under another name, with all its comments.

    Args:
        source: The bundled scenario.
        name: The name of the copy; its title is made of it.

    Raises:
        GalleryError: There is no such scenario, or the name is none that a scenario can have.
    """
    refuse_name(name)
    text = path_of(source).read_text(encoding="utf-8")
    title = name.replace("-", " ")
    return _with_value(_with_value(text, "name", name), "title", f'"{title[0].upper()}{title[1:]}"')


def refuse_name(name: str) -> None:
    """Refuses what can't be the name of a scenario.

    Raises:
        GalleryError: It isn't made of small letters, digits and dashes, or is too long.
    """
    if not _NAME.fullmatch(name):
        shown = repr(name if len(name) <= 80 else name[:80] + "...")
        likely = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:80]
        hint = f"; did you mean {likely!r}?" if likely else ""
        raise GalleryError(
            f"NAME: found {shown}; allowed are small letters, digits and -, at most 80 of them, "
            f"beginning with a letter or a digit{hint}"
        )


def _folder() -> Path:
    return next((place for place in _PLACES if place.is_dir()), _PLACES[-1])


def _name_of(path: Path) -> str:
    return path.stem.replace("_", "-")


def _with_value(text: str, key: str, value: str) -> str:
    """A YAML text in which a key of the top level has another value; lines that continue the old one go."""
    found = re.compile(rf"^{key}:[ \t]*{_VALUE}(?:\n[ \t]+[^\n]*)*$", re.MULTILINE)
    return found.sub(lambda match: f"{key}: {value}{match['comment'] or ''}", text, count=1)
