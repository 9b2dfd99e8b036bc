"""A report as files: every format by its name, all of them written or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from optimizer.files import refuse_existing_files, table_csv, table_parquet, write_together
from optimizer.report.content import Report

Writer = Callable[[Report, Path], object]


def _html(report: Report, path: Path) -> None:
    from optimizer.report.html import html

    path.write_text(html(report), encoding="utf-8")


def _markdown(report: Report, path: Path) -> None:
    from optimizer.report.markdown import markdown

    path.write_text(markdown(report), encoding="utf-8")


def _adr(report: Report, path: Path) -> None:
    from optimizer.report.adr import adr

    path.write_text(adr(report), encoding="utf-8")


def _json(report: Report, path: Path) -> None:
    from optimizer.report.data import report_json

    path.write_text(report_json(report), encoding="utf-8")


def _xlsx(report: Report, path: Path) -> None:
    from optimizer.report.workbook import workbook

    path.write_bytes(workbook(report))


def _csv(report: Report, path: Path) -> None:
    table_csv(report.designs, path)


def _parquet(report: Report, path: Path) -> None:
    table_parquet(report.designs, report.solution, path)


#: The formats, with the file each writes.
FORMATS: Final[Mapping[str, tuple[str, Writer]]] = {
    "html": ("report.html", _html),
    "md": ("report.md", _markdown),
    "csv": ("front.csv", _csv),
    "parquet": ("front.parquet", _parquet),
    "xlsx": ("report.xlsx", _xlsx),
    "adr": ("decision.md", _adr),
    "json": ("report.json", _json),
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
        file, write = FORMATS[name]
        writers[file] = lambda path, write=write: write(report, path)  # type: ignore[misc]
    if design is not None:
        writers[DESIGN_FILE] = lambda path: path.write_text(design, encoding="utf-8")
    return write_together(folder, writers)
