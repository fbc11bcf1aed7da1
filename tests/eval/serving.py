"""A language-model server on the loopback that says what it is told to say."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Serving(http.server.ThreadingHTTPServer):
    """Says YES to what is faithful and `mark` to everything else; `asked` keeps what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.mark = "4.5\nIt says so."

    @property
    def url(self) -> str:
        """The address that an OpenAI-compatible client is given."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Serving

    def do_POST(self) -> None:
        """Answer a request for a chat or a completion; a mark that is `fail` is an error."""
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        told = "\n".join(str(each["content"]) for each in request.get("messages", [])) or str(request.get("prompt"))
        self.server.asked.append(told)
        said = "YES" if "Please tell if a given piece of information" in told else self.server.mark
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": said}, "text": said}
        body = json.dumps({"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]})
        self.send_response(500 if said == "fail" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        """Say nothing."""


@contextmanager
def serving() -> Iterator[Serving]:
    """Serve until the end of the block."""
    with Serving() as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield served
        served.shutdown()
