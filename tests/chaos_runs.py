"""Runs experiments in Chaos Toolkit, each in a process of its own: `python chaos_runs.py FOLDER ...`.

The library is loaded once, and every run is a child of this process: a run that can be interrupted, and that
keeps what it saw in a module, must have one for itself. In each folder lies `experiment.json`, and what is in
the environment in `environment.json`; Ctrl-C is pressed where a file `interrupt` appears. The journal is
written to `journal.json` beside them.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

#: Time after which Ctrl-C is pressed again where nobody has heard it, s.
PATIENCE_S = 0.5


def run(folder: Path) -> None:
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    # A process that a shell has put into the background is born deaf to Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ |= json.loads(Path("environment.json").read_text(encoding="utf-8"))
    from chaostoolkit.cli import cli

    settings = ["--no-version-check", "--settings", "none.yaml", "--log-file", "run.log"]
    cli([*settings, "run", "--journal-path", "journal.json", "experiment.json"])


def main(folders: list[str]) -> None:
    import chaostoolkit.cli
    import chaostoolkit.commands.run  # noqa: F401 - loaded once, for all children

    children, pressed = {}, {}
    for name in folders:
        folder = Path(name).resolve()
        child = os.fork()
        if child == 0:
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            try:
                run(folder)
            finally:  # a journal tells how it ended
                os._exit(0)
        children[child] = folder
    while children:
        for child, folder in list(children.items()):
            if os.waitpid(child, os.WNOHANG)[0]:
                del children[child]
            elif is_meant(folder) and time.monotonic() > pressed.get(child, -1.0) + PATIENCE_S:
                pressed[child] = time.monotonic()
                os.kill(child, signal.SIGINT)
        time.sleep(0.05)


def is_meant(folder: Path) -> bool:
    """Whether Ctrl-C is to be pressed, again where it was lost: a library that cleans up hears none."""
    log = folder / "run.log"
    told = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    return (folder / "interrupt").exists() and "termination signal" not in told


if __name__ == "__main__":
    main(sys.argv[1:])
