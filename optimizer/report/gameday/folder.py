"""The folder that goes into the room, and the same as a zip: all of it or nothing is written."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from models.errors import OutputError
from models.system.system import System
from optimizer.atomic_files import write_together
from optimizer.report.gameday.plan import plan_of
from optimizer.report.gameday.sheets import curve, post_mortem, run_log
from optimizer.report.html import html
from optimizer.report.markdown import markdown
from optimizer.resilience.exports.drill import Drill
from optimizer.resilience.exports.refused import NotExported
from optimizer.resilience.exports.registry import EXPORTS
from optimizer.resilience.prediction import Prediction

#: What the zip is called.
ZIP = "gameday.zip"
#: What a folder holds that a game day was written to.
NAMES = (ZIP, "plan.html", "plan.md", "run-log.csv", "post-mortem.md", "curves", *EXPORTS)
#: The moment that all files of a zip bear: the same inputs give the same bytes.
_MOMENT = (2026, 1, 1, 0, 0, 0)


def files_of(
    system: System,
    drills: Sequence[Drill],
    found: Sequence[Prediction],
    refused: Mapping[str, str],
    tools: Sequence[str],
    made: date,
) -> tuple[dict[str, str], dict[str, str]]:
    """The files by their names within the folder, and by experiment and tool what a tool can't do.

    Args:
        system: The compiled scenario.
        drills: The experiments that may be run.
        found: What is predicted of all.
        refused: By experiment why it may not be run.
        tools: Names of the tools that experiments are exported to (`EXPORTS`).
        made: The day to put on the plan.
    """
    files: dict[str, str] = {}
    left_out: dict[str, str] = {}
    for tool in tools:
        for drill in drills:
            try:
                written = EXPORTS[tool].files(drill)
            except NotExported as error:
                left_out[f"{drill.name}, {EXPORTS[tool].tool}"] = str(error)
                continue
            files |= {f"{tool}/{name}": text for name, text in written.items()}
    plan = plan_of(system, drills, {**refused, **left_out}, tools, made)
    files |= {
        "plan.html": html(plan),
        "plan.md": markdown(plan),
        "run-log.csv": run_log(system, drills),
        "post-mortem.md": post_mortem(system, drills),
    }
    for one in found:
        told = curve(system, one)
        if told is not None:
            files[f"curves/{one.name}.csv"] = told
    return files, left_out


def write_folder(folder: Path, name: str, files: Mapping[str, str]) -> list[Path]:
    """Writes all files and the zip of them.

    Args:
        folder: Made when it isn't there.
        name: The folder's name within the zip.
        files: By their names within the folder.

    Raises:
        OutputError: The folder or a file can't be written.
    """

    def writer(content: bytes) -> Callable[[Path], object]:
        return lambda path: path.write_bytes(content)

    try:
        for place in {(folder / one).parent for one in files}:
            place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} can't be written: {error.strerror or error}") from None
    contents = {one: text.encode() for one, text in files.items()}
    contents[ZIP] = zipped(name, contents)
    return write_together(folder, {one: writer(content) for one, content in contents.items()})


def zipped(name: str, contents: Mapping[str, bytes]) -> bytes:
    """Files as one zip, below a folder of a name."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in sorted(contents):
            entry = zipfile.ZipInfo(f"{name}-gameday/{one}", _MOMENT)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, contents[one])
    return target.getvalue()
