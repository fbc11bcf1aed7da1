"""Asking again in a real browser: by a link, by editing, after a stop, and after a reload."""

from __future__ import annotations

import json
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from index.article import Filters
from tests.ui.windows import ABSENT, DISPUTED, FACT, TIMELINE, OpenWindow, Served, ask, marked

pytestmark = pytest.mark.browser


def copied(page: Page) -> str:
    """Read the clipboard."""
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def test_a_link_asks_the_question_again(open_window: OpenWindow, served: Served) -> None:
    """It holds the question and its filters and nothing of the answer; opening it asks once, a reload does not."""
    page = open_window()
    page.click("#dates-button")
    page.fill("#after", "2022-01-01")
    page.check("#undated")
    page.keyboard.press("Escape")
    page.click("#outlets-button")
    page.locator("#outlet-choices").get_by_text("The Korea Times").click()
    page.locator("#outlet-choices").get_by_text("Donga").click()
    page.keyboard.press("Escape")
    turn = ask(page, FACT)
    turn.get_by_role("button", name="Copy link").click()
    expect(turn.get_by_role("button", name="Copied")).to_be_visible()
    link = copied(page)
    assert urlsplit(link).query == ""
    assert parse_qs(urlsplit(link).fragment) == {
        "q": [FACT],
        "after": ["2022-01-01"],
        "undated": ["1"],
        "outlet": ["Donga", "The Korea Times"],
    }
    before = len(served.engine.asked)
    other = open_window(link=f"#{urlsplit(link).fragment}", reader="other")
    expect(other.locator(".turn h2")).to_have_text(FACT)
    expect(other.locator(".turn .actions")).to_be_visible()
    expect(other.locator("#outlets-button")).to_have_text("2 publishers")
    filters = Filters(after="2022-01-01", outlets=("Donga", "The Korea Times"), undated=True)
    assert served.engine.asked[before:] == [(FACT, (), filters)]
    assert urlsplit(other.url).fragment == ""
    other.reload()
    expect(other.locator(".turn .actions")).to_be_visible()
    assert len(served.engine.asked) == before + 1


def test_a_link_that_is_opened_in_an_open_page(open_window: OpenWindow) -> None:
    """It begins a conversation of its own; one without a question does nothing."""
    page = open_window()
    ask(page, FACT)
    page.evaluate("location.hash = 'nothing=1'")
    page.evaluate("question => { location.hash = new URLSearchParams({q: question}); }", DISPUTED)
    expect(page.locator(".turn h2")).to_have_text([DISPUTED])
    expect(page.locator(".turn .actions")).to_be_visible()


def test_a_question_is_edited_and_asked_again(open_window: OpenWindow, served: Served) -> None:
    """The new one takes its place, with the turns before it; the conversation as it was stays in the history."""
    page = open_window()
    ask(page, FACT)
    ask(page, DISPUTED)
    ask(page, ABSENT)
    page.locator(".turn").nth(1).get_by_role("button", name="Edit and ask again").click()
    expect(page.locator("#question")).to_be_focused()
    expect(page.locator("#question")).to_have_value(DISPUTED)
    expect(page.locator("#editing")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#editing")).to_be_hidden()
    expect(page.locator("#question")).to_have_value("")
    page.locator(".turn").nth(1).get_by_role("button", name="Edit and ask again").click()
    ask(page, TIMELINE)
    expect(page.locator(".turn h2")).to_have_text([FACT, TIMELINE])
    expect(page.locator("#editing")).to_be_hidden()
    assert [turn.question for turn in served.engine.asked[-1][1]] == [FACT]
    page.click("#history-button")
    expect(page.locator("#threads .kept span")).to_contain_text(["2 questions", "3 questions"])
    page.locator("#threads .kept").nth(1).click()
    expect(page.locator(".turn h2")).to_have_text([FACT, DISPUTED, ABSENT])


def test_stop_is_at_once_and_the_next_question_too(open_window: OpenWindow, served: Served) -> None:
    """While the engine is still in the middle of a step, the page is free and another question is answered."""
    page = open_window()
    turn = ask(page, f"slowly: {FACT}", wait=False)
    expect(turn.locator(".claim")).to_have_count(1)
    began = time.perf_counter()
    page.get_by_role("button", name="Stop").click()
    expect(turn.locator(".failure")).to_be_visible()
    other = ask(page, DISPUTED)
    assert time.perf_counter() - began < 10
    assert not served.engine.go.is_set()
    expect(other.locator(".claim").first).to_contain_text("UN sanctions envoys")


def test_only_what_was_said_is_kept(open_window: OpenWindow) -> None:
    """The browser keeps no HTML; after a reload cards, actions and chips are all there again."""
    page = open_window()
    turn = ask(page, DISPUTED)
    body = turn.locator(".body").inner_html()
    kept = page.evaluate("localStorage['verbatim.threads']")
    assert "<section" not in kept
    assert json.loads(kept)[0]["turns"][0]["drawn"] is None
    page.reload()
    turn = page.locator(".turn")
    expect(turn.locator(".actions")).to_be_visible()
    assert turn.locator(".body").inner_html() == body
    expect(page.locator("#sources-title")).to_have_text("Quotes used")
    turn.locator(".side .chip").nth(3).click()
    expect(page.locator("mark.exact").first).to_be_focused()
    assert marked(page) == json.loads(kept)[0]["turns"][0]["quotes"][3]["quote"]


def test_a_turn_of_another_version_can_be_asked_again(open_window: OpenWindow) -> None:
    """What can't be drawn any more keeps its question."""
    page = open_window()
    ask(page, FACT)
    page.evaluate("""() => {
      const threads = JSON.parse(localStorage['verbatim.threads']);
      delete threads[0].turns[0].outcome.undisputed;
      localStorage['verbatim.threads'] = JSON.stringify(threads);
    }""")
    page.reload()
    expect(page.locator(".failure")).to_contain_text("kept by another version of the page")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".turn .actions")).to_be_visible()
