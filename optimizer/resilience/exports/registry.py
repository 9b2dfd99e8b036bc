"""The tools that experiments are exported to: a new one is a file beside this, and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from optimizer.resilience.exports.aws_fis import aws_fis
from optimizer.resilience.exports.chaos_mesh import chaos_mesh
from optimizer.resilience.exports.chaos_toolkit import chaos_toolkit
from optimizer.resilience.exports.drill import Drill
from optimizer.resilience.exports.litmus import litmus
from optimizer.resilience.exports.load import k6, locust
from optimizer.resilience.exports.request_faults import request_faults
from optimizer.resilience.exports.toxiproxy import toxiproxy


@dataclass(frozen=True, slots=True)
class Export:
    """How an experiment becomes files of a tool.

    Attributes:
        tool: What the tool is called.
        files: The files by name; refuses what the tool can't do (`NotExported`).
        run: How they are run.
        ends: How a run is ended by hand.
    """

    tool: str
    files: Callable[[Drill], Mapping[str, str]]
    run: str
    ends: str


EXPORTS: Mapping[str, Export] = {
    "chaostoolkit": Export(
        "Chaos Toolkit",
        chaos_toolkit,
        "PYTHONPATH=. chaos run --rollback-strategy always EXPERIMENT.json",
        "Ctrl-C, once: it takes the fault back",
    ),
    "chaosmesh": Export(
        "Chaos Mesh", chaos_mesh, "kubectl apply -f EXPERIMENT.yaml", "kubectl delete -f EXPERIMENT.yaml"
    ),
    "litmus": Export(
        "LitmusChaos", litmus, "kubectl apply -f EXPERIMENT.yaml", "kubectl delete -f EXPERIMENT.yaml"
    ),
    "fis": Export(
        "AWS FIS",
        aws_fis,
        "aws fis create-experiment-template --cli-input-json file://EXPERIMENT.json",
        "aws fis stop-experiment --id ID",
    ),
    "requests": Export(
        "injection by request", request_faults, "given to the service that marks requests", "percent 0"
    ),
    "toxiproxy": Export(
        "Toxiproxy",
        toxiproxy,
        "PYTHONPATH=. chaos run --rollback-strategy always EXPERIMENT.json",
        "Ctrl-C, once: it takes the fault back",
    ),
    "k6": Export("k6 (the load beside it)", k6, "k6 run -e BASE_URL=http://HOST EXPERIMENT.js", "Ctrl-C"),
    "locust": Export(
        "Locust (the load beside it)",
        locust,
        "locust -f EXPERIMENT.py --headless --host http://HOST",
        "Ctrl-C",
    ),
}
