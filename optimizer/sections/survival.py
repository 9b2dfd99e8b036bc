"""What a design must survive (`limits.survives`), and what became of it: for tables, verdicts and reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from optimizer.decide.recommend.recommendation import Pick, Recommendation
from optimizer.resilience.defences import Defence
from optimizer.resilience.stress import Share
from optimizer.resilience.survival import Endured, Remedy
from optimizer.sections.content import Block, Number, Paragraph, Text, joined, text
from optimizer.sections.wording import counted

#: The row that says what a design survives.
SURVIVES = "survives"
#: Defences in words.
DEFENCES: Mapping[Defence, str] = {
    Defence.BREAKER: "breaker",
    Defence.BULKHEAD: "bulkhead",
    Defence.SHORT_QUEUE: "queue shorter than the time-out",
    Defence.RETRY_BUDGET: "retry budget",
    Defence.FEWER_RETRIES: "fewer retries",
    Defence.TIMEOUT: "time-out",
    Defence.FALLBACK: "fallback",
    Defence.COALESCING: "coalescing",
    Defence.JITTER: "jitter",
}


def survives_text(endured: Sequence[Endured]) -> Text:
    """What a design survives, in a cell: `slow_payments; not cascade (0 of 2 runs)`; empty: not asked."""
    return _listed([_short(one) for one in endured])


def _listed(parts: Sequence[Text]) -> Text:
    """Texts with semicolons between them."""
    return tuple(piece for k, part in enumerate(parts) for piece in (*(("; ",) if k else ()), *part))


def _short(one: Endured) -> Text:
    runs: Text = () if one.kept is None else text(" (", *_runs(one.kept), ")")
    if one.is_refuted and one.by_events is not None:
        return text(f"not {one.name} (", *_runs(one.by_events), " event by event)")
    if one.outcome == "falls":
        return text(f"not {one.name}", *runs)
    if one.outcome == "open":
        return text(one.name, *runs)
    if one.outcome == "not_played":
        return text(f"{one.name}: can't be played")
    return text(one.name)


def _runs(share: Share) -> Text:
    return text(Number(float(share.k), "count"), " of ", Number(float(share.n), "count"), " runs")


def survived_text(found: Recommendation, pick: Pick) -> Text:
    """What the recommended design survives, in a sentence; empty where nothing is asked."""
    if not pick.endured:
        return ()
    return text(*_listed([_told(one) for one in pick.endured]), *_asked(found), ".")


def _told(one: Endured) -> Text:
    if one.outcome == "cannot_have":
        return text(f"{one.name} can't happen to it")
    if one.outcome == "not_played":
        return text(f"{one.name} isn't known to be survived: {one.why_not}")
    verb = "It survives" if one.is_survived else "It doesn't survive"
    told = text(f"{verb} {one.name}")
    if one.kept is not None:
        told = text(*told, ": ", *_runs(one.kept), " by steps")
    if one.reason == "unhealthy":
        told = text(*told, ", as its steady state doesn't hold before")
    elif one.is_survived and one.back_s is not None:
        after = text("answers are back after ", Number(one.back_s, "s"))
        told = text(*told, ", ", *(after if one.back_s > 0.0 else text("answers stay")))
    if one.by_events is not None:
        told = text(*told, "; event by event ", *_runs(one.by_events))
    return told


def _asked(found: Recommendation) -> Text:
    """How many were asked, and within which time they had to be back."""
    told = text(" (", *counted(found.asked_to_survive, "candidate", "candidates"), " asked")
    if found.recovery_s is not None:
        told = text(*told, ", back within ", Number(found.recovery_s, "s"))
    return text(*told, ")")


def none_survives(found: Recommendation) -> tuple[Block, ...]:
    """The warning that no candidate survives what it must, with the defences that would change it."""
    pick = found.pick("recommended")
    if found.survives != "none" or pick is None:
        return ()
    fallen = joined([_short(one) for one in pick.endured if not one.is_survived])
    told = text(
        "None of the ",
        *counted(found.asked_to_survive, "candidate", "candidates"),
        " that were asked survives all of `limits.survives`. The recommended one: ",
        *fallen,
        ". ",
    )
    return (Paragraph(text(*told, *remedies_text(found.remedies)), "warning"),)


def remedies_text(remedies: Sequence[Remedy]) -> Text:
    """Which defences would change it, by what they are against."""
    if not remedies:
        return text("No single defence that was tried would change that.")
    told: list[Text] = []
    for name in dict.fromkeys(one.name for one in remedies):
        several = [
            text(f"{DEFENCES[Defence(one.defence)]} at {one.component} (", *_runs(one.kept), ")")
            for one in remedies
            if one.name == name
        ]
        told.append(text(f"{name} would be survived with ", *joined(several, last=" or ")))
    return text(*_listed(told), ".")


def refuted_text(pick: Pick) -> Text:
    """Why a design isn't recommended that survives by steps, and not event by event."""
    return _listed([_told(one) for one in pick.endured if one.is_refuted])
