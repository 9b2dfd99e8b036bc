"""Rows of a store as values: what a run holds, and what rows of a file may be; a bad row harms no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, cast

from pydantic import BeforeValidator, Field, create_model
from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, LargeBinary, RowMapping, String, Table

from optimizer.runs.run import ENDED, KINDS, LIVE, Run
from optimizer.runs.schema import NOTES, PARTS, RUNS
from optimizer.validation import LAST_SECOND, Count, Form, Seconds, UnreadableError, from_json, from_values

#: State of a run whose row can't be read.
UNREADABLE = "unreadable"


def _from_text(form: Any, where: str) -> BeforeValidator:
    def read(found: object) -> object:
        if not isinstance(found, (str, bytes)):
            raise ValueError("no text")
        try:
            return from_json(found, form, where=where)
        except UnreadableError as error:
            raise ValueError(str(error)) from None

    return BeforeValidator(read)


class RunRow(Form):
    """A row of the table of runs, its texts read."""

    id: Annotated[str, Field(min_length=1, max_length=12)]
    kind: Annotated[str, Field(pattern=f"^({'|'.join(KINDS)})$")]
    key: str
    name: str
    title: str
    digest: str
    config: Annotated[dict[str, Any], _from_text(dict[str, Any], "JSON")]
    seed: int
    versions: Annotated[dict[str, str], _from_text(dict[str, str], "JSON")]
    state: Annotated[str, Field(pattern=f"^({'|'.join((*LIVE, *ENDED))})$")]
    done: Count
    total: Count
    on_front: Count
    created: Seconds
    started: Seconds | None
    ended: Seconds | None
    beat: Seconds | None
    worker: str
    cancel: bool
    summary: str
    error: str


def run_of(row: RowMapping | Mapping[str, Any], tags: Sequence[str], notes: Sequence[str]) -> Run:
    """The run of a row; of one that can't be read what is needed to list and delete it, and what is wrong."""
    values = {name: row[name] for name in row if name != "live"}
    try:
        told = from_values(values, RunRow, where="its row can't be read")
        return Run(**told.model_dump(), tags=tuple(map(str, tags)), notes=tuple(map(str, notes)))
    except UnreadableError as error:
        created = row["created"]
        is_date = isinstance(created, (int, float)) and 0.0 <= created <= LAST_SECOND
        return Run(
            id=str(row["id"])[:12],
            kind=row["kind"] if row["kind"] in KINDS else KINDS[0],
            key=str(row["key"]),
            name=str(row["name"])[:80],
            title="",
            digest="",
            config={},
            seed=0,
            versions={},
            state=UNREADABLE,
            done=0,
            total=0,
            on_front=0,
            created=float(created) if is_date else 0.0,
            started=None,
            ended=None,
            beat=None,
            worker="",
            cancel=False,
            summary="",
            error=str(error),
            tags=tuple(map(str, tags)),
            notes=tuple(map(str, notes)),
        )


def _type_of(column: Column[Any]) -> Any:
    kind = column.type
    found: Any
    if isinstance(kind, Boolean):
        found = bool
    elif isinstance(kind, (BigInteger, Integer)):
        found = Annotated[int, Field(ge=-(2**63), lt=2**63)]
    elif isinstance(kind, Float):
        found = float
    elif isinstance(kind, LargeBinary):
        found = str  # in base 64
    elif isinstance(kind, String):
        found = Annotated[str, Field(max_length=kind.length)] if kind.length else str
    else:
        raise TypeError(f"no form for {column}")
    return found | None if column.nullable else found


def _row_form(table: Table) -> Any:
    """What a row of a table looks like in a file."""
    columns = [column for column in table.c if not (table is NOTES and column.name == "id")]
    fields: dict[str, Any] = {column.name: (_type_of(column), ...) for column in columns}
    return create_model(f"{table.name}_row", __base__=Form, **fields)


#: What a file with runs looks like, beyond its version.
_TABLES = create_model(
    "tables",
    __base__=Form,
    **{table.name: (list[_row_form(table)], ...) for table in (RUNS, *PARTS)},  # type: ignore[call-overload, misc]
)


class RunsFile(Form):
    """A file with runs."""

    tradespace_runs: str
    tables: dict[Literal["runs", "inputs", "fronts", "checkpoints", "notes", "tags"], list[dict[str, Any]]]


def rows_of(content: bytes, *, where: str) -> tuple[str, dict[str, list[dict[str, Any]]]]:
    """The version of a file with runs, and the rows of each table.

    Raises:
        UnreadableError: It holds something else.
    """
    told = from_json(content, RunsFile, where=where)
    tables = cast(Form, from_values(dict(told.tables), _TABLES, where=where)).model_dump()
    for place, row in enumerate(tables["runs"]):
        from_values({k: v for k, v in row.items() if k != "live"}, RunRow, where=f"{where}: runs.{place}")
    return told.tradespace_runs, tables
