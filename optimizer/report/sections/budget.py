"""The complexity budget as income and expenses, and the emergence score with its terms."""

from __future__ import annotations

from optimizer.report.findings import Findings, of_system
from optimizer.report.system_findings import SystemFindings
from optimizer.resilience.health import BudgetOf, Health
from optimizer.sections.content import (
    Bar,
    Block,
    Bullets,
    Number,
    Paragraph,
    Section,
    Table,
    Text,
    Waterfall,
    joined,
    text,
)
from optimizer.sections.reliance import warnings_of
from optimizer.sections.wording import counted

#: Metastable designs of the front that are named.
MOST_METASTABLE = 20
_WORDS = {
    "base": "base",
    "caching": "caching",
    "cdn": "edge delivery",
    "autoscaling": "autoscaling",
    "decisions": "decisions",
    "user_requests": "user requests",
    "service_interactions": "pairs of services",
    "state_coordination": "coordinated replicas",
    "retry_overhead": "retries",
    "background_jobs": "background jobs",
    "utilisation": "utilisation of the busiest part",
    "coupling": "parts that pull each other down",
    "retry_rate": "attempts that are retries",
    "p99_over_p50": "p99 over p50",
    "gc_share": "time lost to garbage collection",
}


@of_system
def budget(_: Findings, system: SystemFindings) -> Section:
    """Income and expenses as a waterfall; a warning below a quarter left."""
    health = system.health
    own, today = health.budgets[0], health.budgets[1]
    blocks: list[Block] = [
        Paragraph(
            text(
                "Of ",
                Number(own.earned, "points"),
                " earned ",
                Number(own.spent, "points"),
                " are spent; ",
                Number(own.remaining, "points"),
                " are left, ",
                Number(own.remaining_share, "fraction"),
                " of the budget. Today's design leaves ",
                Number(today.remaining, "points"),
                ".",
            )
        ),
        waterfall(own),
    ]
    warning = warning_text(own, health.warning_share)
    if warning:
        blocks.insert(1, Paragraph(warning, "warning"))
    return Section("budget", "The complexity budget", tuple(blocks))


def warning_text(own: BudgetOf, warning_share: float) -> Text:
    """What is to be feared of a budget that is nearly or wholly spent; empty = nothing.

    Args:
        own: The budget.
        warning_share: The share of it below which it warns.
    """
    if own.remaining <= 0.0:
        return text("Nothing is left: beyond this point the system behaves as no part does alone.")
    if own.warns:
        return text("Less than ", Number(warning_share, "fraction"), " is left: add nothing more.")
    return ()


def waterfall(own: BudgetOf) -> Waterfall:
    """Income, expenses and what is left, each bar from where the one before it ended."""
    bars, level = [], 0.0
    for name, points in own.income.items():
        bars.append(Bar(_WORDS.get(name, name), level, level + points, "income"))
        level += points
    for name, points in own.expenses.items():
        bars.append(Bar(_WORDS.get(name, name), level, level - points, "expense"))
        level -= points
    bars.append(Bar("left", 0.0, own.remaining, "rest"))
    signs = {"income": "income", "expense": "expense", "rest": "left"}
    table = Table(
        "budget",
        "Income and expenses of the complexity budget",
        ("what", "kind", "points"),
        tuple((bar.label, signs[bar.kind], Number(_amount(bar), "points")) for bar in bars),
    )
    earned, spent, left = (Number(v, "points") for v in (own.earned, own.spent, own.remaining))
    alt = f"Waterfall: {earned} of income, {spent} of expenses, {left} left. The table below gives each bar."
    return Waterfall("The complexity budget", alt, "points", tuple(bars), table)


def _amount(bar: Bar) -> float:
    return bar.end - bar.start


@of_system
def emergence(found: Findings, system: SystemFindings) -> Section:
    """The emergence score with its terms, and the designs that stay down after one push."""
    health = system.health
    own = health.emergence[0]
    blocks: list[Block] = [
        Paragraph(
            text(
                "The emergence score is ",
                Number(own.score, ""),
                " (today's design: ",
                Number(health.emergence[1].score, ""),
                "); from 0.8 on the whole is in danger of behaviour that no part shows alone.",
            ),
            "warning" if own.is_danger else "plain",
        ),
        Table(
            "emergence",
            "The terms of the emergence score: each value over its threshold, and their mean",
            ("term", "value", "threshold", "value over threshold"),
            tuple(
                (
                    _WORDS.get(name, name),
                    Number(value, _unit(name)),
                    Number(limit, _unit(name)),
                    Number(share, ""),
                )
                for name, (value, limit, share) in own.terms.items()
            ),
        ),
        *_metastable(found, health),
    ]
    return Section("emergence", "Emergence", tuple(blocks))


def _unit(name: str) -> str:
    return "times" if name == "p99_over_p50" else "fraction"


def _metastable(found: Findings, health: Health) -> list[Block]:
    blocks: list[Block] = []
    for unsure, tips_over in list(zip(health.unsure, health.tips_over, strict=True))[:1]:
        blocks += [Paragraph(told, "warning") for told in warnings_of(unsure, tips_over)]
    if health.metastable[0]:
        told = text(
            "The design is metastable: after one push retries keep it down, until the load falls below ",
            Number(health.retry_margins[0], "times"),
            " the planned one.",
        )
        blocks.append(Paragraph(told, "warning"))
    if health.metastable[1]:
        blocks.append(Paragraph(text("Today's design is metastable: after one push it stays down.")))
    many = health.metastable_on_front
    if not many:
        return [*blocks, Paragraph(text("No design of the front is metastable."))]
    named = joined([text(f"{found.shown.on_whole(i) + 1}") for i in many[:MOST_METASTABLE]])
    rest = len(many) - MOST_METASTABLE
    count = Number(float(len(many)), "count")
    of = counted(len(found.shown), "shown design" if len(found.shown) < len(found.front) else "design")
    more = text(" and ", Number(float(rest), "count"), " more") if rest > 0 else ()
    are = "is metastable, it stays" if len(many) == 1 else "are metastable, they stay"
    told = text(count, " of ", *of, f" of the front {are} down after one push: ")
    name = "design " if len(many) == 1 else "designs "
    return [*blocks, Bullets((text(*told, name, *named, *more, "."),))]
