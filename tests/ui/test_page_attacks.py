"""200 attacking strings in a real browser, by every way in which a string reaches the page.

Each is the text, the title, the outlet and the file name of an article, a sentence of a model, a speaker and a note;
the question is made of as many of them as it may hold.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from index.article import Article, Description, Sentence
from tests.ui.attacks import ATTACKS, LONG, PAYLOADS
from tests.ui.scripted import ScriptedEngine
from tests.ui.windows import PHONE, WIDE, OpenWindow, Served, ask, serving, sideways

pytestmark = pytest.mark.browser

QUESTION = f"attack {' '.join(PAYLOADS)}"
TEXTS = [*ATTACKS, LONG]


def hostile(number: int, text: str) -> Article:
    """Make an article of which everything is this text."""
    about = Description(title=text, outlet=text, author=text, published=text, updated=text, url=f"javascript:{text}")
    return Article(f"{text}.txt", "tests", text, (Sentence(0, len(text)),), str(number), about)


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve 200 hostile articles, and one of a single long line."""
    engine = ScriptedEngine(articles=tuple(hostile(number, text) for number, text in enumerate(TEXTS)))
    examples = [{"kind": PAYLOADS[0], "question": PAYLOADS[2]}]
    with serving(engine, tmp_path_factory.mktemp("attacked"), examples=examples) as served:
        yield served


def texts_of(page: Page, selector: str) -> list[str]:
    """Read the texts of all of these."""
    found: list[str] = page.locator(selector).evaluate_all("all => all.map(each => each.textContent)")
    return found


def harmless(page: Page) -> None:
    """Fail if anything ran, or became an element, or took the page apart."""
    inside = "img iframe script style object base link template math".split()
    expect(page.locator(f"#verbatim :is({', '.join(inside)})")).to_have_count(0)
    expect(page.locator("#verbatim form:not(#composer, #look-up, .complaint)")).to_have_count(0)
    assert page.locator("#verbatim a:not([href^='https://'])").count() == 0
    assert page.evaluate("window.pwned") is None
    assert sideways(page) == []


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_200_attacking_strings_are_shown_as_text(
    open_window: OpenWindow, attacked: Served, size: tuple[int, int]
) -> None:
    """In the list, the answer, its cards, an opened source, the corpus page and the history; no other host is asked."""
    assert len(ATTACKS) == 200
    page = open_window(size, url=attacked.url)
    harmless(page)
    assert texts_of(page, ".listed strong")[:200] == ATTACKS
    turn = ask(page, QUESTION, wait=False)
    # Several megabytes, most of them the long line, on a machine that may be busy.
    expect(turn.locator(".actions")).to_be_visible(timeout=120_000)
    assert [text.removesuffix("…") for text in texts_of(page, ".claim .words")][:200] == ATTACKS
    assert texts_of(page, ".notes li > span")[:200] == ATTACKS
    assert texts_of(page, ".dispute > h3")[:200] == ATTACKS
    assert texts_of(page, ".speaker")[:200] == [f"{each}.txt" for each in ATTACKS]
    harmless(page)
    chip = turn.locator(".answer .chip").nth(5)
    if size == WIDE:
        chip.hover()
        expect(page.locator("#card")).to_contain_text("also in 1 outlet")
    for at in (0, 3, 120, 200):
        turn.locator(".answer .chip").nth(at).click()
        expect(page.locator("#sources-title .chip")).to_have_text(str(at + 1))
        assert page.locator("#sources mark.exact").evaluate("each => each.textContent") == TEXTS[at]
        harmless(page)
        page.keyboard.press("Escape")
    if size == WIDE:
        page.click("#history-button")
        expect(page.locator("#threads .kept")).to_have_count(1)
        page.keyboard.press("Escape")
        page.click("#corpus-button")
        expect(page.locator(".holding .name").first).to_be_visible(timeout=60_000)  # asked of the server when opened
        assert texts_of(page, ".holding .name")[:200] == ATTACKS
        harmless(page)


@pytest.mark.usefixtures("unescaped")
def test_without_escaping_on_the_server_they_run(browser: Browser, attacked: Served) -> None:
    """The test above can fail: with the templates' escaping off, the same question runs what is in it."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(attacked.url)
    page.wait_for_function("window.pwned === 1")
    page.close()


def test_without_text_nodes_in_the_script_they_run(browser: Browser, attacked: Served) -> None:
    """Nor is the page's script safe by accident: where its texts are put in as HTML, the question runs."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.add_init_script("""
      const append = Element.prototype.append;
      Element.prototype.append = function (...all) {
        for (const each of all) {
          if (typeof each === 'string') this.insertAdjacentHTML('beforeend', each); else append.call(this, each);
        }
      };
    """)
    page.goto(attacked.url)
    expect(page.locator("#counts")).not_to_be_empty()
    page.evaluate("delete window.pwned")
    page.fill("#question", QUESTION)
    page.press("#question", "Enter")
    page.wait_for_function("window.pwned === 1")
    page.close()
