"""Makes the helpers beside the tests importable, and the same examples of properties in every CI run.

On a developer's machine each run draws other examples; CI must not fail by the luck of the draw.
"""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))


settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("dev", deadline=None)
os.environ["TRADESPACE_STORE"] = "none"  # tests that want a run store name one
os.environ["TRADESPACE_VERIFY"] = "none"  # as do those that want a check by simulation
settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.fixture
def tradespace(monkeypatch, capsys):
    """Runs a command in this process: exit code, standard output, standard error."""
    from optimizer.cli.main import main

    monkeypatch.setenv("COLUMNS", "120")

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["tradespace", *map(str, arguments)])
        with pytest.raises(SystemExit) as done:
            main()
        told = capsys.readouterr()
        assert "Traceback" not in told.err + told.out
        return done.value.code, told.out, told.err

    return run
