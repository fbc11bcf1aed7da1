"""Real servers for the tests, on the loopback: Chroma's, and PostgreSQL with a database of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

_PATIENCE_SECONDS = 60.0


def free_port() -> int:
    """Find a port that nobody uses."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class ChromaServer:
    """`chroma run` over a folder; it can be killed and started again, at the same address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it, unless it runs, and wait until it answers."""
        if self._process is None:
            command = [Path(sys.executable).parent / "chroma", "run", "--path", self._folder]
            self._process = subprocess.Popen(
                [*map(str, command), "--host", "127.0.0.1", "--port", str(self._port)],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        until = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < until:
            try:
                if httpx.get(f"{self.url}/api/v2/heartbeat").is_success:
                    return
            except httpx.HTTPError:
                time.sleep(0.1)
        raise AssertionError("the Chroma server does not answer")

    def kill(self) -> None:
        """Kill it, as a power cut would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(_PATIENCE_SECONDS)
            self._process = None


@contextmanager
def chroma_server(folder: Path) -> Iterator[ChromaServer]:
    """Run a Chroma server over a folder."""
    server = ChromaServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()


def postgres_programs() -> Path:
    """Find the folder of PostgreSQL's programs; Debian keeps them off the PATH."""
    named = shutil.which("initdb")
    if named:
        return Path(named).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql, or make test as root")
    return found[-1].parent


@contextmanager
def postgres_server() -> Iterator[str]:
    """Run a PostgreSQL server over a new folder, and give the address of its database."""
    programs = postgres_programs()
    # It refuses to be run by root, and its socket's path must be short.
    root = os.geteuid() == 0
    folder = Path(tempfile.mkdtemp(prefix="verbatim-pg-"))
    if root:
        shutil.chown(folder, "postgres", "postgres")
    port = free_port()

    def run(*command: str | Path) -> None:
        words = ["runuser", "-u", "postgres", "--", *map(str, command)] if root else [*map(str, command)]
        subprocess.run(words, check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=120)

    data = folder / "data"
    run(programs / "initdb", "-D", data, "-U", "verbatim", "-A", "trust", "-N", "-E", "UTF8", "--locale", "C")
    options = f"-c listen_addresses=127.0.0.1 -p {port} -c unix_socket_directories={folder} -c fsync=off"
    run(programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
    try:
        yield f"postgresql+psycopg://verbatim@127.0.0.1:{port}/postgres"
    finally:
        run(programs / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder)
