"""DNS rebinding: a foreign Host or Origin gets nothing from the app, on any path, and opens no socket."""

from __future__ import annotations

import http.client
import re
import socket
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apps import app_server
from ui.hosts import AllowList, Place, allow_list, allow_list_from, place_of

PROXY = "tradespace.example.org"
#: A request of a kind and path for everything that Streamlit serves.
REQUESTS = (
    ("GET", "/"),
    ("GET", "/scenario"),
    ("GET", "/_stcore/health"),
    ("GET", "/_stcore/host-config"),
    ("GET", "/_stcore/metrics"),
    ("GET", "/media/0123456789abcdef.yaml"),
    ("GET", "/component/none/index.html"),
    ("GET", "/app/static/none"),
    ("PUT", "/_stcore/upload_file/session/file"),
    ("OPTIONS", "/_stcore/upload_file/session/file"),
    ("DELETE", "/_stcore/upload_file/session/file"),
    ("GET", "/_stcore/stream"),
    ("GET", "/../etc/passwd"),
)


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    with app_server(tmp_path_factory.mktemp("store") / "runs.sqlite") as address:
        yield urlsplit(address).port


@pytest.fixture(scope="module")
def proxied(tmp_path_factory):
    store = tmp_path_factory.mktemp("store") / "runs.sqlite"
    with app_server(store, arguments=("--allow-host", PROXY, "--allow-host", "192.0.2.7:8443")) as address:
        yield urlsplit(address).port


def asked(port, method, path, hosts, **headers):
    """Status and body of a request with these Host headers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.putrequest(method, path, skip_host=True)
        for host in hosts:
            connection.putheader("Host", host)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    finally:
        connection.close()


def handshake(port, host, origin):
    """Status of the answer to a websocket's handshake: 101 = it is open."""
    lines = [
        "GET /_stcore/stream HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        *([f"Origin: {origin}"] if origin is not None else []),
    ]
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        wire.sendall("\r\n".join([*lines, "", ""]).encode())
        return int(wire.recv(64).split()[1])


@pytest.mark.parametrize(("method", "path"), REQUESTS)
def test_a_foreign_host_gets_nothing(port, method, path):
    for host in ("evil.example", f"evil.example:{port}", f"127.0.0.1.evil.example:{port}", PROXY):
        status, body = asked(port, method, path, [host])
        assert status == 421, host
        assert "--allow-host" in body
        assert "<" not in body


def test_what_streamlit_serves_of_its_own_is_refused_too(port):
    _, page = asked(port, "GET", "/", [f"127.0.0.1:{port}"])
    assets = re.findall(r'(?:src|href)="\./?(static/[^"]+)"', page)
    assert assets
    for asset in assets:
        assert asked(port, "GET", f"/{asset}", [f"localhost:{port}"])[0] == 200
        assert asked(port, "GET", f"/{asset}", [f"evil.example:{port}"])[0] == 421


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LocalHost", "[::1]", "[0:0:0:0:0:0:0:1]"])
def test_this_machine_is_answered_at_the_apps_own_port_only(port, name):
    assert asked(port, "GET", "/_stcore/health", [f"{name}:{port}"]) == (200, "ok")
    for other in (name, f"{name}:80", f"{name}:{port - 1}", f"{name}:"):
        assert asked(port, "GET", "/_stcore/health", [other])[0] == 421, other


def test_one_host_is_named(port):
    here = f"127.0.0.1:{port}"
    assert asked(port, "GET", "/_stcore/health", [here, "evil.example"])[0] in (400, 421)
    assert asked(port, "GET", "/_stcore/health", [])[0] in (400, 421)


def test_a_page_from_elsewhere_opens_no_socket_and_reads_nothing(port):
    here = f"127.0.0.1:{port}"
    for origin in (
        "http://evil.example",
        f"http://evil.example:{port}",
        f"http://localhost:{port - 1}",
        "http://localhost",
        "null",
        "",
        f"file://{here}",
        f"http://{here}.evil.example",
        f"http://evil.example@{here}",
        f"http://{here}/evil",
    ):
        assert handshake(port, here, origin) == 403, origin
        assert asked(port, "GET", "/_stcore/health", [here], Origin=origin)[0] == 421, origin
    assert handshake(port, f"evil.example:{port}", f"http://evil.example:{port}") == 403
    assert handshake(port, f"evil.example:{port}", f"http://{here}") == 403
    assert handshake(port, f"evil.example:{port}", None) == 403


def test_the_apps_own_page_opens_its_socket(port):
    for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}"):
        assert handshake(port, host, f"http://{host}") == 101
        assert handshake(port, host, f"http://localhost:{port}") == 101
    assert handshake(port, f"127.0.0.1:{port}", None) == 101  # no browser leaves it out


def test_a_proxy_is_answered_by_its_name(proxied):
    here = f"127.0.0.1:{proxied}"
    for host in (here, PROXY, PROXY.upper(), f"{PROXY}:443", f"{PROXY}:{proxied}", "192.0.2.7:8443"):
        assert asked(proxied, "GET", "/_stcore/health", [host]) == (200, "ok"), host
    for host in (f"{PROXY}:8444", f"x.{PROXY}", "192.0.2.7", f"192.0.2.7:{proxied}", "evil.example"):
        assert asked(proxied, "GET", "/_stcore/health", [host])[0] == 421, host
    assert handshake(proxied, PROXY, f"https://{PROXY}") == 101
    assert handshake(proxied, here, f"https://{PROXY}") == 101  # a proxy that asks under its own name
    assert handshake(proxied, here, "https://192.0.2.7:8443") == 101
    assert handshake(proxied, PROXY, "https://192.0.2.7") == 403
    assert handshake(proxied, PROXY, "https://evil.example") == 403


def test_names_come_from_the_command_line_and_from_the_environment(monkeypatch):
    assert allow_list([]) == AllowList()
    assert allow_list(["--allow-host", "a.example", "--allow-host", "b.example:81"], "c.example, ::1") == (
        AllowList(
            (Place("a.example", None), Place("b.example", 81), Place("c.example", None), Place("::1", None))
        )
    )
    monkeypatch.setenv("TRADESPACE_ALLOW_HOST", "c.example")
    mine = allow_list_from(["app.py", "--allow-host", "a.example"], "app.py")
    assert [place.name for place in mine.places] == ["a.example", "c.example"]
    others = allow_list_from(["uvicorn", "app:app", "--port", "81"], "app.py")
    assert [place.name for place in others.places] == ["c.example"]


@pytest.mark.parametrize(
    "arguments",
    [["--allow-host"], ["--allow-hosts", "a"], ["--allow-host", ""], ["a.example"]]
    + [["--allow-host", name] for name in ("http://a", "a/b", "*", "a b", "a:99999", "[::1", "-a", "a..b")],
)
def test_what_is_no_host_ends_with_a_sentence(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        allow_list(arguments)
    assert ended.value.code == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


@given(st.text(max_size=300), st.sampled_from(["http", "https", "ws", "wss"]))
@example("[::ffff:127.0.0.1]:8501", "http")
@example("127.1:8501", "http")
@example("0x7f.1:8501", "http")
@example("localhost\n:8501", "http")
@example("127.0.0.1:８５０１", "http")
def test_nothing_but_the_own_names_is_on_an_empty_list(written, scheme):
    own = {f"{name}:8501" for name in ("127.0.0.1", "localhost", "[::1]", "localhost.", "127.0.0.1.")}
    assert AllowList().has(written, scheme=scheme, own_port=8501) == (written.lower() in own)


@given(st.text(max_size=60))
def test_a_place_is_read_or_not_and_never_fails(written):
    place = place_of(written)
    assert place is None or place_of(f"[{place.name}]" if ":" in place.name else place.name) is not None
