"""Debian's servers with a configuration of their own, on free ports of 127.0.0.1, while a case runs."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

#: What is needed, and the package that brings it.
PROGRAMS = {
    "nginx": "nginx-light",
    "haproxy": "haproxy",
    "pgbouncer": "pgbouncer",
    "redis-server": "redis-server",
}
#: How long a server may take to listen, s.
_PATIENCE_S = 20.0


def missing() -> list[str]:
    """Debian packages that aren't installed."""
    found = [package for program, package in PROGRAMS.items() if _program(program) is None]
    return found + ([] if _postgres() else ["postgresql"])


@contextmanager
def nginx(folder: Path, backends: Sequence[int], *, method: str = "") -> Iterator[int]:
    """nginx before HTTP servers; its port. `method` as in its upstream block; empty = in turn."""
    port = free_port()
    servers = "\n".join(f"    server 127.0.0.1:{one} max_fails=0;" for one in backends)
    folder.chmod(0o755)
    (folder / "nginx.conf").write_text(
        f"""
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 4000; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  upstream copies {{
    {f"{method};" if method else ""}
{servers}
    keepalive 1000;
  }}
  server {{
    listen 127.0.0.1:{port};
    keepalive_requests 1000000;
    location / {{
      proxy_pass http://copies; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_next_upstream off; proxy_read_timeout 600s;
    }}
  }}
}}
""",
        encoding="utf-8",
    )
    with _running([_found("nginx"), "-c", str(folder / "nginx.conf"), "-p", str(folder)], port):
        yield port


@contextmanager
def haproxy(folder: Path, backends: Sequence[int], *, slots: int, queue_s: float = 600.0) -> Iterator[int]:
    """HAProxy with one queue before copies that serve `slots` calls each; who waits longer is turned away."""
    port = free_port()
    servers = "\n".join(f"  server s{k} 127.0.0.1:{one} maxconn {slots}" for k, one in enumerate(backends))
    (folder / "haproxy.cfg").write_text(
        f"""
global
  maxconn 4000
defaults
  mode http
  timeout connect 5s
  timeout client 600s
  timeout server 600s
  timeout queue {round(1e3 * queue_s)}ms
  option http-server-close
  http-reuse never
frontend all
  bind 127.0.0.1:{port}
  default_backend copies
backend copies
  balance leastconn
{servers}
""",
        encoding="utf-8",
    )
    with _running([_found("haproxy"), "-f", str(folder / "haproxy.cfg"), "-db"], port):
        yield port


@contextmanager
def redis_server(folder: Path) -> Iterator[int]:
    """Redis without files; its port."""
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with _running([_found("redis-server"), *options, "--dir", str(folder)], port):
        yield port


@contextmanager
def pool_of_queries(folder: Path, size: int) -> Iterator[int]:
    """pgbouncer with a pool of `size` connections before a PostgreSQL server; its port."""
    programs = _postgres()
    assert programs is not None
    inner, port = free_port(), free_port()
    data = folder / "data"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT}
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    make = [str(programs / "initdb"), "-D", str(data), "-U", "tester", "-A", "trust", "--no-sync"]
    subprocess.run(_unprivileged(make), check=True, cwd="/", **quiet)  # type: ignore[call-overload]
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        f"""[databases]
postgres = host=127.0.0.1 port={inner} dbname=postgres user=tester
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
auth_type = any
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 1000
server_round_robin = 0
""",
        encoding="utf-8",
    )
    settings.chmod(0o644)
    # -c: no files in system folders, and no waiting for disks.
    options = [
        "-c",
        f"port={inner}",
        "-c",
        "listen_addresses=127.0.0.1",
        "-c",
        f"unix_socket_directories={folder}",
    ]
    server = [str(programs / "postgres"), "-D", str(data), *options, "-c", "fsync=off"]
    with (
        _running(_unprivileged(server), inner),
        _running(_unprivileged([_found("pgbouncer"), str(settings)]), port),
    ):
        yield port


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def _running(command: Sequence[str], port: int) -> Iterator[None]:
    """A server, from when it listens until the end."""
    process = subprocess.Popen(command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        ends = time.monotonic() + _PATIENCE_S
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None or time.monotonic() > ends:
                raise SystemExit(f"{command[0]} doesn't start; run it by hand: {' '.join(command)}")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(timeout=_PATIENCE_S)


def _unprivileged(command: Sequence[str]) -> list[str]:
    """A command as a user that a database accepts: it refuses to run as root."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else list(command)


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def _found(name: str) -> str:
    found = _program(name)
    assert found is not None
    return found


def _postgres() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None
