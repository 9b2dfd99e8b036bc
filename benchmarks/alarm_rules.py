"""promtool on the alarms of every bundled scenario: accepted, and raised and silent where they should be."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from models.scenario.load import load_scenario
from models.system.compiler import compile_system
from optimizer.resilience.metric_queries import Queries
from optimizer.resilience.watching.alarms import levels_of
from optimizer.resilience.watching.prometheus import prometheus

SCENARIOS = sorted((Path(__file__).parents[1] / "data" / "scenarios").glob("*.yaml"))


def main() -> None:
    """Prints the number of alarms of each scenario, and what promtool says against them."""
    found = {}
    for path in SCENARIOS:
        system = compile_system(load_scenario(path))
        levels = levels_of(system, system.space.today)
        with tempfile.TemporaryDirectory() as folder:
            files = prometheus(system.scenario.name, levels, Queries().of_system(system))
            for name, words in files.items():
                (Path(folder) / name).write_text(words, encoding="utf-8")
            wrong = ""
            for command in (["check", "rules", "rules.yaml"], ["test", "rules", "rules.test.yaml"]):
                done = subprocess.run(
                    ["promtool", *command], cwd=folder, capture_output=True, text=True, check=False
                )
                wrong += done.stdout + done.stderr if done.returncode else ""
        found[path.stem] = {"alarms": len(levels.alarms), "breaks_at": str(levels.breaks_at), "wrong": wrong}
    print(json.dumps(found, indent=2))
    sys.exit(any(one["wrong"] for one in found.values()))


if __name__ == "__main__":
    main()
