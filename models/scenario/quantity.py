"""Types of parameters, and what a parameter's type says: bounds, unit, whether it is a whole number.

Everything that an effect, a decision or an uncertainty may change is a field of one of these types.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, Field


def _quantity(lower: float, upper: float, unit: str) -> Any:
    return Field(ge=lower, le=upper, allow_inf_nan=False, json_schema_extra={"unit": unit})


Milliseconds = Annotated[float, _quantity(0, 1e9, "ms")]
Seconds = Annotated[float, _quantity(0, 1e9, "s")]
Hours = Annotated[float, _quantity(0, 1e9, "h")]
Minutes = Annotated[float, _quantity(0, 1e9, "min")]
PerSecond = Annotated[float, _quantity(0, 1e12, "1/s")]
Share = Annotated[float, _quantity(0, 1, "share")]
#: A share of something that is hit: none of it is no hit.
ShareAboveZero = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False, json_schema_extra={"unit": "share"})]
#: A share of time that is lost and stretches the work by 1/(1 - share): it can't be all of it.
LostShare = Annotated[float, _quantity(0, 0.99, "share")]
Scv = Annotated[float, _quantity(0, 1e4, "squared coefficient of variation")]
CpuPeriod = Annotated[float, _quantity(1, 1e4, "ms")]
Coefficient = Annotated[float, _quantity(0, 1e3, "")]
Usd = Annotated[float, _quantity(0, 1e12, "USD")]
SignedUsd = Annotated[float, _quantity(-1e12, 1e12, "USD")]
Points = Annotated[float, _quantity(-1e9, 1e9, "points")]
Times = Annotated[float, _quantity(0, 1e4, "calls")]
Factor = Annotated[float, _quantity(0, 1e4, "times")]
#: Cores: a thousandth (1m of Kubernetes) at the least.
Cores = Annotated[float, _quantity(0.001, 1e4, "cores")]
Count = Annotated[int, _quantity(1, 1e7, "")]
ZoneCount = Annotated[int, _quantity(1, 8, "zones")]
CountFromZero = Annotated[int, _quantity(0, 1e9, "")]
Retries = Annotated[int, _quantity(0, 20, "retries")]
Keys = Annotated[float, _quantity(1, 1e12, "keys")]
ZipfExponent = Annotated[float, _quantity(0, 3, "")]
ServiceLaw = Literal["gamma", "lognormal"]
Balancing = Literal["shared", "least_connections", "two_choices", "round_robin", "random"]


_WITHOUT_LIMIT = frozenset(
    [
        "queue_limit",
        "max_wait_s",
        "timeout_ms",
        "rate_limit_per_s",
        "bulkhead_slots",
        "ttl_s",
        "capacity_keys",
        "cpu_quota",
        "retry_budget",
        "hedge_after_ms",
        "visibility_s",
        "retention_s",
    ]
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """What the type of one parameter says.

    Attributes:
        name: Name of the parameter, unit included.
        lower: Smallest allowed value.
        upper: Largest allowed value.
        is_whole: Whole numbers only (copies of a server, retries).
        is_switch: `true` or `false`; held as 1.0 or 0.0.
        can_be_none: `null` is allowed; held as infinity (no time-out, an unbounded queue) or NaN (not given).
        unit: For people.
        words: The words it is one of, in the order of the numbers 0, 1, ... that they are held as; empty for
            numbers and switches.
    """

    name: str
    lower: float
    upper: float
    is_whole: bool
    is_switch: bool
    can_be_none: bool
    unit: str
    words: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether it is a number: neither a switch nor one of some words."""
        return not self.is_switch and not self.words

    def held(self, value: float | bool | str | None) -> float:
        """A value as it is held: a word by its position, a switch as 1 or 0, none as `none_value`."""
        if value is None:
            return self.none_value
        return float(self.words.index(value)) if isinstance(value, str) else float(value)

    @property
    def none_value(self) -> float:
        """What null is held as: infinity where it means "without limit", NaN where it means "not given"."""
        return math.inf if self.name in _WITHOUT_LIMIT else math.nan

    def allowed(self) -> str:
        """Says in words which values are allowed."""
        if self.is_switch:
            return "true or false"
        if self.words:
            return ", ".join(self.words[:-1]) + f" or {self.words[-1]}"
        kind = "a whole number" if self.is_whole else "a number"
        none = ", or null for none" if self.can_be_none else ""
        unit = f" {self.unit}" if self.unit not in ("", "share") else ""
        return f"{kind} from {_short(self.lower)} to {_short(self.upper)}{unit}{none}"


def _short(number: float) -> str:
    """A bound as a person writes it: 1e9, not 1e+09."""
    return f"{number:g}".replace("e+0", "e").replace("e+", "e")


def quantities(part: type[BaseModel]) -> dict[str, Quantity]:
    """All parameters of a part: its fields that hold a number or a switch, by name.

    What a part lists in `settings` is no parameter: it holds for all designs.
    """
    found = {}
    settings: frozenset[str] = getattr(part, "settings", frozenset())
    for name, info in part.model_fields.items():
        if name in settings:
            continue
        quantity = _quantity_of(name, info.annotation, tuple(info.metadata), info.json_schema_extra)
        if quantity is not None:
            found[name] = quantity
    return found


def _quantity_of(name: str, annotation: Any, metadata: tuple[Any, ...], extra: Any) -> Quantity | None:
    members = [annotation]
    if get_origin(annotation) in (Union, UnionType):
        members = [member for member in get_args(annotation) if member is not type(None)]
    if len(members) != 1:
        return None
    can_be_none, annotation = members[0] is not annotation, members[0]
    if get_origin(annotation) is Annotated:
        annotation, *notes = get_args(annotation)
        for note in notes:
            metadata += tuple(getattr(note, "metadata", ()))
            extra = getattr(note, "json_schema_extra", None) or extra
    if annotation is bool:
        return Quantity(name, 0.0, 1.0, False, True, can_be_none, "")
    words = get_args(annotation) if get_origin(annotation) is Literal else ()
    if len(words) > 1 and isinstance(words[0], str):  # a single word only says which kind of part it is
        return Quantity(name, 0.0, len(words) - 1.0, True, False, can_be_none, "", words)
    if annotation not in (int, float):
        return None
    lower, upper = _bounds(metadata)
    unit = extra.get("unit", "") if isinstance(extra, dict) else ""
    return Quantity(name, lower, upper, annotation is int, False, can_be_none, str(unit))


def _bounds(metadata: tuple[Any, ...]) -> tuple[float, float]:
    lower, upper = -math.inf, math.inf
    for note in metadata:
        if isinstance(note, Ge):
            lower = float(note.ge)  # type: ignore[arg-type]
        elif isinstance(note, Gt):
            lower = float(note.gt)  # type: ignore[arg-type]
        elif isinstance(note, Le):
            upper = float(note.le)  # type: ignore[arg-type]
        elif isinstance(note, Lt):
            upper = float(note.lt)  # type: ignore[arg-type]
    return lower, upper
