"""YAML's traps are closed, and what is refused says what, where and what to do."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ScenarioError
from models.scenario.reading.document import MAX_BYTES, read_document, read_file
from models.scenario.reading.scalar import hint_for_number, hint_for_switch, plain


def read(text: str):
    return read_document(text.encode(), source="x.yaml")


def refused(text: str | bytes):
    with pytest.raises(ScenarioError) as caught:
        read_document(text if isinstance(text, bytes) else text.encode(), source="x.yaml")
    return caught.value.findings


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-7", -7),
        ("1e3", 1000),
        ("1.5", 1.5),
        ("1e-3", 0.001),
        (".5", 0.5),
        ("0.40", 0.4),
        ("+2", 2),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("5.", 5.0),
    ],
)
def test_numbers_and_words_are_read_as_a_person_reads_them(text, value) -> None:
    assert plain(text) == value
    assert type(plain(text)) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "on",
        "off",
        "yes",
        "no",
        "True",
        "FALSE",
        "Null",
        "012",
        "0o17",
        "0x1F",
        "1_000",
        "12:30",
        "2024-01-31",
        "-012",
        "00",
        ".",
        "-",
        "+",
        "e3",
        "1e",
        ".e3",
        "1,000",
        "1 000",
        "nan",
        "inf",
        "50%",
        "1.2.3",
    ],
)
def test_what_could_be_taken_for_something_else_stays_text(text) -> None:
    assert plain(text) == text
    assert read(f"x: {text!r}").tree == {"x": text}


@given(st.integers(-(10**17), 10**17))
def test_integers_round_trip(number) -> None:
    assert plain(str(number)) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_round_trip(number) -> None:
    assert plain(repr(number)) == number


@pytest.mark.parametrize("text", [".inf", "-.inf", ".nan", ".NaN", "1e999", "9" * 400])
def test_what_is_not_finite_is_refused(text) -> None:
    document = read(f"a: 1\nx: {text}")
    (finding,) = document.findings
    assert (finding.where, finding.line) == ("x", 2)
    assert text[:3] in finding.found


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("012", "write 12, without the leading zero"),
        ("0x1F", "decimal digits"),
        ("1_000", "write 1000, without _"),
        ("1,000", "write 1000, without commas"),
        ("12:30", "not a time of day"),
        ("50%", "write 0.5"),
        ("140ms", "the unit is in the name"),
        ("5", "write 5 without quotes"),
        ("0,5", "as a point"),
        (".inf", "null"),
        ("99.9 %", "write 0.999"),
    ],
)
def test_the_hint_says_what_to_write(text, hint) -> None:
    assert hint in hint_for_number(text)


def test_no_hint_where_there_is_no_idea() -> None:
    assert hint_for_number("fast") == ""
    assert hint_for_switch("perhaps") == ""
    assert hint_for_switch("off") == "write false"


def test_on_is_a_key_like_any_other() -> None:
    tree = read("d: {on: {set: {a.b: true}}, off: no}").tree
    assert tree == {"d": {"on": {"set": {"a.b": True}}, "off": "no"}}


def test_lists_are_tuples_and_every_part_has_its_line() -> None:
    document = read("a:\n  - 1\n  - b: 2\n    c: x\nd: [3,\n 4]\n")
    assert document.tree == {"a": (1, {"b": 2, "c": "x"}), "d": (3, 4)}
    assert [document.line_of(where) for where in ("a", "a[0]", "a[1].c", "d[1]")] == [1, 2, 4, 6]
    assert document.line_of("a[1].missing.deeper") == 3
    assert document.line_of("nowhere") is None


def test_a_byte_order_mark_and_windows_line_ends_are_read() -> None:
    assert read_document(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", source="x").tree == {"a": 1, "b": 2}


def test_a_key_that_stands_twice_names_both_lines() -> None:
    document = read("a:\n  x: 1\n  y: 2\n  x: 3\n")
    (finding,) = document.findings
    assert (finding.where, finding.line) == ("a.x", 4)
    assert "in line 2 and in line 4" in finding.found
    assert document.tree == {"a": {"x": 1, "y": 2}}


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("a: 1\nb: &x 2", 2, "anchor &x"),
        ("a: !!python/object/apply:os.system [ls]", 1, "tag tag:yaml.org"),
        ("a: !x 1", 1, "tag !x"),
        ("a: 1\n<<: {b: 2}", 2, "merge key"),
        ("? [a, b]\n: 1", 1, "no word"),
        ("&k a: 1", 1, "anchor"),
    ],
)
def test_what_yaml_allows_and_a_scenario_does_not_is_a_finding(text, line, found) -> None:
    finding = read(text).findings[0]
    assert finding.line == line
    assert found in finding.found
    assert finding.hint


def test_aliases_are_refused_without_being_followed() -> None:
    levels = "\n".join(f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 9)}]" for i in range(1, 30))
    start = time.perf_counter()
    document = read(f"l0: &l0 [1]\n{levels}\n")
    assert time.perf_counter() - start < 1.0
    assert any("alias *l3" in finding.found for finding in document.findings)


@pytest.mark.parametrize(
    ("text", "line", "found", "hint"),
    [
        ("a:\n\tb: 1", 2, "tab", "spaces"),
        ("a: 'x", 1, "isn't closed", "close it"),
        ("a: [1, 2\nb: 3", 1, "isn't closed", "]"),
        ("a: {b: 1\nc: [", 1, "isn't closed", "}"),
        ("a: b: c", 1, "second `: `", "quotes"),
        ("a: 1\nb 2\nc: 3", 2, "without `: `", "key: value"),
        ("a:\n  b: 1\n c: 2", 3, "doesn't fit", "indentation"),
        ("a: @b", 1, "begins with @", "quotes"),
        ("a: 50%\nb: %x", 2, "begins with %", "quotes"),
        ("a: *b c", 1, "", ""),
        ('a: "\\q"', 1, "\\", "single quotes"),
        ("a: 1\n---\nb: 2", 2, "second document", ""),
        ("", None, "empty", "schema: 1"),
        ("# only\n# comments\n", None, "empty", "schema: 1"),
        ("- 1", None, "a list", ""),
        ("word", None, "a single value", ""),
        (b"a: \xff\xfe", 1, "0xff is not UTF-8", "UTF-8"),
        (b"a: 1\nb: \x00", 2, "0x00", "UTF-8"),
        (b"\xff\xfea\x00:\x00", 1, "UTF-8", "UTF-8"),
        ("[" * 150, 1, "deeper than 100", ""),
        ("a: [" + "1, " * 60_000 + "]", 1, "50,000 entries", ""),
        ("x" * 400 + ": 1", 1, "a key of 400 letters", ""),
    ],
)
def test_what_cannot_be_read_says_where_and_what_to_do(text, line, found, hint) -> None:
    finding = refused(text)[-1]
    if line is not None and found:
        assert finding.line == line
    told = f"{finding.found}; {finding.allowed}"
    assert found in told
    assert hint in f"{finding.hint} {finding.allowed}"


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(ScenarioError, match=r"50\.0 MB; allowed: at most 5 MB"):
        read_file(path)


@pytest.mark.parametrize(
    "text",
    [
        "a: [" + "1," * (MAX_BYTES // 2 - 10) + "]",
        "a: 1\n" * (MAX_BYTES // 5 - 10),
        "'" + "x" * (MAX_BYTES - 10),
    ],
)
def test_the_largest_file_is_refused_in_words(text) -> None:
    assert refused(text)


def test_missing_files_and_folders_are_named(tmp_path) -> None:
    with pytest.raises(ScenarioError, match="there is no such file"):
        read_file(tmp_path / "missing.yaml")
    with pytest.raises(ScenarioError, match="this is a folder"):
        read_file(tmp_path)
    with pytest.raises(ScenarioError, match="a device or a pipe"):
        read_file(type(tmp_path)("/dev/zero"))
    with pytest.raises(ScenarioError, match="can't be read"):
        read_file(tmp_path / "nul\0.yaml")
