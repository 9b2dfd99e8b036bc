"""Checks as JUnit XML, the format in which build servers read test results."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from optimizer.decide.explain.gate import Check

#: What XML 1.0 can't hold, escaped or not.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(name: str, checks: Sequence[Check], *, notes: Sequence[str] = ()) -> str:
    """The checks as one suite of test cases; what doesn't hold is a failure.

    Args:
        name: Name of the suite.
        checks: What was checked.
        notes: What else there is to say, as the output of the suite.
    """
    failed = sum(not check.holds for check in checks)
    counts = {"tests": str(len(checks)), "failures": str(failed), "errors": "0"}
    root = ElementTree.Element("testsuites", counts)
    suite = ElementTree.SubElement(root, "testsuite", {"name": _shown(name), **counts, "skipped": "0"})
    for check in checks:
        case = ElementTree.SubElement(
            suite, "testcase", {"classname": _shown(name), "name": _shown(check.name)}
        )
        if not check.holds:
            failure = ElementTree.SubElement(case, "failure", {"message": _shown(check.told)})
            failure.text = _shown(check.told)
    if notes:
        ElementTree.SubElement(suite, "system-out").text = _shown("\n".join(notes))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _shown(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
