"""Step 5, cost: infrastructure, one-time spending, and revenue that is not earned, apart from each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from models.evaluation import Array
from models.performance.steady_state import Behaviour
from models.performance.traffic import at_the_door
from models.scenario.paths import Slot
from models.system.effects import base_value
from models.system.parameters import Parameters, apply_decisions
from models.system.system import System

SECONDS_PER_HOUR = 3600.0
CALLS_PER_MILLION = 1e6


@dataclass(frozen=True, slots=True, eq=False)
class Cost:
    """The parts of the cost, USD; arrays that broadcast to `(n, p)` unless said otherwise.

    Attributes:
        replicas_usd: Running replicas, by component.
        calls_usd: Calls that are paid by the piece, by component.
        drivers_usd: Costs that follow drivers, by cost.
        lost_revenue_usd: Revenue that today's design would earn if nothing failed, less what this one earns.
        one_time_usd: Spending beforehand, `(n,)`.
    """

    replicas_usd: tuple[Array, ...]
    calls_usd: tuple[Array, ...]
    drivers_usd: tuple[Array, ...]
    lost_revenue_usd: Array
    one_time_usd: Array

    def total(self) -> Array:
        """All parts over all phases, `(n,)`; added in a fixed order."""
        n, phases = self.one_time_usd.shape[0], self.lost_revenue_usd.shape[1]
        total = self.one_time_usd
        for part in (*self.replicas_usd, *self.calls_usd, *self.drivers_usd, self.lost_revenue_usd):
            full = np.broadcast_to(part, (n, phases))
            for p in range(phases):
                total = total + full[:, p]
        return np.asarray(total)


#: Prices from here on may add up to what no number holds.
_ABSURD_USD = 1e100


def may_be_infinite(system: System) -> bool:
    """Whether a design of a system may cost more than a number holds: absurd prices or powers of drivers."""
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        for cost in system.scenario.costs:
            most = abs(cost.usd)
            for name, exponent in cost.drivers.items():
                slot = Slot("driver", name, "value")
                reference = float(base_value(system.scenario, slot)[0, 0])
                ratios = np.maximum(np.array(_reach(system, slot)) / reference, 0.0)
                most = most * float(np.max(np.power(ratios, exponent)))
            if not most < _ABSURD_USD:
                return True
    prices = ("price_usd_per_hour", "price_usd_per_million", "value_usd")
    slots = [slot for slot in (*system.static, *system.plans) if slot.parameter in prices]
    return any(not abs(value) < _ABSURD_USD for slot in slots for value in _reach(system, slot))


def _reach(system: System, slot: Slot) -> tuple[float, float]:
    """Smallest and largest value that a parameter can have."""
    if slot in system.plans:
        return system.plans[slot].lowest, system.plans[slot].highest
    value = system.static[slot]
    return float(value.min()), float(value.max())


def running_cost(parameters: Parameters, arrivals_per_s: Sequence[Array]) -> tuple[list[Array], list[Array]]:
    """Cost of replicas and of calls by component, USD, `(n | 1, p)` each.

    What calls cost that leave their region is a cost of the calls of the component that they go to.
    """
    across = _prices_across(parameters)
    hours = parameters.system.hours
    replicas_usd, calls_usd = [], []
    for c, arrivals in enumerate(arrivals_per_s):
        copies = parameters.of_component_or(c, "replicas", 1.0) * parameters.of_component_or(c, "shards", 1.0)
        replicas_usd.append(copies * parameters.of_component(c, "price_usd_per_hour") * hours)
        calls = arrivals * SECONDS_PER_HOUR * hours / CALLS_PER_MILLION
        calls_usd.append(calls * (parameters.of_component(c, "price_usd_per_million") + across[c]))
    return replicas_usd, calls_usd


def _prices_across(parameters: Parameters) -> list[Array]:
    """What a million calls of each component cost on links, USD: the mean over its calls, by how often made.

    Calls count as the users make them: where some are repeated more than others the mean is a little off.
    """
    system = parameters.system
    zero = np.zeros((1, 1))
    asked, paid = [zero] * len(system.parts), [zero] * len(system.parts)
    if all(node.link is None for node in system.nodes):
        return asked
    door, made = at_the_door(parameters), list[Array]()
    for node in system.nodes:
        times = parameters.of_call(node, "times") * parameters.of_call(node, "enabled") * node.copies
        made.append(times * (door[node.flow] if node.caller is None else made[node.caller]))
        asked[node.component] = asked[node.component] + made[-1]
        if node.link is not None:
            price = parameters.values[Slot("link", node.link, "price_usd_per_million")]
            paid[node.component] = paid[node.component] + made[-1] * price
    return [
        np.asarray(np.where(all_calls > 0.0, usd / np.where(all_calls > 0.0, all_calls, 1.0), 0.0))
        for all_calls, usd in zip(asked, paid, strict=True)
    ]


def driver_costs(parameters: Parameters) -> list[Array]:
    """Costs that follow drivers, USD, `(n | 1, p)` each.

    The product of powers of the drivers, each relative to what the file says of it in the first phase: what a
    decision does to a driver in every phase must not cancel out. A cost with `basis: peak` counts once, in
    its dearest phase.
    """
    system = parameters.system
    found = []
    for cost in system.scenario.costs:
        usd: Array = np.full((1, system.hours.shape[1]), cost.usd)
        for name, exponent in cost.drivers.items():
            slot = Slot("driver", name, "value")
            reference = base_value(system.scenario, slot)[:, :1]
            usd = usd * np.maximum(parameters.values[slot] / reference, 0.0) ** exponent
        if cost.basis == "peak":
            dearest = np.argmax(usd, axis=1)
            usd = np.where(np.arange(usd.shape[1]) == dearest[:, None], usd, 0.0)
        found.append(usd)
    return found


def value_per_request(parameters: Parameters, success: Sequence[Array] | None = None) -> list[Array]:
    """What one answered request of each flow is worth with what its calls bring, USD, `(n | 1, p | 1)` each.

    Where a request is answered every call that it can't do without was, so what such a call brings is lost
    with the request and by nothing else. An optional call loses its own when it fails; so do the calls under
    it, whose answers reach nobody then.

    Args:
        parameters: The parameters.
        success: By call: share of the callers in which all of its repetitions succeed; None = all.
    """
    system = parameters.system
    worth = [parameters.of_flow(f, "value_usd") for f in range(len(system.flows))]
    made: list[Array] = []
    arrives: list[Array] = []
    for node in system.nodes:
        times = parameters.of_call(node, "times") * parameters.of_call(node, "enabled") * node.copies
        calls, reaches = times, np.ones((1, 1))
        if node.caller is not None:
            calls, reaches = calls * made[node.caller], arrives[node.caller]
        optional = parameters.of_call(node, "optional")
        if success is not None and bool(np.any(optional > 0.0)):
            reaches = reaches * np.where(optional > 0.0, each_of_all(success[node.index], times), 1.0)
        made.append(calls)
        arrives.append(np.asarray(reaches))
        value = parameters.of_call(node, "value_usd")
        if bool(np.any(value != 0.0)):
            worth[node.flow] = worth[node.flow] + calls * reaches * value
    return worth


#: Halvings until no share is told apart from the next.
_HALVINGS = 60


def each_of_all(all_succeed: Array, times: Array) -> Array:
    """Probability that one call succeeds, from that of all its `times` repetitions.

    The other way round of `models.performance.retry.each_time`: s^k (1 - r (1 - s)) for k whole repetitions
    and one more with probability r. 1 where none is made.

    Args:
        all_succeed: Probability that all succeed, in [0, 1].
        times: Repetitions, >= 0; broadcasts with it.
    """
    all_succeed, times = np.broadcast_arrays(all_succeed, times)
    if bool(np.all((times == 1.0) | (all_succeed == 1.0))):
        return np.asarray(all_succeed)
    whole = np.floor(times)
    rest = times - whole
    low, high = np.zeros(times.shape), np.ones(times.shape)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        is_below = middle**whole * (1.0 - rest * (1.0 - middle)) < all_succeed
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    return np.where(times == 0.0, 1.0, np.where(times == 1.0, all_succeed, high))


def lost_revenue(
    parameters: Parameters,
    *,
    requests: Sequence[Array],
    answered_share: Sequence[Array],
    worth_today: Sequence[Array],
    worth: Sequence[Array],
) -> Array:
    """Requests x (value in today's design - value in this design x success share), USD, `(n | 1, p)`."""
    hours = parameters.system.hours
    lost = np.zeros((1, hours.shape[1]))
    for rate, share, today, here in zip(requests, answered_share, worth_today, worth, strict=True):
        lost = lost + rate * SECONDS_PER_HOUR * hours * (today - here * share)
    return np.asarray(lost)


def cost_of(
    parameters: Parameters,
    found: Behaviour,
    one_time_usd: Array,
    base: Mapping[Slot, Array] | None,
) -> Cost:
    """The parts of the cost of n designs.

    Args:
        parameters: Their parameters.
        found: How they behave.
        one_time_usd: Spending beforehand, `(n,)`.
        base: Values that took the place of what the file says (see `apply_decisions`).
    """
    system = parameters.system
    # Under uncertain numbers today's design is worth what they say, or their change would count as a loss.
    worth_today = _worth_today(system)
    if base:
        X = np.tile(system.space.today, (parameters.n, 1))
        worth_today = value_per_request(apply_decisions(system, X, base=base))
    replicas_usd, calls_usd = running_cost(parameters, found.arrivals_per_s)
    lost = lost_revenue(
        parameters,
        requests=at_the_door(parameters),
        answered_share=found.success,
        worth_today=worth_today,
        worth=value_per_request(parameters, found.call_success),
    )
    return Cost(
        replicas_usd=tuple(replicas_usd),
        calls_usd=tuple(calls_usd),
        drivers_usd=tuple(driver_costs(parameters)),
        lost_revenue_usd=lost,
        one_time_usd=one_time_usd,
    )


@lru_cache(maxsize=32)
def _worth_today(system: System) -> list[Array]:
    """What one answered request of each flow is worth in today's design, USD."""
    return value_per_request(apply_decisions(system, system.space.today[None, :]))
