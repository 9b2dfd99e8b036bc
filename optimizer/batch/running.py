"""A batch from its first case to its summary: every finished case is a file, and nothing is done twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.errors import OutputError, TradespaceError
from models.units import count
from optimizer.batch.cases import Case
from optimizer.batch.solving import solve_case
from optimizer.engines.engine import Engine
from optimizer.files import write_text

#: What a folder holds: the batch it is of, and a folder with a file a case.
MANIFEST, FOLDER = "batch.json", "cases"
#: The page of a case's own report.
REPORT = "report.html"


class BatchError(TradespaceError):
    """A batch that can't be run or resumed."""


@dataclass
class Batch:
    """What has become of a batch so far.

    Attributes:
        cases: Its cases.
        results: By the number of the case what became of it.
        is_interrupted: Whether somebody stopped it.
    """

    cases: Sequence[Case]
    results: dict[int, dict[str, Any]] = field(default_factory=dict)
    is_interrupted: bool = False

    @property
    def failed(self) -> list[int]:
        """Numbers of the cases that failed."""
        return sorted(n for n, result in self.results.items() if result["error"])

    @property
    def missing(self) -> list[int]:
        """Numbers of the cases that aren't done yet."""
        return [case.number for case in self.cases if case.number not in self.results]


def digest_of(cases: Sequence[Case]) -> str:
    """The same for batches of the same cases; 64 hex digits."""
    found = hashlib.sha256()
    for case in cases:
        found.update(case.key.encode())
    return found.hexdigest()


def begin(cases: Sequence[Case], out: Path, *, resume: bool, force: bool) -> Batch:
    """Prepares a folder for a batch; with `resume` it takes over what is finished there.

    Raises:
        BatchError: The folder holds this batch or another one, and that isn't wanted.
        OutputError: It can't be written.
    """
    manifest, digest = out / MANIFEST, digest_of(cases)
    batch = Batch(cases)
    if manifest.exists():
        there = _read(manifest)
        is_same = there is not None and there.get("digest") == digest
        if resume and not is_same:
            raise BatchError(
                f"{out} holds another batch ({'unreadable' if there is None else there.get('told', '')}); "
                "resume it with the same command, or choose another folder with --out"
            )
        if not resume and not force:
            raise BatchError(
                f"{out} holds a batch already; --resume does only what is missing, --force begins anew"
            )
        if resume:
            _take_over(batch, out)
        elif force:
            _clear(out)
    elif resume and any(out.glob(f"{FOLDER}/*.json")):
        raise BatchError(f"{out} holds cases of a batch without its {MANIFEST}; choose another folder")
    try:
        (out / FOLDER).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{out} can't be written: {error.strerror or error}") from None
    told = f"{count(len(cases))} cases of {', '.join(dict.fromkeys(case.scenario for case in cases))}"
    write_text(manifest, json.dumps({"digest": digest, "told": told, "cases": len(cases)}) + "\n")
    return batch


def run_batch(
    batch: Batch,
    engine: Engine,
    out: Path,
    *,
    work: Callable[[Case], dict[str, Any]] = solve_case,
    progress: Callable[[int, int, int], None] | None = None,
) -> None:
    """Does the cases that are missing; each is written as it is done. Ctrl-C keeps what is finished.

    Args:
        batch: The batch; grows.
        engine: Where the cases are solved.
        out: The folder.
        work: What is done with a case.
        progress: Told cases done, in all, and failed.
    """
    missing = set(batch.missing)
    todo = [case for case in batch.cases if case.number in missing]

    def tell() -> None:
        if progress is not None:
            progress(len(batch.results), len(batch.cases), len(batch.failed))

    tell()
    try:
        if todo:
            with engine:
                for outcome in engine.run(work, todo):
                    case = todo[outcome.index]
                    result = outcome.result or {"digest": "", "facts": None, "answer": None, "files": {}}
                    result = {**result, "error": outcome.error, "set_aside": outcome.is_set_aside}
                    batch.results[case.number] = result
                    _write(case, result, out)
                    tell()
    except KeyboardInterrupt:
        batch.is_interrupted = True


def _write(case: Case, result: dict[str, Any], out: Path) -> None:
    told = {
        "key": _key(case),
        "number": case.number,
        "scenario": case.scenario,
        "changes": dict(case.changes),
        "seed": case.seed,
        **{name: part for name, part in result.items() if name != "files"},
    }
    for name, text in result["files"].items():
        folder = out / FOLDER / f"{case.number:06}"
        folder.mkdir(exist_ok=True)
        write_text(folder / name, text)
    write_text(out / FOLDER / f"{case.number:06}.json", json.dumps(told, allow_nan=False) + "\n")


def _clear(out: Path) -> None:
    """Takes away what another batch has left: nothing of it may be taken for a part of this one."""
    for pattern in (f"{FOLDER}/*.json", f"{FOLDER}/*/report.*", "report.*", "front.*", "cases.csv"):
        for path in out.glob(pattern):
            path.unlink()


def _take_over(batch: Batch, out: Path) -> None:
    """Cases that are finished; those that failed, or whose file is not theirs, are done again."""
    for case in batch.cases:
        told = _read(out / FOLDER / f"{case.number:06}.json")
        if case.wants_report and not (out / FOLDER / f"{case.number:06}" / REPORT).exists():
            continue
        if told is not None and told.get("key") == _key(case) and not told.get("error"):
            kept = ("digest", "facts", "answer", "error", "set_aside")
            batch.results[case.number] = {**{name: told.get(name) for name in kept}, "files": {}}


def _key(case: Case) -> str:
    return hashlib.sha256(case.key.encode()).hexdigest()


def _read(path: Path) -> dict[str, Any] | None:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, ValueError):
        return None
    return told if isinstance(told, dict) else None
