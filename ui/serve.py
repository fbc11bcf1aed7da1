"""The web server of the page: FastAPI with Gradio inside, our own files, and the guard in front.

Importing this module starts nothing and imports no Gradio; `application` does.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from index.errors import ConfigError
from ui.assets import load_assets
from ui.collection import Collection, Indexer
from ui.config import Settings
from ui.desk import Asker, Desk
from ui.guard import POSTS_A_QUESTION, Guard, Pace
from ui.receive import UPLOAD, take_file

if TYPE_CHECKING:
    from fastapi import FastAPI

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


def application(engine: Asker, settings: Settings, *, index: Indexer | None = None) -> FastAPI:
    """Build the whole application: guard, own files, page; without `index` no article can be added."""
    _quiet()
    import gradio as gr  # noqa: PLC0415  # takes seconds, and reads the environment when it is imported
    from fastapi import FastAPI  # noqa: PLC0415
    from starlette.middleware.trustedhost import TrustedHostMiddleware  # noqa: PLC0415

    from ui.page import build_page  # noqa: PLC0415

    assets = load_assets()
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    async def own_file(request: Request) -> Response:
        return assets.respond(request.path_params["name"], request)

    collection = Collection(engine.store, settings, index)

    async def upload(request: Request) -> Response:
        return await take_file(request, collection)

    app.add_route(UPLOAD, upload, methods=["POST"])
    app.add_route("/ui/{name}", own_file, methods=["GET"])
    page = build_page(Desk(engine, settings), collection, settings, assets)
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        ssr_mode=False,
        show_error=False,
        max_file_size="1kb",  # nothing is uploaded this way, and the guard closes that path
        allowed_paths=[],
        blocked_paths=[str(Path.cwd()), "/"],
        enable_monitoring=False,
        run_history=False,
        pwa=False,
        mcp_server=False,
        footer_links=[],
        favicon_path=str(assets.favicon),
        head=assets.head,
        # The page brings its own fonts; the theme's would be asked for besides.
        theme=gr.themes.Base(font=["Inter", "sans-serif"], font_mono=["monospace"]),
        app_kwargs={"openapi_url": None, "docs_url": None, "redoc_url": None},
    )
    hosts = [*LOOPBACK_NAMES, *settings.ui.allowed_hosts]
    if settings.ui.allow_remote:
        hosts.append(settings.ui.host)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts)
    # Added last, so that it stands first: also a refused Host gets the security headers.
    files = {UPLOAD: settings.index.max_file_bytes} if collection.is_open else {}
    app.add_middleware(Guard, pace=Pace(settings.ui.questions_a_minute * POSTS_A_QUESTION), bodies=files)
    return app


def serve(engine: Asker, settings: Settings, *, index: Indexer | None = None) -> None:
    """Serve the page until it is interrupted, and print its address.

    Raises ConfigError when the address is not one of this machine's own and `allow_remote` is not set, and when
    the port is taken.
    """
    import uvicorn  # noqa: PLC0415

    check_host(settings)
    with bound(settings.ui.host, settings.ui.port) as listening:
        app = application(engine, settings, index=index)
        host, port = listening.getsockname()[:2]
        sys.stdout.write(f"Verbatim is at http://{f'[{host}]' if ':' in host else host}:{port} (Ctrl+C ends it)\n")
        sys.stdout.flush()
        config = uvicorn.Config(
            app, log_level="warning", server_header=False, timeout_graceful_shutdown=3, ws="none", access_log=False
        )
        uvicorn.Server(config).run(sockets=[listening])


def check_host(settings: Settings) -> None:
    """Refuse to serve other machines unless the settings say so; ConfigError."""
    host = settings.ui.host
    if not _is_loopback(host) and not settings.ui.allow_remote:
        raise ConfigError(
            f"[ui] host is {host}, which other machines can reach, and the page has no log-in. Use 127.0.0.1, or put "
            "a log-in in front and set VERBATIM_UI__ALLOW_REMOTE=true and [ui] allowed_hosts."
        )


def bound(host: str, port: int) -> socket.socket:
    """Take the address before anything heavy is loaded; ConfigError when that can't be done."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise ConfigError(
            f"The page can't be served at {host}:{port}: {error.strerror or error}. "
            "Choose another port with `verbatim chat --port`; 0 takes a free one."
        ) from None
    return listening


def _is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _quiet() -> None:
    """Forbid telemetry and look-ups before gradio is imported, which reads these once."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
