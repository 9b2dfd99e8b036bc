"""What the designs that survive have in common."""

from __future__ import annotations

from optimizer.decide.choose.survival_rules import Rule
from optimizer.model import Labels
from optimizer.phrases import joined as joined_words
from optimizer.report.findings import Findings
from optimizer.sections.content import Block, Number, Paragraph, Section, Table, text
from optimizer.sections.wording import counted

_RELATIONS = {"=": "= ", ">=": "at least ", "<=": "at most "}
#: Rules that a report tells; the command `rules` tells them all.
MOST_TOLD = 12


def rules(found: Findings) -> Section | None:
    """The shortest combinations of decisions that make a design survive."""
    if found.system is None:
        return None
    ground = found.system.rules
    meeting = Number(float(ground.meeting), "count")
    seen = counted(ground.seen, "design")
    of = (
        text("all ", *seen)
        if ground.is_all
        else text("a sample of ", *seen, ", evenly spread over the space,")
    )
    stay = "stays" if ground.meeting == 1 else "stay"
    blocks: list[Block] = [Paragraph(text(meeting, " of ", *of, f" {stay} within every limit."))]
    answer = ground.rules
    if answer.exact:
        rows = tuple(
            (
                _rule(found.labels, rule),
                Number(float(rule.covered), "count"),
                Number(rule.coverage, "fraction"),
            )
            for rule in answer.exact[:MOST_TOLD]
        )
        caption = "Rules without exception: every design looked at that decides so stays within every limit"
        head = ("decisions", "designs that decide so", "share of all that survive")
        blocks.append(Table("rules", caption, head, rows))
        told = "Together the rules without exception cover " if len(answer.exact) > 1 else "This rule covers "
        explained = text(told, Number(answer.explained, "fraction"), " of the designs that survive.")
        blocks.append(Paragraph(explained))
    elif ground.meeting:
        blocks.append(Paragraph(text("No rule of up to four decisions makes sure of it.")))
    if answer.nearly is not None:
        nearly = answer.nearly
        blocks.append(
            Paragraph(
                text(
                    f"The rule that comes nearest: {_rule(found.labels, nearly)}; ",
                    Number(nearly.precision, "fraction"),
                    " of the designs that decide so survive.",
                )
            )
        )
    return Section("rules", "What survivors have in common", tuple(blocks))


def _rule(labels: Labels, rule: Rule) -> str:
    """A rule with the names of its decisions for people."""
    parts = []
    for one in rule.conditions:
        decision, at, phase = one.column.partition("@")
        where = f" in {phase}" if at else ""
        value = labels.value(decision, one.value)
        is_switch = one.relation == "=" and one.value in ("on", "off")
        told = f"({value})" if is_switch else f"{_RELATIONS[one.relation]}{value}"
        parts.append(f"{labels.decision(decision)}{where} {told}")
    return joined_words(parts) or "whatever is decided"
