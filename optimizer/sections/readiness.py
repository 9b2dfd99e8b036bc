"""How ready a team and its design are for experiments, and what comes next."""

from __future__ import annotations

from optimizer.resilience.readiness import LEVELS, POINTS, QUESTIONS, READY, VULNERABLE, Item, Readiness
from optimizer.sections.content import Block, Bullets, Cell, Number, Paragraph, Section, Table, joined, text

#: Places that are named of those where something lacks.
_NAMED = 6
_MONTHS = ("months 1 to 3", "months 4 to 9", "months 10 to 18")
_RULES = (
    "Each month a game day with one experiment; each quarter a tournament, announced, of all teams.",
    "In working hours only, when those who can mend it are there.",
    "One instance of a group at a time; the next group only when the one before is healthy.",
    "Teams are told before; a team may say no, once, with a date on which it will be ready.",
)


def readiness(found: Readiness) -> Section:
    """The points, what lacks, the questions nobody answered, and the steps that come next."""
    blocks: list[Block] = [
        Paragraph(
            text(
                f"This is {found.word}: ",
                Number(found.share, "fraction"),
                " of 100 points. Below ",
                Number(VULNERABLE, "fraction"),
                " is vulnerable, above ",
                Number(READY, "fraction"),
                " is ready.",
            )
        ),
        Table(
            "points",
            "Points",
            ("area", "points", "of"),
            tuple(
                (str(area), Number(found.points[area], ""), Number(most, "")) for area, most in POINTS.items()
            ),
        ),
        Table(
            "items",
            "What counts",
            ("area", "what", "has it", "lacks it"),
            tuple(_row(one) for one in found.items if not one.is_open),
        ),
    ]
    open_ = [one for one in found.items if one.is_open]
    if open_:
        blocks.append(Paragraph(text("Nobody has answered these, so they count nothing:")))
        blocks.append(Bullets(tuple(text(f"{one.name}: {QUESTIONS[one.area][one.name]}") for one in open_)))
    blocks += _next(found)
    return Section("readiness", "How ready this is for experiments", tuple(blocks))


def _row(one: Item) -> tuple[Cell, ...]:
    lacking = joined([text(place) for place in one.lacking], most=_NAMED) if one.lacking else None
    told: Cell = str(one.answer) if one.answer is not None else Number(one.share, "fraction")
    return (str(one.area), one.name, told, lacking)


def _next(found: Readiness) -> list[Block]:
    steps = tuple(
        (Number(float(k), "count"), what, "yes" if k <= found.level else "", ", ".join(needed))
        for k, (what, needed) in enumerate(LEVELS, start=1)
    )
    blocks: list[Block] = [
        Table(
            "maturity", "Steps of maturity", ("step", "experiments are run", "there", "needs a yes to"), steps
        )
    ]
    rows = tuple(
        (months, ", ".join(names) or "none is left: write further ones")
        for months, names in zip(_MONTHS, found.stages, strict=True)
    )
    blocks.append(
        Table("stages", "The experiments of this scenario, small before large", ("when", "which"), rows)
    )
    blocks.append(Bullets(tuple(text(rule) for rule in _RULES)))
    return blocks
