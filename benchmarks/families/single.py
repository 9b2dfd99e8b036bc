"""One station and what makes its wait other than that of Poisson arrivals and one law of service."""

from __future__ import annotations

from benchmarks.families.draw import RATE, Draw, Parts, family, one_flow


@family("high-utilisation", utilisation=(0.9, 0.97))
def _(draw: Draw) -> Parts:
    """One to three stations, all of them nearly full."""
    components = {
        f"s{i}": draw.station(load=draw.utilisation * draw.uniform(0.95, 1.0))
        for i in range(draw.whole(0, 2))
    }
    components["last"] = draw.busiest()
    return components, one_flow(*components)


@family("bursty-service")
def _(draw: Draw) -> Parts:
    """Service times that vary by more than an exponential law does."""
    components = {"web": draw.station(service_scv=draw.scv(low=2.0)), "app": draw.station()}
    components["app"] |= draw.busiest(slots=draw.one_of([1, 2, 4, 8]), service_scv=draw.scv(low=2.0))
    return components, one_flow({"call": "web", "then": ["app"]})


@family("lognormal-service")
def _(draw: Draw) -> Parts:
    """Service times of a lognormal law, as measured ones often are."""
    parts = {"slots": draw.whole(1, 12), "service_law": "lognormal"}
    app = draw.busiest(**parts, service_scv=draw.scv(high=4.0))
    return {"web": draw.station(), "app": app}, one_flow({"call": "web", "then": ["app"]})


@family("bursty-arrivals", utilisation=(0.3, 0.9))
def _(draw: Draw) -> Parts:
    """Arrivals that are smoother or more bursty than Poisson."""
    return {"web": draw.busiest(arrival_scv=draw.log_uniform(0.25, 8.0))}, one_flow("web")


@family("work-factors")
def _(draw: Draw) -> Parts:
    """One pool for calls that cost it different work, from two flows."""
    small, large = draw.uniform(0.1, 0.9), draw.uniform(1.5, 8.0)
    share = draw.uniform(0.05, 0.5)
    slots = draw.whole(1, 12)
    mean = share * large + (1.0 - share) * small
    app = {
        "kind": "service",
        "slots": slots,
        "service_ms": round(1e3 * draw.utilisation * slots / RATE / mean, 6),
        "service_scv": draw.scv(high=4.0),
    }
    web = draw.station()

    def flow(part: float, work: float) -> dict[str, object]:
        return {"share": part, "trace": [{"call": "web", "then": [{"call": "app", "work": work}]}]}

    flows = {"small": flow(round(1.0 - share, 4), small), "large": flow(share, large)}
    return {"web": web, "app": app}, flows


@family("deterministic-tandem")
def _(draw: Draw) -> Parts:
    """Stations one after the other whose work always takes the same time, or nearly so."""
    components = {
        f"s{i}": draw.station(
            load=draw.utilisation * draw.uniform(0.6, 1.0), service_scv=draw.one_of([0.0, 0.05])
        )
        for i in range(draw.whole(2, 4))
    }
    components["s0"] |= draw.busiest(service_scv=0.0)
    return components, one_flow(*components)


@family("cpu-quota", utilisation=(0.3, 0.93))
def _(draw: Draw) -> Parts:
    """Containers whose threads run on several cores until the time of a period is used up."""
    copies, slots = draw.whole(1, 4), draw.whole(2, 16)
    quota = round(slots * draw.uniform(0.15, 0.9), 3)
    service_s = draw.log_uniform(0.001, 0.1)
    # As many copies as carry the requests at that utilisation.
    copies = max(round(RATE * service_s / (quota * draw.utilisation)), 1)
    part = {
        "kind": "service",
        "replicas": copies,
        "slots": slots,
        "cpu_quota": quota,
        "service_ms": round(1e3 * draw.utilisation * quota * copies / RATE, 6),
        "service_scv": draw.scv(high=4.0),
        "balancing": "random",
    }
    return {"app": part}, one_flow("app")
