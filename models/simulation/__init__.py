"""Discrete-event simulation of a design in a phase: what recommendations are checked with.

Nothing here is loaded before a run begins. It shares the scenario's types and the columns of a situation
(`models.system.layout`) with the analytic model, and none of its formulas.

    from models.simulation.runs import simulate
    from models.simulation.settings import Settings

    found = simulate(system, x, phase=0, settings=Settings(seed=1))
    found.flows[0].p99_ms        # Interval(value, low, high), or None where too little was seen
"""
