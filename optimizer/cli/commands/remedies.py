"""Which options of the command line mend an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.errors import TradespaceError

#: By the name of the remedy (`models.errors.Remedy`) what to write.
OPTIONS = {
    "REPLACE": "--force replaces what is there",
    "OTHER_FOLDER": "--out DIR names another folder",
    "OTHER_FILE": "--save FILE names another file",
    "RESUME": "--resume does only what is missing, --force begins anew",
    "WRITE_FRONT": "`tradespace solve SCENARIO --out DIR` writes one",
    "OTHER_STORE": "--store names another store, --store none keeps nothing",
    "SOLVE_ANEW": "`tradespace solve SCENARIO --fresh` works it out anew",
    "SAMPLE": "--max-designs N is that number",
    "SEARCH_OR_SAMPLE": "--algorithm archive searches, --max-designs N takes a sample",
    "NO_CHECKPOINT": "leave --checkpoint out",
    "NO_CHECKPOINT_OR_SEARCH": "leave --checkpoint out, or write --algorithm archive",
}


def told(error: TradespaceError) -> str:
    """What went wrong, and the options that mend it."""
    if error.remedy is None:
        return str(error)
    return f"{error} ({OPTIONS[error.remedy.name]})"
