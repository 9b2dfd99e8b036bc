"""Components: the parts of a system that serve calls, of one of the kinds that are listed here."""

from __future__ import annotations

from typing import Annotated, get_args

from pydantic import Field

from models.scenario.kinds.cache import Cache
from models.scenario.kinds.external import External
from models.scenario.kinds.queue import Queue
from models.scenario.kinds.service import Service
from models.scenario.kinds.store import Store

Kind = Service | Store | Cache | External | Queue
"""The kinds there are; a new one is a name more."""

Component = Annotated[Kind, Field(discriminator="kind")]
"""One component; `kind` says which."""

KINDS: dict[str, type[Kind]] = {
    get_args(kind.model_fields["kind"].annotation)[0]: kind for kind in get_args(Kind)
}
"""The kinds by the name that stands in a file."""
