"""The numbers of a scenario that a person may doubt: their places, what they mean, where they come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from models.explanation.bands import band_in_words
from models.explanation.tree import Tree, list_of, mapping_of, source_of
from models.scenario.checks.oddities import GUESS
from models.scenario.complexity import ComplexityBudget
from models.scenario.component import KINDS
from models.scenario.decision import Choice, Integer, Option, Real, Toggle
from models.scenario.editing.edit import Place, dotted
from models.scenario.flow import Branch, Call, Fallback, Flow, Parallel, branch_name, branches
from models.scenario.part import Part
from models.scenario.paths import PathError, Slot, parameters_of, quantity_of, resolve
from models.scenario.reading.document import Node
from models.scenario.reading.scalar import Scalar
from models.scenario.region import Link
from models.scenario.scenario import Scenario
from models.scenario.uncertainty import Lognormal, Normal, Triangular, Uniform
from models.scenario.workload import Clients, Phase
from models.system.system import System
from models.system.uncertainty import Guess, guesses_of

#: What is said of a number for which nobody names a source.
NO_SOURCE = GUESS
_DISTRIBUTIONS: dict[str, type[Part]] = {
    **{"normal": Normal, "lognormal": Lognormal},
    **{"triangular": Triangular, "uniform": Uniform},
}
_DECISIONS: dict[str, type[Part]] = {"on": Toggle, "options": Choice, "integer": Integer, "real": Real}
#: What the numbers of a distribution are.
_SPREADS = {
    "mean": "The mean of the guess.",
    "sd": "The standard deviation of the guess.",
    "median": "The middle of the guess: the number is as likely above as below.",
    "sigma": "How wide the guess is: the standard deviation of the logarithm; 0.2 is about 20 %.",
    "low": "The lowest value that is thought possible.",
    "mode": "The likeliest value.",
    "high": "The highest value that is thought possible.",
}
#: Units of what the format gives none, because it can't be the path of an effect.
_UNITS = {"effort_days": "days", "one_time_usd": "USD", "percentile": "share", "limit_ms": "ms"}


@dataclass(frozen=True, slots=True)
class Assumption:
    """One number, or switch, of a scenario.

    Attributes:
        place: Where it stands in the file, or would.
        group: The part of the file: `workload`, `components`, `flows`, `decisions`, `complexity`, `costs`,
            `uncertainty`.
        owner: What it is said of, as people call it.
        path: How the scenario's other parts name it.
        meaning: What it is, in a sentence; empty where the format says nothing.
        value: What stands there; the default where nothing is written.
        is_written: Whether it stands in the file.
        unit: Its unit; empty for plain numbers.
        allowed: What may stand there.
        source: Where it comes from.
        band: How far it may be off; empty where the scenario doesn't say.
    """

    place: Place
    group: str
    owner: str
    path: str
    meaning: str
    value: Scalar
    is_written: bool
    unit: str
    allowed: str
    source: str
    band: str


def assumptions_of(
    system: System, tree: Mapping[str, Node], *, has_defaults: bool = False
) -> tuple[Assumption, ...]:
    """All numbers that the scenario rests on, in the order of the file's parts.

    What is wanted (dimensions, limits) and what is open (ranges of decisions) is left out.

    Args:
        system: The compiled scenario.
        tree: What its text holds (`models.scenario.editing.edit.tree_of`).
        has_defaults: Whether parameters of components, flows, calls and of the complexity budget that the
            file leaves out are told too, with their defaults.
    """
    listing = _Listing(system, has_defaults)
    return tuple(listing.all(dict(tree)))


@dataclass
class _Listing:
    """Walks the parts of one file."""

    system: System
    has_defaults: bool
    bands: dict[Slot, Guess] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for guess in guesses_of(self.system):
            self.bands.update(dict.fromkeys(guess.slots, guess))

    @property
    def scenario(self) -> Scenario:
        return self.system.scenario

    def all(self, tree: Tree) -> Iterator[Assumption]:
        """Every number of the file, in the order of its parts."""
        yield from self._workload(mapping_of(tree.get("workload")))
        for name, node in mapping_of(tree.get("components")).items():
            component = self.scenario.components[name]
            slots = {key: Slot("component", name, key) for key in parameters_of(type(component))}
            paths = {key: f"{name}.{key}" for key in slots}
            kind = KINDS[component.kind]
            at: Place = ("components", name)
            owner, inner = component.label or name, mapping_of(node)
            yield from self._part(node, at, owner, kind, slots, paths)
            for key in sorted(kind.settings & inner.keys()):  # measured: parameters follow from them
                source = source_of(node)
                yield self._row((*at, key), owner, inner[key], kind, key, unit="ms", source=source)
        for name, node in mapping_of(tree.get("links")).items():
            slots = {key: Slot("link", name, key) for key in parameters_of(Link)}
            paths = {key: f"links.{name}.{key}" for key in slots}
            yield from self._part(node, ("links", name), f"link {name}", Link, slots, paths)
        for name, node in mapping_of(tree.get("flows")).items():
            yield from self._flow(name, mapping_of(node))
        for name, node in mapping_of(tree.get("decisions")).items():
            yield from self._decision(name, mapping_of(node))
        yield from self._complexity(mapping_of(tree.get("complexity")))
        yield from self._costs(tree.get("costs"))
        for path, node in mapping_of(tree.get("uncertainty")).items():
            part = _DISTRIBUTIONS.get(str(mapping_of(node).get("distribution", "none")))
            if part is None:  # the number is taken as it stands
                continue
            source = source_of(node)
            for key, value in mapping_of(node).items():
                if key in parameters_of(part):
                    place: Place = ("uncertainty", path, key)
                    unit = "" if key == "sigma" else self._unit(path)
                    owner, meaning = f"band of {path}", _SPREADS[key]
                    yield self._row(place, owner, value, part, key, meaning=meaning, unit=unit, source=source)

    def _workload(self, node: Tree) -> Iterator[Assumption]:
        source = source_of(node)
        phases = node.get("phases")
        for key, value in mapping_of(node.get("clients")).items():
            yield self._row(("workload", "clients", key), "clients", value, Clients, key, source=source)
        for i, phase in enumerate(phases if isinstance(phases, tuple) else ()):
            inner = mapping_of(phase)
            place: Place = ("workload", "phases", i)
            owner = f"phase {inner.get('name')}"
            rate = Slot("workload", "", "rate")
            for key in ("rate", "hours", *(["clients"] if "clients" in inner else [])):
                unit = "requests/s" if key == "rate" else ""
                yield self._row(
                    (*place, key), owner, inner.get(key), Phase, key,
                    unit=unit, source=source, slot=rate if key == "rate" else None,
                )  # fmt: skip
            for name, value in mapping_of(inner.get("drivers")).items():
                slot = Slot("driver", name, "value")
                meaning = self.scenario.drivers.get(name) or f"The driver {name} in this phase."
                yield self._row(
                    (*place, "drivers", name), owner, value, meaning=meaning, source=source, slot=slot
                )
            yield from self._effect(inner.get("effect"), (*place, "effect"), owner, source)

    def _flow(self, name: str, node: Tree) -> Iterator[Assumption]:
        flow = self.scenario.flows[name]
        owner = flow.label or name
        slots = {key: Slot("flow", name, key) for key in parameters_of(Flow)}
        paths = {key: f"flows.{name}.{key}" for key in slots}
        yield from self._part(node, ("flows", name), f"requests: {owner}", Flow, slots, paths)
        self._calls = self._branches = 0
        trace = node.get("trace")
        yield from self._steps(name, trace, ("flows", name, "trace"), source_of(node))

    def _steps(self, flow: str, steps: Node, place: Place, source: str) -> Iterator[Assumption]:
        """The calls of a trace, callers before the calls under them."""
        for i, step in enumerate(steps if isinstance(steps, tuple) else ()):
            yield from self._step(flow, step, (*place, i), source)

    def _step(self, flow: str, step: Node, here: Place, source: str) -> Iterator[Assumption]:
        """A step, or a branch of a parallel group, which may be a list of them."""
        if isinstance(step, tuple):
            yield from self._steps(flow, step, here, source)
        elif isinstance(step, dict) and "parallel" in step:
            for key in sorted({"each", "needed"} & set(step)):
                yield self._row((*here, key), f"group of {flow}", step[key], Parallel, key, source=source)
            for k, branch in enumerate(list_of(step["parallel"])):
                yield from self._step(flow, branch, (*here, "parallel", k), source)
        elif isinstance(step, dict) and "choice" in step:
            ways = list_of(step["choice"])
            first, self._branches = self._branches, self._branches + len(ways)
            for k, way in enumerate(ways):
                yield from self._way(flow, mapping_of(way), first + k, (*here, "choice", k), source)
        else:
            yield from self._call(flow, step, here, source)

    def _way(self, flow: str, node: Tree, index: int, place: Place, source: str) -> Iterator[Assumption]:
        """A branch of a choice."""
        written = list(branches(self.scenario.flows[flow].trace))[index]
        name = branch_name(written) or f"{place[-1]}"
        slots = {"share": Slot("branch", flow, "share", index)}
        paths = {"share": f"flows.{flow}.branches.{name}.share"}
        yield from self._part(node, place, f"branch {name} of {flow}", Branch, slots, paths, source=source)
        yield from self._step(flow, node.get("calls", ()), (*place, "calls"), source)

    def _call(self, flow: str, step: Node, place: Place, source: str) -> Iterator[Assumption]:
        index, self._calls = self._calls, self._calls + 1
        node: Tree = step if isinstance(step, dict) else {"call": step}
        name = str(node.get("name") or node["call"])
        owner = f"call {name} of {flow}"
        base = f"flows.{flow}.calls.{name}"
        slots = {key: Slot("call", flow, key, index) for key in parameters_of(Call)}
        paths = {key: f"{base}.{key}" for key in slots}
        yield from self._part(node, place, owner, Call, slots, paths, source=source)
        if isinstance(node.get("fallback"), dict):
            slots = {key: Slot("call", flow, f"fallback.{key}", index) for key in parameters_of(Fallback)}
            paths = {key: f"{base}.fallback.{key}" for key in slots}
            inner = (*place, "fallback")
            yield from self._part(
                node["fallback"], inner, f"fallback of {owner}", Fallback, slots, paths, source=source
            )
        yield from self._steps(flow, node.get("then"), (*place, "then"), source)

    def _decision(self, name: str, node: Tree) -> Iterator[Assumption]:
        decision = self.scenario.decisions[name]
        owner, source = decision.label or name, source_of(node)
        part = next(kind for key, kind in _DECISIONS.items() if key in node)
        for key, value in node.items():
            if key in parameters_of(part) and key not in ("step", "adaptive"):
                yield self._row(("decisions", name, key), owner, value, part, key, source=source)
        yield from self._effect(node.get("on"), ("decisions", name, "on"), owner, source)
        for option, inner in mapping_of(node.get("options")).items():
            place, said = ("decisions", name, "options", option), f"{owner}: {option}"
            for key, value in mapping_of(inner).items():
                if key in parameters_of(Option):
                    yield self._row((*place, key), said, value, Option, key, source=source)
            yield from self._effect(inner, place, said, source)

    def _effect(self, node: Node, place: Place, owner: str, source: str) -> Iterator[Assumption]:
        verbs = {"set": "Becomes this", "multiply": "Is multiplied by this", "add": "Grows by this"}
        for part, verb in verbs.items():
            for path, value in mapping_of(mapping_of(node).get(part)).items():
                meaning = f"{verb}: {path}."
                unit = "times" if part == "multiply" else self._unit(path)
                yield self._row((*place, part, path), owner, value, meaning=meaning, unit=unit, source=source)

    def _complexity(self, node: Tree) -> Iterator[Assumption]:
        slots = {key: Slot("complexity", "", key) for key in parameters_of(ComplexityBudget)}
        paths = {key: f"complexity.{key}" for key in slots}
        yield from self._part(node, ("complexity",), "complexity budget", ComplexityBudget, slots, paths)
        for k in ComplexityBudget.settings & set(node):
            yield self._row(("complexity", k), "complexity budget", node[k], ComplexityBudget, k)

    def _costs(self, node: Node) -> Iterator[Assumption]:
        for k, cost in enumerate(node if isinstance(node, tuple) else ()):
            inner = mapping_of(cost)
            owner = f"cost: {inner.get('label')}"
            meaning = "Cost in a phase in which every driver has the value of the first phase."
            yield self._row(("costs", k, "usd"), owner, inner.get("usd"), meaning=meaning, unit="USD")
            for name, value in mapping_of(inner.get("drivers")).items():
                said = f"The power in which the driver {name} counts."
                yield self._row(("costs", k, "drivers", name), owner, value, meaning=said)

    def _part(
        self,
        node: Node,
        place: Place,
        owner: str,
        part: type[Part],
        slots: Mapping[str, Slot],
        paths: Mapping[str, str],
        *,
        source: str = "",
    ) -> Iterator[Assumption]:
        """The parameters of one owner, written ones first."""
        inner = mapping_of(node)
        source = source_of(node) or source
        left = [key for key in parameters_of(part) if key not in inner] if self.has_defaults else []
        for key in [*(key for key in inner if key in slots), *left]:
            value = inner[key] if key in inner else part.model_fields[key].default
            yield self._row(
                (*place, key), owner, value, part, key,
                source=source, slot=slots[key], path=paths[key], is_written=key in inner,
            )  # fmt: skip

    def _row(
        self,
        place: Place,
        owner: str,
        value: Node,
        part: type[Part] | None = None,
        key: str = "",
        *,
        meaning: str = "",
        unit: str = "",
        source: str = "",
        slot: Slot | None = None,
        path: str = "",
        is_written: bool = True,
    ) -> Assumption:
        known = parameters_of(part).get(key) if part is not None else None
        if part is not None and not meaning:
            described = (
                part if part.model_fields[key].description else Toggle
            )  # options say it as decisions do
            fields = described.model_fields
            described_as = (fields[key].description if key in fields else None) or ""
            meaning = " ".join(described_as.replace("`", "").split())
        guess = self.bands.get(slot) if slot is not None else None
        said = (guess.source if guess is not None else "") or source
        return Assumption(
            place=place,
            group=str(place[0]),
            owner=owner,
            path=path or dotted(place),
            meaning=meaning,
            value=value if value is None or isinstance(value, (bool, int, float, str)) else str(value),
            is_written=is_written,
            unit=unit or (known.unit if known is not None else "") or _UNITS.get(key, ""),
            allowed=known.allowed() if known is not None else "a number",
            source=said or (NO_SOURCE if is_written else "the format's default"),
            band="" if guess is None else band_in_words(guess),
        )

    def _unit(self, path: str) -> str:
        """The unit of what a path names."""
        try:
            return quantity_of(self.scenario, resolve(self.scenario, path)[0]).unit
        except PathError:  # a checked scenario has none
            return ""
