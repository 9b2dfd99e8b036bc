"""Writes docs/scenario.md: tables from the types of `models.scenario`, chapters from the text below.

python docs/make_scenario_reference.py
"""
# Rows of tables can't be broken:
# ruff: noqa: E501

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

ROOT = Path(__file__).parents[1]
if str(ROOT) not in sys.path:  # run as a script: the packages are beside this folder
    sys.path.insert(0, str(ROOT))

from pydantic import BaseModel  # noqa: E402
from pydantic.fields import FieldInfo  # noqa: E402

from models.evaluation import DIMENSIONS  # noqa: E402
from models.scenario import (  # noqa: E402
    complexity,
    component,
    decision,
    effect,
    experiment,
    flow,
    goals,
    region,
    scenario,
    uncertainty,
    workload,
)
from models.scenario.experiments import metric, sentence, statement  # noqa: E402

TARGET = Path(__file__).with_name("scenario.md")

#: Chapter -> the types it lists, each with a sentence that leads into its table.
TYPES: dict[str, tuple[tuple[type[BaseModel], str], ...]] = {
    "The file": ((scenario.Scenario, "The keys at the top of the file."),),
    "Workload": (
        (
            workload.Workload,
            "Either `phases` or a `trace`. A trace that is a word is the name of the CSV, cut into 4 phases.",
        ),
        (workload.Phase, "One entry of `workload.phases`."),
        (workload.Clients, "What connected clients do (`workload.clients`), where phases have `clients`."),
        (workload.Trace, "The long form of `workload.trace`."),
        (scenario.DriverCost, "One entry of `costs`."),
    ),
    "Components": (
        (component.Service, "`kind: service`: something that computes."),
        (component.Store, "`kind: store`: all that a service has but an autoscaler, and these."),
        (
            component.Cache,
            "`kind: cache`: all that a service has but an autoscaler, and these. It needs `hit_ratio` or `keys`.",
        ),
        (component.External, "`kind: external`: somebody else's system."),
        (
            component.Queue,
            "`kind: queue`: messages that wait until its consumers, `replicas` x `slots`, work on them; all that a "
            "service has but what turns calls away, and these. Calls of it say `async: true`; what a consumer calls "
            "for a message stands under that call.",
        ),
    ),
    "Flows and calls": (
        (flow.Flow, "One entry of `flows`. The shares of all flows add up to 1."),
        (flow.Call, "One step of a `trace` or a `then`. A step that is only a word is a call of that name."),
        (flow.Parallel, "A step whose branches run at the same time."),
        (flow.Exclusive, "A step whose branches are exclusive: each request goes one of them, or none."),
        (flow.Branch, "A branch of a choice."),
        (flow.Fallback, "The `fallback` of a call."),
        (region.Link, "One entry of `links`: the network between two regions."),
    ),
    "Decisions and rules": (
        (decision.Toggle, "On or off. The keys below `on` are shared by all four kinds of decision."),
        (decision.Choice, "One of several options. Keys as of a toggle, but for `on`."),
        (decision.Option, "One option of a choice."),
        (decision.Integer, "A whole number. Keys as of a toggle, but for `on`."),
        (decision.Real, "A number. Keys as of a toggle, but for `on`."),
        (effect.Effect, "What a toggle that is on, an option, or a phase does to parameters."),
        (decision.Rule, "One entry of `rules`."),
    ),
    "Goals and limits": (
        (goals.Goals, "The keys of `dimensions`."),
        (goals.LatencyGoal, "The keys of `dimensions.latency`; the other five have all but `percentile`."),
        (goals.Limits, "The keys of `limits`."),
        (complexity.ComplexityBudget, "The keys of `complexity`: income and expenses, in points."),
    ),
    "Uncertainty": (
        (uncertainty.Normal, "`distribution: normal`."),
        (uncertainty.Lognormal, "`distribution: lognormal`."),
        (uncertainty.Triangular, "`distribution: triangular`."),
        (uncertainty.Uniform, "`distribution: uniform`."),
    ),
    "Experiments": (
        (
            experiment.Experiment,
            "One entry of `experiments`, in schema 2: what is computed from it stands in [experiments.md](experiments.md).",
        ),
        (experiment.Hypothesis, "Its `hypothesis`."),
        *(
            (part, f"`inject: {{kind: {kind}}}`. {(part.__doc__ or '').strip()}")
            for kind, part in experiment.FAULTS.items()
        ),
        (
            statement.Statement,
            "What is expected, as a mapping; the same as a sentence is read by the grammar below.",
        ),
        (statement.Assumption, "What no model can know: verdicts list it, and never judge it."),
        (
            experiment.FreeExperiment,
            "One entry of `experiments` in schema 1: texts, which nobody computes. `tradespace migrate` rewrites them.",
        ),
        (experiment.FreeInjection, "Its `inject`."),
    ),
}
#: What a type already has is not listed again: type -> the type it is compared with.
SHORTENED: dict[type[BaseModel], type[BaseModel]] = {
    component.Store: component.Service,
    component.Cache: component.Service,
    component.Queue: component.Service,
    decision.Choice: decision.Toggle,
    decision.Integer: decision.Toggle,
    decision.Real: decision.Toggle,
}
#: Words for fields whose type is clearer in words than spelt out, and for fields without a docstring.
TYPE_WORDS: dict[tuple[str, str], str] = {
    ("Scenario", "components"): "mapping: name to component",
    ("Scenario", "flows"): "mapping: name to flow",
    ("Scenario", "links"): "mapping: name to link",
    ("Link", "between"): "list of two regions",
    ("Scenario", "decisions"): "mapping: name to decision",
    ("Scenario", "uncertainty"): "mapping: path to distribution",
    ("Scenario", "drivers"): "mapping: name to a sentence, or a list of names",
    ("Scenario", "today"): "mapping: decision to value",
    ("Workload", "trace"): "file name, or mapping (Trace)",
    ("Effect", "set"): "mapping: path to a number, true, false or null",
    ("Effect", "multiply"): "mapping: path to a number",
    ("Effect", "add"): "mapping: path to a number",
    ("Option", "set"): "mapping: path to a number, true, false or null",
    ("Option", "multiply"): "mapping: path to a number",
    ("Option", "add"): "mapping: path to a number",
    ("Call", "then"): "list of steps",
    ("Flow", "trace"): "list of steps",
    ("Parallel", "parallel"): "list of branches",
    ("Exclusive", "choice"): "list of branches",
    ("Branch", "calls"): "list of steps",
    ("Toggle", "when"): "mapping: decision to a value, or to a list of values",
    ("Rule", "if"): "mapping: decision to a value, or to a list of values",
    ("Rule", "then"): "mapping: decision to a value, or to a list of values",
    ("Rule", "not"): "mapping: decision to a value, or to a list of values",
    ("Choice", "options"): "mapping: name to option",
    ("Integer", "integer"): "list of two whole numbers",
    ("Real", "real"): "list of two numbers",
    ("Integer", "sets"): "path, or list of paths",
    ("Real", "sets"): "path, or list of paths",
    **{
        ("Experiment", key): "statement, or list of statements"
        for key in ("steady_state", "abort", "success")
    },
    **{("FreeExperiment", key): "text, or list of texts" for key in ("steady_state", "abort", "success")},
    ("Hypothesis", "then"): "statement, or list of statements",
    ("Experiment", "inject"): "fault, or list of faults",
    ("Scenario", "experiments"): "list of mapping (Experiment)",
}
MEANINGS: dict[str, str] = {
    "schema": "Version of the format.",
    "title": "Headline of every report.",
    "summary": "What the scenario is about.",
    "workload": "What the system is asked to serve.",
    "components": "The parts of the system.",
    "costs": "Costs that follow drivers.",
    "flows": "The classes of user requests.",
    "decisions": "What is still open.",
    "rules": "Combinations that must, or must not, be.",
    "dimensions": "What is wanted of the six dimensions.",
    "limits": "What a design may not exceed.",
    "complexity": "Points of the complexity budget.",
    "uncertainty": "How far numbers may be off.",
    "experiments": "Chaos experiments.",
    "phases": "Stretches of the scenario, each with one rate.",
    "trace": "A measured load, from which phases are cut.",
    "source": "Where the numbers come from.",
    "name": "Its name.",
    "kind": "Which kind it is.",
    "label": "Name for people.",
    "why": "Why one would decide so.",
    "notice": "What users are told.",
    "effort_days": "Work to get there, days.",
    "one_time_usd": "Money to get there, USD.",
    "options": "The options; at least one.",
    "sets": "The parameters that get the value.",
    "distribution": "Which distribution it is.",
    "mean": "Mean.",
    "sd": "Standard deviation.",
    "median": "Median.",
    "sigma": "Standard deviation of the logarithm; 0.2 is about 20 %.",
    "low": "Smallest value.",
    "mode": "Most likely value.",
    "high": "Largest value.",
    "steady_state": "What normal looks like.",
    "hypothesis": "What is expected.",
    "inject": "What is broken on purpose.",
    "abort": "When the experiment is ended early.",
    "success": "What must have held.",
    "if": "What is done.",
    "then": "What is expected to follow.",
    "because": "Why it is expected.",
    "target": "What it is done to.",
    "amount": "How much of it.",
    "minutes": "How long, min.",
    "base": "Income of every design.",
    "has_cdn": "Earns the CDN income.",
    "has_autoscaling": "Earns the income for scaling by itself.",
    "usd": "Amount, USD.",
}


def reference() -> str:
    """The whole of docs/scenario.md."""
    lines = [BEFORE.strip()]
    for chapter, types in TYPES.items():
        lines.append(f"## {chapter}")
        for part, lead in types:
            lines.append(f"### {part.__name__}\n{lead}\n\n{_table(part)}")
    after = AFTER.strip().replace("@DIFFERENCES@", differences()).replace("@METRICS@", metrics())
    after = after.replace("@GRAMMAR@", sentence.GRAMMAR)
    lines.append(after.replace("@PREREQUISITES@", prerequisites()))
    return "\n\n".join(lines) + "\n"


def differences() -> str:
    """The table of what counts as a difference in each dimension where no step is written."""
    rows = ["| dimension | width of a box |", "|---|---|"]
    for dimension in DIMENSIONS:
        size = dimension.noticed
        width = f"{size:g} {dimension.step_unit}".removesuffix(" fraction")
        rows.append(
            f"| {dimension.name} | {f'{100 * size:g} %' if dimension.is_noticed_relatively else width} |"
        )
    return "\n".join(rows)


def metrics() -> str:
    """The table of what statements can be about."""
    rows = ["| metric | unit | of | in sentences | meaning |", "|---|---|---|---|---|"]
    for one in metric.METRICS.values():
        words = ", ".join(one.words)
        unit = one.unit.value or "number"
        rows.append(f"| `{one.name}` | {unit} | {one.subject.value} | {words} | {one.meaning} |")
    return "\n".join(rows)


def prerequisites() -> str:
    """The table of what parameters need to have an effect."""
    rows = ["| of | parameter | has no effect where |", "|---|---|---|"]
    told: set[tuple[str, ...]] = set()
    for name, part in {**component.KINDS, "call": flow.Call}.items():
        for rule in part.prerequisites:
            key = (*rule.parameters, rule.why)
            if key not in told:
                told.add(key)
                owner = "service, store or cache" if name == "service" else name
                is_of_scaled = name == "service" and rule not in component.Store.prerequisites
                owner = "service or queue" if is_of_scaled else owner
                rows.append(f"| {owner} | {', '.join(f'`{one}`' for one in rule.parameters)} | {rule.why} |")
    return "\n".join(rows)


def _table(part: type[BaseModel]) -> str:
    rows = ["| field | type | default | meaning |", "|---|---|---|---|"]
    known = SHORTENED.get(part)
    for name, info in part.model_fields.items():
        if known is not None and name != "kind" and name in known.model_fields:
            continue
        key = info.alias or name
        meaning = (info.description or MEANINGS.get(key, "")).replace("\n", " ").replace("|", "\\|")
        rows.append(f"| `{key}` | {_type(part, key, info)} | {_default(info)} | {meaning} |")
    return "\n".join(rows)


def _type(part: type[BaseModel], key: str, info: FieldInfo) -> str:
    words = TYPE_WORDS.get((part.__name__, key))
    return words or _words(info.annotation, tuple(info.metadata), info.json_schema_extra)


def _words(annotation: Any, notes: tuple[Any, ...] = (), extra: Any = None) -> str:
    """A type in words, with the range that its notes allow."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *more = get_args(annotation)
        for note in more:
            notes += tuple(getattr(note, "metadata", ()))
            extra = getattr(note, "json_schema_extra", None) or extra
        return _words(inner, notes, extra)
    if origin in (Union, UnionType):
        members = [member for member in get_args(annotation) if member is not NoneType]
        words = " or ".join(dict.fromkeys(_words(member, notes, extra) for member in members))
        return f"{words}, or null" if len(members) < len(get_args(annotation)) else words
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in get_args(annotation))
    if origin is dict:
        return f"mapping: name to {_words(get_args(annotation)[1])}"
    if origin is tuple:
        return f"list of {_words(get_args(annotation)[0])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"mapping ({annotation.__name__})"
    plain = {bool: "true or false", str: "text", int: "whole number", float: "number"}
    words = plain.get(annotation, "value")
    if annotation is str and any(getattr(note, "pattern", None) for note in notes):
        return "name"
    if annotation in (int, float):
        words += _range(notes)
        unit = extra.get("unit", "") if isinstance(extra, dict) else ""
        words += f" {unit}" if unit in ("ms", "s", "h", "min", "1/s", "USD", "points") else ""
    return words


def _range(notes: tuple[Any, ...]) -> str:
    found = {
        bound: getattr(note, bound)
        for note in notes
        for bound in ("ge", "gt", "le", "lt")
        if hasattr(note, bound)
    }
    low = f"from {_short(found['ge'])}" if "ge" in found else ""
    low = f"above {_short(found['gt'])}" if "gt" in found else low
    high = f"to {_short(found['le'])}" if "le" in found else ""
    return "".join(f" {word}" for word in (low, high) if word)


def _short(number: float) -> str:
    return f"{number:g}".replace("e+0", "e").replace("e+", "e").replace("e-0", "e-")


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    value = info.get_default(call_default_factory=True)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return _short(value)
    return f"`{value}`" if isinstance(value, str) and value else "empty"


def undocumented() -> Iterator[str]:
    """Fields that have neither a docstring nor a meaning here."""
    for types in TYPES.values():
        for part, _ in types:
            for name, info in part.model_fields.items():
                if not info.description and (info.alias or name) not in MEANINGS:
                    yield f"{part.__name__}.{name}"


BEFORE = """
# The scenario file

<!-- Written by docs/make_scenario_reference.py from the types in models/scenario. Don't edit by hand. -->

A scenario is one YAML file: the load, the parts of the system, the calls that a request makes, and what is
still open. This page lists every key. The words are explained in [words.md](words.md), what is worked out
from them in [model.md](model.md).

A small one:

```yaml
schema: 1
name: small-shop
workload:
  phases:
    - {name: normal, rate: 100, hours: 23}
    - {name: peak, rate: 400, hours: 1}
components:
  web: {kind: service, replicas: 4, slots: 8, service_ms: 20, price_usd_per_hour: 0.2}
  db: {kind: store, replicas: 3, slots: 4, service_ms: 5, read_quorum: 1, price_usd_per_hour: 0.8}
flows:
  browse: {share: 0.9, trace: [{call: web, then: [db]}]}
  buy: {share: 0.1, value_usd: 5, trace: [{call: web, then: [db, {call: db, name: save, write: true}]}]}
decisions:
  web_replicas: {integer: [2, 12], sets: web.replicas}
  time_out: {on: {set: {calls.db.timeout_ms: 200, calls.db.retries: 1}}}
limits: {metastable: false}
sources: ["load tests of October"]
assumptions: ["prices are rounded"]
```

`tradespace check FILE` tells everything that is wrong with a file at once, with the line, what was found, what
is allowed, and the nearest name where one was misspelt. A line that is no YAML, an unknown kind or a trace that
can't be read hides nothing else; only what can't be judged without it isn't told. A word of other formats (`queue`,
`region`, `autoscaling`, `timeout`, `cpu`) is answered by what to write here, or that it isn't modelled. `check` also
warns of what is odd but legal. `tradespace schema` prints the JSON Schema, with which editors complete and check a
file while it is written.

How to read the tables: `required` means that there is no default; `null` that the field may be left out or
written as `null`; `empty` that it begins with nothing in it. A unit stands in the name: `timeout_ms` is in
milliseconds. Shares are numbers from 0 to 1. A key that is not listed is an error.
"""

AFTER = """
## Paths
A path names a parameter. Effects, decisions and uncertainty use it.

| path | for example | what it stands for |
|---|---|---|
| `component.parameter` | `web.replicas` | a number or a switch of one component |
| `flows.FLOW.parameter` | `flows.buy.value_usd` | a number of one flow |
| `flows.FLOW.calls.CALL.parameter` | `flows.buy.calls.save.timeout_ms` | a number or a switch of a call in one flow |
| `calls.CALL.parameter` | `calls.db.retries` | the same in every flow that makes the call |
| `....fallback.parameter` | `calls.search.fallback.enabled` | a parameter of a call's fallback; the call must have one |
| `branches.BRANCH.share` | `branches.by_card.share` | the share of a branch of a choice, in every flow |
| `flows.FLOW.branches.BRANCH.share` | `flows.buy.branches.by_card.share` | the same in one flow |
| `workload.rate` | `workload.rate` | the arrival rate of every phase |
| `complexity.parameter` | `complexity.background_jobs` | a coefficient of the complexity budget |
| `drivers.NAME` | `drivers.volume` | a driver |
| `links.LINK.parameter` | `links.atlantic.rtt_ms` | a number of the network between two regions |

CALL is the call's own `name`, or else the name of the component it calls; BRANCH the branch's own `name`, or else
that of its first call. One path may stand for several calls.
Only numbers and switches are parameters: texts, names, `trace` and `kind` are not. What can't be changed by a
decision or a phase: `write` and `async` of a call, `visibility_s`, `max_receives` and `retention_s` of a queue, and
`percentile`, `limit_ms` and `target_ms` of a flow. No component may be called `flows`, `calls`, `workload`, `complexity` or `drivers`.

## Effects and their order
A parameter starts from what the file says. Then come all `set`, then all `multiply`, then all `add`, whatever the
order in the file. Within each of these steps decisions come first and the phase's own effect last.

- Two decisions that can set one parameter at the same time are an error; so are a decision and a phase. `when`, or
  two options of one choice, keep them apart. Multiplying and adding may meet.
- "Without limit" (`null` of a queue, a time-out, a TTL) stays without limit under `multiply` and `add`.
- A whole number that becomes fractional is rounded up: 2.5 replicas are 3.
- A value outside the range of its type is held to the range, and the design breaks the limit `parameter_bounds`.

## Decisions
The kind follows from the key: `on` is a toggle, `options` a choice, `integer` and `real` are numbers.

- `adaptive: true` gives the decision a value for each phase. On the command line and in design files
  `decision@phase` names one of them, and `decision` alone means all.
- `effort_days` and `one_time_usd` count once where the value differs from today's in any phase. For a choice
  those of the chosen option are added.
- `complexity` counts while a toggle is on, and for the other kinds while the value differs from today's; that of
  an option counts while it is chosen.
- A choice may have an option without an effect: `keep: {}`.
- A `real` can't be counted, so a space that has one can't be enumerated.

## `when`
`when: {cache: on}` means: this decision exists only while `cache` is on. A list means any of its values. Where it
doesn't exist it has no effect and holds its default, so that no design is listed twice: off, the first option, or
what the path holds. If it depends on an adaptive decision and is not adaptive itself, it exists when the condition
holds in any phase. Circles are errors.

## Rules
`{if: {a: on}, then: {b: on}}` requires, `{not: {a: on, b: on}}` excludes. `then` without `if` always holds. A rule
that is broken in any phase excludes the design. A condition on a decision that doesn't exist does not hold. Rules
that leave no design at all are an error where trying few combinations shows it.

## Today
`today` says what the running system does; every table compares with it. What is not named is off, the first option,
or what the path holds in the file. A number may lie outside the range of its decision, but not outside what its
parameter allows. For an adaptive decision write one value, or one for each phase.

## What the model leaves to others
`uncertainty` and `experiments` are read and checked, but one evaluation does not use them; neither does it use
`target`, `step`, `breach`, `target_ms`, `switch_minutes`, `notice` and `why`.

## Statements and their metrics
What is expected of an experiment (`steady_state`, `hypothesis.then`, `abort`, `success`) is a mapping
(`{of: checkout, metric: success_share, above: 0.98, within_s_after: 120}`), a sentence that says the same
(`"checkout success above 98 % within 120 s after"`), or what no model can know
(`{assume: "engineers can reach the region"}`). A sentence is

    @GRAMMAR@

Units: `%` for shares, `ms`, `s`, `min` for times, `/s` for rates, `million USD`. These are the metrics:

@METRICS@

## Limits, targets and tolerance
A `limit` of a dimension is a constraint when `tolerance` is `never` or not given. With any other tolerance it is a
wish that ranking weighs. Latency is in ms, throughput in requests/s, cost in USD; consistency, availability and
complexity are shares. The limits `saturation` (0.70) and `emergence` (0.8) hold unless you set them to null. A
limit counts as met within a relative distance of 1e-9.

`check` warns of a target that is worse than its limit, and of a limit or target that nothing meets but would in
another unit (0.25 where ms are meant: "did you mean 250 ms?"). It also warns where decisions can turn requests away
and nothing limits availability: the requests that are left gain by it. `saturation` and `emergence` are told where
they exclude designs of a file that doesn't write them; `solve` tells it too. Where nothing is feasible, `solve` says
where the limits would have to be.

Some limits hold whether you write them or not:

| limit | is broken where |
|---|---|
| `collapse` | there is no limit on saturation, and a component that turns nothing away gets as much as it can serve, or more |
| `nothing_called` | no component is called in any phase: nothing is asked of the system |
| `endless_cost` | the cost is more than a number holds |
| `parameter_bounds` | effects push a number out of its bounds |

The last three are there only in scenarios where it can come to that.

## What counts as a difference
Nobody sees 31.2 ms against 31.3 ms, and the model can't tell them apart. So values are compared in boxes: those of one
box count as equal. Boxes are fixed and don't depend on the other designs. `step` sets the width of a dimension's boxes,
as a difference. Without it these hold:

@DIFFERENCES@

A relative width is a box of the logarithm: 100 and 103 USD differ as 1,000 and 1,030 do. A nine is a factor of ten in
what fails: 99 % and 99.9 % are one nine apart. The widths are **own**: that of latency lies between the errors of the
model at low and at high utilisation (docs/model.md, "How far off it is"), the others are what people notice, we think.

## What changes nothing
`check` says why a parameter that is given, or that a decision, a phase or `uncertainty` changes, has no effect:

@PREREQUISITES@

Nothing is said where a decision, a phase or a guess changes what is lacking. `blocking` has no effect where no call is
made under the component, `weight` where there is one flow.

## Zones
Zones are shared: zone 1 of one component is zone 1 of all. Each of them is as available as the lowest
`zone_availability` that any component in use tells, whether its calls are optional or not; what nobody calls says
nothing. A component in one zone (`zones: 1`) stands in the first, and is lost with it.

## A measured load
`workload: {trace: load.csv}` reads a CSV beside the scenario, with the columns `time` (seconds, increasing) and
`rate` (requests/s). The rows are sorted into bands of equal width in the logarithm of the rate. Each band is one
phase: its hours are the time spent in it, its rate the mean over that time. The highest band is the peak and has
the largest rate itself. A rate of 0 belongs to the lowest band; empty bands are left out.

## A design in writing
On the command line: `tradespace evaluate FILE --set web_replicas=6 --set time_out=on --set mode@peak=lean`.
Values are `on` or `off`, the name of an option, a number, or `none`. What is not named stays as today.

In a file, given by `--design`:

```yaml
scenario: small-shop        # optional: refused when it is another scenario's
digest: 8c1f...             # optional: refused when the scenario has changed since
decisions:
  web_replicas: 6
  mode: {normal: full, peak: lean}   # an adaptive decision, by phase
```

## Traps of YAML, and what happens here
- `on`, `off`, `yes` and `no` are texts, not booleans. So `on:` is a key. A switch wants `true` or `false`; the value
  of a toggle may be written as either.
- `1e3` is the whole number 1000. `012`, `0x1F`, `1_000` and `12:30` stay texts and are refused where a number is
  wanted, with a hint.
- Write `0.05`, not `5%`; `250`, not `250ms`. The unit is in the name.
- Infinity and NaN are no numbers here. Leave the key out, or write null.
- A key that stands twice, tags (`!x`), anchors (`&x`), aliases (`*x`), `<<` and a second document are errors.
- An option that is called `true`, `null` or `2` needs quotes, and so does a text with `: ` or ` #` in it.
- Indent with spaces. The file is UTF-8, at most 5 MB and 50,000 entries.

## The JSON of `evaluate`
`tradespace evaluate FILE --json` prints one design with everything in between. `null` stands for what is unbounded.
Times are in ms.

| key | what it holds |
|---|---|
| `scenario` | `name`, `title`, `digest` |
| `design` | the value of each decision; of an adaptive one a mapping from phase to value |
| `dimensions` | by dimension `value` and `unit` |
| `limits` | list of `name`, `excess` (amount over the limit, at most 0 when it holds), `holds` |
| `phases` | list of `name`, `hours`, `rate` (with those of connected clients), `clients` where there are some, `latency_ms`, `components`, `flows` |
| `phases[].components` | `arrivals_per_s`, `servers`, `service_ms`, `utilisation` (of a component that keeps its slots: the share that is taken), `capacity_per_s`, `limited_by` (the component that limits this capacity: itself, or one for which it keeps its slots), `wait_ms`, `response_ms`, `response_variance_ms2`, `p50_ms`, `p99_ms`, `blocked_share`, `timeout_share`; with an autoscaler `replicas` (that run), of a queue `backlog` (messages that wait at the end of the phase; `blocked_share` is what stays in it) |
| `phases[].flows` | `rate` (let in), `response_ms`, `p50_ms`, `p99_ms`, `success_share`, `fresh_share` |
| `cost` | `replicas_usd` and `calls_usd` by component, `drivers_usd` by cost, `lost_revenue_usd`, `one_time_usd` |
| `complexity` | `income`, `expenses`, `remaining`, `remaining_share`, `warns` (less than a quarter is left) |
| `emergence` | `score`, `base`, `terms` |
| `effort` | `days`, `one_time_usd`, `changed_decisions` |
| `utilisation`, `metastable`, `retry_margin`, `tips_over`, `failover_s`, `lost_writes`, `unsettled`, `unsure` | of the busiest component; whether any phase stays down after a push; the least margin; probability that the healthy state ends by itself within a phase; longest time from the loss of a copy until calls go elsewhere; writes that are gone with a copy; whether some phase comes to no rest; for which reasons the numbers may be further off than promised (a sum of 1 = comes to no rest, 2 = a breaker opens and closes under load, 4 = retries come back together to a full queue, 8 = a queue is nearly full, 16 = bursty arrivals of bursty work, 32 = regular work meets a queue that is often full, 64 = threads wait for a store whose work varies very much or hardly, 128 = single calls use much of a CPU quota's period, 256 = a hedge waits in the same queue, 512 = branches meet in a store that is nearly full, 1024 = work that varies very much meets a queue that is often full, 2048 = few connected clients stand in one queue) |
| `backlog`, `drain_s`, `message_age_s` | only with a queue: messages that wait at the most; time from then until none does; longest time that a message waits |

`response_ms` of a component is its own wait and work; that of a flow is what the user waits, calls included.

## The JSON of `solve`
| key | what it holds |
|---|---|
| `scenario` | `name`, `title`, `digest` |
| `tradespace` | version |
| `config` | `method`, `evaluations`, `seconds`, `restarts`, `seed`, `max_designs`, `exact_seconds` and how the work was cut |
| `certificate` | `method` (`exact`, `search`, `sample`), `exact`, `evaluated`, `feasible`, `on_front`, `size` (null when it can't be counted), `ended_early`, `why` this method, `sentence`; after a search `algorithm`, `swept` (designs on the front of which every single change was tried), `ended_by`, `searches`, `missed` (estimate, at least; null for one search) |
| `front` | list of designs, each with `design`, `dimensions`, `limits`, `indicators` |
| `today` | the running system in the same form |
| `knee` | position in `front` of the design that gives up least on average; null without one; which one to take `recommendation` says |
| `recommendation` | which design to take, and the few beside it: `reached` (`reached`, `closest`, `never`, `not_asked`, `infeasible`: whether it is as likely to keep its limits as `wanted`), `picks` (each with `position` in `front`, `roles`, `confidence`, `first_break`, `endured`: what became of it under each name of `limits.survives`), `survives` (`not_asked`, `survives`, `none`) with `asked_to_survive` and `remedies`, `today`, `runner_up` and `why_not`, and `candidates`, `draws` and `seed` it rests on; see [recommendation.md](recommendation.md) |
| `trace` | after a search: `evaluations`, `on_front` and `hypervolume` as a share of the last front's box |
| `excluded`, `excluded_alone` | by limit: designs that break it; those that break only it |
| `closest` | only when nothing is feasible: the design nearest to it |

`indicators` are `utilisation`, `emergence`, `effort_days`, `one_time_usd`, `metastable` (1 or 0), `retry_margin`, `tips_over` (probability that the healthy state ends by itself within a phase), `failover_s`, `lost_writes`, `unsettled` (1 where no state comes to rest: the numbers are rough), `unsure` (reasons for which they may be further off than promised, see above) and `bottleneck` (position of the component that limits the busiest one); with a queue also `backlog`, `drain_s` and `message_age_s`.

## Exit codes
| code | meaning |
|---|---|
| 0 | all is well |
| 1 | no design is feasible, or a gate is shut |
| 2 | the input is wrong |
| 70 | a defect of Tradespace |
| 130 | interrupted; what was found until then is printed |
"""


def main() -> None:
    """Writes the page."""
    TARGET.write_text(reference(), encoding="utf-8")


if __name__ == "__main__":
    main()
