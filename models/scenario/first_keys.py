"""The keys that the format had in its first release, and a scenario without the newer ones.

A scenario is known by what its file says. A key that came later and isn't written says nothing: with it left
out, fronts and runs of older versions belong to the same scenario.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

#: By the name of the type the fields it had then.
FIRST_KEYS: Mapping[str, frozenset[str]] = {
    name: frozenset(keys.split())
    for name, keys in {
        "Cache": (
            "arrival_scv availability blocking capacity_keys coalescing coherency contention "
            "error_share gc_share hit_ratio keys kind label max_wait_s mtbf_hours mttr_minutes "
            "price_usd_per_hour price_usd_per_million queue_limit replicas service_ms service_scv slots "
            "source stale_share ttl_s writes_per_key_per_s zipf zone_availability zones"
        ),
        "Call": (
            "backoff_ms breaker bulkhead_slots call enabled fallback jitter name optional retries then "
            "timeout_ms times value_usd write"
        ),
        "Certain": "distribution source",
        "Choice": (
            "adaptive complexity component effort_days flow label notice one_time_usd options source "
            "switch_minutes when why"
        ),
        "ComplexityBudget": (
            "autoscaling background_job background_jobs base caching cdn coordinated_replica "
            "has_autoscaling has_caching has_cdn interaction_pair retry_attempt user_requests"
        ),
        "DriverCost": "basis drivers label usd",
        "Effect": "add multiply set",
        "External": (
            "availability error_share kind label latency_ms latency_scv price_usd_per_hour "
            "price_usd_per_million rate_limit_per_s source stale_share"
        ),
        "Fallback": "enabled fidelity latency_ms",
        "Flow": (
            "fidelity label limit_ms percentile share shed_share source target_ms trace value_usd weight"
        ),
        "Goal": "breach limit step target tolerance",
        "Goals": "availability complexity consistency cost latency throughput",
        "FreeExperiment": "abort hypothesis inject name steady_state success title",
        "FreeHypothesis": "because if_ then",
        "FreeInjection": "amount kind minutes target",
        "Integer": (
            "adaptive complexity component effort_days flow integer label notice one_time_usd sets "
            "source step switch_minutes when why"
        ),
        "LatencyGoal": "breach limit percentile step target tolerance",
        "Limits": "complexity_reserve effort_days emergence metastable one_time_usd saturation",
        "Lognormal": "distribution median sigma source",
        "Normal": "distribution mean sd source",
        "Option": "add complexity effort_days label multiply notice one_time_usd set why",
        "Parallel": "parallel",
        "Phase": "drivers effect hours name peak rate",
        "Real": (
            "adaptive complexity component effort_days flow label notice one_time_usd real scale sets "
            "source switch_minutes when why"
        ),
        "Rule": "if_ not_ then why",
        "Scenario": (
            "assumptions complexity components costs decisions dimensions drivers "
            "experiments flows limits name rules schema_ sources summary title today uncertainty "
            "workload"
        ),
        "Service": (
            "arrival_scv availability blocking coherency contention error_share gc_share kind label "
            "max_wait_s mtbf_hours mttr_minutes price_usd_per_hour price_usd_per_million queue_limit "
            "replicas service_ms service_scv slots source stale_share zone_availability zones"
        ),
        "Station": (
            "arrival_scv availability blocking coherency contention error_share gc_share label "
            "max_wait_s mtbf_hours mttr_minutes price_usd_per_hour price_usd_per_million queue_limit "
            "replicas service_ms service_scv slots source stale_share zone_availability zones"
        ),
        "Store": (
            "arrival_scv availability blocking coherency contention error_share gc_share kind label "
            "max_wait_s mtbf_hours mttr_minutes price_usd_per_hour price_usd_per_million queue_limit "
            "read_quorum replicas replication_lag_ms rtt_ms rtt_scv service_ms service_scv shards slots "
            "source stale_share write_quorum writes_per_key_per_s zone_availability zones"
        ),
        "Toggle": (
            "adaptive complexity component effort_days flow label notice on one_time_usd source "
            "switch_minutes when why"
        ),
        "Trace": "file phases",
        "Triangular": "distribution high low mode source",
        "Uniform": "distribution high low source",
        "Workload": "phases source trace",
        "_Decision": (
            "adaptive complexity component effort_days flow label notice one_time_usd source "
            "switch_minutes when why"
        ),
        "_Distribution": "source",
    }.items()
}


def without_newer(part: BaseModel, plain: Mapping[str, Any]) -> dict[str, Any]:
    """The plain values of a part, without newer keys that have the value they have where nobody writes them.

    Args:
        part: The part.
        plain: All its values (`model_dump` in the mode "json", by alias).
    """
    first = FIRST_KEYS.get(type(part).__name__)
    found = {}
    for name, info in type(part).model_fields.items():
        value = getattr(part, name)
        if first is not None and name not in first and value == info.get_default(call_default_factory=True):
            continue
        key = info.alias or name
        found[key] = _within(value, plain[key])
    return found


def _within(value: Any, plain: Any) -> Any:
    if isinstance(value, BaseModel):
        return without_newer(value, plain)
    if isinstance(value, Mapping):
        return {key: _within(value[key], inner) for key, inner in plain.items()}
    if isinstance(value, (tuple, list)):
        return [_within(*pair) for pair in zip(value, plain, strict=True)]
    return plain
