"""Exports held against the schemas of the tools themselves, where these can be had.

`pip install botocore` gives that of AWS FIS. Those of Chaos Mesh are its CRDs: `--crds FOLDER` with its
`config/crd/bases`. Both take wrong action ids and unknown keys; those the tests look for by shapes of our
own.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from optimizer.resilience.exports.refused import NotExported
from optimizer.resilience.exports.registry import EXPORTS

ROOT = Path(__file__).parents[1]


def documents(tool: str) -> Iterator[tuple[str, Any]]:
    """What a tool can do of the bundled experiments, by experiment."""
    sys.path.insert(0, str(ROOT / "tests"))
    for key, drill in import_module("drills").drills().items():
        try:
            files = EXPORTS[tool].files(drill)
        except NotExported:
            continue
        for name, text in files.items():
            if name.endswith((".yaml", ".json")):
                yield from ((key, document) for document in yaml.safe_load_all(text))


def wrong_for_fis(document: Any) -> list[str]:
    """What botocore says of a template."""
    session = import_module("botocore.session").get_session()
    shape = session.get_service_model("fis").operation_model("CreateExperimentTemplate").input_shape
    report = (
        import_module("botocore.validate").ParamValidator().validate({**document, "clientToken": "x"}, shape)
    )
    return [report.generate_report()] if report.has_errors() else []


def wrong_for_chaos_mesh(document: Any, crds: Path) -> list[str]:
    """What the CRD says of a workflow, with unknown keys refused."""
    text = (crds / "chaos-mesh.org_workflows.yaml").read_text(encoding="utf-8")
    schema = yaml.safe_load(text)["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    _close(schema["properties"]["spec"])
    return [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(document)]


def _close(schema: Any) -> None:
    if isinstance(schema, dict):
        if "properties" in schema and not schema.get("x-kubernetes-preserve-unknown-fields"):
            schema.setdefault("additionalProperties", False)
        for inner in schema.values():
            _close(inner)
    elif isinstance(schema, list):
        for inner in schema:
            _close(inner)


def main() -> None:
    """Prints what is wrong in each document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--crds", type=Path, help="config/crd/bases of Chaos Mesh")
    crds = parser.parse_args().crds
    found = {}
    try:
        found["fis"] = {key: wrong_for_fis(document) for key, document in documents("fis")}
    except ModuleNotFoundError:
        print("fis: botocore isn't there", file=sys.stderr)
    if crds is not None:
        found["chaosmesh"] = {
            key: wrong_for_chaos_mesh(document, crds) for key, document in documents("chaosmesh")
        }
    print(json.dumps(found, indent=2))
    sys.exit(any(wrong for each in found.values() for wrong in each.values()))


if __name__ == "__main__":
    main()
