"""Nothing is fetched: indexing, asking and serving the page contact no address but the loopback."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCAL = ("127.0.0.1", "::1", "localhost", "", None, "0.0.0.0")
QUIETING = re.compile(r"GRADIO|TELEMETRY|^HF_|PROXY|CHROMA", re.IGNORECASE)
"""What the environment may say to keep libraries quiet; the program must do without."""


@pytest.mark.server
def test_nothing_but_the_loopback_is_contacted(tmp_path: Path) -> None:
    """A process that may connect to nothing else indexes the seeds, answers a question and serves the page."""
    environment = {name: value for name, value in os.environ.items() if not QUIETING.search(name)}
    code = "import sys; from tests.contracts.test_offline import use as run; run(sys.argv[1])"
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "store")],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr[-3000:]
    assert json.loads(ran.stdout.splitlines()[-1]) == {
        "index": 0,
        "ask": 0,
        "cited": True,
        "page": 200,
        "contacted": [],
    }


def use(store: str) -> None:
    """Use Verbatim in this process, which raises on any other address, and print what was done and contacted."""
    contacted: list[str] = []

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event == "socket.connect":
            address = arguments[1]
            where = address[0] if isinstance(address, tuple) else None
        elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
            where = arguments[0]
        else:
            return
        name = where.decode() if isinstance(where, bytes) else where
        if name not in LOCAL:
            contacted.append(f"{event} {name}")
            raise PermissionError(f"{name} is not the loopback")

    sys.addaudithook(watch)
    from tests.fakes import verbatim  # noqa: PLC0415  # what is imported is watched too

    indexed = verbatim("index", "seeds", "--store", store)
    asked = verbatim(
        "ask", "How many containers were shipped to Russia?", "--writer", "quotes", "--store", store, "--json"
    )
    page = _page(store)
    done = {"index": indexed.code, "ask": asked.code, "cited": bool(asked.json["citations"]), "page": page}
    print("\n" + json.dumps({**done, "contacted": contacted}), file=sys.__stdout__, flush=True)
    # Daemon threads of the server would be waited for.
    os._exit(0)


def _page(store: str) -> int:
    """Serve the page, and get it once."""
    from tests.fakes import verbatim  # noqa: PLC0415

    os.environ["VERBATIM_RAG__WRITER"] = "quotes"
    threading.Thread(target=verbatim, args=("chat", "--port", "0", "--store", store), daemon=True).start()
    address = _address()
    with urllib.request.urlopen(address, timeout=60) as response:
        response.read()
        return int(response.status)


def _address() -> str:
    """Wait for the address that the command prints; the command itself takes standard output over."""
    for _ in range(1_200):
        printed = sys.stdout.getvalue() if isinstance(sys.stdout, io.StringIO) else ""
        found = re.search(r"http://127\.0\.0\.1:\d+", printed)
        if found:
            return found[0]
        time.sleep(0.1)
    raise TimeoutError("the page was not served")
