"""Words that people try in a scenario file, and the word that is meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from models.scenario.synonyms import MEANINGS, Meaning

#: Kinds that people write -> the kind here, and why.
KINDS = (
    Meaning(
        "database db sql nosql rdbms postgres postgresql mysql mongo mongodb dynamodb cassandra "
        "log stream storage bucket s3 search elasticsearch index disk filesystem",
        ("store",),
        "what keeps data, also a log, is a store",
    ),
    Meaning(
        "kafka topic broker message messagequeue sqs rabbitmq pubsub",
        ("queue",),
        "what keeps messages for consumers is a queue",
    ),
    Meaning(
        "redis memcached cdn proxycache varnish edge", ("cache",), "what answers some calls itself is a cache"
    ),
    Meaning(
        "api app application web server backend frontend worker microservice lambda function job "
        "gateway apigateway "
        "loadbalancer lb proxy nginx router container pod vm consumer producer batch component",
        ("service",),
        "what computes is a service",
    ),
    Meaning(
        "thirdparty saas vendor partner provider payment psp dns client user internet",
        ("external",),
        "somebody else's system is external",
    ),
)
#: Faults that people write -> the kind here, and why.
FAULT_KINDS = (
    Meaning(
        "kill stop shutdown instanceloss zoneloss regionloss podkill crash fail failure host",
        ("terminate",),
        "servers that are gone are terminated: replicas, zones, or a region",
    ),
    Meaning(
        "blackhole networkpartition netsplit disconnect networkloss packetloss loss drop dns",
        ("partition",),
        "calls that don't come through are a partition",
    ),
    Meaning("delay slow slowdown lag networklatency networkdelay", ("latency",), "added_ms says by how much"),
    Meaning("error exception http500 httpabort failcalls", ("errors",), "calls that fail are errors"),
    Meaning("flush evict clearcache cacheclear invalidate", ("cache_flush",), "share says how many keys"),
    Meaning("freeze stall hang stopworld suspend sigstop", ("pause",), "duration_s says for how long"),
    Meaning("spike surge traffic burst stress flood push ramp", ("load",), "factor says how much more"),
    Meaning("memory leak memoryleak heap oom gc", ("slow_leak",), "gc_share says how far it goes"),
    Meaning("certificate tls key expire", ("expiry",), "what expires, and when"),
    Meaning("reject throttle ratelimit deny", ("refuse",), "share says how many calls"),
    Meaning("clock time timeskew ntp", ("clock_skew",), "skew_s says how far it is off"),
    Meaning("corrupt bitflip", ("corruption",), "caught_share says what validation catches"),
)
_UNITS = frozenset(
    (
        *(
            "ms",
            "s",
            "sec",
            "secs",
            "seconds",
            "second",
            "minutes",
            "minute",
            "hour",
            "h",
            "d",
            "days",
            "usd",
        ),
        *("eur", "pct", "percent", "num", "number", "count", "total", "enabled", "is", "has", "use", "the"),
        *("max", "min", "size", "config", "policy", "strategy"),
    )
)
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def meaning_of(word: str, meanings: Iterable[Meaning] = MEANINGS) -> Meaning | None:
    """What a word means here, whatever its spelling (`autoScaling`, `timeout_s`); None = unknown."""
    by_word = {name: meaning for meaning in reversed(tuple(meanings)) for name in meaning.words.split()}
    parts = [part.lower() for part in _PARTS.findall(word[:100])]
    bare = [part for part in parts if part not in _UNITS]
    tries = ["".join(parts), "".join(bare), *("".join(bare[i:]) for i in range(1, len(bare))), *bare]
    for name in tries:
        found = by_word.get(name) or by_word.get(name.removesuffix("s"))
        if found is not None:
            return found
    return None


def meant_by(word: str, known: Iterable[str], meanings: Iterable[Meaning] = MEANINGS) -> tuple[str, str]:
    """What to write instead of a word that isn't known.

    Args:
        word: The word.
        known: What may stand there.
        meanings: Words with their meanings.

    Returns:
        A sentence, empty where there is no idea; and the valid name that is meant, empty where there is none.
    """
    if len(word) > 100:  # no word, but something else altogether
        return "", ""
    names = list(known)
    meaning = meaning_of(word, meanings)
    key = next((key for key in meaning.keys if key in names), "") if meaning else ""
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.8 if meaning else 0.6)
    meant = near[0] if near else key
    if meant:
        return f"did you mean {meant!r}?", meant
    return (meaning.told, "") if meaning else ("", "")
