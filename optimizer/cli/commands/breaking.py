"""`tradespace break`: where a design breaks."""

from __future__ import annotations

from typing import Annotated

import typer

from optimizer.cli.commands.options import AsJson, Asked, about_a_design
from optimizer.cli.console import show


@about_a_design("today")
def break_(
    asked: Asked,
    component: Annotated[
        str | None, typer.Option(help="Make this component slower instead of raising the load.")
    ] = None,
    driver: Annotated[
        str | None, typer.Option(help="Let this driver grow instead: a number of the scenario's `drivers`.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """How much more load, how slow a component, or how high a driver, until each limit is broken."""
    from optimizer.cli.answers.resilience import break_answer
    from optimizer.resilience.breaking_points import breaking_points
    from optimizer.sections.breaking import breaking

    system, x = asked.system, asked.x
    try:
        points = breaking_points(system, x[None, :], component=component, driver=driver)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    show(breaking(points, system.components), as_json=as_json, data=break_answer(system, points))
