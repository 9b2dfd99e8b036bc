"""A report as an XLSX workbook: a sheet a table, real numbers with their units in the head, panes frozen."""

from __future__ import annotations

import io
import math
import re

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from optimizer.files.tables import columns_of_table
from optimizer.report.content import Report
from optimizer.sections.content import Cell, Number, Table, plain, texts_of

#: Longest name of a sheet, and what none may hold.
_LONGEST, _NOT_IN_NAMES = 31, re.compile(r"[\[\]:*?/\\']")
#: Longest text of a cell, and widest column.
_LONGEST_TEXT, _WIDEST = 32_767, 60
_SETTINGS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}


def workbook(report: Report) -> bytes:
    """A report as the bytes of a workbook."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, _SETTINGS) as book:
        book.set_properties({"title": plain(report.title)[:255], "comments": plain(report.subtitle)[:255]})
        writer = _Writer(book)
        writer.text_sheet(report)
        for table in report.tables:
            writer.table_sheet(table)
        writer.front_sheet(report)
    return file.getvalue()


class _Writer:
    """Writes sheets with the formats of one workbook."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._names: set[str] = set()
        self._head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self._wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self._top = book.add_format({"valign": "top"})
        self._title = book.add_format({"bold": True, "font_size": 14})

    def _sheet(self, name: str) -> Worksheet:
        """A sheet whose name no other has, whatever the case of its letters."""
        base = _NOT_IN_NAMES.sub(" ", plain(name)).strip()[:_LONGEST] or "sheet"
        unique, k = base, 2
        while unique.lower() in self._names:
            end = f" {k}"
            unique, k = base[: _LONGEST - len(end)] + end, k + 1
        self._names.add(unique.lower())
        return self._book.add_worksheet(unique)

    def text_sheet(self, report: Report) -> None:
        """What is said in words, and where the numbers come from."""
        sheet = self._sheet("report")
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 1, 110)
        sheet.write_string(0, 0, plain(report.title), self._title)
        row = 2
        for section in report.sections:
            for block in section.blocks:
                for text in texts_of(block):
                    sheet.write_string(row, 0, plain(section.title), self._top)
                    sheet.write_string(row, 1, plain(text)[:_LONGEST_TEXT], self._wrapped)
                    row += 1
        for label, value in report.provenance:
            sheet.write_string(row, 0, plain(label), self._top)
            self._cell(sheet, row, 1, value[0] if len(value) == 1 else value)
            row += 1

    def table_sheet(self, table: Table) -> None:
        """A table; a column whose numbers have several units is followed by one that gives them."""
        sheet = self._sheet(table.name)
        sheet.write_string(0, 0, plain(table.caption), self._title)
        place = 0
        for j, head in enumerate(table.columns):
            cells = [row[j] for row in table.rows]
            units = {cell.unit for cell in cells if isinstance(cell, Number)}
            name = with_unit(plain(head), units.pop()) if len(units) == 1 else plain(head)
            sheet.write_string(2, place, name, self._head)
            for i, cell in enumerate(cells, start=3):
                self._cell(sheet, i, place, cell)
            widest = max([len(name) // 2, *(len(_shown(cell)) for cell in cells)])
            sheet.set_column(place, place, min(max(widest + 2, 10), _WIDEST))
            place += 1
            if len(units) > 1:
                sheet.write_string(2, place, f"unit of {plain(head)}", self._head)
                for i, cell in enumerate(cells, start=3):
                    if isinstance(cell, Number):
                        sheet.write_string(i, place, unit_label(cell.unit), self._top)
                place += 1
        sheet.freeze_panes(3, 1 if table.is_headed else 0)
        if table.rows:
            sheet.autofilter(2, 0, 2 + len(table.rows), place - 1)

    def front_sheet(self, report: Report) -> None:
        """The whole front, a row a design, as in the CSV."""
        sheet = self._sheet("front")
        columns = columns_of_table(report.designs)
        for j, (name, unit, values) in enumerate(columns):
            sheet.write_string(0, j, with_unit(name, unit), self._head)
            for i, value in enumerate(values, start=1):
                self._plain_cell(sheet, i, j, value)
            sheet.set_column(j, j, min(max(len(name) + 2, 10), 30))
        sheet.freeze_panes(1, 1)
        if columns and len(report.designs):
            sheet.autofilter(0, 0, len(report.designs), len(columns) - 1)

    def _cell(self, sheet: Worksheet, row: int, column: int, cell: Cell) -> None:
        if cell is None:
            return
        if isinstance(cell, Number) and math.isfinite(cell.value):
            sheet.write_number(row, column, cell.value, self._top)
        else:
            sheet.write_string(row, column, plain(cell)[:_LONGEST_TEXT], self._wrapped)

    def _plain_cell(self, sheet: Worksheet, row: int, column: int, value: object) -> None:
        if value is None:
            return
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value)
        elif isinstance(value, (int, float)):
            if math.isfinite(value):
                sheet.write_number(row, column, float(value), self._top)
            else:
                self._cell(sheet, row, column, Number(float(value), ""))
        else:
            sheet.write_string(row, column, plain(str(value))[:_LONGEST_TEXT])


def with_unit(name: str, unit: str) -> str:
    """The head of a column with the unit of its numbers."""
    label = unit_label(unit)
    return f"{name}, {label}" if label and label not in name else name


def unit_label(unit: str) -> str:
    """A unit as it stands in the head of a column."""
    return {
        "count": "",
        "fraction": "share of 1",
        "uptime": "share of 1",
        "more": "share of 1",
        "": "",
    }.get(unit, unit)


def _shown(cell: Cell) -> str:
    return f"{cell.value:.10g}" if isinstance(cell, Number) else plain(cell)
