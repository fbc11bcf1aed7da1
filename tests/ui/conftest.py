"""One server with a scripted engine and one browser for all tests of the page; each test has a window of its own.

A test fails when its window asks another host or logs an error.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.ui.scripted import ScriptedEngine
from tests.ui.windows import WIDE, ContextOf, OpenWindow, Served, Theme, Window, serving
from ui.render import environment


@pytest.fixture
def unescaped() -> Iterator[None]:
    """Turn escaping off in the server's templates."""
    made = environment()
    made.autoescape = False
    made.cache.clear()  # type: ignore[union-attr]  # there is one
    yield
    made.autoescape = True
    made.cache.clear()  # type: ignore[union-attr]


@pytest.fixture(scope="session")
def session_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve the seeds and an article full of markup."""
    engine = ScriptedEngine()
    with serving(engine, tmp_path_factory.mktemp("page")) as served:
        yield served
        engine.go.set()


@pytest.fixture
def served(session_server: Served) -> Iterator[Served]:
    """Give each test the server with a fresh script, and let no question of it hang on."""
    engine = session_server.engine
    engine.pace, engine.broken = 0.0, True
    engine.go.clear()
    yield session_server
    engine.go.set()


@pytest.fixture(scope="session")
def context_of(browser: Browser) -> ContextOf:
    """Keep a context for each kind of window and reader: its cache makes loading the page twice as fast."""
    kept: dict[tuple[object, ...], BrowserContext] = {}

    def context(size: tuple[int, int], theme: Theme, still: bool, reader: str) -> BrowserContext:  # noqa: FBT001
        key = (size, theme, still, reader)
        if key not in kept:
            kept[key] = browser.new_context(
                viewport={"width": size[0], "height": size[1]},
                color_scheme=theme,
                reduced_motion="reduce" if still else "no-preference",
                permissions=["clipboard-read", "clipboard-write"],
            )
            kept[key].set_default_timeout(60_000)
        return kept[key]

    return context


@pytest.fixture
def open_window(context_of: ContextOf, served: Served) -> Iterator[OpenWindow]:
    """Open windows with an empty memory, and look at the end at what they asked and logged."""
    windows: list[Window] = []

    def opening(
        size: tuple[int, int] = WIDE,
        *,
        theme: Theme = "light",
        url: str = "",
        link: str = "",
        still: bool = False,
        strict: bool = True,
        reader: str = "",
    ) -> Page:
        window = Window(context_of(size, theme, still, reader).new_page())
        page = window.page
        page.on("request", lambda request: window.asked.append(request.url))
        page.on("pageerror", lambda error: window.errors.append(str(error)))
        if strict:
            page.on("console", lambda said: window.errors.append(said.text) if said.type != "log" else None)
        windows.append(window)
        page.goto(f"{url or served.url}robots.txt")
        page.evaluate("localStorage.clear()")
        page.goto(f"{url or served.url}{link}")
        expect(page.locator("#counts")).not_to_be_empty(timeout=60_000)
        return page

    yield opening
    for window in windows:
        window.page.close()
        elsewhere = [url for url in window.asked if not url.startswith(("http://127.0.0.1:", "blob:", "data:"))]
        assert (window.errors, elsewhere) == ([], [])
