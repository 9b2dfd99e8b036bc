"""What is wrong with a scenario, beside its text."""

from __future__ import annotations

import streamlit as st

from models.errors import Finding
from ui.subject import Unreadable
from ui.views.words import escaped


def draw_unreadable(found: Unreadable) -> None:
    """All that is wrong with a scenario, and its text with the lines numbered."""
    draw_findings(found.findings, found.source)
    st.code(found.text[:200_000], language="yaml", line_numbers=True, height=480)


def draw_findings(findings: tuple[Finding, ...], source: str) -> None:
    """Everything that is to be fixed, with its line and what helps."""
    many = len(findings)
    st.error(f"{many} thing{'s' if many != 1 else ''} to fix in {escaped(source)}.")
    rows = [
        {
            "line": finding.line,
            "where": finding.where,
            "found": finding.found,
            "allowed": finding.allowed,
            "hint": finding.hint,
        }
        for finding in findings
    ]
    st.dataframe(rows, hide_index=True, key=f"findings-{source}", alt="What is to be fixed in the scenario")
