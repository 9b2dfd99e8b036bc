"""Every number in every format equals the value it came from; texts are texts in all of them."""

from __future__ import annotations

import io
import json
import math
import re
from functools import cache
from html.parser import HTMLParser

import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from jsonschema import Draft202012Validator
from pymarkdown.api import PyMarkdownApi

from optimizer.files.tables import design_table
from optimizer.report.adr import adr
from optimizer.report.data import report_json, report_schema
from optimizer.report.html import html
from optimizer.report.markdown import markdown
from optimizer.report.workbook import unit_label, workbook
from optimizer.report.writing import FORMATS, write_report
from optimizer.sections.content import Bullets, FrontView, Number, Paragraph, plain
from reports import HOSTILE, everything, everything_scenario, exercise, report_of

REPORTS = {"exercise": exercise, "everything": everything}


@pytest.fixture(params=REPORTS)
def told(request):
    return REPORTS[request.param]()


def texts_of(report):
    """All sentences of a report."""
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Paragraph):
                yield block.text
            elif isinstance(block, Bullets):
                yield from block.points


def numbers_in(cell):
    if isinstance(cell, Number):
        return [cell.value]
    return [part.value for part in cell if isinstance(part, Number)] if isinstance(cell, tuple) else []


# ---- HTML ----------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """Tables, paragraphs and points of a page, with the values behind their numbers."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tables, self.texts, self.tags = {}, [], []
        self._table = self._row = self._open = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append((tag, attrs))
        if tag == "table":
            self._table = self.tables[attrs["id"].removeprefix("table-")] = []
        elif tag == "tr":
            self._row = []
            self._table.append(self._row)
        elif tag in ("td", "th", "p", "li"):
            self._open = {"text": "", "values": []}
            (self._row if tag in ("td", "th") else self.texts).append(self._open)
        elif tag == "data" and self._open is not None:
            self._open["values"].append(float(attrs["value"]))

    def handle_endtag(self, tag):
        if tag in ("td", "th", "p", "li"):
            self._open = None

    def handle_data(self, data):
        if self._open is not None:
            self._open["text"] += data


def test_html_holds_the_numbers_of_every_table_and_sentence(told):
    _, _, report = told
    page = Page(html(report))
    assert set(page.tables) == {table.name for table in report.tables}
    for table in report.tables:
        head, *rows = page.tables[table.name]
        assert [cell["text"] for cell in head] == [plain(column) for column in table.columns]
        assert len(rows) == len(table.rows)
        for found, row in zip(rows, table.rows, strict=True):
            assert [cell["text"] for cell in found] == [plain(cell) for cell in row]
            assert [cell["values"] for cell in found] == [numbers_in(cell) for cell in row]
    wanted = [(plain(words), numbers_in(words)) for words in texts_of(report)]
    found = [(text["text"].removeprefix("Warning: "), text["values"]) for text in page.texts]
    assert [one for one in wanted if one not in found] == []


def test_html_holds_the_front_as_32_bit_floats(told):
    import base64

    _, found, report = told
    text = html(report)
    data = json.loads(re.search(r'id="front-data">(.*?)</script>', text)[1])
    values = np.column_stack([np.frombuffer(base64.b64decode(c), dtype="<f8") for c in data["columns"]])
    np.testing.assert_array_equal(values, found.front.evaluation.values)
    numbers = np.frombuffer(base64.b64decode(data["numbers"]), dtype="<i4")
    assert numbers.tolist() == list(range(1, len(found.front) + 1))
    assert data["picks"][0] == found.position + 1


def test_html_is_accessible_as_far_as_text_tells(told):
    page = Page(html(told[2]))
    by_tag = {}
    for tag, attrs in page.tags:
        by_tag.setdefault(tag, []).append(attrs)
    assert by_tag["html"] == [{"lang": "en"}]
    assert len(by_tag["h1"]) == 1
    assert len(by_tag["caption"]) == len(by_tag["table"])
    assert all("scope" in attrs for attrs in by_tag["th"])
    assert all(attrs.get("role") == "img" and attrs.get("aria-label") for attrs in by_tag["svg"])
    identifiers = [attrs["id"] for attributes in by_tag.values() for attrs in attributes if "id" in attrs]
    assert len(identifiers) == len(set(identifiers))
    targets = {attrs["href"].removeprefix("#") for attrs in by_tag["a"]}
    assert targets <= set(identifiers)


# ---- Markdown ------------------------------------------------------------------------------------------


def unescaped(words):
    return re.sub(r"\\(.)", r"\1", words)


def test_markdown_holds_every_table_as_it_is_shown(told):
    _, _, report = told
    rows = [line for line in markdown(report).splitlines() if line.startswith("|")]
    cells = [[unescaped(c.strip()) for c in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]
    wanted = []
    for table in report.tables:
        wanted.append([plain(column) for column in table.columns])
        wanted.append(None)  # the line under the head
        wanted += [[" ".join(plain(cell).split()) for cell in row] for row in table.rows]
    assert len(cells) == len(wanted)
    for found, want in zip(cells, wanted, strict=True):
        if want is None:
            assert all(re.fullmatch(r"-{3}:?", cell) for cell in found)
        else:
            assert found == want


def test_markdown_holds_every_sentence(told):
    _, _, report = told
    lines = {unescaped(line) for line in markdown(report).splitlines()}
    for words in texts_of(report):
        text = " ".join(plain(words).split())
        assert {text, f"- {text}", f"**Warning:** {text}"} & lines, text


@pytest.mark.parametrize("render", [markdown, adr])
@pytest.mark.parametrize("hostile", ["", *HOSTILE])
def test_markdown_passes_a_linter(render, hostile):
    report = everything()[2] if not hostile else hostile_report(hostile)
    linter = PyMarkdownApi().enable_extension_by_identifier("front-matter")
    linter = linter.disable_rule_by_identifier("md013")  # the length of lines
    linter = linter.disable_rule_by_identifier("md051")  # links within a page: there are none, and it crashes
    found = linter.scan_string(render(report))
    assert [f"{f.line_number}: {f.rule_id} {f.rule_description}" for f in found.scan_failures] == []


def test_the_decision_record_follows_madr(told):
    _, found, report = told
    text = adr(report)
    assert text.startswith('---\nstatus: "proposed"\ndate: 2026-11-24\n---\n\n# ')
    heads = [line for line in text.splitlines() if re.match(r"##+ ", line)]
    options = [head for head in heads[7:-1]]
    assert heads[:7] == [
        "## Context and Problem Statement",
        "## Decision Drivers",
        "## Considered Options",
        "## Decision Outcome",
        "### Consequences",
        "### Confirmation",
        "## Pros and Cons of the Options",
    ]
    assert heads[-1] == "## More Information"
    considered = text.split("## Considered Options")[1].split("##")[0]
    assert [f"### {line[2:]}" for line in considered.strip().splitlines()] == options
    assert f'Chosen option: "{options[0][4:]}", because ' in text
    for value, dimension in zip(found.chosen.values[0], found.chosen.dimensions, strict=True):
        assert str(Number(float(value), dimension.unit)) in unescaped(text)


# ---- XLSX ----------------------------------------------------------------------------------------------


def opened(report):
    return openpyxl.load_workbook(io.BytesIO(workbook(report)))


def test_xlsx_has_a_sheet_a_table_with_real_numbers_and_units(told):
    _, _, report = told
    book = opened(report)
    assert book.sheetnames == ["report", *(table.name for table in report.tables), "front"]
    for table in report.tables:
        sheet = book[table.name]
        head = [cell.value for cell in sheet[3] if cell.value is not None]
        place = 0
        for j, column in enumerate(table.columns):
            units = {row[j].unit for row in table.rows if isinstance(row[j], Number)}
            assert (head[place] or "").startswith(column)
            if len(units) == 1:
                assert unit_label(next(iter(units))) in head[place]
            for i, row in enumerate(table.rows, start=4):
                found, cell = sheet.cell(i, place + 1), row[j]
                if isinstance(cell, Number) and math.isfinite(cell.value):
                    assert found.data_type == "n"
                    assert found.value == pytest.approx(
                        cell.value, rel=1e-15, abs=0.0
                    )  # 16 digits are written
                    if len(units) > 1:
                        assert (sheet.cell(i, place + 2).value or "") == unit_label(cell.unit)
                else:
                    assert (found.value or "") == plain(cell)
            place += 1 + (len(units) > 1)
        assert sheet.freeze_panes == ("B4" if table.is_headed else "A4")


def test_xlsx_holds_the_whole_front(told):
    _, found, report = told
    sheet = opened(report)["front"]
    head = [cell.value for cell in sheet[1]]
    assert sheet.freeze_panes == "B2"
    for j, dimension in enumerate(found.front.evaluation.dimensions):
        column = next(i for i, name in enumerate(head) if name.startswith(dimension.name))
        values = [sheet.cell(i + 2, column + 1).value for i in range(len(found.front))]
        assert values == found.front.evaluation.values[:, j].tolist()
    assert sheet.max_row == len(found.front) + 1


# ---- JSON, CSV, Parquet --------------------------------------------------------------------------------


def test_json_follows_its_schema_and_holds_every_number(told):
    _, _, report = told
    Draft202012Validator.check_schema(report_schema())
    data = json.loads(report_json(report))
    assert [error.message for error in Draft202012Validator(report_schema()).iter_errors(data)] == []
    blocks = [block for section in data["sections"] for block in section["blocks"]]
    tables = [
        b if b["kind"] == "table" else b["table"] for b in blocks if b["kind"] == "table" or "table" in b
    ]
    assert [t["name"] for t in tables] == [t.name for t in report.tables]
    for found, table in zip(tables, report.tables, strict=True):
        for row, wanted in zip(found["rows"], table.rows, strict=True):
            for cell, want in zip(row, wanted, strict=True):
                if isinstance(want, Number):
                    assert cell["value"] == (want.value if math.isfinite(want.value) else None)
                    assert cell["shown"] == str(want)
                elif isinstance(want, tuple):
                    parts = [part["shown"] if isinstance(part, dict) else part for part in cell]
                    assert "".join(parts) == plain(want)
                else:
                    assert cell == want


def test_csv_and_parquet_are_read_back_identically(told, tmp_path):
    system, found, report = told
    write_report(report, tmp_path, ["csv", "parquet"])
    wanted = design_table(found.front.evaluation, system.space)
    back = pd.read_parquet(tmp_path / "front.parquet")
    pd.testing.assert_frame_equal(back, wanted, check_like=False)
    text = pd.read_csv(tmp_path / "front.csv")
    for dimension in found.front.evaluation.dimensions:
        assert text[dimension.name].tolist() == wanted[dimension.name].tolist()
    assert list(text.columns) == list(wanted.columns)
    provenance = json.loads(pq.read_schema(tmp_path / "front.parquet").metadata[b"tradespace"])
    assert provenance["scenario"]["digest"] == system.digest


# ---- texts that want to be more ------------------------------------------------------------------------


@cache
def hostile_report(words):
    from models import compile_system

    names = ("title", "summary", "assumption", "label", "option", "notice", "breach", "source")
    return report_of(compile_system(everything_scenario(**dict.fromkeys(names, words))))


@pytest.mark.parametrize("words", HOSTILE)
def test_texts_of_a_scenario_are_texts_in_every_format(words, tmp_path):
    report = hostile_report(words)
    shown = " ".join(plain(words).split())
    write_report(report, tmp_path, FORMATS)
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert any(shown in " ".join(text["text"].split()) for text in page.texts)
    assert {tag for tag, _ in page.tags} & {"img", "iframe", "object", "link"} == set()
    assert [attrs for tag, attrs in page.tags if tag == "script" and attrs] == [
        {"type": "application/json", "id": "front-data"}
    ]
    assert sum(tag == "script" for tag, _ in page.tags) == 2
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
    for name in ("report.md", "decision.md"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert shown in unescaped(text)
        assert not re.search(r"(?<!\\)<|(?<!\\)\]\(|(?<!\\)://|www\.", text)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", text)
    book = openpyxl.load_workbook(tmp_path / "report.xlsx")
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert cell.hyperlink is None
    data = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert plain(words) in data["title"]
    for line in (tmp_path / "front.csv").read_text(encoding="utf-8").splitlines():
        assert not re.search(r'(^|,)"?[=+@]', line)


def test_the_view_of_a_front_is_in_the_report_once(told):
    views = [b for section in told[2].sections for b in section.blocks if isinstance(b, FrontView)]
    assert len(views) == 1
