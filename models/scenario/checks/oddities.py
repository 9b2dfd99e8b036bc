"""What is odd but legal, and shows without evaluating: told as warnings."""

from __future__ import annotations

from collections.abc import Iterator

from models.errors import Code, Finding
from models.evaluation import AVAILABILITY, DIMENSIONS, LATENCY
from models.scenario.checks import idle
from models.scenario.checks.effects import paths_of, slots_of
from models.scenario.checks.flows import placed_calls
from models.scenario.decision import Choice, Integer, Toggle
from models.scenario.defaults import NEWEST
from models.scenario.effect import Effect
from models.scenario.kinds.store import Store
from models.scenario.paths import Slot, written_value
from models.scenario.scenario import Scenario

#: What stands for a source where there is none.
GUESS = "guess"


def findings(scenario: Scenario) -> Iterator[Finding]:
    """Warnings about a scenario without errors."""
    yield from _components(scenario)
    yield from _calls(scenario)
    yield from idle.findings(scenario)
    yield from _hedges(scenario)
    yield from _deadlines(scenario)
    yield from _decisions(scenario)
    yield from _goals(scenario)
    yield from _queue_limits(scenario)
    yield from _targets(scenario)
    yield from _refusals(scenario)
    yield from _guesses(scenario)
    yield from _copies(scenario)


def _warning(where: str, found: str, hint: str = "") -> Finding:
    return Finding(where, found, "", hint, severity="warning", code=Code.ODD)


def _components(scenario: Scenario) -> Iterator[Finding]:
    called = {placed.call.call for placed in placed_calls(scenario)}
    has_sources = bool(scenario.sources or scenario.assumptions)
    for name, component in scenario.components.items():
        where = f"components.{name}"
        if name not in called:
            yield _warning(where, "no flow calls this component", "add it to a trace, or remove it")
        if not has_sources and component.source is None:
            hint = "add source, or the scenario's sources and assumptions (a guess is an answer too)"
            yield _warning(where, "numbers without a source", hint)
    named = set(idle.changed_paths(scenario).values())
    for driver in scenario.drivers:
        is_used = any(driver in cost.drivers for cost in scenario.costs)
        if not is_used and f"drivers.{driver}" not in named:
            yield _warning(f"drivers.{driver}", "nothing depends on this driver", "name it in costs")


def _calls(scenario: Scenario) -> Iterator[Finding]:
    """Caches of which the misses go nowhere."""
    for placed in placed_calls(scenario):
        if scenario.components[placed.call.call].may_miss and not placed.call.then:
            hint = "add then: with the call that answers a miss"
            yield _warning(placed.where, f"the misses of {placed.call.call!r} go nowhere", hint)


def _hedges(scenario: Scenario) -> Iterator[Finding]:
    """Second attempts that nobody waits for, or that wait behind the first ones."""
    for placed in placed_calls(scenario):
        component, hedge = scenario.components[placed.call.call], placed.call.hedge_after_ms
        if hedge is not None and placed.call.timeout_ms is not None and hedge >= placed.call.timeout_ms:
            found = f"a second attempt after {hedge:g} ms, which nobody waits for: timeout_ms comes first"
            yield _warning(f"{placed.where}.hedge_after_ms", found, "lower it below timeout_ms")
        if hedge is None or not component.traits.is_ours:
            continue
        if getattr(component, "replicas", 1) == 1 or getattr(component, "balancing", None) == "shared":
            found = f"{placed.call.call!r} has one queue: a second attempt waits in it behind the first"
            hint = "give it replicas with a queue each (balancing), or take hedge_after_ms out"
            yield _warning(f"{placed.where}.hedge_after_ms", found, hint)


def _deadlines(scenario: Scenario) -> Iterator[Finding]:
    """Deadlines of which nobody hears: somebody else's system drops nothing and calls nobody of ours."""
    for placed in placed_calls(scenario):
        if placed.call.passes_deadline and not scenario.components[placed.call.call].traits.is_ours:
            found = f"a deadline is passed on to {placed.call.call!r}, which isn't ours and calls nobody"
            yield _warning(f"{placed.where}.passes_deadline", found, "take it out: timeout_ms does it all")


def _decisions(scenario: Scenario) -> Iterator[Finding]:
    for name, decision in scenario.decisions.items():
        hint = "give it an effect, or remove it"
        if isinstance(decision, Toggle):
            is_idle = decision.complexity == 0 and _is_neutral(scenario, decision.on)
        elif isinstance(decision, Choice):
            is_idle = decision.complexity == 0 and all(
                option.complexity == 0 and _is_neutral(scenario, option)
                for option in decision.options.values()
            )
            if len(decision.options) == 1:
                yield _warning(f"decisions.{name}", "a choice with one option", "add another, or remove it")
                continue
        else:
            low, high = decision.integer if isinstance(decision, Integer) else decision.real
            is_idle = low == high or (isinstance(decision, Integer) and high - low < decision.step)
            hint = "widen it, or remove it"
        if is_idle:
            yield _warning(f"decisions.{name}", "this decision changes nothing", hint)


def _is_neutral(scenario: Scenario, effect: Effect) -> bool:
    if any(factor != 1.0 for factor in effect.multiply.values()) or any(effect.add.values()):
        return False
    return all(
        _stands(scenario, slot, value)
        for path, value in effect.set.items()
        for slot in slots_of(scenario, path)
    )


def _stands(scenario: Scenario, slot: Slot, value: float | bool | str | None) -> bool:
    if slot.owner in ("workload", "driver"):
        return False
    return written_value(scenario, slot) == value


def _targets(scenario: Scenario) -> Iterator[Finding]:
    """Targets that are worse than the limit beside them: one of the two can't be what was meant."""
    pairs = [
        (f"dimensions.{dimension.name}.target", goal.limit, goal.target, dimension)
        for dimension in DIMENSIONS
        for goal in [getattr(scenario.dimensions, dimension.name)]
    ]
    pairs += [
        (f"flows.{name}.target_ms", flow.limit_ms, flow.target_ms, LATENCY)
        for name, flow in scenario.flows.items()
    ]
    for where, limit, target, dimension in pairs:
        if limit is None or target is None or (target - limit) * dimension.sign <= 0.0:
            continue
        side = "below" if dimension.better == "lower" else "above"
        found = f"the target {target:.12g} is worse than the limit {limit:.12g}: who keeps one has the other"
        hint = f"write a target {side} the limit, as {dimension.name} is better the {dimension.better}"
        yield Finding(where, found, "", hint, severity="warning", code=Code.WORSE_TARGET)


def _refusals(scenario: Scenario) -> Iterator[Finding]:
    """Decisions that turn requests away, where nothing says how many may be: refusing some pays."""
    goal = getattr(scenario.dimensions, AVAILABILITY.name)
    if goal.limit is not None or goal.target is not None:
        return
    slots = {
        name: [slot for path in paths_of(decision) for slot in slots_of(scenario, path)]
        for name, decision in scenario.decisions.items()
    }
    refusing = [name for name in slots if any(_turns_away(scenario, slot) for slot in slots[name])]
    if refusing:
        shown = ", ".join(refusing[:3]) + (" ..." if len(refusing) > 3 else "")
        found = (
            f"no limit on it, and decisions can turn requests away ({shown}): that makes the others faster"
        )
        hint = "write limit: the share of requests that must be answered"
        where = f"dimensions.{AVAILABILITY.name}"
        yield Finding(where, found, "", hint, severity="warning", code=Code.REFUSING_PAYS)


def _turns_away(scenario: Scenario, slot: Slot) -> bool:
    if slot.owner == "component":
        return slot.parameter in scenario.components[slot.name].traits.losses
    return (slot.owner, slot.parameter) in (("flow", "shed_share"), ("call", "bulkhead_slots"))


def _guesses(scenario: Scenario) -> Iterator[Finding]:
    """Numbers that are all guesses, of which none may be off."""
    parts = [scenario.workload, *scenario.components.values(), *scenario.flows.values()]
    written = [part.source for part in (*parts, *scenario.decisions.values()) if part.source is not None]
    if scenario.uncertainty or not written or scenario.sources:
        return
    if all(source.strip().lower().startswith(GUESS) for source in written):
        found = "the numbers are guesses, but none of them may be off: every answer would look certain"
        hint = "write how far they may be off, for example web.service_ms: {distribution: lognormal, ...}"
        yield Finding("uncertainty", found, "", hint, severity="warning", code=Code.ONLY_GUESSES)


def _copies(scenario: Scenario) -> Iterator[Finding]:
    """Decisions on the copies of a store that is written: what they do for its writes."""
    written = {placed.call.call for placed in placed_calls(scenario) if placed.call.write}
    for name, decision in scenario.decisions.items():
        slots = {slot for path in paths_of(decision) for slot in slots_of(scenario, path)}
        for store, component in scenario.components.items():
            decides = Slot("component", store, "replicas") in slots
            if not isinstance(component, Store) or store not in written or not decides:
                continue
            where = f"decisions.{name}"
            if Slot("component", store, "copy_work") in slots or component.copy_work > 0.0:
                found = f"more copies of {store!r} carry no more writes: each write is work for all"
                yield Finding(where, found, severity="note", code=Code.WRITES_TO_COPIES)
            elif scenario.schema_ >= NEWEST:
                found = f"each copy of {store!r} adds as many writes, as copy_work is 0: one does the work"
                hint = "write copy_work: 1 where all copies apply a write"
                yield Finding(where, found, "", hint, severity="note", code=Code.WRITES_TO_COPIES)


def _goals(scenario: Scenario) -> Iterator[Finding]:
    for dimension in DIMENSIONS:
        goal = getattr(scenario.dimensions, dimension.name)
        where = f"dimensions.{dimension.name}"
        if goal.tolerance is not None and goal.limit is None and goal.target is None:
            found = f"tolerance: {goal.tolerance} without a limit or a target"
            yield _warning(f"{where}.tolerance", found, "add limit")
        elif goal.tolerance == "never" and goal.limit is None:
            yield _warning(f"{where}.tolerance", "tolerance: never without a limit", "add limit")
        if goal.limit == 0 and dimension.better == "higher":
            yield _warning(f"{where}.limit", "every design meets a limit of 0", "raise it, or remove it")
    limits = scenario.limits
    if limits.emergence == 1:
        found = "every design meets a limit of 1: the score is never higher"
        yield _warning("limits.emergence", found, "lower it, or write null for none")
    if limits.effort_days is not None and not _costs_anything(scenario, "effort_days"):
        yield _warning(
            "limits.effort_days", "every design meets it: no decision takes effort", "add effort_days"
        )
    if limits.one_time_usd is not None and not _costs_anything(scenario, "one_time_usd"):
        yield _warning(
            "limits.one_time_usd", "every design meets it: no decision costs money", "add one_time_usd"
        )
    if not any(getattr(part, "health_check_s", None) is not None for part in scenario.components.values()):
        for key in ("failover_s", "lost_writes"):
            if getattr(limits, key) is not None:
                found = "every design meets it: no component has health checks"
                yield _warning(f"limits.{key}", found, "add health_check_s to what is failed over")


def _queue_limits(scenario: Scenario) -> Iterator[Finding]:
    """Limits on queues where there are none."""
    if any(part.traits.keeps_messages for part in scenario.components.values()):
        return
    for key in ("backlog", "drain_s", "message_age_s"):
        if getattr(scenario.limits, key) is not None:
            yield _warning(f"limits.{key}", "every design meets it: there is no queue", "remove it")


def _costs_anything(scenario: Scenario, key: str) -> bool:
    parts: list[object] = list(scenario.decisions.values())
    for decision in scenario.decisions.values():
        parts += decision.options.values() if isinstance(decision, Choice) else ()
    return any(getattr(part, key) > 0 for part in parts)
