"""python -m models.performance: compiles the kernel once and keeps it, so that no first use has to wait."""

from __future__ import annotations

import subprocess
import sys
import time
from importlib import import_module

from models.performance.compiled import FOLDER, watched
from models.performance.kernel import is_compiled, warm_up

#: Functions that are compiled, roughly: what the progress is measured against.
_FUNCTIONS = 230
#: What else is compiled meanwhile, by a process of its own, by name: rooms above this one.
_ABOVE = ("models.simulation.compile", "models.steps.compile")


def main(rooms: list[str]) -> int:
    """Compiles with progress on standard error; 0, also where nothing could be kept.

    Args:
        rooms: Rooms above that are compiled, by this process alone and without a word; none = everything is.
    """
    for name in rooms:
        import_module(name).compile_all()
    if rooms:
        return 0
    missing = [name for name in _ABOVE if not import_module(name).is_compiled()]
    if is_compiled() and not missing:
        return 0
    begin = time.monotonic()
    # A room that can't be kept would be compiled for nothing.
    rooms_above = missing if FOLDER is not None else []
    other = None
    if rooms_above:
        other = subprocess.Popen([sys.executable, "-m", "models.performance", *rooms_above])
    if not is_compiled():
        _compile_kernel()
    has_failed = other is not None and other.wait() != 0
    kept = "" if FOLDER is not None else "; no folder can be written, so that each start compiles anew"
    seconds = time.monotonic() - begin
    print(f"\rCompiling the model, once: done in {seconds:.0f} s{kept}".ljust(70), file=sys.stderr)
    for name in rooms_above if has_failed else ():
        import_module(name).compile_all()  # says here what is wrong
    return 0


def _compile_kernel() -> None:
    done = 0

    def told(name: str) -> None:
        nonlocal done
        done += 1
        share = min(100 * done // _FUNCTIONS, 99)
        print(f"\rCompiling the model, once: {share:3d} % ({name})".ljust(70), end="", file=sys.stderr)

    with watched(told):
        warm_up()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
