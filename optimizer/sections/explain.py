"""Why a design: what it is, what it gives up and for what, why it is not on the front, where it breaks."""

from __future__ import annotations

from optimizer.changes import called
from optimizer.decide.explain.account import Account
from optimizer.decide.recommend.recommendation import Recommendation
from optimizer.sections.breaking import first_fall_text, two_loads_text
from optimizer.sections.content import Block, Bullets, Number, Paragraph, Section, Table, joined, text
from optimizer.sections.notices import notices_blocks
from optimizer.sections.subject import Subject
from optimizer.sections.trade_offs import given_up, ways_to_more
from optimizer.sections.why_not import why_not_points
from optimizer.sections.wording import changes_text, counted, number


def explain(
    subject: Subject, told: Account, components: tuple[str, ...], record: Recommendation | None = None
) -> Section:
    """Everything that is to be said about one design.

    Args:
        subject: What it is about.
        told: What is known of the design.
        components: Names of the components.
        record: What is recommended of the front; None = nothing is said of that.
    """
    blocks: list[Block] = [_which(subject, told), _values(told), *_recommended(subject, told, record)]
    blocks += [*_knee(told), *_alike(told)]
    if told.position is not None:
        blocks += given_up(subject, told.position, told.gives_up)
        blocks += ways_to_more(subject, told.position, told.exchanges)
    if told.why_not is not None:
        points = tuple(why_not_points(subject, told.why_not))
        blocks += [Paragraph(text("Why it is not on the front:")), Bullets(points)] if points else []
    if told.breaking is not None:
        blocks.append(Paragraph(first_fall_text(told.breaking, components)))
        blocks.append(Paragraph(two_loads_text()))
    blocks += notices_blocks(told.notices)
    return Section("explain", "Why this design", tuple(blocks))


def _which(subject: Subject, told: Account) -> Paragraph:
    what = changes_text(subject.labels, told.changed)
    if told.position is None:
        return Paragraph(text("A design that is not on the front; against today's it changes ", *what, "."))
    of = counted(len(subject.front), "design")
    where = text(f"Design {told.position + 1} of ", *of, " on the front")
    return Paragraph(text(*where, "; against today's it changes ", *what, "."))


def _values(told: Account) -> Table:
    design = told.design
    rows = tuple(
        (dimension.name, number(dimension, value))
        for dimension, value in zip(design.dimensions, design.values[0], strict=True)
    )
    return Table("values", "What it reaches", ("dimension", "value"), rows)


def _recommended(subject: Subject, told: Account, record: Recommendation | None) -> list[Block]:
    """Whether it is the recommended design, and how sure it is of its limits where the record tells it."""
    if record is None or record.position is None:
        return []
    sure = next((one.confidence for one in record.picks if one.position == told.position), None)
    if told.position == record.position:
        first = text("It is the recommended design")
    else:
        first = text(f"Recommended is {called(subject.space, subject.front.X, record.position)}")
    if told.position is None or sure is None:
        return [Paragraph(text(*first, "."))]
    held = text("all limits hold in ", Number(sure, "fraction"), " of the draws of the guesses.")
    join = ": " if told.position == record.position else "; with this one "
    return [Paragraph(text(*first, join, *held))]


def _knee(told: Account) -> list[Block]:
    if not told.is_knee:
        return []
    why = f": {told.reason}" if told.reason else ""
    blocks: list[Block] = [Paragraph(text(f"It is the knee{why}."))]
    if told.rivals.size:
        others = counted(int(told.rivals.size), "other design")
        blocks.append(Paragraph(text("Within the model's error ", *others, " could be the knee.")))
    return blocks


def _alike(told: Account) -> list[Block]:
    if not told.alike:
        return []
    names = joined([text(told.design.dimensions[j].name) for j in told.alike])
    same = " all designs of the front are alike within the model's error: don't choose by it."
    return [Paragraph(text("In ", *names, same))]
