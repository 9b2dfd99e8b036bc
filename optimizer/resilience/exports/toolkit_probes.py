"""Probes and actions of an exported Chaos Toolkit experiment: written beside it as `tradespace_probes.py`.

Nothing but Python's own library is needed. Chaos Toolkit imports it once for a run, so that what was seen and
when the fault began and ended is kept here between its calls. It asks two addresses, which the person who
runs
it gives: Prometheus, and a switch of faults.
"""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

#: What a reading is where nothing could be read: outside every tolerance, so that a blind run is ended.
NOTHING = -1.0
_TRIES, _TIMEOUT_S = 3, 2.0
_seen: dict[str, list[tuple[float, float]]] = {}
_moments: dict[str, float] = {}
_lock = threading.Lock()


def number(prometheus_url: str, query: str) -> float:
    """The number that a query comes to now; -1 where there is none, or nobody answers."""
    address = f"{prometheus_url.rstrip('/')}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
    for _ in range(_TRIES):
        try:
            answer = _asked("GET", address)
            value = float(answer["data"]["result"][0]["value"][1])
            return value if value == value else NOTHING
        except (OSError, ValueError, KeyError, IndexError, TypeError):
            time.sleep(0.1)
    return NOTHING


def reading(
    prometheus_url: str, key: str, query: str, lowest_is_worst: bool, when: str, after_s: float = 0.0
) -> float:
    """What a statement is judged by: the number now, or the worst one since the fault began.

    Args:
        prometheus_url: Where to ask.
        key: Under which name it was observed.
        query: What to ask.
        lowest_is_worst: Whether a low number is the bad one.
        when: `before`: now; `during` the fault; `throughout`: since it began; `after`: some time after its
            end.
        after_s: How long after its end, s.
    """
    now = number(prometheus_url, query)
    with _lock:
        begun, ended = _moments.get("injection"), _moments.get("end")
        seen = list(_seen.get(key, ()))
    if begun is None or when == "before" or now == NOTHING:
        return now
    first = begun if when != "after" else (begun if ended is None else ended) + after_s
    last = ended if when == "during" and ended is not None else float("inf")
    counted = [value for at, value in seen if first <= at <= last]
    if when != "during":
        counted.append(now)
    if not counted or NOTHING in counted:
        return NOTHING
    return min(counted) if lowest_is_worst else max(counted)


def guard(prometheus_url: str, query: str, safe: float, since: str, after_s: float = 0.0) -> float:
    """The number that an abort goes by; a safe one as long as the abort doesn't count yet.

    Args:
        prometheus_url: Where to ask.
        query: What to ask.
        safe: A number that ends nothing.
        since: The moment from which on it counts: `injection` or `end`.
        after_s: How long after that moment, s.
    """
    with _lock:
        moment = _moments.get(since)
    if moment is None or time.monotonic() < moment + after_s:
        return safe
    return number(prometheus_url, query)


def observe(
    prometheus_url: str, queries: dict[str, str], seconds: float, every_s: float
) -> dict[str, list[list[float]]]:
    """Watches for a while: by key the seconds since the fault began, and the number then."""
    until = time.monotonic() + seconds
    found: dict[str, list[list[float]]] = {key: [] for key in queries}
    while True:
        for key, query in queries.items():
            value = number(prometheus_url, query)
            at = time.monotonic()
            with _lock:
                _seen.setdefault(key, []).append((at, value))
                begun = _moments.get("injection", at)
            found[key].append([round(at - begun, 3), value])
        left = until - time.monotonic()
        if left <= 0:
            return found
        time.sleep(min(every_s, left))


def inject(fault_url: str, path: str, body: dict[str, object], method: str = "PUT", check: str = "") -> str:
    """Puts a fault in place and looks whether it is there; ends the run where it isn't.

    Args:
        fault_url: The switch of faults.
        path: The fault's address there.
        body: What it is told.
        method: How it is told.
        check: The address that answers while the fault is in place; empty = `path`.
    """
    with _lock:
        _moments.setdefault("injection", time.monotonic())
    try:
        _asked(method, _joined(fault_url, path), body)
        _asked("GET", _joined(fault_url, check or path))
    except (OSError, ValueError) as error:
        _end_the_run()
        raise RuntimeError(f"the fault isn't in place: {error}") from None
    return "in place"


def undo(fault_url: str, path: str) -> str:
    """Takes a fault away; one that isn't there is no error."""
    problem: Exception | None = None
    for _ in range(_TRIES):
        try:
            _asked("DELETE", _joined(fault_url, path))
            problem = None
        except urllib.error.HTTPError as error:
            problem = None if error.code in (404, 410) else error
        except (OSError, ValueError) as error:
            problem = error
        if problem is None:
            with _lock:
                _moments.setdefault("end", time.monotonic())
            return "undone"
        time.sleep(0.2)
    raise RuntimeError(f"THE FAULT IS STILL IN PLACE: {problem}; take it away by hand")


def _joined(address: str, path: str) -> str:
    return f"{address.rstrip('/')}/{path.lstrip('/')}"


def _asked(method: str, address: str, body: dict[str, object] | None = None) -> Any:
    """Asks an address of HTTP; an error where the answer is no success."""
    if urllib.parse.urlsplit(address).scheme not in ("http", "https"):
        raise ValueError(f"{address!r} is no address of HTTP")
    told = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        address, data=told, method=method, headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:
        text = answer.read()
        return json.loads(text) if text.strip() else {}


def _end_the_run() -> None:
    """Chaos Toolkit ends a run at this signal, and takes everything back."""
    ends = getattr(signal, "SIGUSR1", None)
    if ends is not None and signal.getsignal(ends) not in (signal.SIG_DFL, None):
        os.kill(os.getpid(), ends)
        time.sleep(1.0)  # the signal arrives here
