"""Whether what was expected came true: statements judged by runs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.faults.injection import Injection
from models.faults.metrics import bins_of, read
from models.faults.refused import NotInjected, Why
from models.faults.series import Series
from models.scenario.experiment import Experiment
from models.scenario.experiments.statement import Expectations, Statement
from models.system.system import System

#: Length of the stretches over which a metric is read where a statement doesn't say one, s.
STRETCH_S = 10.0
_EPSILON_S = 1e-9

Role = Literal["steady_state", "then", "abort", "success"]


@dataclass(frozen=True, slots=True)
class Window:
    """When the faults of a run begin and end, s after its beginning."""

    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """A statement of an experiment, and where it stands.

    Attributes:
        statement: The statement.
        role: The list it stands in: an abort holds where one stretch shows it, the others where all do.
        system: The compiled scenario.
        injection: The experiment as it is injected.
    """

    statement: Statement
    role: Role
    system: System
    injection: Injection

    @property
    def window(self) -> Window:
        """When the faults begin and end."""
        return Window(self.injection.from_s, self.injection.to_s)

    @property
    def is_computed(self) -> bool:
        """Whether it follows from the faults themselves, without a run."""
        metric = self.statement.known
        return metric is not None and metric.is_computed

    @property
    def reading(self) -> float:
        """What a metric comes to that needs no run."""
        return self.injection.readings.get((self.statement.metric, self.statement.of), math.nan)

    @property
    def least_horizon_s(self) -> float:
        """How long a run must be at the least for it to be read, s."""
        if self.is_computed:
            return 0.0
        return max(self._begins(self.window)[0], self.window.to_s) + self._stretch_s

    @property
    def _stretch_s(self) -> float:
        return STRETCH_S if self.statement.for_s is None else self.statement.for_s

    def _begins(self, window: Window) -> tuple[float, float]:
        """Between which times the stretches begin that count, s."""
        statement = self.statement
        if statement.within_s_after is not None:
            return window.to_s + statement.within_s_after, math.inf
        when = statement.when or ("before" if self.role == "steady_state" else "throughout")
        if when == "before":
            return 0.0, window.from_s - self._stretch_s
        if when == "throughout":
            return window.from_s, math.inf
        return window.from_s, max(window.to_s - 2.0 * _EPSILON_S, window.from_s)

    def values(self, series: Series, window: Window | None = None) -> Array:
        """What the metric came to in the stretches that count, by run, `(r, k)`; NaN says nothing.

        Raises:
            NotInjected: The runs hold none of them.
        """
        if self.is_computed:
            if not math.isfinite(self.reading):
                what = f"nothing says what {self.statement.metric} of {self.statement.of} comes to"
                raise NotInjected(Why.NOT_STATED, what, hint="give reconciled_per_s with the fault")
            return np.full((series.runs, 1), self.reading)
        first, last = self._begins(window or self.window)
        bins = bins_of(series, self._stretch_s)
        begins = np.arange(max(series.bins - bins + 1, 0)) * series.bin_s
        counts = (begins >= first - _EPSILON_S) & (begins <= last + _EPSILON_S)
        if not np.any(counts):
            what = f"the runs last {series.bins * series.bin_s:g} s, and hold no stretch that it speaks of"
            hint = f"let them last {self.least_horizon_s:g} s"
            raise NotInjected(Why.TOO_SHORT, what, hint=hint)
        read_all = read(series, self.system, self.statement.metric, self.statement.of, self._stretch_s)
        return np.asarray(read_all[:, counts])

    def holds(self, series: Series, window: Window | None = None) -> NDArray[np.bool_]:
        """Whether it came true, by run, `(r,)`.

        Args:
            series: The runs.
            window: When the faults begin and end; None = as the experiment says.

        Raises:
            NotInjected: The runs hold no stretch that it speaks of.
        """
        values = self.values(series, window)
        if self.statement.above is not None:
            is_so = values > self.statement.above
        else:
            assert self.statement.below is not None
            is_so = values < self.statement.below
        is_known = np.isfinite(values)
        if self.role == "abort":
            found: NDArray[np.bool_] = np.any(is_so & is_known, axis=1)
        else:
            found = np.all(is_so | ~is_known, axis=1)
        return found


def expected_of(experiment: Experiment, system: System, injection: Injection) -> tuple[Expected, ...]:
    """All statements of an experiment that can be judged, the steady state first; no assumptions."""
    lists: dict[Role, Expectations] = {
        "steady_state": experiment.steady_state,
        "then": experiment.hypothesis.then,
        "abort": experiment.abort,
        "success": experiment.success,
    }
    return tuple(
        Expected(one, role, system, injection)
        for role, several in lists.items()
        for one in several
        if isinstance(one, Statement)
    )


def assumed_of(experiment: Experiment, injection: Injection) -> tuple[str, ...]:
    """What an experiment rests on and no run shows: its assumptions, and what people stated of its faults."""
    several = (experiment.steady_state, experiment.hypothesis.then, experiment.abort, experiment.success)
    told = [one.assume for each in several for one in each if not isinstance(one, Statement)]
    return tuple(dict.fromkeys((*told, *injection.stated)))
