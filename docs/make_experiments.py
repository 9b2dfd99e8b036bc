"""Writes docs/experiments.md: what the bundled experiments expect, and how each statement is read.

python docs/make_experiments.py
"""
# Rows of tables can't be broken:
# ruff: noqa: E501

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
if str(ROOT) not in sys.path:  # run as a script: the packages are beside this folder
    sys.path.insert(0, str(ROOT))

import yaml  # noqa: E402

from models.scenario.checks.statements import placed, told  # noqa: E402
from models.scenario.experiments.statement import Assumption  # noqa: E402
from models.scenario.load import load_scenario  # noqa: E402

TARGET = Path(__file__).with_name("experiments.md")
_LISTS = {"steady_state": "steady state", "then": "then", "abort": "abort", "success": "success"}


def page() -> str:
    """The whole of docs/experiments.md."""
    return TEXT.lstrip().replace("@STATEMENTS@", statements())


def statements() -> str:
    """The table of all statements of the bundled experiments."""
    rows = ["| scenario | experiment | in | written | read as |", "|---|---|---|---|---|"]
    for path in sorted((ROOT / "data" / "scenarios").glob("*.yaml")):
        scenario = load_scenario(path)
        tree = yaml.safe_load(path.read_text(encoding="utf-8").replace(" on:", " 'on':"))
        for experiment, plain in zip(scenario.typed_experiments, tree.get("experiments", ()), strict=True):
            words = _written(plain)
            for (name, _, one), text in zip(placed(experiment, ""), words, strict=True):
                read = f"assumption: {one.assume}" if isinstance(one, Assumption) else f"`{told(one)}`"
                written = "" if isinstance(one, Assumption) else text
                cells = (scenario.name, experiment.name, _LISTS[name], written, read)
                rows.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(rows)


def _written(plain: dict[str, object]) -> list[str]:
    hypothesis = plain["hypothesis"]
    assert isinstance(hypothesis, dict)
    lists = (plain.get("steady_state"), hypothesis.get("then"), plain.get("abort"), plain.get("success"))
    several = [value if isinstance(value, list) else [value] for value in lists if value is not None]
    return [str(one) for each in several for one in each]


TEXT = """
# Experiments: what is broken on purpose, and what is expected

<!-- Written by docs/make_experiments.py from the statements in data/scenarios. Don't edit by hand. -->

An experiment says what is broken (`inject`), in which phase, and what is expected of the system before, meanwhile
and afterwards. All keys stand in [scenario.md](scenario.md), "Experiments"; a small one:

```yaml
experiments:
  - name: slow_payments
    phase: peak
    steady_state: ["checkout success above 98 %"]
    hypothesis:
      if: "the provider answers ten times more slowly for five minutes"
      then: "checkout success above 98 % within two minutes after"
    inject: {kind: latency, target: payment_provider, factor: 11, duration_s: 300}
    abort: ["checkout success below 50 % for one minute"]
    success: ["browse success above 99 % throughout", {assume: "support answers within the hour"}]
```

## What each fault does
| kind | what it changes in the run |
|---|---|
| `terminate` | replicas (of a component, in zones, of a region) are gone, with what they were doing; a store with too few copies for a quorum refuses |
| `pause` | all servers of a component stand still: nothing begins, nothing ends, what comes waits |
| `slow_leak` | the share of time lost to collection grows evenly to `gc_share`, which stretches the work |
| `partition` | calls are never answered (`timeout`) or lost at once (`loss`); with `copies`, a store loses those that are cut off: the side without a quorum refuses its share of the calls, or both sides accept writes (`both`) |
| `latency` | a share of the calls takes `added_ms` longer, or all of them `factor` times as long; at a component of ours its servers are held meanwhile, over a link every attempt takes longer on the way |
| `errors`, `refuse`, `expiry` | a share of the calls fails after the usual time, is never answered, or is turned away at once |
| `corruption`, `clock_skew` | the share that a person states (`share` x `caught_share`, `refused_share`) fails; the rest is told as an assumption |
| `cache_flush` | a share of the keys is forgotten; a cache with a given `hit_ratio` holds no keys, and is refused |
| `load` | arrivals are multiplied, at once, on a ramp, or in pulses |
| `driver` | the costs that follow the driver change; no queue feels it |

A partition in which both sides accept writes leaves diverged ones: the rate of the writes of the side that is cut off
(`share` of the calls, or its share of the copies) times the time it lasts. Reconciling them takes that number over
`reconciled_per_s`. GitHub's 43 seconds and 24 hours (October 2018) are these two numbers.

How a dependency becomes slow decides: with a time-out of 2 s, a payment provider whose answers take 11 times as long
(190 ms to 2,090 ms, long and short ones alike) leaves 81 % of the checkouts, one whose answers all take 1.9 s longer
27 %. `factor` and `added_ms` are these two.

## Playing them
`tradespace stress SCENARIO [--design DESIGN] [--experiment NAME] [--runs 50] [--seed 1] [--json]` plays each experiment
with a design, by steps (queues, retries, breakers and caches as they fill and empty), in many runs that differ by
chance. The answer is one of:

| verdict | meaning |
|---|---|
| lost | it isn't back within two minutes after the end of the fault |
| degraded | it is back, and a statement under `success` was broken |
| survived | neither |
| uncertain | no verdict has a lower bound of 90 % (exact 95 % interval, Clopper and Pearson 1934): play more runs |
| not healthy before | the steady state doesn't hold before the fault: nobody would begin |

Beside it: most attempts for each request over what they were before, how long until answers were back, what fell
first, and how long before the fall the emergence score said danger (0.8). `nearest` is the number, of the middle run,
that came nearest to breaking a statement. Exit code 1 where a design is lost. At least 36 runs are needed for a
verdict: the report plays so many with the chosen design, and the app on the page "When it breaks", where other
designs can be laid over it. An experiment that a design can't have (no such copies, a cache whose hits are given) says
why.

`tradespace stress SCENARIO --pattern all` (or one of `retry_storm`, `thundering_herd`, `death_spiral`, `cascade`,
`synchronisation`, `metastable_state`) needs no experiment: each pattern is set off in the peak phase where the design is
weakest for it. Beside the verdict stand the largest trigger that is survived (found by bisection), the defences that
the design has, and for each that it lacks the runs of ten that survive with it. Backoff and jitter aren't among the
defences against a retry storm: under an open load they only put it off. Jitter helps where clients that were cut off
together come back together.

`tradespace stress SCENARIO --first` says which experiment to run first: each is played in 32 draws of the scenario's
guesses. What its result tells is the entropy of the share in which the hypothesis holds (Shannon 1948): 1 bit at one
half, nothing where it is known before. Of those alike the one with more money at risk (requests that weren't answered
times what they are worth) comes first; beside it stands the guess on which its end hangs most.

`tradespace stress SCENARIO --hysteresis` raises the load of the peak phase in steps of 30 s, from a tenth to three times,
and puts the design at each load below its fall after a collapse. "It falls at 90/s, and once it has fallen it comes back
only at 24/s" are the two ends of the loop; the loads of the first phase and the peak are marked. Where it doesn't come
back by itself, the answer says to which load to shed, and for how long: of all ways the one that loses the fewest
requests. `tradespace runbook` and the plan of the report say the same line.

`tradespace stress SCENARIO --map` pushes it at each load to three times that load: the longest push that is survived, up
to a minute, is the border of no return. `tradespace stress SCENARIO --portrait COMPONENT` draws it for one component in
milliseconds: calls that wait against retries under way, the healthy and the failed state, and the border between them
(fluid limit, Mandelbaum, Massey and Reiman 1998).

`--events` plays each experiment event by event too, twenty times or as often as 40 million events allow, and puts what
comes of it beside the verdict. Where the runs don't all say the same that is done without being asked.

On the page "When it breaks" of the app all of these stand in tabs, and in the report in the section of that name; the
emergence score over time shows the moments at which it reached 0.8 and 0.9.

`limits: survives: [flushed_home_page, retry_storm]` in a scenario makes what is survived decide: a design that falls
isn't recommended ([recommendation.md](recommendation.md)).

## When a statement holds
A metric is read over stretches of `for_s` (10 s unless it is said). `before` are the stretches that end before the
fault begins, `during` those that begin while it lasts, `throughout` all from its beginning to the end of the run, and
`within 120 s after` all that begin 120 s or more after its end: it is back by then, and stays. A stretch in which
nothing was to be read (no answer, so no latency) says nothing. A steady state is read `before`, the others
`throughout`, unless they say otherwise. An abort holds when any one stretch shows it, the others when all do.

Shares are those of all requests that ended in a stretch; percentiles of a stretch are the mean of those of its bins,
weighted by their answers; of all flows together, the same over flows.

What no model can know is an assumption (`assume`): the verdict lists it and doesn't judge it. An abort that could hold
although all is as expected is an error of the file.

## How the bundled experiments are read
@STATEMENTS@
"""


def main() -> None:
    """Writes the page."""
    TARGET.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
