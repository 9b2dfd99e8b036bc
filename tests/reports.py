"""Reports for tests: of the exercise, of a system with everything in it, of a front as large as wanted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np

from models import compile_system, load_scenario
from models.evaluation import Evaluation
from optimizer import solve
from optimizer.decide.choose.representatives import representatives
from optimizer.decide.recommend.visible_front import ShownFront
from optimizer.files.tables import design_table
from optimizer.model import Goal
from optimizer.pareto.front import Front
from optimizer.report.building import build_report
from optimizer.report.findings import findings_of
from optimizer.report.sections.front import front_view
from optimizer.scenario_model import model_of
from optimizer.solver.config import SolveConfig
from scenarios import scenario

ROOT = Path(__file__).parents[1]
DAY = date(2026, 11, 24)
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    '=HYPERLINK("http://evil.example","x")',
    "[x](javascript:alert(1))",
    "</script><script>alert(1)</script>",
    "a | b * c _d_ `e` # {{ 7 * 7 }} ${x} &amp; \\",
    "bell \x07 zero \x00 turn \u202e end",
    "+1+cmd|' /C calc'!A0",
    "1. http://evil.example www.evil.example @who",
)


@cache
def exercise():
    """System, findings and report of the exercise."""
    return _of(compile_system(load_scenario(ROOT / "data" / "scenarios" / "black_friday_exercise.yaml")))


@cache
def everything():
    """The same of a system with phases, all kinds of decisions, notices, guesses, wishes and retries.

    Its numbers are worked out by hand for the knee, so that is the design it is about.
    """
    return _of(compile_system(everything_scenario()), is_about_knee=True)


def everything_scenario(**texts):
    """A scenario that fills every section of a report; `texts` replace its words."""
    word = texts.get
    return scenario(
        title=word("title", "A shop with everything"),
        summary=word("summary", "A shop under a sale."),
        assumptions=[word("assumption", "service times are guesses")],
        phases=[
            {"name": "calm", "rate": 100, "hours": 20},
            {"name": "peak", "rate": 600, "hours": 4, "peak": True},
        ],
        components={
            "web": {
                "kind": "service",
                "service_ms": 10,
                "replicas": 2,
                "slots": 4,
                "price_usd_per_hour": 0.5,
            },
            "db": {"kind": "service", "service_ms": 2, "replicas": 1, "slots": 8},
        },
        flows={"shop": {"share": 1.0, "trace": [{"call": "web", "then": [{"call": "db", "retries": 1}]}]}},
        decisions={
            "copies": {
                "integer": [2, 6],
                "sets": "web.replicas",
                "label": word("label", "Copies of the web"),
                "effort_days": 1,
                "one_time_usd": 250,
                "switch_minutes": 3,
                "complexity": 2,
            },
            "mode": {
                "options": {
                    "slow": {"label": word("option", "As now")},
                    "quick": {
                        "multiply": {"web.service_ms": 0.5},
                        "notice": word("notice", "Pictures are smaller."),
                        "complexity": 5,
                        "effort_days": 2,
                    },
                },
            },
            "shed": {
                "on": {"set": {"flows.shop.shed_share": 0.1}},
                "adaptive": True,
                "switch_minutes": 1,
                "notice": word("notice", "Some are asked to come back later."),
            },
        },
        dimensions={
            "latency": {
                "limit": 100,
                "tolerance": "never",
                "step": 1,
                "breach": word("breach", "People wait."),
            },
            "availability": {"limit": 0.999, "tolerance": "sometimes", "breach": word("breach", "Errors.")},
        },
        uncertainty={
            "web.service_ms": {
                "distribution": "lognormal",
                "median": 10,
                "sigma": 0.2,
                "source": word("source", "a trace"),
            },
            "workload.rate": {"distribution": "uniform", "low": 400, "high": 700},
        },
    )


def report_of(system, **settings):
    """A report of a system."""
    return _of(system, **settings)[2]


def _of(system, *, is_about_knee=False, **settings):
    solution = solve(system, SolveConfig())
    if is_about_knee:
        solution = replace(solution, recommendation=None)
    found = findings_of(model_of(system), solution, **settings)
    return system, found, build_report(found, made=DAY)


def large_report(n, seed=1):
    """The report of the exercise with a front of n designs of which none dominates another."""
    _, found, report = exercise()
    today = found.solution.today
    rng = np.random.default_rng(seed)
    share = rng.dirichlet(np.ones(6), size=n)  # shares that sum to 1: who is better in one is worse in others
    values = np.column_stack(
        [
            20.0 + 400.0 * share[:, 0],
            60_000.0 - 40_000.0 * share[:, 1],
            1.0 - 0.1 * share[:, 2],
            1.0 - 10.0 ** (-5.0 + 3.0 * share[:, 3]),
            10_000.0 * 10.0 ** (2.0 * share[:, 4]),
            0.2 + 0.6 * share[:, 5],
        ]
    )
    evaluation = Evaluation(
        X=rng.integers(0, 2, size=(n, today.X.shape[1])).astype(float),
        values=values,
        excess=np.full((n, len(today.constraints)), -1.0),
        constraints=today.constraints,
        indicators={name: np.zeros(n) for name in today.indicators},
    )
    front = Front(evaluation)
    fine = {dimension.name: Goal(step=1e-12) for dimension in today.dimensions}
    large = replace(
        found,
        model=replace(found.model, goals=fine),  # every difference is seen
        solution=replace(found.solution, front=front, recommendation=None),
        shown=ShownFront(front, np.arange(n), n),
        few=representatives(front),
        position=0,
    )
    sections = tuple(
        replace(section, blocks=(front_view(large),)) if section.name == "front" else section
        for section in report.sections
    )
    return large, replace(report, sections=sections, designs=design_table(evaluation, found.space))


def with_answers(found, **answers):
    """Findings whose system was asked already, and gave these answers."""
    system = replace(found.system)
    vars(system).update(vars(found.system) | answers)
    return replace(found, system=system)
