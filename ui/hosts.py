"""Who may speak to the app: the names it answers to, and the web pages that may open its socket.

A web page anywhere can make a browser ask an app on this machine, under a name that the page's owner turns
to 127.0.0.1 (DNS rebinding). The browser then takes the app for a part of that page. What the page can't
change is the name in the Host header and its own address in Origin: both are held against a list first.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address
from typing import Any, NoReturn

from optimizer.cli.exit_codes import BAD_INPUT
from optimizer.sections.content import shown

#: Names of this machine, each good at the app's own port only.
LOCAL = ("127.0.0.1", "localhost", "::1")
#: Names from the environment, with commas between them, for servers that pass no options.
VARIABLE = "TRADESPACE_ALLOW_HOST"
#: Ports that a browser leaves out of an address.
STANDARD_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}
_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_][a-z0-9_-]{0,62})*")
_PLACE = re.compile(r"(?P<name>\[[0-9a-f:.]{2,45}\]|[^\[\]:/@?#\s]{1,253})(:(?P<port>[0-9]{1,5}))?")
_ORIGIN = re.compile(r"(?P<scheme>https?)://(?P<place>.+)")
_MOST_REPEATED = 80
_WHAT_TO_DO = "If a proxy or a tunnel leads here under that name, start it with --allow-host and the name."

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Place:
    """A name and a port.

    Attributes:
        name: Host name in small letters, or address; one of IPv6 without brackets, in its short form.
        port: The port; None = it isn't written.
    """

    name: str
    port: int | None


def place_of(written: str) -> Place | None:
    """The place in a Host header, an origin or an option; None = it is none."""
    found = _PLACE.fullmatch(written.lower())
    if found is None:
        return None
    name, port = found["name"], found["port"]
    if name.startswith("["):
        try:
            name = str(IPv6Address(name[1:-1]))
        except AddressValueError:
            return None
    else:
        name = name.removesuffix(".")
        if not _NAME.fullmatch(name):
            return None
    return Place(name, None if port is None else int(port))


@dataclass(frozen=True, slots=True)
class AllowList:
    """Places that the app answers to, beside this machine's own names.

    Attributes:
        places: Each with its port, or without: then it is the standard ports and the app's own.
    """

    places: tuple[Place, ...] = ()

    def has(self, written: str, *, scheme: str, own_port: int | None) -> bool:
        """Whether a Host header or the place of an origin is on the list.

        Args:
            written: The place as it was sent.
            scheme: Its scheme, which says what port is meant where none is written.
            own_port: The port that the app listens on.
        """
        place = place_of(written)
        if place is None:
            return False
        port = STANDARD_PORTS.get(scheme) if place.port is None else place.port
        if place.name in LOCAL and port == own_port:
            return True
        return any(
            place.name == allowed.name
            and (
                port in (own_port, *STANDARD_PORTS.values()) if allowed.port is None else port == allowed.port
            )
            for allowed in self.places
        )


class HostGuard:
    """ASGI middleware that refuses who is not on the list: every path, every method, and the websocket."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]], allowed: AllowList) -> None:
        """Guards an app.

        Args:
            app: The ASGI app behind it.
            allowed: The list.
        """
        self._app = app
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on what may come in, and answers the rest."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if not refusal:
            await self._app(_from_itself(scope), receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
        else:
            await _answer(send, refusal)

    def _refusal(self, scope: Scope) -> str:
        """Why a request is refused; empty = it isn't."""
        server, scheme = scope.get("server"), scope.get("scheme", "http")
        own_port = server[1] if server else None
        hosts = _values(scope, b"host")
        if len(hosts) != 1:
            return f"A request names one host; this one names {len(hosts) or 'none'}."
        if not self._allowed.has(hosts[0], scheme=scheme, own_port=own_port):
            return (
                f"Tradespace doesn't answer to the name {_repeated(hosts[0])}. On this machine its "
                f"address is http://127.0.0.1:{own_port}. {_WHAT_TO_DO}"
            )
        for origin in _values(scope, b"origin"):
            found = _ORIGIN.fullmatch(origin.lower())
            if found is None or not self._allowed.has(
                found["place"], scheme=found["scheme"], own_port=own_port
            ):
                return f"Tradespace doesn't answer to pages of {_repeated(origin)}. {_WHAT_TO_DO}"
        return ""


def allow_list(arguments: Sequence[str], written: str = "") -> AllowList:
    """The list that was asked for.

    Args:
        arguments: What stands behind `--` on the command line.
        written: Names from the environment, with commas between them.

    Raises:
        SystemExit: An argument isn't known, or no host; all that is wrong is printed (exit 2).
    """
    parser = _Parser(prog="app.py", allow_abbrev=False, description="The app of Tradespace.")
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME[:PORT]",
        help="a further name that the app answers to, for a proxy before it; may be repeated. Without a port "
        "it is the standard ports and the app's own",
    )
    asked = parser.parse_args(arguments).allow_host
    return AllowList(
        _places(parser, "--allow-host", asked)
        + _places(parser, VARIABLE, [part.strip() for part in written.split(",") if part.strip()])
    )


def allow_list_from(arguments: Sequence[str], script: str) -> AllowList:
    """The list of this process: from its command line, where that is the app's own, and its environment.

    Args:
        arguments: The command line, `sys.argv`.
        script: The file that serves the app; another server's command line is not read.
    """
    is_own = bool(arguments) and os.path.abspath(arguments[0]) == os.path.abspath(script)
    return allow_list(arguments[1:] if is_own else (), os.environ.get(VARIABLE, ""))


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"{self.prog}: {message}\n")


def _places(parser: _Parser, where: str, names: Iterable[str]) -> tuple[Place, ...]:
    found = {name: place_of(name if name.count(":") < 2 or "[" in name else f"[{name}]") for name in names}
    wrong = [name for name, place in found.items() if place is None or (place.port or 0) > 65535]
    if wrong:
        parser.error(
            f"{where}: {', '.join(_repeated(name) for name in wrong)} is no host. Write a name or an address "
            "and, if it isn't a standard one, the port: tradespace.example.org or 192.0.2.7:8443."
        )
    return tuple(place for place in found.values() if place is not None)


def _values(scope: Scope, header: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == header]


def _from_itself(scope: Scope) -> Scope:
    """A websocket whose origin is allowed, as from the app's own page.

    Streamlit has a list of its own, and asks a server outside for this machine's address before it refuses.
    """
    if scope["type"] != "websocket":
        return scope
    scheme = b"https" if scope.get("scheme") == "wss" else b"http"
    host = next(value for name, value in scope["headers"] if name.lower() == b"host")
    headers = [
        (name, scheme + b"://" + host if name.lower() == b"origin" else value)
        for name, value in scope["headers"]
    ]
    return {**scope, "headers": headers}


async def _answer(send: Send, words: str) -> None:
    """Says no, in plain text: 421, the request was sent to the wrong server (RFC 9110, 15.5.20)."""
    body = (words + "\n").encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": 421, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _repeated(written: str) -> str:
    """What was sent, as it may be repeated."""
    return repr(shown(written[:_MOST_REPEATED]))
