"""A model of your own, in Python: the same front, decisions, reports, batches and runs as a scenario has.

A model is a function that makes a callable X -> Evaluation and a space from named parameters. It must be a
function of a module, so that other processes can import it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from models.errors import TradespaceError
from optimizer.evaluator import Evaluator
from optimizer.model import NO_ERROR, Goal, Labels, Model, ModelError
from optimizer.space import SearchSpace


class ParameterError(TradespaceError, ValueError):
    """A parameter that a model hasn't."""


@dataclass(frozen=True)
class OwnModel:
    """A model of your own; with its parameters set it is a `Model`, as that of a scenario.

    Attributes:
        name: Its name: small letters, digits and `-`.
        version: Changes when the model does: what was solved with another version is not used again.
        make: Makes the callable and the space from parameters.
        parameters: The parameters, with their values unless a case says otherwise.
        title: What it is called in reports.
        summary: What it is about.
        goals: What is wanted, by the names of dimensions.
        labels: Names of decisions for people.
        error: How far the model is off, where that was measured.
    """

    name: str
    version: str
    make: Callable[[Mapping[str, Any]], tuple[Evaluator, SearchSpace]]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    summary: str = ""
    goals: Mapping[str, Goal] = field(default_factory=dict)
    labels: Labels = field(default_factory=Labels)
    error: ModelError = NO_ERROR

    def model(self, changes: Mapping[str, Any] | None = None) -> Model:
        """The model, with some parameters changed.

        Raises:
            ParameterError: There is no such parameter.
        """
        evaluator, space = self.make(self._with(changes))
        return Model(
            name=self.name,
            space=space,
            evaluator=evaluator,
            identity=self.digest(changes),
            title=self.title,
            summary=self.summary,
            goals=self.goals,
            labels=self.labels,
            error=self.error,
            origin=self._origin(dict(changes or {})),
        )

    @property
    def tree(self) -> dict[str, Any]:
        """What it is, as plain values: what cases of it have in common."""
        return self._origin(dict(self.parameters))

    def digest(self, changes: Mapping[str, Any] | None = None) -> str:
        """The same for the same model, version and parameters; 64 hex digits.

        Raises:
            ParameterError: There is no such parameter.
        """
        told = json.dumps([self.name, self.version, self._with(changes)], sort_keys=True, default=str)
        return hashlib.sha256(told.encode()).hexdigest()

    def _origin(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        return {"model": self.name, "version": self.version, "parameters": parameters}

    def _with(self, changes: Mapping[str, Any] | None) -> dict[str, Any]:
        unknown = sorted(set(changes or {}) - set(self.parameters))
        if unknown:
            allowed = ", ".join(self.parameters) or "none"
            raise ParameterError(f"found the parameters {', '.join(unknown)}; allowed: {allowed}")
        return {**self.parameters, **(changes or {})}
