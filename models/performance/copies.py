"""Copies of a store that all work: how many a call goes to, what they have in common, how many accept it.

A write goes to every copy of its shard. A read goes to as many as its quorum asks for, and a share of the
reads to all of them (`read_repair`). Each copy has its slots and its queue.
"""

from __future__ import annotations

import numpy as np

from models.performance import program as of
from models.performance.compiled import beta_lower, compiled, internal
from models.performance.program import Program
from models.system import layout as at

#: Copies up to which binomial probabilities are added up one by one.
_FEW = 40
#: Share of the variance of the wait that copies have in common where all calls are writes, idle and at full
#: load; times 1 / (1 + scv), the part that common arrivals have in the variance of the load (fitted to
#: simulation, 2 to 9 copies of 1 to 4 slots, scv 0.1 to 4).
COMMON_IDLE, COMMON_MORE = 0.40, 0.38


@internal
def works_at_copies(program: Program, c: int, part: np.ndarray) -> bool:
    """Whether calls of a component cost several of its copies work."""
    return program.kind[c] == of.STORE and part[at.COPY_WORK] > 0.0 and part[at.REPLICAS] > 1.0


@compiled
def quorums(part: np.ndarray) -> tuple[float, float]:
    """Copies that a read and a write must hear."""
    replicas = part[at.REPLICAS]
    write = part[at.WRITE_QUORUM]
    return min(part[at.READ_QUORUM], replicas), replicas if write != write else min(write, replicas)


@compiled
def all_asked(part: np.ndarray) -> float:
    """Share of reads that ask all copies."""
    return 1.0 if quorums(part)[0] >= part[at.REPLICAS] else part[at.READ_REPAIR]


@compiled
def copies_asked(part: np.ndarray, writes: bool) -> float:
    """Mean number of copies that a call costs work.

    A read that repairs asks all, and costs those that lag behind a write as well: of the copies that no write
    waited for, the share u L / (u L + 1) at the time of a read.
    """
    replicas = part[at.REPLICAS]
    if writes:
        return replicas
    read, write = quorums(part)
    if read >= replicas:
        return replicas
    lag = part[at.WRITES_PER_KEY] * part[at.REPLICATION_LAG_MS] / 1000.0
    behind = (replicas - write) * lag / (lag + 1.0)
    return read + part[at.READ_REPAIR] * (replicas - read + behind)


@compiled
def common_share(balancing: float, scv: float, load: float, to_all: float) -> float:
    """Share of the variance of the wait that the copies of a store have in common.

    Args:
        balancing: How reads come to a copy (`layout.SHARED`, ...).
        scv: Squared coefficient of variation of the work.
        load: Utilisation of a copy.
        to_all: Share of what reaches a copy that goes to all of them.

    Source: own. Copies that get the same calls have arrivals in common (for two queues Nelson and Tantawi
    1988).
    """
    if balancing == at.SHARED:
        return to_all
    return to_all / (1.0 + scv) * (COMMON_IDLE + COMMON_MORE * min(load, 1.0))


@internal
def refused_share(part: np.ndarray, st: np.ndarray, writes: bool) -> float:
    """Share of calls that too few copies accept, where each turns a share away: together, as far as their
    waits go together, else each by itself.
    """
    refused = st[of.BLOCKED]
    if not refused > 0.0:
        return 0.0
    read, write = quorums(part)
    replicas, accepts, repair = part[at.REPLICAS], 1.0 - refused, all_asked(part)
    common = common_share(part[at.BALANCING], part[at.SERVICE_SCV], st[of.LOAD_RATIO], st[of.TO_ALL])
    if writes:
        return common * refused + (1.0 - common) * (1.0 - at_least(replicas, write, accepts))
    common *= repair
    accepted = repair * at_least(replicas, read, accepts) + (1.0 - repair) * accepts**read
    return common * refused + (1.0 - common) * (1.0 - accepted)


@compiled
def at_least(n: float, r: float, p: float) -> float:
    """Probability of r or more successes in n trials of probability p; n and r whole."""
    if r <= 0.0:
        return 1.0
    if r > n or not p > 0.0:
        return 0.0
    if p >= 1.0:
        return 1.0
    if n > _FEW:
        return beta_lower(r, n - r + 1.0, p, 0)
    if r == n:
        return p**n
    q = 1.0 - p
    # From the end that has fewer terms.
    total = 0.0
    if r > 0.5 * n:
        term = p**n
        k = n
        while k >= r:
            total += term
            term *= k / (n - k + 1.0) * q / p
            k -= 1.0
        return min(total, 1.0)
    term = q**n
    k = 0.0
    while k < r:
        total += term
        term *= (n - k) / (k + 1.0) * p / q
        k += 1.0
    return max(1.0 - total, 0.0)
