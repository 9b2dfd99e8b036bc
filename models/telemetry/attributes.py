"""What attributes of spans say of the other side; their values themselves go no further."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from models.telemetry.span import Peer

#: Values of `db.system` (and `db.system.name`) that are caches; all others are stores.
CACHES = frozenset({"redis", "memcached", "valkey", "hazelcast", "ehcache", "dragonfly"})
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
_ERROR_VALUES = frozenset({"true", "1", "error", "status_code_error"})
#: Attributes that name the other side (OpenTelemetry semantic conventions, and what came before them).
_PEER_NAMES = ("peer.service", "db.name", "messaging.destination.name")
_OUTSIDE = ("peer.service", "server.address", "net.peer.name", "url.full", "http.url", "http.host")
_INSTANCE = ("service.instance.id", "k8s.pod.name", "host.name", "hostname")


def peer_of(attributes: Mapping[str, object]) -> tuple[Peer, str]:
    """What the other side is, and a name of it that may be told.

    Only a plain word is a name: what has blanks, dots, slashes, an @ or digits first may be an address, a
    query or a person, and goes no further.
    """
    system = str(attributes.get("db.system.name") or attributes.get("db.system") or "").lower()
    named = next((told for key in _PEER_NAMES if (told := name_from(attributes.get(key)))), "")
    if system:
        kind = Peer.CACHE if system in CACHES else Peer.STORE
        return kind, named or name_from(system)
    if any(key.startswith("messaging.") for key in attributes):
        return Peer.QUEUE, named or name_from(attributes.get("messaging.system"))
    if any(key in attributes for key in _OUTSIDE):
        return Peer.EXTERNAL, named
    return Peer.UNKNOWN, ""


def name_from(value: object) -> str:
    """A value if it is a plain word of at most 40 letters, digits, - and _; else nothing."""
    return value if isinstance(value, str) and _NAME.fullmatch(value) else ""


def instance_of(attributes: Mapping[str, object]) -> str:
    """The copy of a service that told a span, as a number that tells copies apart and nothing else."""
    told = next((str(attributes[key]) for key in _INSTANCE if attributes.get(key)), "")
    return hashlib.blake2b(told.encode(), digest_size=4).hexdigest() if told else ""


def is_error(value: object) -> bool:
    """Whether a status or an `error` tag says that it failed."""
    return str(value).lower() in _ERROR_VALUES


def sampled_share(tracestate: object) -> float:
    """Share of the traces that are kept, from a threshold `ot=th:...`; NaN without one.

    Source: OpenTelemetry's probability sampling in the W3C trace state: hex digits of the threshold below
    which traces are rejected.
    """
    found = re.search(r"(?:^|[,;])\s*ot=[^,]*?\bth:([0-9a-f]{1,14})(?![0-9a-f])", str(tracestate or ""))
    if found is None:
        return float("nan")
    digits = found.group(1)
    return 1.0 - int(digits, 16) / 16.0 ** len(digits)
