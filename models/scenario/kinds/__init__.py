"""Kinds of components, one a file: what a user may write, and what the rest of the program asks of it.

A new kind is a file here and a name in `models.scenario.component`.
"""
