"""Sections on a terminal: nothing is lost and nothing is too wide, whatever the width and the texts."""

from __future__ import annotations

import re
from io import BytesIO, StringIO, TextIOWrapper

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from optimizer.cli.blocks import print_section
from optimizer.sections.content import (
    Bullets,
    Line,
    Number,
    Paragraph,
    Section,
    Steps,
    Table,
    plain,
    tables_of,
    text,
    texts_of,
)

words = st.text(st.sampled_from("abcde äß漢字-_=. "), max_size=70)
numbers = st.builds(
    Number, st.floats(allow_nan=False), st.sampled_from(["ms", "USD", "fraction", "requests/s"])
)
texts = st.lists(st.one_of(words, numbers), max_size=4).map(tuple)
cells = st.one_of(st.none(), words, numbers, texts)


@st.composite
def tables(draw):
    wide = draw(st.integers(1, 7))
    rows = draw(st.lists(st.tuples(*[cells] * wide), max_size=5))
    return Table("t", draw(words), draw(st.tuples(*[words] * wide)), tuple(rows))


blocks = st.one_of(
    st.builds(Paragraph, texts, st.sampled_from(["plain", "warning"])),
    st.builds(Bullets, st.lists(texts, max_size=4).map(tuple)),
    st.builds(Steps, st.lists(texts, max_size=12).map(tuple)),
    tables(),
)
sections = st.lists(blocks, max_size=5).map(lambda found: Section("s", "A section", tuple(found)))


def printed(section, width=120):
    console = Console(file=StringIO(), width=width, color_system=None, highlight=False, markup=False)
    print_section(console, section)
    return console.file.getvalue()


def letters(words):
    return re.sub(r"\s", "", words)


@given(sections, st.integers(40, 200))
def test_no_line_is_wider_than_the_terminal(section, width):
    assert max(map(cell_len, printed(section, width).split("\n"))) <= width


@given(sections)
def test_nothing_that_a_section_says_is_lost_where_there_is_room(section):
    out = letters(printed(section, 2000))
    for block in section.blocks:
        said = [plain(words) for words in texts_of(block)]
        said += [plain(cell) for table in tables_of(block) for row in table.rows for cell in row]
        for one in said:
            assert letters(one) in out


@given(tables(), st.integers(40, 120))
def test_no_cell_of_a_table_is_lost_where_there_is_none(table, width):
    out = letters(printed(Section("s", "", (table,)), width))
    for row in table.rows:
        for cell in row:
            for letter in set(letters(plain(cell))):
                assert out.count(letter) >= letters(plain(cell)).count(letter)


def test_numbers_are_set_to_the_right_and_heads_above_them():
    table = Table(
        "t",
        "Prices",
        ("part", "price", "why"),
        (("web", Number(5.0, "USD"), "small"), ("database", Number(12_345.0, "USD"), None)),
    )
    assert printed(Section("s", "", (table,))).splitlines()[0] == "Prices:"
    head, web, database = (line.rstrip() for line in printed(Section("s", "", (table,))).splitlines()[1:])
    price = head.index("price") + len("price")
    assert head.startswith("part ")
    assert web[:price].endswith(" 5.00 USD")
    assert database[:price].endswith(" 12,345 USD")
    assert web.endswith("small")


def test_a_table_that_is_too_wide_is_told_line_by_line():
    head = tuple(f"column-number-{k}" for k in range(9))
    table = Table("t", "Wide", head, (tuple(f"cell-{k}" for k in range(9)),))
    lines = printed(Section("s", "", (table,)), 60).splitlines()
    assert lines[1] == "column-number-0 cell-0"
    assert lines[2:] == [f"  column-number-{k}: cell-{k}" for k in range(1, 9)]


def test_steps_are_numbered_and_points_hang_below_their_beginning():
    steps = Steps(tuple(text(f"step {'and more ' * 8}") for _ in range(10)))
    lines = printed(Section("s", "", (steps,)), 50).splitlines()
    assert [line[:4] for line in lines if not line.startswith("     ")] == [f"  {k:>2}" for k in range(1, 11)]
    assert all(line.startswith("      ") for line in lines if "." not in line)


def test_a_warning_is_said_to_be_one_and_a_chart_is_told_by_its_table():
    table = Table("load", "Points", ("x", "y"), ((Number(1.0, "times"), Number(2.0, "ms")),))
    line = Line("A line", "what it shows", "x", "y", "times", "ms", ((1.0, 2.0),), table)
    out = printed(Section("s", "", (Paragraph(text("mind this"), "warning"), line)))
    assert out.startswith("Warning: mind this\n")
    assert "2.00 ms" in out


@pytest.mark.parametrize(("encoding", "arrow"), [("ascii", "->"), ("utf-8", "→")])
def test_a_terminal_that_lacks_a_sign_gets_another(encoding, arrow):
    file = TextIOWrapper(BytesIO(), encoding=encoding)
    print_section(Console(file=file, width=80), Section("s", "", (Paragraph(text("a 1 → 2")),)))
    file.flush()
    assert file.buffer.getvalue().decode(encoding) == f"a 1 {arrow} 2\n"


def test_a_table_without_rows_says_so():
    assert printed(Section("s", "", (Table("t", "Losses", ("a",), ()),))) == "Losses: nothing to tell.\n"
