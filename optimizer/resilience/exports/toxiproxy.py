"""An experiment for Toxiproxy: its toxics, put in place and taken away by Chaos Toolkit.

Toxiproxy by itself keeps a toxic until somebody takes it away, and knows neither steady states nor aborts:
so it is
the switch of faults of a run that does.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models.scenario.experiment import AnyFault
from models.scenario.experiments.answers import Errors, Expiry, Refuse
from models.scenario.experiments.network import Latency, Partition
from optimizer.resilience.exports.chaos_toolkit import MODULE, document_of
from optimizer.resilience.exports.drill import Drill
from optimizer.resilience.exports.pods import refused, same_delay
from optimizer.resilience.exports.shape import DNS_NAME, wrong_in

_TOOL = "Toxiproxy"
Json = dict[str, Any]
#: What Toxiproxy takes as a toxic.
TOXIC: Json = {
    "name!": DNS_NAME,
    "type!": {"latency", "timeout", "reset_peer"},
    "stream!": {"upstream", "downstream"},
    "toxicity!": float,
    "attributes!": {"latency": int, "jitter": int, "timeout": int},
}


def toxiproxy(drill: Drill) -> Mapping[str, str]:
    """The files, by name.

    Raises:
        NotExported: It is nothing that a proxy between two components can do.
    """
    switched = [_switched(drill, k, fault) for k, fault in enumerate(drill.faults)]
    words = "Toxiproxy with a proxy named as each component that is hit; a share is one of connections"
    document = document_of(drill, switched, words)
    return {
        f"{drill.name}.json": json.dumps(document, indent=2, ensure_ascii=True, allow_nan=False) + "\n",
        f"{MODULE}.py": (Path(__file__).parent / "toolkit_probes.py").read_text(encoding="utf-8"),
    }


def _switched(drill: Drill, k: int, fault: AnyFault) -> dict[str, object]:
    """The arguments of `inject` for a toxic."""
    if not isinstance(fault, (Latency, Partition, Errors, Refuse, Expiry)):
        raise refused(
            drill, fault, _TOOL, "stands between components, and has neither machines, caches nor load"
        )
    if fault.target is None:
        raise refused(
            drill, fault, _TOOL, "knows proxies of components, and no links", "name a component as target"
        )
    if isinstance(fault, Partition) and fault.copies is not None:
        raise refused(drill, fault, _TOOL, "knows connections, and no copies of a store")
    if isinstance(fault, Errors) and fault.seen_as == "error":
        raise refused(drill, fault, _TOOL, "knows connections, and makes no answers")
    name = f"{drill.resource[:55]}-{k + 1}"
    toxic: Json = {"name": name, "stream": "downstream", "toxicity": float(fault.share)}
    if isinstance(fault, Latency):
        added = math.ceil(same_delay(drill, fault, _TOOL))
        toxic |= {"type": "latency", "attributes": {"latency": added, "jitter": 0}}
    else:
        never = (isinstance(fault, Partition) and fault.seen_as == "timeout") or (
            isinstance(fault, Errors) and fault.seen_as == "timeout"
        )
        toxic |= {"type": "timeout" if never else "reset_peer", "attributes": {"timeout": 0}}
    assert not list(wrong_in(toxic, TOXIC)), list(wrong_in(toxic, TOXIC))
    place = f"proxies/{fault.target}/toxics"
    return {"path": place, "body": toxic, "method": "POST", "check": f"{place}/{name}"}
