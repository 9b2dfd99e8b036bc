"""Hard failures of replicas and zones: the share of each flow's requests that finds what it requires."""

from __future__ import annotations

import math

import numpy as np

from models.performance import program as of
from models.performance.compiled import beta_lower, compiled, internal
from models.performance.program import Program, Work
from models.system import layout as at

_MINUTES_PER_HOUR = 60.0
#: Columns of a part: replicas, needed, offered replicas, availability, zones, zone availability, whether it
#: degrades, its value in the present state, and how many values follow: pairs of copies left and value there.
_REPLICAS, _NEEDED, _OFFERED, _UP, _ZONES, _ZONE_UP, _DEGRADES, _VALUE, _KNOWN, _PAIRS = range(10)
_MOST_KNOWN = (of.PART_WIDTH - _PAIRS) // 2


@internal
def hard_availability(
    program: Program, work: Work, parts: np.ndarray, calls: np.ndarray, out: np.ndarray, first: int
) -> None:
    """Probability that a flow's required components carry its load, by flow from a place of `out` on."""
    c_n, f_n, courses = program.kind.size, program.flow_steps.size, program.course_flow.size
    needs = np.zeros((2 * c_n, courses))
    in_use = np.zeros(c_n)
    _requirements(program, calls, needs, in_use)
    likely = np.ones(courses)
    for k in range(courses):
        for j in range(program.course_start[k], program.course_start[k + 1]):
            likely[k] *= work.chosen[program.course[j]]
    table = work.parts_up
    zones = np.ones(8)
    count = 0
    for c in range(c_n):
        if program.kind[c] == of.EXTERNAL or not in_use[c] > 0.0 or not parts[c, at.ZONE_AVAILABILITY] < 1.0:
            continue
        there = int(parts[c, at.ZONES])
        count = max(count, there)
        for z in range(there):
            zones[z] = min(zones[z], parts[c, at.ZONE_AVAILABILITY])
    for p in range(2 * c_n):
        is_needed = False
        for k in range(courses):
            is_needed = is_needed or needs[p, k] > 0.0
        if is_needed:
            _describe(program, work.station[p // 2], parts[p // 2], p, table[p])
        else:
            table[p, _NEEDED] = -1.0
    for f in range(f_n):
        out[first + f] = 0.0
    for code in range(1 << count):
        probability = state_probability(zones, count, code)
        if not probability > 0.0:
            continue
        for p in range(2 * c_n):
            if table[p, _NEEDED] >= 0.0:
                _look_up(table[p], code, count)
        for k in range(courses):
            all_up = probability * likely[k]
            for p in range(2 * c_n):
                if needs[p, k] > 0.0:
                    all_up = all_up * table[p, _VALUE]
            out[first + program.course_flow[k]] += all_up
    for f in range(f_n):
        out[first + f] = min(out[first + f], 1.0)


@compiled
def state_probability(zones: np.ndarray, count: int, code: int) -> float:
    """Probability that just the zones of one state are down, the others up.

    Args:
        zones: Availability of each zone, independent of each other, `(count,)` at least.
        count: Number of zones.
        code: The state, 0 to 2^count - 1: a bit for each zone, the first the highest; 1 = down.
    """
    probability = 1.0
    for z in range(count):
        is_down = (code >> (count - 1 - z)) & 1
        probability = probability * ((1.0 - zones[z]) if is_down else zones[z])
    return probability


@compiled
def replicas_left(replicas: float, zones: float, count: int, code: int) -> float:
    """Copies in the zones that are up, of copies spread evenly; the first zones take what doesn't divide.

    Args:
        replicas: Copies there are, whole.
        zones: Zones over which they are spread, whole, at most `count`.
        count: Number of zones of the state.
        code: The state (`state_probability`).
    """
    each = math.floor(replicas / zones)
    rest = replicas - each * zones
    left = 0.0
    for z in range(count):
        if not (code >> (count - 1 - z)) & 1 and z < zones:
            left += each + (1.0 if z < rest else 0.0)
    return left


@internal
def _requirements(program: Program, calls: np.ndarray, needs: np.ndarray, in_use: np.ndarray) -> None:
    """By part (of a component its reads, then its writes) and course: 1.0 where that fails without it."""
    i_n, courses = program.component.size, program.course_flow.size
    made, required = np.zeros(i_n), np.zeros((i_n, courses))
    for i in range(program.component.size):
        own = 1.0 if calls[i, at.TIMES] * calls[i, at.ENABLED] > 0.0 else 0.0
        strict = own * (1.0 - calls[i, at.OPTIONAL]) * (1.0 - calls[i, at.FALLBACK_ENABLED])
        caller = program.caller[i]
        made[i] = own if caller < 0 else own * made[caller]
        c = program.component[i]
        in_use[c] = max(in_use[c], made[i])
        p = 2 * c + (1 if program.writes[i] and program.kind[c] == of.STORE else 0)
        for k in range(courses):
            if program.course_flow[k] != program.flow[i] or not _takes(program, k, i):
                continue
            required[i, k] = strict if caller < 0 else strict * required[caller, k]
            needs[p, k] = max(needs[p, k], required[i, k])


@internal
def _takes(program: Program, course: int, i: int) -> bool:
    """Whether who goes a course comes to a call, as far as its branches tell."""
    for k in range(program.within_start[i], program.within_start[i + 1]):
        is_taken = False
        for j in range(program.course_start[course], program.course_start[course + 1]):
            is_taken = is_taken or program.course[j] == program.within[k]
        if not is_taken:
            return False
    return True


@internal
def _describe(program: Program, st: np.ndarray, part: np.ndarray, p: int, row: np.ndarray) -> None:
    """Notes a part; what is known of its values stays as long as they hang on the same numbers."""
    needed, degrades, up = row[_NEEDED], row[_DEGRADES], row[_UP]
    replicas, offered = row[_REPLICAS], row[_OFFERED]
    _note(program, st, part, p, row)
    is_same = degrades == row[_DEGRADES] and up == row[_UP]
    if degrades > 0.0:
        is_same = is_same and replicas == row[_REPLICAS] and offered == row[_OFFERED]
    else:
        is_same = is_same and needed == row[_NEEDED]
    if not is_same:
        row[_KNOWN] = 0.0


@internal
def _note(program: Program, st: np.ndarray, part: np.ndarray, p: int, row: np.ndarray) -> None:
    given = part[at.AVAILABILITY]
    if given == given:
        row[_UP] = given
    else:
        mtbf, mttr = part[at.MTBF_HOURS], part[at.MTTR_MINUTES] / _MINUTES_PER_HOUR
        row[_UP] = 1.0
        if mtbf == mtbf and mttr == mttr:
            row[_UP] = mtbf / (mtbf + mttr) if mtbf > 0.0 else 0.0
    if program.kind[p // 2] == of.EXTERNAL:
        row[_REPLICAS], row[_NEEDED], row[_ZONES], row[_ZONE_UP] = 1.0, 1.0, 1.0, 1.0
        return
    replicas = part[at.REPLICAS]
    # What goes to all copies is as much work for each copy, however many are left.
    each = min(st[of.UTILISATION] * st[of.TO_ALL], 1.0 - 1e-9)
    offered = (st[of.UTILISATION] - each) * replicas / (1.0 - each)
    needed = min(max(math.floor(offered + 1e-9) + 1.0, 1.0), replicas)
    degrades = st[of.CAN_REFUSE] > 0.0
    if program.kind[p // 2] == of.STORE:
        quorum = st[of.WRITE_COPIES] if p % 2 else st[of.READ_COPIES]
        degrades = degrades and quorum <= 1.0
        if not degrades:
            needed = max(needed, quorum)
    row[_REPLICAS], row[_NEEDED], row[_OFFERED] = replicas, needed, offered
    row[_ZONES], row[_ZONE_UP] = part[at.ZONES], part[at.ZONE_AVAILABILITY]
    row[_DEGRADES] = 1.0 if degrades else 0.0


@internal
def _look_up(row: np.ndarray, code: int, count: int) -> None:
    """Probability that a part carries its load, or the share that it does, in one state of the zones."""
    left = row[_REPLICAS]
    if count > 0 and row[_ZONE_UP] < 1.0:
        left = replicas_left(row[_REPLICAS], row[_ZONES], count, code)
    known = int(row[_KNOWN])
    for k in range(known):
        if row[_PAIRS + 2 * k] == left:
            row[_VALUE] = row[_PAIRS + 2 * k + 1]
            return
    if row[_DEGRADES] > 0.0:
        row[_VALUE] = carried_share(min(row[_OFFERED], row[_REPLICAS]), left, row[_UP])
    else:
        row[_VALUE] = k_of_n(row[_NEEDED], left, row[_UP])
    if known < _MOST_KNOWN:
        row[_PAIRS + 2 * known], row[_PAIRS + 2 * known + 1] = left, row[_VALUE]
        row[_KNOWN] = known + 1.0


@compiled
def k_of_n(needed: float, replicas: float, availability: float) -> float:
    """Probability that at least `needed` of `replicas` independent copies are up.

    Args:
        needed: Copies that must be up, whole; 0 or below always holds.
        replicas: Copies there are, whole; 0 where more are needed than that.
        availability: Of one copy, in [0, 1].

    Source: the binomial tail as an incomplete beta function (Abramowitz and Stegun 1964, 26.5.24).
    """
    if needed <= 0.0:
        return 1.0
    if not (needed >= 1.0 and needed <= replicas):
        return 0.0 if needed > replicas else beta_lower(1.0, 1.0, availability, 0)
    return beta_lower(needed, replicas - needed + 1.0, availability, 0)


@compiled
def carried_share(offered: float, replicas: float, availability: float) -> float:
    """Expected share of the work that is carried when each lost copy takes only its part along.

    E[min(1, J / b)] with J copies up and b copies' worth of load. It is 1 where nothing is offered, and
    E[J] / b where all copies are busy.

    Args:
        offered: Copies' worth of load b, >= 0.
        replicas: Copies there are, whole.
        availability: Of one copy, in [0, 1].

    Source: with m the smallest whole number >= b: P(J >= m) + n p P(Bin(n-1, p) <= m-2) / b, since
    j C(n, j) = n C(n-1, j-1).
    """
    b = max(offered, 1e-9)
    m = max(math.ceil(b - 1e-9), 1.0)
    enough = k_of_n(m, replicas, availability)
    fewer = 1.0 - k_of_n(m - 1.0, replicas - 1.0, availability)
    return min(enough + replicas * availability * max(fewer, 0.0) / b, 1.0)
