"""python -m models.performance: compiles the kernel once and keeps it, so that no first use has to wait."""

from __future__ import annotations

import sys
import time
from importlib import import_module

from models.performance.compiled import FOLDER, watched
from models.performance.kernel import is_compiled, warm_up

#: Functions that are compiled, roughly: what the progress is measured against.
_FUNCTIONS = 280
#: What else is compiled, by its name: a room above this one.
_ABOVE = "models.simulation.compile"


def main() -> int:
    """Compiles with progress on standard error; 0, also where nothing could be kept."""
    above = import_module(_ABOVE)
    if is_compiled() and above.is_compiled():
        return 0
    begin = time.monotonic()
    done = 0

    def told(name: str) -> None:
        nonlocal done
        done += 1
        share = min(100 * done // _FUNCTIONS, 99)
        print(f"\rCompiling the model, once: {share:3d} % ({name})".ljust(70), end="", file=sys.stderr)

    with watched(told):
        if not is_compiled():
            warm_up()
        if not above.is_compiled():
            above.compile_all()
    kept = "" if FOLDER is not None else "; no folder can be written, so that each start compiles anew"
    seconds = time.monotonic() - begin
    print(f"\rCompiling the model, once: done in {seconds:.0f} s{kept}".ljust(70), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
