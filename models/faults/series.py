"""How a system behaved in time: what the strips, the statements and the verdicts of an experiment read."""

from __future__ import annotations

from dataclasses import dataclass

from models.evaluation import Array

#: Tries that are told apart: the first to the third, and all later ones together.
TRIES = 4


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Runs of one design, cut into bins of equal length. Arrays are read-only.

    Axes: `r` runs (seeds), `t` bins, `f` flows, `c` components, `i` calls (nodes of the call trees).

    Attributes:
        bin_s: Length of a bin, s.
        offered: Requests that came, `(r, t, f)`.
        answered: Requests that were answered well, by the bin in which the answer came, `(r, t, f)`.
        failed: Requests that came to nothing, by the bin in which that was known, `(r, t, f)`.
        mean_ms: Mean latency of the answers of a bin, `(r, t, f)`; NaN where there was none.
        quantiles_ms: 50th, 95th and 99th percentile of them, `(r, t, f, 3)`; NaN where there was none.
        oldest_s: Age of the oldest request under way at the end of a bin, s, `(r, t, f)`.
        attempts: Attempts at calls, by try (`TRIES`), all calls together, `(r, t, 4)`.
        calls: Attempts by call, `(r, t, i)`.
        call_failures: Those that failed or came too late, by the bin in which that was known, `(r, t, i)`.
        waiting: Calls that wait at a component at the end of a bin, `(r, t, c)`.
        busy_share: Share of a component's servers that worked, mean of the bin, `(r, t, c)`; NaN without any.
        servers: Servers of a component that were up at the end of a bin, `(r, t, c)`.
        hit_share: Share of a cache's look-ups that found something, `(r, t, c)`; NaN where there was none.
        open_share: Share of the time in which the breaker of a call was open, `(r, t, i)`; NaN without one.
    """

    bin_s: float
    offered: Array
    answered: Array
    failed: Array
    mean_ms: Array
    quantiles_ms: Array
    oldest_s: Array
    attempts: Array
    calls: Array
    call_failures: Array
    waiting: Array
    busy_share: Array
    servers: Array
    hit_share: Array
    open_share: Array

    @property
    def runs(self) -> int:
        """Number of runs."""
        return int(self.offered.shape[0])

    @property
    def bins(self) -> int:
        """Number of bins."""
        return int(self.offered.shape[1])
