"""Scenarios solved into the store that the app of a test reads."""

from __future__ import annotations

from models.scenario.load import scenario_from_text
from models.system.compiler import compile_system
from optimizer.files.gallery import path_of
from optimizer.runs.connecting import url_of
from optimizer.runs.solving import solve_with_store
from optimizer.runs.store import RunStore
from optimizer.scenario_model import model_of
from optimizer.solver.config import SolveConfig

#: What the exercise names none of: a guess, and a driver whose square costs 10,000 USD.
MORE = """
uncertainty:
  platform.service_ms: {distribution: uniform, low: 100, high: 200}
drivers:
  wages: what people are paid, times today's
costs:
  - {label: people, usd: 10000, drivers: {wages: 2}, basis: peak}
"""
#: Limit on the cost, USD.
MOST_USD = 500_000


def doubtful_exercise():
    """The text of the exercise with a guess, a driver and a limit on the cost."""
    text = path_of("black-friday-exercise").read_text(encoding="utf-8")
    limit = "  availability: {limit: 0.99, tolerance: never}"
    assert limit in text
    text = text.replace(limit, f"{limit}\n  cost: {{limit: {MOST_USD}}}")
    for phase in ("rate: 1000, hours: 20", "rate: 50000, hours: 4"):
        assert phase in text
        text = text.replace(phase, f"{phase}, drivers: {{wages: 1}}")
    return text + MORE


def kept(monkeypatch, tmp_path, text):
    """Solves a scenario into the store of a test; its run, its system, its solution."""
    monkeypatch.setenv("TRADESPACE_STORE", str(tmp_path / "runs.sqlite"))
    system = compile_system(scenario_from_text(text, source="a test"))
    answered = solve_with_store(RunStore(url_of(None)), model_of(system), SolveConfig(), text=text)
    return answered.run.id, system, answered.solution
