"""What tests of the page share: a server in a thread, windows, and what a reader does in them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import uvicorn
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.ui.scripted import build_application
from ui.collection import Indexer
from ui.config import load_settings
from ui.desk import Asker
from ui.serve import bound

WIDE, PHONE = (1280, 800), (390, 844)
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

DISPUTED = "Has North Korea supplied weapons to Russia?"
FACT = "How many containers were reportedly shipped?"
ABSENT = "Which ports were used for the shipments?"
TIMELINE = "How did Seoul’s position change during 2023?"
PREMISE = "Why did North Korea admit it?"

Theme = Literal["light", "dark"]


@dataclass
class Served:
    """A running server, its engine and the file of its feedback."""

    url: str
    engine: Any
    feedback: Path


@dataclass
class Window:
    """A page and what it must not have done."""

    page: Page
    asked: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


Tell = Callable[[str], None]
"""What the fixture `tell` gives."""
OpenWindow = Callable[..., Page]
ContextOf = Callable[[tuple[int, int], Theme, bool, str], BrowserContext]


@contextmanager
def serving(engine: Asker, folder: Path, *, index: Indexer | None = None, **ui: object) -> Iterator[Served]:
    """Serve an engine on a free port, with its files in a folder of the test."""
    mine = {"feedback": folder / "feedback.jsonl", "uploads": folder / "uploads", "questions_a_minute": 1_000}
    settings = load_settings(ui=mine | ui)
    with bound("127.0.0.1", 0) as listening:
        app = build_application(engine, settings, index=index)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}/", engine, settings.ui.feedback)
        finally:
            server.should_exit = True
            thread.join(20)


def ask(page: Page, question: str, *, wait: bool = True) -> Locator:
    """Type a question, press Enter, and wait for the answer unless told otherwise."""
    page.fill("#question", question)
    page.press("#question", "Enter")
    turn = page.locator(".turn").last
    expect(turn.locator("h2")).to_have_text(question)
    if wait:
        expect(turn.locator(".actions")).to_be_visible(timeout=60_000)
    return turn


def marked(page: Page) -> str:
    """Read the words that are marked as the quote, without the blanks between them."""
    return "".join(page.locator("#sources mark.exact").all_text_contents())


def in_view(page: Page) -> bool:
    """Tell whether the marked quote is inside the visible part of the source."""
    script = """() => {
      const mark = document.querySelector('#sources mark.exact').getBoundingClientRect();
      const body = document.getElementById('sources-body').getBoundingClientRect();
      return mark.top >= body.top && mark.top < body.bottom - 20 && body.bottom <= innerHeight + 1;
    }"""
    return bool(page.evaluate(script))


def sideways(page: Page) -> list[str]:
    """Name what reaches past the right edge of the window."""
    script = """() => [...document.querySelectorAll('#verbatim *')].filter(each =>
      !each.closest('#sources') && each.offsetParent && each.getBoundingClientRect().right > innerWidth + 1
      && getComputedStyle(each).clipPath === 'none').map(each => each.className || each.tagName)"""
    found: list[str] = page.evaluate(script)
    return found


def small_or_unnamed(page: Page) -> list[str]:
    """Name what can be pressed but is smaller than 24 by 24 pixels, or has no name."""
    script = """() => [...document.querySelectorAll(
        '#verbatim :is(button, summary, a, input:not(.hidden), textarea, label.primary)')]
      .filter(each => each.offsetParent && getComputedStyle(each).visibility === 'visible')
      .filter(each => { const box = each.getBoundingClientRect(); return box.width < 24 || box.height < 24
        || (each.tagName === 'BUTTON' && !each.textContent.trim() && !each.getAttribute('aria-label')); })
      .filter(each => !(each.type === 'checkbox' && each.closest('label').getBoundingClientRect().height >= 24))
      .map(each => each.id || each.className || each.tagName)"""
    found: list[str] = page.evaluate(script)
    return found


def violations(page: Page, within: str = "html") -> list[str]:
    """Run axe on what is shown, with the rules of WCAG 2.2 AA."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    options = {"runOnly": AXE_TAGS, "resultTypes": ["violations"]}
    found = page.evaluate("([within, options]) => axe.run(within, options)", [within, options])
    return [
        f"{each['id']}: {node['target']} {node['any'][:1]}" for each in found["violations"] for node in each["nodes"]
    ]
