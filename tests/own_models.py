"""A model of one's own for tests: a warehouse with two decisions, worked out by hand."""

from __future__ import annotations

import numpy as np

from models.evaluation import Dimension, Evaluation
from models.space.columns import Column
from models.space.conditions import DecisionColumns
from models.space.space import DesignSpace
from optimizer.model import Hints, Model
from optimizer.own_model import OwnModel
from optimizer.solver.solver import solve

DIMENSIONS = (Dimension("price", "USD", "lower"), Dimension("speed", "1/s", "higher"))


class Warehouse:
    """Workers and robots; at least three of them together, and no more money than there is."""

    def __init__(self, wage, budget):
        self.wage, self.budget = wage, budget

    def __call__(self, X):
        workers, robots = X[:, 0], X[:, 1]
        price = self.wage * workers + 7.0 * robots
        speed = 10.0 * (workers + 3.0 * robots) / (1.0 + 0.1 * (workers + robots))
        excess = np.column_stack([3.0 - workers - robots, price - self.budget])
        return Evaluation(
            X,
            np.column_stack([price, speed]),
            excess,
            constraints=("at_least_3", "budget"),
            dimensions=DIMENSIONS,
            indicators={"hands": workers + robots},
        )


def make(parameters):
    columns = (
        Column("workers", "workers", None, "integer", 1, 12, 1, False, (), 1, 1),
        Column("robots", "robots", None, "integer", 0, 6, 1, False, (), 0, 0),
    )
    decisions = (DecisionColumns("workers", (0,), ()), DecisionColumns("robots", (1,), ()))
    return Warehouse(parameters["wage"], parameters["budget"]), DesignSpace(columns, decisions, ())


WAREHOUSE = OwnModel(
    name="warehouse", version="1", make=make, parameters={"wage": 5.0, "budget": 60.0}, title="A warehouse"
)


def bare_model(evaluator, space, **more):
    """A callable and a space as a model, of which nothing else is said."""
    return Model("bare", space, evaluator, **more)


def solve_with(evaluator, space, config=None, *, hints=None, **settings):
    """Solves a callable and a space."""
    return solve(bare_model(evaluator, space, hints=hints or Hints()), config, **settings)
