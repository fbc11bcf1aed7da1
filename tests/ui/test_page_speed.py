"""How fast the page is, and how much it loads, in a real browser.

The bounds leave room for a busy machine; what was measured is printed.
"""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Iterator
from statistics import median
from typing import TYPE_CHECKING

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from tests.ui.windows import DISPUTED, OpenWindow, Served, Tell, ask
from ui.serve import bound

if TYPE_CHECKING:
    from fastapi import FastAPI

pytestmark = pytest.mark.browser

ROUNDS = 7


def test_a_chip_opens_its_sentence_quickly(open_window: OpenWindow, tell: Tell) -> None:
    """From the click to the marked sentence that has the focus: 100 ms, by the median of chips of other articles."""
    page = open_window()
    turn = ask(page, DISPUTED)
    turn.locator(".answer .chip").first.click()
    expect(page.locator("mark.exact").first).to_be_focused()
    took = page.evaluate("""async () => {
      const chips = [...document.querySelectorAll('.answer .chip')];
      const took = [];
      for (const chip of [...chips, ...chips].slice(1)) {
        const began = performance.now();
        chip.click();
        const title = () => document.querySelector('#sources-title .chip')?.textContent === chip.textContent;
        while (!title() || !document.activeElement.matches('mark.exact')) await new Promise(requestAnimationFrame);
        took.push(performance.now() - began);
      }
      return took;
    }""")
    tell(f"chip to highlighted sentence: median {median(took):.0f} ms, worst {max(took):.0f} ms of {len(took)}")
    assert median(took) < 300


def test_a_question_is_shown_quickly(open_window: OpenWindow, tell: Tell) -> None:
    """From Enter to the question on the page: 150 ms, by the median."""
    page = open_window()
    took = []
    for number in range(ROUNDS):
        page.fill("#question", f"{DISPUTED} {number}")
        page.evaluate("""() => {
          const before = document.querySelectorAll('.turn h2').length;
          window.shown = new Promise(done => {
            document.addEventListener('keydown', () => {
              const began = performance.now();
              const look = () => document.querySelectorAll('.turn h2').length > before
                ? done(performance.now() - began) : requestAnimationFrame(look);
              look();
            }, {capture: true, once: true});
          });
        }""")
        page.press("#question", "Enter")
        took.append(page.evaluate("shown"))
        expect(page.locator(".turn .actions")).to_have_count(number + 1)
    tell(f"Enter to question: median {median(took):.0f} ms, worst {max(took):.0f} ms of {ROUNDS}")
    assert median(took) < 450


@pytest.fixture
def bare() -> Iterator[str]:
    """Serve a bare ChatInterface of Gradio."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        app = bare_application()
    with bound("127.0.0.1", 0) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        server.should_exit = True
        thread.join(20)


def bare_application() -> FastAPI:
    """Mount it as ours is mounted, with nothing set."""
    import gradio as gr  # noqa: PLC0415
    from fastapi import FastAPI  # noqa: PLC0415

    def echo(message: str, _history: list[object]) -> str:
        return message

    made: FastAPI = gr.mount_gradio_app(FastAPI(), gr.ChatInterface(echo), path="/", ssr_mode=False)
    return made


def transferred(browser: Browser, url: str, ready: str) -> tuple[int, int, list[str]]:
    """Load a page with an empty cache; give the bytes and requests that it took, and the hosts that it asked."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    sizes: dict[str, int] = {}
    hosts: set[str] = set()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    page.on("request", lambda request: hosts.add(request.url.split("/")[2] if "//" in request.url else ""))
    page.goto(url)
    expect(page.locator(ready).first).to_be_visible(timeout=60_000)
    quiet(page, sizes)
    context.close()
    return sum(sizes.values()), len(sizes), sorted(hosts)


def quiet(page: Page, sizes: dict[str, int]) -> None:
    """Wait until nothing more has come for two seconds."""
    end = time.monotonic() + 60
    before = -1
    while before != len(sizes) and time.monotonic() < end:
        before = len(sizes)
        page.wait_for_timeout(2_000)


def test_the_first_load_is_as_light_as_a_bare_chat(browser: Browser, served: Served, bare: str, tell: Tell) -> None:
    """At most 1.1 times the bytes of Gradio's bare ChatInterface and 150 KB; no other host is asked."""
    plain, plain_requests, _ = transferred(browser, bare, "textarea")
    own, own_requests, hosts = transferred(browser, served.url, ".example")
    tell(f"first load: {own:,} bytes in {own_requests} requests; bare ChatInterface: {plain:,} in {plain_requests}")
    assert [host for host in hosts if not host.startswith("127.0.0.1")] in ([], [""])
    assert own <= 1.1 * plain + 150_000
