"""A system on the loopback address: a switch of faults, and a Prometheus that tells what is observed."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class FakeSystem:
    """Faults that are switched by HTTP, and a number for each query.

    Attributes:
        faults: What is in place, by address.
        moments: When a fault was put in place or taken away, by the clock of the machine.
        refuses: Whether faults are refused (HTTP 400).
    """

    def __init__(self, number: Callable[[str, bool, bool], float | None], *, refuses: bool = False) -> None:
        self.number, self.refuses = number, refuses
        self.when_broken: Callable[[], object] = lambda: None
        self.faults: dict[str, object] = {}
        self.told: list[object] = []
        self.asked: list[str] = []
        self.moments: list[tuple[str, float]] = []
        self.was_broken = False
        self.lock = threading.Lock()

    def answer(
        self, method: str, path: str, query: Mapping[str, list[str]], body: object
    ) -> tuple[int, object]:
        with self.lock:
            if path == "/api/v1/query":
                asked = query["query"][0]
                self.asked.append(asked)
                value = self.number(asked, bool(self.faults), self.was_broken)
                found = [] if value is None else [{"metric": {}, "value": [time.time(), str(value)]}]
                return 200, {"status": "success", "data": {"resultType": "vector", "result": found}}
            if method in ("PUT", "POST"):
                if self.refuses:
                    return 400, {"error": "no such fault"}
                # Toxiproxy's names stand in what is sent, not in the address.
                name = f"{path}/{body['name']}" if method == "POST" and isinstance(body, dict) else path
                self.faults[name], self.was_broken = body, True
                self.told.append(body)
                self.moments.append(("in", time.monotonic()))
                self.when_broken()
                return 200, {}
            if method == "DELETE" and self.faults.pop(path, None) is not None:
                self.moments.append(("out", time.monotonic()))
                return 204, None
            return (200, {}) if path in self.faults else (404, {"error": "there is none"})


@contextmanager
def running(system: FakeSystem):
    """Serves a system; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            is_json = self.headers.get("Content-Type") == "application/json"
            body = json.loads(self.rfile.read(length)) if length and is_json else None
            asked = urlsplit(self.path)
            code, found = system.answer(self.command, asked.path, parse_qs(asked.query), body)
            text = b"" if found is None else json.dumps(found).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_PUT = do_POST = do_DELETE = _any  # noqa: N815 - names of the library

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
