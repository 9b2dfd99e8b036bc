"""What the designs that survive have in common."""

from __future__ import annotations

from optimizer.decide.choose.common_ground import CommonGround
from optimizer.decide.choose.survival_rules import Rule
from optimizer.model import Labels
from optimizer.phrases import joined as joined_words
from optimizer.sections.content import Block, Number, Paragraph, Section, Table, text
from optimizer.sections.wording import counted, limit_label

_RELATIONS = {"=": "= ", ">=": "at least ", "<=": "at most "}


def rules(ground: CommonGround, labels: Labels, *, most: int | None = None) -> Section:
    """The shortest combinations of decisions that make a design survive, or meet another target.

    Args:
        ground: What the designs that meet it have in common.
        labels: What decisions and their values are called.
        most: Rules that are told; None = all.
    """
    one, more = _does(ground.target)
    meeting = Number(float(ground.meeting), "count")
    seen = counted(ground.seen, "design")
    of = (
        text("all ", *seen)
        if ground.is_all
        else text("a sample of ", *seen, ", evenly spread over the space,")
    )
    does = one if ground.meeting == 1 else more
    blocks: list[Block] = [Paragraph(text(meeting, " of ", *of, f" {does}."))]
    answer = ground.rules
    if answer.exact:
        rows = tuple(
            (
                rule_text(labels, rule),
                Number(float(rule.covered), "count"),
                Number(rule.coverage, "fraction"),
            )
            for rule in answer.exact[:most]
        )
        caption = f"Rules without exception: every design looked at that decides so {one}"
        head = ("decisions", "designs that decide so", f"share of all that {_kept(ground.target)}")
        blocks.append(Table("rules", caption, head, rows))
        told = "Together the rules without exception cover " if len(answer.exact) > 1 else "This rule covers "
        explained = text(
            told, Number(answer.explained, "fraction"), f" of the designs that {_kept(ground.target)}."
        )
        blocks.append(Paragraph(explained))
    elif ground.meeting:
        blocks.append(Paragraph(text("No rule of up to four decisions makes sure of it.")))
    if answer.nearly is not None:
        nearly = answer.nearly
        blocks.append(
            Paragraph(
                text(
                    f"The rule that comes nearest: {rule_text(labels, nearly)}; ",
                    Number(nearly.precision, "fraction"),
                    f" of the designs that decide so {_kept(ground.target)}.",
                )
            )
        )
    if not answer.is_whole:
        more_of_them = "There are too many combinations to look at all of them: more rules may exist."
        blocks.append(Paragraph(text(more_of_them)))
    return Section("rules", "What survivors have in common", tuple(blocks))


def _does(target: str) -> tuple[str, str]:
    """What one design, and what several do that meet a target."""
    if target == "feasible":
        return "stays within every limit", "stay within every limit"
    if target == "front":
        return "is on the front", "are on the front"
    return f"keeps the limit on {limit_label(target)}", f"keep the limit on {limit_label(target)}"


def _kept(target: str) -> str:
    return "survive" if target == "feasible" else _does(target)[1]


def rule_text(labels: Labels, rule: Rule) -> str:
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
