"""One experiment, ready to be run somewhere: what every export shares, and whether it may be run at all."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from models.evaluation import Array
from models.faults.moment import moment_of
from models.scenario.experiment import AnyFault
from models.scenario.experiments.statement import Statement
from models.system.system import System
from optimizer.resilience.exports.refused import NotExported, Why
from optimizer.resilience.metric_queries import Queries
from optimizer.resilience.prediction import Prediction

#: How long an instantaneous fault, or one that stays, is watched before it is undone, s.
WATCHED_S = 120.0
#: How often metrics are read, and how often an abort is looked for, s.
EVERY_S, GUARD_S = 5.0, 1.0
#: A number that stands for "no upper bound" where a tool takes numbers only.
UNBOUNDED = 1e300
_NOT_DNS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Guard:
    """A level at which the run is ended.

    Attributes:
        statement: It.
        low: Least number that is safe.
        high: Largest number that is safe.
        since: From which moment on it counts: `injection` or `end`.
    """

    statement: Statement
    low: float
    high: float
    since: str


@dataclass(frozen=True, slots=True, eq=False)
class Drill:
    """One experiment of a design, ready to be run.

    Attributes:
        system: The compiled scenario.
        x: The design, `(d,)`.
        prediction: What it is predicted to show.
        queries: How each metric is read.
        notes: What is to be known of all exports of it.
    """

    system: System
    x: Array
    prediction: Prediction
    queries: Queries
    notes: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name of the experiment."""
        return self.prediction.name

    @property
    def design(self) -> Mapping[str, object]:
        """The design, decoded."""
        return self.system.space.decode(self.x)

    @property
    def resource(self) -> str:
        """A name as Kubernetes takes it (RFC 1123: lower case, digits, hyphens)."""
        return dns_name(f"{self.system.scenario.name}-{self.name}")

    @property
    def faults(self) -> tuple[AnyFault, ...]:
        """What is broken."""
        return self.prediction.experiment.inject

    @property
    def fault_s(self) -> float:
        """How long the fault is in place, s: one that stays, or is over at once, is watched for a while."""
        return self.prediction.fault_s or WATCHED_S

    def lasts_s(self, fault: AnyFault) -> float:
        """How long one of its faults is in place, s: one without an end for as long as the experiment's."""
        ends_s = fault.ends_s
        return self.fault_s if ends_s is None or ends_s == fault.start_s else float(ends_s) - fault.start_s

    @property
    def wait_s(self) -> float:
        """How long is waited after the fault, s: until no window of a query reaches back into it."""
        windows = [self.queries.window_s(one.for_s) for one in (*self.steady_state, *self.expected)]
        return self.prediction.wait_s + max([self.queries.least_window_s, *windows])

    def counts_after_s(self, statement: Statement) -> float:
        """From when on after the end a reading speaks of a statement, s: its window may not begin earlier."""
        after = statement.within_s_after
        return 0.0 if after is None else after + self.queries.window_s(statement.for_s)

    @property
    def expected(self) -> tuple[Statement, ...]:
        """What has to hold for the hypothesis to be confirmed, as far as a metric shows it."""
        return self._statements("then")

    @property
    def steady_state(self) -> tuple[Statement, ...]:
        """What has to hold before anything is broken."""
        return self._statements("steady_state")

    def _statements(self, role: str) -> tuple[Statement, ...]:
        return tuple(
            one.statement
            for one in self.prediction.trial.statements
            if one.role == role and not one.why_not and not _is_computed(one.statement)
        )

    @property
    def guards(self) -> Iterator[Guard]:
        """The levels at which it is ended."""
        for one in self.prediction.aborts:
            statement = one.statement
            if one.fires is None or _is_computed(statement):
                continue
            low = 0.0 if statement.below is None else statement.below
            high = UNBOUNDED if statement.above is None else statement.above
            yield Guard(statement, low, high, "injection" if statement.within_s_after is None else "end")

    def of_design(self, component: str, parameter: str) -> float:
        """A parameter of a component in this design, in the phase of the experiment."""
        assert self.prediction.trial.injection is not None
        moment = moment_of(self.system, self.x, self.prediction.trial.injection.phase)
        return moment.of(self.system.components.index(component), parameter)

    @property
    def assumed(self) -> tuple[str, ...]:
        """What no metric shows: people see to it."""
        return self.prediction.trial.assumed


def drill_of(system: System, x: Array, prediction: Prediction, queries: Queries) -> Drill:
    """An experiment that may be run.

    Args:
        system: The compiled scenario.
        x: The design, `(d,)`.
        prediction: What it is predicted to show.
        queries: How each metric is read.

    Raises:
        NotExported: It may not; says why.
    """
    trial = prediction.trial
    where = f"experiments.{prediction.name}"
    if trial.why_not or trial.injection is None:
        raise NotExported(Why.NOT_MADE, trial.why_not or "it can't be made", where=where)
    if not trial.is_healthy_before:
        raise NotExported(
            Why.NOT_HEALTHY,
            "its steady state doesn't hold before the fault: nobody would begin",
            where=f"{where}.steady_state",
            hint="choose another design, or another phase",
        )
    for k, abort in enumerate(prediction.aborts):
        if abort.fires is not None and abort.is_inside:
            raise NotExported(
                Why.ABORT_INSIDE,
                f"in {abort.fires.k} of {abort.fires.n} seeds the abort would end it although all goes as "
                "predicted",
                where=f"{where}.abort[{k}]",
                hint="choose a design for which less is predicted, or a level beyond the prediction",
            )
    return Drill(system, x, prediction, queries, tuple(_notes(prediction, queries)))


def _notes(prediction: Prediction, queries: Queries) -> Iterator[str]:
    if 0.0 < prediction.fault_s < 2.0 * queries.least_window_s and prediction.watched:
        yield (
            f"The fault lasts {prediction.fault_s:g} s, and a query looks back over "
            f"{queries.least_window_s:g} s: "
            "its plateau is hardly seen. Scrape more often and shorten the window (least_window_s)."
        )
    if prediction.fault_s > prediction.written_s > 0.0:
        yield (
            f"The fault lasts {prediction.fault_s:g} s, not {prediction.written_s:g} s: three times as long "
            "as it takes until the plateau is there."
        )
    elif prediction.is_too_short:
        yield f"The fault ends before its plateau is seen for long: that takes {prediction.plateau_s:g} s."
    if not math.isfinite(prediction.back_s) and prediction.trial.series is not None:
        yield "It is predicted not to come back within two minutes: have the way back at hand beforehand."
    if prediction.trial.series is None:
        yield "Nothing that queues feel is changed: no number is predicted, and people judge it."


def _is_computed(statement: Statement) -> bool:
    metric = statement.known
    return metric is None or metric.is_computed


def dns_name(words: str) -> str:
    """Words as a name of Kubernetes: at most 63 lower-case letters, digits and hyphens."""
    return _NOT_DNS.sub("-", words.lower()).strip("-")[:63].rstrip("-")


def selector_of(name: str) -> dict[str, str]:
    """The label by which the pods of a component are found."""
    return {"app.kubernetes.io/name": name}


def is_ours(system: System, name: str) -> bool:
    """Whether a component runs on machines of ours."""
    return bool(system.parts[system.components.index(name)].traits.is_ours)


def callers_of(system: System, name: str) -> tuple[str, ...]:
    """The components of ours that call one, in the order of the scenario."""
    found = set()
    for node in system.nodes:
        if node.caller is not None and system.components[node.component] == name:
            found.add(system.components[system.nodes[node.caller].component])
    return tuple(one for one in system.components if one in found and is_ours(system, one))
