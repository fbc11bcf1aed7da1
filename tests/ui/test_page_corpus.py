"""The corpus page in a real browser, over a store that is really there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from index.config import IndexConfig
from index.pipeline import index_source
from index.store import Store
from rag.config import RagConfig
from rag.engine import Engine
from rag.models import ModelSlot
from tests.fakes import TINY, HashEmbedding, build_store
from tests.ui.windows import (
    PHONE,
    WIDE,
    OpenWindow,
    Served,
    Theme,
    ask,
    marked,
    serving,
    sideways,
    small_or_unnamed,
    violations,
)
from ui.collection import Indexer

pytestmark = pytest.mark.browser

FERRY = "The ferry to Bergen runs again.\n\nIt carries 300 cars a day, the harbour master said on Monday.\n"

OpenCorpus = Callable[..., Page]


def indexer(store: Store) -> Indexer:
    """Make what indexes a file into this store."""
    return lambda path, progress: index_source(path, store, HashEmbedding(), IndexConfig(), progress=progress)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Make a store of three small articles."""
    made = build_store(tmp_path_factory.mktemp("index"), TINY)
    yield made
    made.close()


@pytest.fixture(scope="module")
def corpus(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve that store, with a real engine that quotes."""
    engine = Engine(store, HashEmbedding(), ModelSlot(None, name="none"), RagConfig(answer_from=0, writer="quotes"))
    with serving(engine, tmp_path_factory.mktemp("corpus"), index=indexer(store), examples=[]) as served:
        yield served


@pytest.fixture
def open_corpus(open_window: OpenWindow, corpus: Served, store: Store) -> Iterator[OpenCorpus]:
    """Open the corpus page, and take out afterwards what the test added."""

    def opening(size: tuple[int, int] = WIDE, *, theme: Theme = "light", still: bool = False) -> Page:
        page = open_window(size, theme=theme, url=corpus.url, still=still)
        if size == PHONE:
            page.click("#sources-button")
            page.get_by_role("button", name="Add, remove or look up").click()
        else:
            page.click("#corpus-button")
        expect(page.locator("#corpus-title")).to_be_focused()
        return page

    yield opening
    with store.writing():
        store.remove([each.id for each in store.listed() if each.document not in {told.id for told in TINY}])


def holding(page: Page, name: str) -> str:
    """Give the selector of an article's row."""
    return f".holding:has(.name:text-is('{name}'))"


def test_articles_with_state_and_dates(open_corpus: OpenCorpus) -> None:
    """Each says whose it is, from when, and since when it is indexed; a click reads it in the source column."""
    page = open_corpus()
    expect(page.locator("#corpus-counts")).to_have_text("3 articles · 2 named publishers · Jun 2023 to Mar 2024")
    expect(page.locator(".holding")).to_have_count(3)
    row = page.locator(holding(page, "Bridge in Bergen closed"))
    expect(row).to_contain_text("The Bergen Times · 5 Mar 2024 · bridge")
    expect(row.locator(".state")).to_contain_text("Indexed ")
    row.locator(".name").click()
    expect(page.locator("#sources-title")).to_contain_text("The Bergen Times")
    expect(page.locator(".article")).to_contain_text("The bridge cost 900 crowns a day")
    expect(page.locator("#composer")).to_be_hidden()
    page.keyboard.press("Control+k")
    expect(page.locator("#question")).to_be_focused()
    expect(page.locator("#corpus")).to_be_hidden()
    expect(page.locator("#start")).to_be_visible()


def test_files_are_added_and_can_be_asked(open_corpus: OpenCorpus, tmp_path: Path) -> None:
    """Each file says what became of it; what is indexed is listed and answers at once."""
    (tmp_path / "ferry.txt").write_text(FERRY, "utf-8")
    (tmp_path / "latin.txt").write_bytes("Café closed.".encode("latin-1"))
    (tmp_path / "odd.xyz").write_bytes(b"\x00\x01")
    page = open_corpus()
    page.set_input_files("#files", [tmp_path / name for name in ("ferry.txt", "latin.txt", "odd.xyz")])
    expect(page.locator(".arrivals li")).to_have_count(3)
    expect(page.locator(".arrivals progress")).to_have_count(0)
    arrivals = page.locator(".arrivals li")
    expect(arrivals.nth(2)).to_have_text("ferry.txt1 added.")
    expect(arrivals.nth(1)).to_have_text("latin.txtlatin.txt: not UTF-8: 0xe9 at byte 3; save it as UTF-8")
    expect(arrivals.nth(0)).to_contain_text("odd.xyz")
    expect(page.locator(".arrivals .bad")).to_have_count(2)
    expect(page.locator("#corpus-counts")).to_contain_text("4 articles")
    expect(page.locator(".holding").first).to_contain_text("Not indexed: not UTF-8")
    assert small_or_unnamed(page) == []
    page.click("#leave-corpus")
    expect(page.locator("#counts")).to_contain_text("4 articles")
    turn = ask(page, "How many cars does the ferry carry?")
    turn.locator(".answer .chip").first.click()
    expect(page.locator("mark.exact").first).to_be_focused()
    assert "300 cars a day" in marked(page)


def test_progress_is_shown_while_a_file_is_sent(open_corpus: OpenCorpus, tmp_path: Path) -> None:
    """A bar and words, until it is done."""
    (tmp_path / "long.txt").write_text(FERRY + "Nothing else is known of it. " * 3_000, "utf-8")
    page = open_corpus()
    page.evaluate("""() => {
      window.heard = [];
      new MutationObserver(() => heard.push(document.querySelector('.arrivals .quiet')?.textContent,
        document.querySelector('.arrivals progress') ? 'bar' : 'no bar'))
        .observe(document.getElementById('arrivals'), {childList: true, characterData: true, subtree: true});
    }""")
    page.set_input_files("#files", tmp_path / "long.txt")
    expect(page.locator(".arrivals li")).to_contain_text("1 added.", timeout=60_000)
    heard = page.evaluate("heard")
    assert {"bar", "no bar", "Reading…"} <= set(heard)
    assert any(each.startswith("Sending, ") for each in heard)


def test_a_file_that_is_too_large_is_not_even_sent(open_corpus: OpenCorpus, tmp_path: Path) -> None:
    """The reason is that of the index."""
    (tmp_path / "large.txt").write_bytes(b"w" * 20_000_001)
    page = open_corpus()
    page.set_input_files("#files", tmp_path / "large.txt")
    said = "large.txt20,000,001 bytes; at most 20,000,000 are read, see max_file_bytes"
    expect(page.locator(".arrivals li")).to_have_text(said)


def test_an_article_is_removed_with_two_presses(open_corpus: OpenCorpus, tmp_path: Path) -> None:
    """The first asks; leaving the button takes it back; what is removed answers no more."""
    (tmp_path / "ferry.txt").write_text(FERRY, "utf-8")
    page = open_corpus()
    page.set_input_files("#files", tmp_path / "ferry.txt")
    expect(page.locator(".holding")).to_have_count(4)
    row = page.locator(holding(page, "ferry.txt")).or_(page.locator(".holding:has-text('ferry.txt')")).first
    remove = row.locator("[data-do=remove]")
    remove.click()
    expect(remove).to_have_text("Remove for good? Press again")
    page.locator("#words").focus()
    expect(remove).to_have_text("Remove")
    remove.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator(".holding")).to_have_count(3)
    expect(page.locator("#status")).to_have_text("Removed.")
    expect(page.locator("#corpus-title")).to_be_focused()


def test_what_was_taken_out_can_be_looked_at(open_corpus: OpenCorpus, store: Store, tmp_path: Path) -> None:
    """It is loaded when it is opened, and is what `verbatim articles --removed` prints."""
    (tmp_path / "ferry.txt").write_text("Share this article\nSubscribe to our newsletter\n" + FERRY, "utf-8")
    page = open_corpus()
    page.set_input_files("#files", tmp_path / "ferry.txt")
    expect(page.locator(".holding")).to_have_count(4)
    row = page.locator(".holding:has-text('ferry.txt')")
    row.locator("summary").click()
    removed = store.article("ferry.txt").removed
    expect(row.locator(".taken li")).to_have_text(list(removed))


def test_a_quote_is_looked_up(open_corpus: OpenCorpus) -> None:
    """It says whether the words are the same, and opens them in their article."""
    page = open_corpus()
    page.fill("#words", "we lost our berths")
    page.get_by_role("button", name="Look up", exact=True).click()
    expect(page.locator(".match .state")).to_have_text("The same, but for typography or line breaks")
    page.get_by_role("button", name="Read it in the article").click()
    expect(page.locator("mark.exact").first).to_be_focused()
    assert marked(page) == "We lost our berths"
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Read it in the article")).to_be_focused()
    page.fill("#words", "…")
    page.get_by_role("button", name="Look up", exact=True).click()
    expect(page.locator("#matches")).to_contain_text("There are no words to look up.")


def test_hostile_files_and_words_are_text(open_corpus: OpenCorpus, tmp_path: Path) -> None:
    """A file name, an article and looked-up words full of markup are shown as they are."""
    text = "The sign read <img src=x onerror=window.pwned=1> and ${window.pwned=2} in red."
    name = "<img src=x onerror=window.pwned=3>.txt"
    (tmp_path / name).write_text(text, "utf-8")
    page = open_corpus()
    page.set_input_files("#files", tmp_path / name)
    expect(page.locator(".holding")).to_have_count(4)
    expect(page.locator(".arrivals strong")).to_have_text(name)
    page.fill("#words", "<img src=x onerror=window.pwned=1>")
    page.get_by_role("button", name="Look up", exact=True).click()
    expect(page.locator(".match blockquote")).to_contain_text("<img src=x onerror=window.pwned=1>")
    page.get_by_role("button", name="Read it in the article").click()
    expect(page.locator("mark.exact").first).to_be_focused()
    assert (page.locator("#verbatim img").count(), page.evaluate("window.pwned")) == (0, None)


def test_a_page_that_takes_nothing_says_so(open_window: OpenWindow) -> None:
    """There is nothing to add or remove with, and the command is named."""
    page = open_window()
    page.click("#corpus-button")
    expect(page.locator("#corpus-rules")).to_contain_text("switched off on this page ([ui] upload)")
    expect(page.locator(".holding")).to_have_count(6)
    expect(page.locator("#drop")).to_be_hidden()
    expect(page.locator("[data-do=remove]")).to_have_count(0)


def test_the_keyboard_is_enough_for_the_corpus(open_corpus: OpenCorpus) -> None:
    """Tab goes from the way back over files and look-up to the articles; Esc leaves."""
    page = open_corpus()
    reached = []
    for _ in range(9):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.className"))
    assert reached[:4] == ["files", "words", "primary", "name"]
    page.keyboard.press("Escape")
    expect(page.locator("#corpus")).to_be_hidden()
    expect(page.locator("#question")).to_be_focused()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_axe_finds_nothing_on_the_corpus_page(
    open_corpus: OpenCorpus, tmp_path: Path, theme: Theme, size: tuple[int, int]
) -> None:
    """With articles, failures, arrivals, what was taken out and what was looked up; and all targets are large."""
    (tmp_path / "ferry.txt").write_text(FERRY, "utf-8")
    (tmp_path / "empty.txt").write_text("", "utf-8")
    page = open_corpus(size, theme=theme, still=True)
    found = {"plain": violations(page)}
    page.set_input_files("#files", [tmp_path / "ferry.txt", tmp_path / "empty.txt"])
    expect(page.locator(".arrivals .bad")).to_have_count(1)
    expect(page.locator(".holding")).to_have_count(5)
    page.locator(".taken summary").first.click()
    page.fill("#words", "The ferry carried 5,000 passengers in March")
    page.get_by_role("button", name="Look up", exact=True).click()
    expect(page.locator(".match").first).to_be_visible()
    found["full"] = violations(page)
    assert (found, small_or_unnamed(page), sideways(page)) == ({"plain": [], "full": []}, [], [])
