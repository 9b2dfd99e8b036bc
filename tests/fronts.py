"""Fronts whose answers are known: small ones by hand, random ones, and published shapes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.evaluation import DIMENSIONS, Dimension, Evaluation
from optimizer.pareto.front import front_of


def front(losses, *, names=None, X=None, better=None, utilisation=None):
    """The front of some losses; the only decision is the number of the design."""
    losses = np.atleast_2d(np.asarray(losses, dtype=float))
    n, m = losses.shape
    names = names or [f"d{j}" for j in range(m)]
    better = better or ["lower"] * m
    known = {dimension.name: dimension for dimension in DIMENSIONS}  # has words and a scale
    dimensions = tuple(
        replace(known.get(a, Dimension(a, "", b)), unit="", better=b)
        for a, b in zip(names, better, strict=True)
    )
    return front_of(
        Evaluation(
            X=np.arange(n, dtype=float)[:, None] if X is None else X,
            values=losses * np.array([d.sign for d in dimensions]),
            excess=np.empty((n, 0)),
            dimensions=dimensions,
            indicators={}
            if utilisation is None
            else {"utilisation": np.broadcast_to(utilisation, (n,)).copy()},
        )
    )


def random_front(rng, *, n=40, m=3):
    """A front of points on a sphere: none dominates another."""
    points = np.abs(rng.normal(size=(n, m)))
    return front(1.0 - points / np.linalg.norm(points, axis=1, keepdims=True))


def deb2dk(knees, *, n=2001):
    """The front of DEB2DK (Branke, Deb, Dierolf and Osswald 2004), with x as the decision."""
    x = np.linspace(0.0, 1.0, n)
    r = 5.0 + 10.0 * (x - 0.5) ** 2 + np.cos(2.0 * knees * np.pi * x) / knees
    return front(np.column_stack([r * np.sin(np.pi * x / 2), r * np.cos(np.pi * x / 2)]), X=x[:, None])


def do2dk(knees, *, n=2001):
    """The front of DO2DK without skew (Branke, Deb, Dierolf and Osswald 2004), with x as the decision."""
    x = np.linspace(0.0, 1.0, n)
    r = 5.0 + 10.0 * (x - 0.5) ** 2 + np.cos(2.0 * knees * np.pi * x) / knees
    return front(
        np.column_stack([r * (1 - np.sin(np.pi * x / 2)), r * (1 - np.cos(np.pi * x / 2))]), X=x[:, None]
    )
