"""Chaos experiments: what is broken on purpose, by family of faults, and what is expected meanwhile.

A new kind of fault is a class here and a name in `models.scenario.experiment`; a new metric is a line in
`metric`, and how it is read in `models.faults.metrics`.
"""
