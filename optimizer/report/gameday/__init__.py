"""A game day as a folder: the plan, what is written down meanwhile and afterwards, curves, experiments."""
