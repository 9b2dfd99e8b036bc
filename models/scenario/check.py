"""What types can't say: names that exist, values that fit together. Joins the checks of all subjects."""

from __future__ import annotations

from models.errors import Finding
from models.scenario.check_decisions import decision_errors
from models.scenario.check_effects import effect_errors
from models.scenario.check_goals import goal_errors
from models.scenario.check_system import system_errors
from models.scenario.check_today import today_errors
from models.scenario.check_workload import workload_errors
from models.scenario.scenario import Scenario


def errors_in(scenario: Scenario) -> list[Finding]:
    """Everything that refuses a scenario whose types are right."""
    return [
        *workload_errors(scenario),
        *system_errors(scenario),
        *decision_errors(scenario),
        *effect_errors(scenario),
        *today_errors(scenario),
        *goal_errors(scenario),
    ]
