"""Files that are whole or not there: written under another name first, and given their own at the end."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from models.errors import OutputError, Remedy
from optimizer.validation import whole_number

#: How a file ends that is not written to its end.
HALF = ".tradespace-half"


def write_text(path: Path, text: str) -> None:
    """Writes a file whole or not at all; what was there before is replaced.

    A pipe or a device is written to as it is: `/dev/stdout` must not become a file.

    Raises:
        OutputError: It can't be written.
    """
    other = None
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            path.write_text(text, encoding="utf-8")
            return
        handle, other = _half_written(path.parent, path.name)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(other).chmod(0o644)
        os.replace(other, path)
    except OSError as error:
        if other is not None:
            Path(other).unlink(missing_ok=True)
        raise OutputError(f"{path} can't be written: {error.strerror or error}") from None


def refuse_existing_files(folder: Path, names: Sequence[str], *, force: bool = False) -> None:
    """Refuses a folder that can't take some files, before they are worked out.

    Raises:
        OutputError: It holds some of them already and they may not be replaced, it is no folder, or it can't
            be written.
    """
    try:
        if folder.exists() and not folder.is_dir():
            raise OutputError(f"{folder} is a file; choose a folder", remedy=Remedy.OTHER_FOLDER)
        there = [name for name in names if (folder / name).exists()]
        above = next((place for place in (folder, *folder.absolute().parents) if place.exists()), folder)
        if not os.access(above, os.W_OK | os.X_OK):
            raise OutputError(
                f"{folder} can't be written: no permission in {above}; choose another folder",
                remedy=Remedy.OTHER_FOLDER,
            )
    except OSError as error:
        raise _not_writable(folder, error) from None
    if there and not force:
        raise OutputError(
            f"{folder} holds {', '.join(there)} already; choose another folder, or replace them",
            remedy=Remedy.REPLACE,
        )


def _not_writable(folder: Path, error: OSError) -> OutputError:
    reason = error.strerror or str(error)
    return OutputError(
        f"{folder} can't be written: {reason}; choose another folder", remedy=Remedy.OTHER_FOLDER
    )


def write_together(folder: Path, writers: Mapping[str, Callable[[Path], object]]) -> list[Path]:
    """Writes all files under other names in the same folder; when all are whole, gives them their own.

    Args:
        folder: Made when it isn't there.
        writers: By the name of each file what writes it to a path.

    Returns:
        The files.

    Raises:
        OutputError: The folder or a file can't be written; what was there before is as it was.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        clear_half_written(folder)
        return _together(folder, writers)
    except OSError as error:
        raise _not_writable(folder, error) from None


def _half_written(folder: Path, name: str) -> tuple[int, str]:
    """A file to write to until all is there; its name says which process writes it."""
    return tempfile.mkstemp(prefix=f".{name}.{os.getpid()}.", suffix=HALF, dir=folder)


def clear_half_written(folder: Path) -> None:
    """Takes away what processes of Tradespace that were killed have left half written in a folder."""
    for path in folder.glob(f".*{HALF}"):
        process = (
            whole_number(path.name.removesuffix(HALF).rsplit(".", 2)[-2])
            if path.name.count(".") > 3
            else None
        )
        if process and not _is_alive(process):
            path.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # it is somebody else's
        return True
    return True


def _together(folder: Path, writers: Mapping[str, Callable[[Path], object]]) -> list[Path]:
    made: dict[Path, Path] = {}
    try:
        for name, write in writers.items():
            handle, other = _half_written((folder / name).parent, Path(name).name)
            os.close(handle)
            made[Path(other)] = folder / name
            write(Path(other))
            Path(other).chmod(0o644)
        for other_path, path in made.items():
            os.replace(other_path, path)
    except BaseException:
        for other_path in made:
            other_path.unlink(missing_ok=True)
        raise
    return list(made.values())
