"""How the answer was found: exactly or by search, with which settings and versions."""

from __future__ import annotations

from optimizer.report.findings import Findings
from optimizer.sections.content import Block, Line, Number, Paragraph, Section, Table, Text, text
from optimizer.solver.solution import Solution


def origin(found: Findings) -> Section:
    """The method, its settings, and how a search grew."""
    solution = found.solution
    certificate = solution.certificate
    told = str(certificate)
    blocks: list[Block] = [Paragraph(text(f"{told[:1].upper()}{told[1:]}."))]
    if certificate.why and certificate.why not in told:
        blocks.append(Paragraph(text(f"{certificate.why[:1].upper()}{certificate.why[1:]}.")))
    if certificate.ended_early:
        blocks.append(Paragraph(text(f"It ended early: {certificate.ended_early}."), "warning"))
    rows = tuple((key, value) for key, value in provenance(solution))
    blocks.append(Table("origin", "Where the numbers come from", ("what", "value"), rows))
    if len(solution.trace) > 1:
        blocks.append(_trace(solution))
    return Section("origin", "How it was found", tuple(blocks))


def provenance(solution: Solution) -> tuple[tuple[str, Text], ...]:
    """Scenario, digest, versions, method."""
    certificate, config, given = solution.certificate, solution.config, solution.provenance
    rows: list[tuple[str, Text]] = [
        (label, text(given[key]))
        for key, label in (("scenario", "scenario"), ("digest", "digest"), ("tradespace", "Tradespace"))
        if given.get(key)
    ]
    methods = {"exact": "every design evaluated", "sample": "a sample", "search": "a search"}
    rows.append(("method", text(methods[certificate.method])))
    if certificate.algorithm:
        rows.append(("algorithm", text(certificate.algorithm)))
    rows.append(("designs evaluated", text(Number(float(certificate.evaluated), "count"))))
    size = certificate.size
    there = "uncountably many" if size is None else Number(float(size), "count")
    rows.append(("designs in the space", text(there)))
    if certificate.method == "search" and config.seconds is not None:
        rows.append(("time allowed", text(Number(config.seconds, "s"))))
    if certificate.method == "search" and config.restarts > 1:
        rows.append(("independent searches", text(Number(float(config.restarts), "count"))))
    rows += [
        ("feasible", text(Number(float(certificate.feasible), "count"))),
        ("on the front", text(Number(float(certificate.on_front), "count"))),
        ("seed", text(str(config.seed))),
    ]
    return tuple(rows)


def _trace(solution: Solution) -> Line:
    trace = solution.trace
    rows = tuple(
        (
            Number(float(point.evaluations), "count"),
            Number(float(point.on_front), "count"),
            Number(point.hypervolume, "fraction"),
        )
        for point in trace
    )
    head = ("designs evaluated", "on the front", "hypervolume")
    caption = "How the front grew; hypervolume as a share of the box of the last front"
    return Line(
        title="Hypervolume over designs evaluated",
        alt=(
            f"A line that rises to {Number(trace[-1].hypervolume, 'fraction')} after "
            f"{Number(float(trace[-1].evaluations), 'count')} designs. The table below gives its points."
        ),
        x_label="designs evaluated",
        y_label="hypervolume",
        x_unit="count",
        y_unit="fraction",
        points=tuple((float(point.evaluations), point.hypervolume) for point in trace),
        table=Table("trace", caption, head, rows, is_headed=False),
    )
