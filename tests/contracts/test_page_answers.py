"""The page over the sample articles with the real engine: every citation, the first evidence, and a crowd."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from eval.questions import Question, load_questions
from index.pipeline import seeds
from rag.engine import Engine
from tests.ui.windows import Served, Tell, ask, serving
from ui.assemble import Workshop
from ui.config import load_settings
from ui.desk import Desk
from ui.shapes import TurnView

pytestmark = pytest.mark.browser

QUESTIONS = Path(__file__).parents[2] / "eval" / "questions.jsonl"
CROWD = 200
OPEN_ALL = """async () => {
  const [thread] = JSON.parse(localStorage['verbatim.threads']);
  const wrong = [];
  let opened = 0;
  for (const [at, turn] of [...document.querySelectorAll('.turn')].entries()) {
    for (const chip of [...turn.querySelectorAll('.chip')]) {
      const {quote} = thread.turns[at].quotes.find(each => each.number === Number(chip.dataset.number));
      const title = document.getElementById('sources-title');
      title.replaceChildren();
      document.activeElement.blur();
      chip.click();
      const end = performance.now() + 20000;
      const there = () => title.textContent && document.activeElement.matches('mark.exact');
      while (!there() && performance.now() < end) await new Promise(requestAnimationFrame);
      const marked = [...document.querySelectorAll('#sources mark.exact')].map(each => each.textContent).join('');
      const place = document.querySelector('#sources mark.exact')?.getBoundingClientRect();
      const seen = place && place.top >= 0 && place.top < innerHeight;
      if (marked !== quote || !seen) wrong.push([thread.turns[at].question, quote, marked, seen]);
      opened += 1;
    }
  }
  return {wrong, opened};
}"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Index the sample articles, and make an engine that quotes them."""
    workshop = Workshop(load_settings(rag={"writer": "quotes"}), store=str(tmp_path_factory.mktemp("store")))
    store = workshop.ready(seeds(), progress=lambda _: None, say=lambda _: None)
    yield workshop.engine(store, model=False)
    store.close()


@pytest.fixture(scope="module")
def served(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve that engine."""
    with serving(engine, tmp_path_factory.mktemp("answers"), questions_a_minute=10_000) as served:
        yield served


@pytest.fixture
def page(served: Served, browser: Browser) -> Iterator[Page]:
    """Open the page in a window of its own."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    window = context.new_page()
    window.set_default_timeout(60_000)
    window.goto(served.url)
    expect(window.locator(".listed").first).to_be_visible()
    yield window
    context.close()


def answered(engine: Engine, question: Question) -> TurnView:
    """Ask by the page's own desk, and give the last view as a browser keeps it."""
    desk = Desk(engine, load_settings(ui={"questions_a_minute": 10_000}))
    before = [{"question": each} for each in question.turns[:-1]]
    sent = {"id": question.id, "question": question.text, "turns": before}
    *_, last = desk.answer(sent, session=question.id, client="test")
    assert last["state"] == "done", last["message"]
    return {**last, "drawn": None}


@pytest.mark.timeout(1_800)
def test_every_citation_of_the_eval_highlights_exactly_its_quote(engine: Engine, page: Page, tell: Tell) -> None:
    """Every second of the project's own questions, every chip pressed: what is marked is the quote, and in view."""
    questions = load_questions(QUESTIONS)[::2]
    turns = [answered(engine, each) for each in questions]
    thread = json.dumps([{"id": "all", "at": 0, "turns": turns}])
    page.evaluate(
        """thread => { localStorage['verbatim.threads'] = thread; localStorage['verbatim.current'] = '"all"'; }""",
        thread,
    )
    page.reload()
    expect(page.locator(".turn .actions")).to_have_count(len(questions), timeout=120_000)
    outcome = page.evaluate(OPEN_ALL)
    tell(f"{outcome['opened']} chips of {len(questions)} answers opened, {len(outcome['wrong'])} wrong")
    assert outcome["wrong"] == []
    assert outcome["opened"] > len(questions)


def test_the_first_evidence_is_there_quickly(page: Page, tell: Tell) -> None:
    """From Enter to the first quote on the page: half a second, by the median of warm questions."""
    questions = [each.text for each in load_questions(QUESTIONS)[:7]]
    ask(page, "How many containers did North Korea ship to Russia?")
    took = []
    for number, question in enumerate(questions, start=2):
        page.fill("#question", question)
        page.evaluate("""() => {
          window.found = new Promise(done => {
            document.addEventListener('keydown', () => {
              const began = performance.now();
              const before = document.querySelectorAll('.turn').length;
              const look = () => {
                const turns = document.querySelectorAll('.turn');
                const last = turns[turns.length - 1];
                if (turns.length > before && last.querySelector('.chip')) done(performance.now() - began);
                else requestAnimationFrame(look);
              };
              look();
            }, {capture: true, once: true});
          });
        }""")
        page.press("#question", "Enter")
        took.append(page.evaluate("found"))
        expect(page.locator(".turn .actions")).to_have_count(number)
    tell(f"Enter to first evidence: median {median(took):.0f} ms, worst {max(took):.0f} ms of {len(took)}")
    assert median(took) < 1_500


async def one_of_many(client: httpx.AsyncClient, number: int, event: int) -> str:
    """Ask as a browser does; give `answered`, or the status with which the question was refused."""
    sent = {"id": f"crowd{number}", "question": "How many containers did North Korea ship to Russia?"}
    body: dict[str, Any] = {"data": [], "fn_index": event, "session_hash": f"crowd{number}", "event_data": sent}
    joined = await client.post("/gradio_api/queue/join", json=body)
    if joined.status_code != 200:
        return str(joined.status_code)
    async with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": f"crowd{number}"}) as stream:
        async for line in stream.aiter_lines():
            if '"process_completed"' in line:
                return "answered" if '"success":true' in line.replace(" ", "") else "failed"
    return "lost"


def crowd(url: str, many: int) -> list[str]:
    """Let so many ask at the same time; in a thread, because Playwright has a loop of its own in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(all_of_them(url, many))).result()


async def all_of_them(url: str, many: int) -> list[str]:
    """Ask all at once."""
    # A connection that the server closes because it was idle, a browser opens again; this client would not.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx.AsyncClient(
        base_url=url, timeout=280, limits=limits, headers={"origin": url.rstrip("/")}
    ) as client:
        config = (await client.get("/config")).json()
        event = next(each["id"] for each in config["dependencies"] if each["backend_fn"])
        return list(await asyncio.gather(*(one_of_many(client, number, event) for number in range(many))))


def test_two_hundred_questions_at_once_lose_none(served: Served, tell: Tell) -> None:
    """Each is answered, or told at once that too many wait; afterwards the page answers as before."""
    threads = threading.active_count()
    ended = crowd(served.url, CROWD)
    counts = {each: ended.count(each) for each in sorted(set(ended))}
    tell(f"{CROWD} questions at once: {counts}")
    assert set(counts) <= {"answered", "503"}
    assert counts["answered"] >= 32
    assert crowd(served.url, 1) == ["answered"]
    assert threading.active_count() < threads + 100
