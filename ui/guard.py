"""What stands before the page: who may ask, how much, how often, and what a browser is told to forbid.

Plain ASGI, because a middleware that reads whole responses would hold back the streamed answer.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from http import HTTPStatus
from threading import Lock
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BODY_BYTES = 262_144
POSTS_A_QUESTION = 20
"""Opening articles and sending feedback are requests too: each question leaves room for so many of them."""
MOST_CLIENTS = 10_000

# Gradio answers on many more paths: uploads, files, a proxy, recordings, other people's clients. The page
# needs these, and what is not reachable can't be attacked.
OPEN_PATHS = re.compile(
    r"/(config/?|theme\.css|robots\.txt|favicon\.ico|manifest\.json|(assets|static|ui)/[^:]*)?"
    r"|/gradio_api/(queue/(join|data)|component_server|cancel|reset|heartbeat/\w+|startup-events|app_id"
    r"|login_check|user|token)/?"
)
# gr.HTML builds its templates with `new Function`, hence unsafe-eval; every address but our own is forbidden.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


TOO_LARGE = PlainTextResponse("The request is too large.", status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


class Pace:
    """How often each client may do something within a minute."""

    def __init__(self, most: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._times: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def wait(self, client: str) -> float:
        """Count one and return 0.0, or return the seconds after which one is free again."""
        now = self._clock()
        with self._lock:
            times = self._times.setdefault(client, deque())
            self._times.move_to_end(client)
            if len(self._times) > MOST_CLIENTS:
                self._times.popitem(last=False)
            while times and times[0] <= now - 60:
                times.popleft()
            if len(times) >= self._most:
                return times[0] + 60 - now
            times.append(now)
            return 0.0


class _TooLargeError(Exception):
    """A body grew past the limit while it was read."""


class Guard:
    """Refuses foreign origins, closed paths, large bodies and too many requests; adds the security headers."""

    def __init__(self, app: ASGIApp, *, pace: Pace, bodies: Mapping[str, int]) -> None:
        self._app = app
        self._pace = pace
        self._bodies = bodies  # the most bytes of a body, by path, where it is not MOST_BODY_BYTES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it with the reason why not."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        guarded = _with_headers(send)
        refusal = self._refusal(scope)
        if refusal:
            await refusal(scope, receive, guarded)
            return
        body = _Body(receive, guarded, most=self._most(scope))
        try:
            await self._app(scope, body.receive, body.send)
        except _TooLargeError:
            await TOO_LARGE(scope, receive, guarded)

    def _most(self, scope: Scope) -> int:
        return self._bodies.get(scope["path"], MOST_BODY_BYTES)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        """Tell why a request is refused before its body is read."""
        headers = Headers(scope=scope)
        if not _own_origin(headers):
            return _refused(HTTPStatus.FORBIDDEN, "Requests from other sites are refused.")
        if not OPEN_PATHS.fullmatch(scope["path"]):
            return _refused(HTTPStatus.NOT_FOUND, "There is nothing here.")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self._most(scope):
            return TOO_LARGE
        if scope["method"] == "POST":
            client = scope["client"][0] if scope.get("client") else ""
            seconds = self._pace.wait(client)
            if seconds:
                refusal = _refused(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests: wait a little.")
                refusal.headers["Retry-After"] = str(int(seconds) + 1)
                return refusal
        return None


def _refused(status: HTTPStatus, words: str) -> PlainTextResponse:
    return PlainTextResponse(words, status_code=status)


def _own_origin(headers: Headers) -> bool:
    """Tell whether a request comes from the page itself; TrustedHost has checked the Host that it names."""
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == headers.get("host", "").lower()


class _Body:
    """Counts a body while it is read, for requests that don't say their length or lie about it."""

    def __init__(self, receive: Receive, send: Send, *, most: int) -> None:
        self._receive = receive
        self._send = send
        self._most = most
        self._read = 0

    async def receive(self) -> Message:
        """Hand on a part of the body, unless it grew too large."""
        message = await self._receive()
        self._read += len(message.get("body", b""))
        if self._read > self._most:
            raise _TooLargeError
        return message

    async def send(self, message: Message) -> None:
        """Hand on the response; what frameworks make of a body that was cut off is not its cause."""
        if self._read > self._most:
            raise _TooLargeError
        await self._send(message)


def _with_headers(send: Send) -> Send:
    """Add the security headers to every response."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
        await send(message)

    return sending
