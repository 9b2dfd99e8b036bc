"""Edited side files: a front, a design, a checkpoint, a batch table; a command reads them or refuses them."""

from __future__ import annotations

import copy
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.fuzzing.bare import bare_scenarios
from benchmarks.fuzzing.commands import run, write_for_commands
from benchmarks.fuzzing.grammar import EXTREMES, FOREIGN, places_of
from benchmarks.fuzzing.judging import Hang, alarm, defects_of

#: Longest time of one command, s.
LONGEST_S = 10.0
#: A file that a command has written or reads, and commands that read it; `{f}` is the folder of all.
READERS: dict[str, tuple[str, ...]] = {
    "front/front.json": (
        "rank {f}/scenario.yaml --front {f}/front",
        "representatives {f}/scenario.yaml --front {f}/front --rules",
        "explain {f}/scenario.yaml --front {f}/front --design knee",
        "gate {f}/scenario.yaml --front {f}/front --design 1 --json",
    ),
    "design.yaml": (
        "evaluate {f}/scenario.yaml --design {f}/design.yaml",
        "gate {f}/scenario.yaml --design {f}/design.yaml --json",
    ),
    "search.checkpoint": (
        "solve {f}/scenario.yaml --algorithm archive --evaluations 120 --workers 1"
        " --checkpoint {f}/search.checkpoint --json",
    ),
    "cases.csv": (
        "batch {f}/scenario.yaml --cases {f}/cases.csv --evaluations 100 --workers 1 --out {f}/cases --force",
    ),
    "batch/batch.json": (
        "batch {f}/scenario.yaml --vary workload.rate=50:150:2 --evaluations 100 --workers 1"
        " --out {f}/batch --resume",
    ),
}
_MADE = (
    "solve {f}/scenario.yaml --evaluations 100 --workers 1 --out {f}/front",
    "explain {f}/scenario.yaml --design today --save {f}/design.yaml",
    "solve {f}/scenario.yaml --algorithm archive --evaluations 60 --workers 1"
    " --checkpoint {f}/search.checkpoint",
    "batch {f}/scenario.yaml --vary workload.rate=50:150:2 --evaluations 100 --workers 1 --out {f}/batch",
)


def made(folder: Path) -> list[str]:
    """Writes the files to a folder that is there, and says which of them exist."""
    write_for_commands(bare_scenarios()["one decision"], folder)
    (folder / "cases.csv").write_text("workload.rate,web.service_ms\n50,20\n150,30\n", encoding="utf-8")
    for command in _MADE:
        run([part.format(f=folder) for part in command.split()])
    return [name for name in READERS if (folder / name).is_file()]


def wrong_after_an_edit(name: str, kept: Path, folder: Path, rng: random.Random) -> list[str]:
    """Edits one file of a fresh copy and lets a command read it; what is wrong with the answer, in words."""
    shutil.copytree(kept, folder)
    path = folder / name
    path.write_bytes(edited(path.read_bytes(), rng, is_json=path.suffix == ".json"))
    command = rng.choice(READERS[name])
    try:
        with alarm(LONGEST_S):
            told = run([part.format(f=folder) for part in command.split()])
    except Hang:
        return [f"{command}: over {LONGEST_S:g} s"]
    return [f"{command}: {defect}" for defect in defects_of(told)]


def edited(content: bytes, rng: random.Random, *, is_json: bool) -> bytes:
    """The content with one to three edits: of its values where it is JSON, else of its bytes."""
    for _ in range(rng.randint(1, 3)):
        if is_json and rng.random() < 0.8:
            content = _json_edited(content, rng)
        else:
            content = rng.choice(_BYTES)(content, rng)
    return content


def _json_edited(content: bytes, rng: random.Random) -> bytes:
    try:
        tree = json.loads(content)
    except (ValueError, RecursionError):
        return content
    places = list(places_of(tree))
    if not places:
        return content
    *above, last = rng.choice(places)
    parent: Any = tree
    for key in above:
        parent = parent[key]
    how = rng.random()
    if how < 0.25:
        del parent[last]
    elif how < 0.55:
        parent[last] = copy.deepcopy(rng.choice(FOREIGN))
    elif how < 0.85:
        parent[last] = rng.choice((*EXTREMES, float("nan"), float("inf"), "1.5"))
    else:
        parent[last] = [copy.deepcopy(parent[last])] * rng.choice((0, 1, 2, 50))
    return json.dumps(tree).encode()


def _cut(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def _flipped(content: bytes, rng: random.Random) -> bytes:
    if not content:
        return content
    at = rng.randrange(len(content))
    return content[:at] + bytes([rng.randrange(256)]) + content[at + 1 :]


def _lines(content: bytes, rng: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    rng.shuffle(lines)
    return b"".join(lines[: rng.randint(0, len(lines))])


def _nested(content: bytes, rng: random.Random) -> bytes:
    return b"[" * 20_000 + content


def _numbers(content: bytes, rng: random.Random) -> bytes:
    """One number of a text as another one."""
    words = content.split(b",")
    words[rng.randrange(len(words))] = str(rng.choice((*EXTREMES, "nan", "1e999", "x", ""))).encode()
    return b",".join(words)


_BYTES: tuple[Callable[[bytes, random.Random], bytes], ...] = (_cut, _flipped, _lines, _nested, _numbers)
