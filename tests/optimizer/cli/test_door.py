"""No text of a file steers a terminal, whichever command prints it, dressed or plain."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.scenario.reading.document import read_document
from optimizer.cli.door import Door, escaped, harmless, output

HERE = Path(__file__).parent
CTL = HERE / "ctl.yaml"
#: What terminals take for a command: controls of 7 and 8 bits, and marks that turn the direction.
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
#: A colour, the title of the window, a cleared screen, a bell, a NUL, 8 bits, a return, a turn of direction.
HOSTILE = "\x1b[31mX \x1b]0;owned\x07 \x1b[2J\x00 \x9b5m \r \x7f \u202eabc\u2066 \u2028 end"
COMMANDS = [
    ("check",),
    ("solve",),
    ("solve", "--json"),
    ("evaluate",),
    ("evaluate", "--json"),
    ("few", "--rules"),
    ("rank",),
    ("reach", "--wish", "latency=1"),
    ("reach", "--wish", "latency=1000000"),
    ("explain", "--design", "knee"),
    ("explain", "--design", "today", "--json"),
    ("compare", "--design", "knee"),
    ("what-if", "--pairs"),
    ("rules",),
    ("break",),
    ("margins",),
    ("runbook",),
    ("doubt", "--draws", "16"),
    ("gate", "--design", "knee"),
    ("runs", "list"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("file", ["ctl", "hostile"])
def test_every_command_prints_harmless_text(tradespace, tmp_path, monkeypatch, command, file):
    monkeypatch.setenv("TRADESPACE_STORE", str(tmp_path / "runs.sqlite"))
    path = CTL if file == "ctl" else tmp_path / "hostile.yaml"
    if file == "hostile":
        path.write_text(hostile())
    if command[0] == "runs":
        tradespace("solve", path)
        asked = command
    else:
        asked = (command[0], path, *command[1:])
    code, out, err = tradespace(*asked)
    assert code in (0, 1) or (command[0], file) == ("doubt", "ctl"), err  # ctl names no guesses
    assert (out + err).strip()
    assert not STEERING.search(out + err)
    if command == ("solve", "--json"):  # to machines it is told as it stands
        assert json.loads(out)["scenario"]["title"] == tree_of(path)["title"]


#: Texts that people write, by where they stand.
TEXTS = re.compile(r"\b(title|summary|label|why|notice|breach|description|source)\b")


GUESS = {"web.service_ms": {"distribution": "uniform", "low": 15, "high": 25}}


def tree_of(path):
    return read_document(path.read_bytes(), source=str(path)).tree


def hostile():
    """The scenario with every text that a person may write turned against the terminal."""

    def turned(tree, key=""):
        if isinstance(tree, dict):
            return {name: turned(part, name) for name, part in tree.items()}
        if isinstance(tree, tuple):
            return [turned(part, key) for part in tree]
        return HOSTILE if key in ("sources", "assumptions") or TEXTS.fullmatch(key) else tree

    return json.dumps({**turned(tree_of(CTL)), "uncertainty": GUESS}).replace("\x7f", "\\u007f")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('schema: 1\nname: "\\e[31m\\0"\n', "name"),
        ('schema: 1\n"\\e]0;owned\\a": 1\n', "owned"),
        ('schema: 1\nname: x\ncomponents: {"\\e[2J": {kind: "\\x9b31m"}}\n', "components"),
        ('schema: 1\nworkload: {trace: "\\e[31m.csv"}\n', ""),
    ],
)
def test_messages_about_a_file_are_harmless(tradespace, tmp_path, content, words):
    (tmp_path / "bad.yaml").write_text(content)
    code, out, err = tradespace("check", tmp_path / "bad.yaml")
    assert code == 2
    assert words in err
    assert not STEERING.search(out + err)


@pytest.mark.parametrize(
    "arguments",
    [
        ("solve", "\x1b[31m.yaml"),
        ("solve", str(CTL), "--algorithm", "\x1b[31m"),
        ("solve", str(CTL), "--out\x1b[31m", "x"),
        ("\x1b[31m",),
        ("evaluate", str(CTL), "--set", "\x1b[31m=on"),
        ("explain", str(CTL), "--design", "\x1b[31m"),
        ("runs", "show", "\x1b[31m", "--store", "\x1b[31m.sqlite"),
        ("batch", str(CTL), "--vary", "\x1b[31m=1", "--out", "x"),
    ],
)
def test_messages_about_options_are_harmless(tradespace, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    code, out, err = tradespace(*arguments)
    assert code == 2
    assert err.strip()
    assert not STEERING.search(out + err)


@pytest.mark.parametrize("command", [("solve",), ("check",), ("evaluate",), ("--help",)])
@pytest.mark.parametrize("variables", [{}, {"FORCE_COLOR": "1"}, {"PYTHONIOENCODING": "ascii"}])
def test_a_real_terminal_gets_no_more_than_colours(command, variables):
    """A pseudo-terminal in place of the user's: what arrives there are colours of the program's own."""
    main, side = pty.openpty()
    asked = command if command[0].startswith("--") else (command[0], str(CTL))
    process = subprocess.Popen(
        [sys.executable, "-m", "optimizer", *asked],
        stdin=side,
        stdout=side,
        stderr=side,
        env={**os.environ, "TERM": "xterm-256color", **variables},
        close_fds=True,
    )
    os.close(side)
    told = b""
    while True:
        try:
            part = os.read(main, 65_536)
        except OSError:  # Linux says so when the other side is closed
            break
        if not part:
            break
        told += part
    os.close(main)
    assert process.wait(timeout=60) == 0
    text = told.decode("utf-8", errors="replace").replace("\r\n", "\n")
    dressed = command in (("solve",), ("evaluate",))
    if dressed:  # bold, dim, and a bar that is drawn where it takes longer are its own
        text = re.sub(r"\x1b\[(?:[0-9;]*m|\?25[lh]|2K|1A)|\r", "", text)
    assert not STEERING.search(text)


@given(st.text())
def test_nothing_that_steers_passes_and_all_else_does(text):
    shown = harmless(text)
    assert not STEERING.search(shown)
    assert len(shown) == len(text)
    assert all(a == b for a, b in zip(text, shown, strict=True) if not STEERING.search(a) and a.isprintable())
    behind = io.StringIO()
    Door(behind).write(text)
    assert behind.getvalue() == shown


@given(st.text(), st.integers(min_value=5, max_value=60))
def test_dressed_text_goes_through_the_same_sieve(text, width):
    from rich.table import Table
    from rich.text import Text

    behind = io.StringIO()
    console = output(behind, width=width, is_plain=True)
    table = Table(title=text)
    table.add_column(text)
    table.add_row(Text(text))
    console.print(table, text, Text(text, style="bold"))
    assert not STEERING.search(behind.getvalue())


@given(
    st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
)
def test_json_means_the_same(tree):
    shown = escaped(json.dumps(tree, ensure_ascii=False))
    assert json.loads(shown) == tree
    assert not STEERING.search(shown)
