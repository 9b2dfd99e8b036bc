"""The load beside an experiment, flow by flow at the rates of its phase: a script for k6, and a file for
Locust.

Thresholds are what is predicted of the whole time, the worst part of it. A run that leaves them fails.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from models.faults.moment import moment_of
from models.scenario.paths import Slot
from optimizer.resilience.exports.drill import Drill

Json = dict[str, Any]
#: How long the load is there before the fault, s: what is steady is seen first.
BEFORE_S = 60.0
#: Users that a flow has at the most.
_MOST_USERS = 10_000
#: Latency that is reckoned with where nothing is predicted, s.
_LATENCY_S = 1.0


def flows_of(drill: Drill) -> Iterator[Json]:
    """Each flow with its rate, users that it may need, and what is predicted of it."""
    found = drill.prediction
    assert found.trial.injection is not None
    moment = moment_of(drill.system, drill.x, found.trial.injection.phase)
    rate = moment.value(Slot("workload", "", "rate"))
    for flow in drill.system.flows:
        per_s = rate * moment.value(Slot("flow", flow, "share"))
        if per_s > 0.0:
            limits = dict(_limits(drill, flow))
            latency_s = max([limits.get(f"p{p}_ms", 0.0) for p in (95, 99)]) / 1e3 or _LATENCY_S
            users = min(max(math.ceil(2.0 * per_s * latency_s), 1), _MOST_USERS)
            yield {"flow": flow, "per_s": per_s, "users": users, "limits": limits}


def _limits(drill: Drill, flow: str) -> Iterator[tuple[str, float]]:
    """By metric the worst end of what is predicted of a flow, or of all where it isn't watched by itself."""
    for metric in ("success_share", "p95_ms", "p99_ms"):
        own = [w for w in drill.prediction.watched if w.metric == metric and w.of in (flow, None)]
        for watched in sorted(own, key=lambda one: one.of is None)[:1]:
            bands = [band for band in (watched.steady, watched.plateau, watched.after) if band is not None]
            if bands:
                low = metric == "success_share"
                yield metric, min(b.low for b in bands) if low else max(b.high for b in bands)


def _seconds(drill: Drill) -> int:
    return math.ceil(BEFORE_S + drill.fault_s + drill.wait_s)


def k6(drill: Drill) -> Mapping[str, str]:
    """A script for k6: open arrivals, a scenario for each flow."""
    flows = list(flows_of(drill))
    scenarios, thresholds = {}, {}
    for k, one in enumerate(flows):
        name = f"flow{k + 1}"
        scenarios[name] = {
            "executor": "constant-arrival-rate",
            "rate": max(round(60.0 * one["per_s"]), 1),
            "timeUnit": "1m",
            "duration": f"{_seconds(drill)}s",
            "preAllocatedVUs": one["users"],
            "maxVUs": min(4 * one["users"], 4 * _MOST_USERS),
            "exec": "ask",
            "env": {"FLOW": one["flow"]},
            "tags": {"flow": one["flow"]},
        }
        limits = one["limits"]
        if "success_share" in limits:
            thresholds[f"http_req_failed{{scenario:{name}}}"] = [f"rate<={1.0 - limits['success_share']:.6g}"]
        times = [f"p({p})<={limits[f'p{p}_ms']:.6g}" for p in (95, 99) if f"p{p}_ms" in limits]
        if times:
            thresholds[f"http_req_duration{{scenario:{name}}}"] = times
    options = json.dumps({"scenarios": scenarios, "thresholds": thresholds}, indent=2, allow_nan=False)
    about = json.dumps(
        {
            "scenario": drill.system.scenario.name,
            "digest": drill.system.scenario.digest(),
            "experiment": drill.name,
        },
        indent=2,
    )
    text = f"""// k6 run -e BASE_URL=http://HOST {drill.name}.js
// The load of the experiment {drill.name}, from {BEFORE_S:g} s before the fault until it is judged.
// PATH_NAME sets the path of a flow (-e PATH_checkout=/cart/checkout); without it the path is its name.
import http from "k6/http";

export const options = {options};

const about = {about};

export function ask() {{
  const flow = __ENV.FLOW;
  const path = __ENV["PATH_" + flow] || "/" + flow;
  http.get(__ENV.BASE_URL + path, {{ tags: {{ experiment: about.experiment }} }});
}}
"""
    return {f"{drill.name}.js": text}


def locust(drill: Drill) -> Mapping[str, str]:
    """A file for Locust: a class of users for each flow."""
    flows = json.dumps(list(flows_of(drill)), indent=4, allow_nan=False)
    text = f'''"""The load of the experiment {drill.name}: locust -f {drill.name}.py --headless --host http://HOST

Users of Locust wait for their answers: where these take longer than twice what is predicted, fewer requests
are made than the scenario says, and the run fails. PATH_NAME in the environment sets the path of a flow.
"""

import os

from locust import HttpUser, LoadTestShape, constant_throughput, events, task

SECONDS = {_seconds(drill)}
FLOWS = {flows}


def users_of(one):
    """A class of users that ask one flow at its rate."""

    def ask(user):
        user.client.get(os.environ.get("PATH_" + one["flow"], "/" + one["flow"]), name=one["flow"])

    own = {{
        "fixed_count": one["users"],
        "wait_time": constant_throughput(one["per_s"] / one["users"]),
        "tasks": [ask],
    }}
    return type("User_" + one["flow"].replace("-", "_"), (HttpUser,), own)


for one in FLOWS:
    users = users_of(one)
    globals()[users.__name__] = users
del users


class Shape(LoadTestShape):
    """All users at once, for the whole time."""

    def tick(self):
        if self.get_run_time() > float(os.environ.get("SECONDS", SECONDS)):
            return None
        many = sum(one["users"] for one in FLOWS)
        return many, many


@events.quitting.add_listener
def judge(environment, **_):
    """The run fails where it leaves what is predicted."""
    for one in FLOWS:
        stats = environment.stats.get(one["flow"], "GET")
        limits = one["limits"]
        broken = stats.fail_ratio > 1.0 - limits.get("success_share", 0.0)
        for share in (95, 99):
            limit = limits.get("p%d_ms" % share)
            broken = broken or (limit is not None and stats.get_response_time_percentile(share / 100) > limit)
        if broken or not stats.num_requests:
            print(one["flow"], "left what is predicted")
            environment.process_exit_code = 1
'''
    text = text.replace("constant_throughput, events, task", "constant_throughput, events")
    return {f"{drill.name}.py": text}
