"""A report as files: every format by its name, all of them written or none."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from optimizer.atomic_files import refuse_existing_files, write_together
from optimizer.files.solution import csv_bytes, table_parquet
from optimizer.report.content import Report

Maker = Callable[[Report], bytes]


def _html(report: Report) -> bytes:
    from optimizer.report.html import html

    return html(report).encode()


def _markdown(report: Report) -> bytes:
    from optimizer.report.markdown import markdown

    return markdown(report).encode()


def _adr(report: Report) -> bytes:
    from optimizer.report.adr import adr

    return adr(report).encode()


def _json(report: Report) -> bytes:
    from optimizer.report.data import report_json

    return report_json(report).encode()


def _xlsx(report: Report) -> bytes:
    from optimizer.report.workbook import workbook

    return workbook(report)


def _csv(report: Report) -> bytes:
    return csv_bytes(report.designs)


def _parquet(report: Report) -> bytes:
    with tempfile.TemporaryDirectory(prefix="tradespace-") as folder:
        path = Path(folder) / "front.parquet"
        table_parquet(report.designs, report.solution, path)
        return path.read_bytes()


#: The formats: the file of each, its media type, and what makes it.
FORMATS: Final[Mapping[str, tuple[str, str, Maker]]] = {
    "html": ("report.html", "text/html", _html),
    "md": ("report.md", "text/markdown", _markdown),
    "csv": ("front.csv", "text/csv", _csv),
    "parquet": ("front.parquet", "application/vnd.apache.parquet", _parquet),
    "xlsx": ("report.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx),
    "adr": ("decision.md", "text/markdown", _adr),
    "json": ("report.json", "application/json", _json),
}
#: The chosen design as a file, written beside every report, for `tradespace gate`.
DESIGN_FILE = "design.yaml"


def formats_of(text: str) -> tuple[str, ...]:
    """The formats that a list with commas names.

    Raises:
        ValueError: One of them isn't there.
    """
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    unknown = [name for name in names if name not in FORMATS]
    if unknown or not names:
        raise ValueError(f"found the format {', '.join(unknown) or text!r}; allowed: {', '.join(FORMATS)}")
    return names


def report_bytes(report: Report, name: str) -> tuple[str, str, bytes]:
    """A report in one format: the file's name, its media type, its content.

    Args:
        report: The report.
        name: One of `FORMATS`.
    """
    file, media, make = FORMATS[name]
    return file, media, make(report)


def refuse_existing_report(folder: Path, formats: Iterable[str], *, force: bool = False) -> None:
    """Refuses a folder that can't take a report, before anything is worked out.

    Raises:
        OutputError: It holds files of these formats already, is no folder, or can't be written.
    """
    refuse_existing_files(folder, [FORMATS[name][0] for name in formats] + [DESIGN_FILE], force=force)


def write_report(
    report: Report,
    folder: Path,
    formats: Iterable[str],
    *,
    design: str | None = None,
    force: bool = False,
) -> list[Path]:
    """Writes a report into a folder, in all formats together or in none.

    Args:
        report: The report.
        folder: Made when it isn't there.
        formats: Names of `FORMATS`.
        design: The chosen design as the text of a file; None = there is none.
        force: Whether files that are there are replaced.

    Returns:
        The files.

    Raises:
        OutputError: The folder can't be written, or holds such files already.
    """
    names = list(formats)
    refuse_existing_report(folder, names, force=force)
    writers: dict[str, Callable[[Path], object]] = {}
    for name in names:
        file, _, make = FORMATS[name]
        writers[file] = lambda path, make=make: path.write_bytes(make(report))  # type: ignore[misc]
    if design is not None:
        writers[DESIGN_FILE] = lambda path: path.write_text(design, encoding="utf-8")
    return write_together(folder, writers)
