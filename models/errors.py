"""What can go wrong, in words that a user can act on.

TradespaceError             every error of this project that a user can cause
├── RefusedError            what a design can't be simulated, played or broken by, by name
├── ScenarioError           a scenario file, with all its findings at once
├── DesignError             a design that does not belong to its scenario
├── NotModelledError        the format allows it, the model doesn't know it yet
├── SpaceTooLargeError      more designs than may be enumerated
└── EvaluationError         a callable that returned something else than an Evaluation
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import ClassVar, Literal

Severity = Literal["error", "warning", "note"]


class Code(StrEnum):
    """What kind of thing is wrong: what programs go by, where people read the sentence."""

    UNREADABLE = "unreadable"
    """There is no file, it is no text, or it is too large to be read."""
    NOT_YAML = "not_yaml"
    NOT_ACCEPTED = "not_accepted"
    """YAML that no scenario file may use: a tag, a merge key, a key twice."""
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    """More is wrong than is told."""
    UNKNOWN_KEY = "unknown_key"
    MISSING_KEY = "missing_key"
    NOT_ONE_KIND = "not_one_kind"
    """A decision that is none of the kinds there are, or several."""
    WRONG_TYPE = "wrong_type"
    NOT_A_NUMBER = "not_a_number"
    OUT_OF_RANGE = "out_of_range"
    WRONG_LENGTH = "wrong_length"
    WRONG_ORDER = "wrong_order"
    """What should be smaller isn't."""
    WRONG_SUM = "wrong_sum"
    BAD_NAME = "bad_name"
    UNKNOWN_NAME = "unknown_name"
    UNKNOWN_VALUE = "unknown_value"
    """A value that a decision doesn't have."""
    NO_VALUE = "no_value"
    DUPLICATE = "duplicate"
    """Two where one is allowed: names, distributions, settings of one parameter."""
    CONFLICT = "conflict"
    """Two that can't stand together."""
    CIRCLE = "circle"
    NO_LOAD = "no_load"
    NO_DESIGN_LEFT = "no_design_left"
    WORSE_TARGET = "worse_target"
    """A target that is worse than the limit of the same dimension."""
    WRONG_UNIT = "wrong_unit"
    """A limit or target that nothing meets, and that designs meet in another unit."""
    REFUSING_PAYS = "refusing_pays"
    """Requests may be turned away, and nothing says how many are too many."""
    ONLY_GUESSES = "only_guesses"
    """Numbers that are guesses, none of which may be off."""
    DEFAULT_LIMIT = "default_limit"
    """A limit that nobody wrote excludes designs."""
    HOPELESS_GUESS = "hopeless_guess"
    """A guess under which no design keeps all limits, though some do with the numbers of the file."""
    WRITES_TO_COPIES = "writes_to_copies"
    """A decision on copies, and what it does for writes."""
    OLD_SCHEMA = "old_schema"
    """An older version of the format, in which something means what it doesn't in the newest."""
    BY_DEFAULT = "by_default"
    """What nobody wrote, and decides about the numbers."""
    NOT_COMPUTED = "not_computed"
    """An experiment that no design can show, or that today's can't."""
    ODD = "odd"
    """Legal, but nobody will have meant it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or odd, in a scenario file.

    Attributes:
        where: Path inside the file, for example `components.web.service_ms`; empty for the file as a whole.
        found: What stands there.
        allowed: What may stand there; empty when the sentence in `found` says all.
        hint: What to do, for example the nearest valid name.
        line: Line in the file, counted from 1; None when the scenario did not come from a file.
        severity: `error` refuses the file; `warning` is legal but odd; `note` is what nobody wrote and that
            decides about designs.
        code: What kind of thing it is.
        meant: Of an unknown key or kind the valid one that is nearest; empty where none is near.
        about: Other places of the file by which it is judged (`*` = any step): where one of them had to be
            left out of the checks, nothing is known about this.
    """

    where: str
    found: str
    allowed: str = ""
    hint: str = ""
    line: int | None = None
    severity: Severity = "error"
    code: Code = field(kw_only=True)
    meant: str = field(default="", kw_only=True)
    about: tuple[str, ...] = field(default=(), kw_only=True)

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line is not None else ""
        path = f"{self.where}: " if self.where else ""
        parts = [self.found]
        if self.allowed:
            parts.append(f"allowed: {self.allowed}")
        if self.hint:
            parts.append(self.hint)
        return place + path + "; ".join(parts)


class Remedy(Enum):
    """What mends an error where a command has an option for it; only the command line knows its name."""

    REPLACE = "replace what is there"
    OTHER_FOLDER = "choose another folder"
    OTHER_FILE = "choose another file"
    RESUME = "do only what is missing, or begin anew"
    WRITE_FRONT = "write the front anew"
    OTHER_STORE = "name another store, or none"
    SOLVE_ANEW = "solve it anew"
    SAMPLE = "take a sample"
    SEARCH_OR_SAMPLE = "search, or take a sample"
    NO_CHECKPOINT = "keep no checkpoint"
    NO_CHECKPOINT_OR_SEARCH = "keep no checkpoint, or search with the archive"


class TradespaceError(Exception):
    """Base of every error that a user can cause and mend.

    Attributes:
        remedy: What mends it, where that is an option of a command; None = the message says all.
    """

    remedy: Remedy | None = None

    def __init__(self, message: str = "", *, remedy: Remedy | None = None) -> None:
        super().__init__(message)
        self.remedy = remedy


class RefusedError(TradespaceError, ValueError):
    """Something that can't be done with a design, refused by name before anything runs.

    Attributes:
        code: Why.
        what: What was found.
        where: The place in the scenario or the settings; empty = the whole.
        hint: What to do.
    """

    refusal: ClassVar[str] = "can't be done"
    """What can't be, in words."""

    def __init__(self, code: StrEnum, what: str, *, where: str = "", hint: str = "") -> None:
        self.code, self.what, self.where, self.hint = code, what, where, hint
        place = f"{where}: " if where else ""
        super().__init__(f"{self.refusal}: {place}{what}" + (f"; {hint}" if hint else ""))


class ScenarioError(TradespaceError):
    """A scenario that is refused whole.

    Attributes:
        source: Name of the file, or what stands for it.
        findings: Everything that is wrong with it, in the order of the file.
    """

    def __init__(self, source: str, findings: Sequence[Finding]) -> None:
        self.source = source
        self.findings = tuple(findings)
        count = len(self.findings)
        head = f"{source}: {count} error{'' if count == 1 else 's'}"
        super().__init__("\n".join([head, *(f"  {finding}" for finding in self.findings)]))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[str, tuple[Finding, ...]]]:
        return type(self), (self.source, self.findings)


class DesignError(TradespaceError):
    """A design that names unknown decisions or values, or belongs to another scenario."""


class NotModelledError(TradespaceError):
    """The scenario uses something the format allows and the model does not know yet."""


class SpaceTooLargeError(TradespaceError):
    """The design space has more designs than may be enumerated."""


class EvaluationError(TradespaceError):
    """A callable X -> Evaluation returned the wrong type, the wrong shape, or not a number."""


class TelemetryError(TradespaceError):
    """Traces or load tests that can't be read, or that tell nothing."""


class OutputError(TradespaceError):
    """Results can't be written there."""
