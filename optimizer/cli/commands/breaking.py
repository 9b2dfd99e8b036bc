"""`tradespace break`: where a design breaks."""

from __future__ import annotations

from typing import Annotated

import typer

from optimizer.cli.commands.options import (
    AsJson,
    Changes,
    DesignName,
    FrontFolder,
    ScenarioFile,
    design_of,
    finite,
)
from optimizer.cli.console import compiled, print_json


def break_(
    scenario: ScenarioFile,
    design: DesignName = "today",
    changes: Changes = None,
    front: FrontFolder = None,
    component: Annotated[
        str | None, typer.Option(help="Make this component slower instead of raising the load.")
    ] = None,
    driver: Annotated[
        str | None, typer.Option(help="Let this driver grow instead: a number of the scenario's `drivers`.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """How much more load, how slow a component, or how high a driver, until each limit falls."""
    from optimizer.resilience.breaking_points import MOST, breaking_points

    system = compiled(scenario)
    x = design_of(system, design, changes or [], front)
    try:
        points = breaking_points(system, x[None, :], component=component, driver=driver)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    busiest = int(points.bottleneck[0])
    first = int(points.first[0])
    if as_json:
        print_json(
            {
                "what": points.what,
                "margin": finite(points.margin[0]),
                "first": None if first < 0 else points.limits[first],
                "bottleneck": None if busiest < 0 else system.components[busiest],
                "limits": {
                    name: {"holds": finite(points.holds[0, j]), "fails": finite(points.fails[0, j])}
                    for j, name in enumerate(points.limits)
                },
            }
        )
        return
    what = "the load" if component is None else f"the time of {component}"
    what = what if driver is None else f"the driver {driver}"
    for j, name in enumerate(points.limits):
        fails, holds = float(points.fails[0, j]), float(points.holds[0, j])
        if holds == 0.0:
            told = f"fails at any multiple of {what} that was tried"
        elif fails > MOST:
            told = f"holds up to {MOST:g} times {what}"
        else:
            told = f"falls at {fails:.3g} times {what}"
        typer.echo(f"  {name:<20} {told}")
    if first >= 0:
        # No component is to blame for what a driver does, nor for what is broken whatever the load.
        is_to_blame = busiest >= 0 and driver is None and points.holds[0, first] > 0.0
        where = f", at {system.components[busiest]}" if is_to_blame else ""
        typer.echo(f"First to fall: {points.limits[first]}{where}.")
