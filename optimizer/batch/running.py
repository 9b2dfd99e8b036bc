"""A batch from its first case to its summary: every finished case is a file, and nothing is done twice."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.errors import OutputError, Remedy, TradespaceError
from models.units import count
from optimizer.atomic_files import clear_half_written, write_text
from optimizer.batch.cases import Case
from optimizer.batch.result_form import CaseForm, ManifestForm
from optimizer.batch.solving import solve_case
from optimizer.engines.engine import Engine
from optimizer.files.json_schema import plain
from optimizer.validation import UnreadableError, file_bytes, from_json, whole_number

#: What a folder holds: the batch it is of, and a folder with a file a case.
MANIFEST, FOLDER = "batch.json", "cases"
#: The page of a case's own report, and all of its files.
REPORT = "report.html"
REPORTS = (REPORT, "report.md")


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

    @property
    def counts(self) -> tuple[int, int, int]:
        """Cases done and in all, as a run of the store counts them; it has no front."""
        return len(self.results), len(self.cases), 0

    @property
    def summary(self) -> str:
        """What became of it, in a sentence."""
        done, many, _ = self.counts
        return f"{done:,} of {many:,} cases finished, {len(self.failed)} failed"


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
    manifest, digest, there = out / MANIFEST, digest_of(cases), None
    batch = Batch(cases)
    if manifest.exists():
        there = _manifest(out)
        is_same = there is not None and there.digest == digest
        if resume and not is_same:
            raise BatchError(
                f"{out} holds another batch ({'unreadable' if there is None else there.told}); "
                "go on with the same command, or choose another folder",
                remedy=Remedy.OTHER_FOLDER,
            )
        if not resume and not force:
            raise BatchError(
                f"{out} holds a batch already; do only what is missing of it, or begin anew",
                remedy=Remedy.RESUME,
            )
        if resume:
            _take_over(batch, out)
        elif force:
            _clear(out, there)
    elif resume and any(out.glob(f"{FOLDER}/*.json")):
        raise BatchError(f"{out} holds cases of a batch without its {MANIFEST}; choose another folder")
    foreign = [] if resume else sorted(path.name for path in out.glob(f"{FOLDER}/*.json") if _number_of(path))
    if foreign:
        raise BatchError(
            f"{out / FOLDER} holds {foreign[0]}, which no batch has written; move it, or take another folder",
            remedy=Remedy.OTHER_FOLDER,
        )
    try:
        (out / FOLDER).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{out} can't be written: {error.strerror or error}") from None
    for folder in (out, out / FOLDER, *out.glob(f"{FOLDER}/*/")):
        clear_half_written(folder)
    _write_manifest(batch, out, [] if there is None or not resume else there.files)
    return batch


def remember(batch: Batch, out: Path, written: Sequence[Path]) -> None:
    """Says in the folder which files of it tell what became of the batch: they go when it begins anew."""
    _write_manifest(batch, out, sorted({path.name for path in written if path.parent == out}))


def _write_manifest(batch: Batch, out: Path, files: Sequence[str]) -> None:
    cases = batch.cases
    told = f"{count(len(cases))} cases of {', '.join(dict.fromkeys(case.scenario for case in cases))}"
    content = {"digest": digest_of(cases), "told": told, "cases": len(cases), "files": list(files)}
    write_text(out / MANIFEST, json.dumps(content) + "\n")


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


def _clear(out: Path, there: ManifestForm | None) -> None:
    """Takes away what another batch has written, nothing else: none of it must pass for a part of this."""
    for path in out.glob(f"{FOLDER}/*.json"):
        number = _number_of(path)
        if number and _is_case(path, number):
            path.unlink()
            reports = out / FOLDER / f"{number:06}"
            for name in REPORTS:
                (reports / name).unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # somebody else's files lie in it, or there is none
                reports.rmdir()
    for name in () if there is None else there.files:
        path = out / name
        if name == path.name and path.is_file():
            path.unlink()


def _number_of(path: Path) -> int | None:
    """The number of the case that a file is named for."""
    return whole_number(path.stem) if len(path.stem) >= 6 else None


def _is_case(path: Path, number: int) -> bool:
    """Whether a batch has written a file, in this version or another."""
    try:
        told = from_json(file_bytes(path), dict[str, Any], where=str(path))
    except UnreadableError:
        return False
    return told.get("number") == number and len(str(told.get("key"))) == 64


def _take_over(batch: Batch, out: Path) -> None:
    """Cases that are finished; those that failed, or whose file is not theirs, are done again."""
    for case in batch.cases:
        if case.wants_report and not (out / FOLDER / f"{case.number:06}" / REPORT).exists():
            continue
        try:
            path = out / FOLDER / f"{case.number:06}.json"
            told = from_json(file_bytes(path), CaseForm, where=str(path))
        except UnreadableError:
            continue
        if told.key == _key(case) and not told.error and told.facts is not None and told.answer is not None:
            kept = plain(told)
            names = ("digest", "facts", "answer", "error", "set_aside")
            batch.results[case.number] = {**{name: kept[name] for name in names}, "files": {}}


def _key(case: Case) -> str:
    return hashlib.sha256(case.key.encode()).hexdigest()


def _manifest(out: Path) -> ManifestForm | None:
    try:
        return from_json(file_bytes(out / MANIFEST), ManifestForm, where=MANIFEST)
    except UnreadableError:
        return None
