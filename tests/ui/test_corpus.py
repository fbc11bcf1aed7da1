"""What the page draws of the corpus and of one article."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from index.article import Article, Coverage, Description, Filters, Sentence
from index.catalog import Listed, State
from rag.lookup import Match
from ui.corpus import article_view, corpus_view, hidden_by, library_view, match_view


def article(text: str, *, sentences: tuple[Sentence, ...] = (), about: Description | None = None) -> Article:
    """Make an article of the tests."""
    return Article("a.txt", "tests", text, sentences, "1", about or Description())


def test_an_article_is_cut_at_quotes_and_sentences() -> None:
    """A quote, the rest of its sentence and the text around are segments of their paragraph."""
    text = "Title 🎉\n\nOne two three. Four."
    made = article(text, sentences=(Sentence(9, 23), Sentence(24, 29)), about=Description(outlet="O", published="2024"))
    assert article_view(made, [{"number": 7, "start": 13, "end": 16}]) == {
        "id": made.id,
        "document": "a.txt",
        "title": "Title 🎉 One two three. Four.",
        "headline": False,
        "about": "Published 2024",
        "outlet": "O",
        "date": "2024",
        "url": None,
        "paragraphs": [
            [{"text": "Title 🎉\n\n", "quotes": [], "sentences": []}],
            [
                {"text": "One ", "quotes": [], "sentences": [7]},
                {"text": "two", "quotes": [7], "sentences": [7]},
                {"text": " three.", "quotes": [], "sentences": [7]},
                {"text": " Four.", "quotes": [], "sentences": []},
            ],
        ],
    }


@pytest.mark.parametrize("text", ["", "\n\n", "a", "a\n", "\n\na\nb\n\n\nc", "a\r\nb"])
def test_the_segments_are_the_text(text: str) -> None:
    """Nothing of an article is lost or added, wherever its line breaks and quotes are."""
    view = article_view(article(text), [{"number": 1, "start": 0, "end": 2}, {"number": 2, "start": 1, "end": 99}])
    assert "".join(segment["text"] for paragraph in view["paragraphs"] for segment in paragraph) == text


def test_a_quote_over_two_paragraphs_is_whole() -> None:
    """The segments of one quote join to its words."""
    text = "One two.\n\nThree four."
    view = article_view(article(text), [{"number": 1, "start": 4, "end": 15}])
    marked = [each["text"] for paragraph in view["paragraphs"] for each in paragraph if each["quotes"] == [1]]
    assert "".join(marked) == text[4:15]


@pytest.mark.parametrize(
    ("url", "shown"),
    [("https://example.org/a", "https://example.org/a"), ("http://example.org", None), ("javascript:alert(1)", None)],
)
def test_only_plain_addresses_become_links(url: str, shown: str | None) -> None:
    """Anything but https is left out."""
    assert article_view(article("x", about=Description(url=url)))["url"] == shown


def test_a_title_that_the_text_repeats_is_not_printed_twice() -> None:
    """The headline stands above the text only where the text does not begin with it."""
    about = Description(title="The title")
    assert article_view(article("The title\n\nText.", about=about))["headline"] is False
    assert article_view(article("Text.", about=about))["headline"] is True


def test_the_library_counts_what_there_is() -> None:
    """Articles, named publishers and dates, with what is unknown said as unknown."""
    articles = (
        article("Words.", about=Description(title="T", outlet="O", published="2023-09-16")),
        article("No more."),
    )
    view = library_view(articles, Coverage(2, 4, ("O",), "2023-09-16", "2023-09-16"))
    listing = view.pop("listing")  # type: ignore[misc]  # the rest is compared whole
    assert view == {
        "total": 2,
        "counts": "2 articles · 1 named publisher · Sep 2023",
        "outlets": ["O"],
        "examples": [],
        "longest": 0,
    }
    assert re.findall(r"<strong>(.*?)</strong><span>(.*?)</span>", listing) == [
        ("T", "O · 16 Sep 2023"),
        ("No more.", "Unknown publisher · Date unknown"),
    ]
    assert re.findall(r'data-open="(\w+)"', listing) == [each.id for each in articles]


def test_an_opened_article_says_who_wrote_it_and_when_it_changed() -> None:
    """Author and dates stand above the text, as far as they are known."""
    about = Description(author="Ada Alt", published="2024-05-17", updated="2024-05-18")
    assert (
        article_view(article("x", about=about))["about"] == "By Ada Alt · Published 17 May 2024 · Updated 18 May 2024"
    )
    assert article_view(article("x"))["about"] == ""


def listed(document: str, state: State = "published", *, reason: str | None = None, **about: str) -> Listed:
    """Make a line of the catalog."""
    return Listed(document, document, "tests", state, reason, "1", "2026-11-21T10:00:00Z", Description(**about), 1_200)


def test_the_corpus_page_lists_failures_first() -> None:
    """State, dates and reason of each; a failure has nothing to open."""
    rows = (
        listed("a.txt", title="A", outlet="O", published="2024", updated="2025"),
        listed("b.txt", "failed", reason="no"),
    )
    view = corpus_view(rows, Coverage(1, 4, ("O",), "2024", "2024"), rules="Rules.", is_open=True)
    assert view == {
        "counts": "1 article · 1 named publisher · 2024",
        "rules": "Rules.",
        "open": True,
        "total": 2,
        "failures": 1,
        "holdings": [
            {"id": "b.txt", "title": "b.txt", "about": "", "state": "Not indexed: no", "failed": True},
            {
                "id": "a.txt",
                "title": "A",
                "about": "O · 2024 · updated 2025 · a.txt",
                "state": "Indexed 21 Nov 2026, 1,200 characters",
                "failed": False,
            },
        ],
    }


def test_a_looked_up_quote_says_how_like_it_is() -> None:
    """The same words, the same but for typography, or others that are near: never one for the other."""
    found = Match("exact", 1.0, "id", "a.txt", 3, 9, "“Words.”", None, "O", "2024-05")
    assert match_view(found) == {
        "article": "id",
        "start": 3,
        "end": 9,
        "kind": "Word for word",
        "shown": "Words.",
        "about": "O · May 2024 · a.txt",
    }
    assert match_view(replace(found, match="normalised"))["kind"] == "The same, but for typography or line breaks"
    near = match_view(replace(found, match="nearest", likeness=0.71))
    assert near["kind"] == "Not these words, but near them (71% alike)"


@pytest.mark.parametrize(
    ("filters", "hidden"),
    [
        (Filters(), 0),
        (Filters(outlets=("O",)), 2),
        (Filters(after="2023-09-16"), 2),
        (Filters(after="2023-09-17"), 3),
        (Filters(before="2023-09"), 1),
        (Filters(after="2023-01", undated=True), 1),
        (Filters(after="2023-01", outlets=("P",)), 3),
    ],
)
def test_hidden_articles_are_counted_by_the_rule_of_the_indexes(filters: Filters, hidden: int) -> None:
    """Dates, publishers and unknown dates count as they do in a search."""
    articles = (
        article("a", about=Description(outlet="O", published="2023-09-16")),
        article("b", about=Description(outlet="P", published="2022")),
        article("c"),
    )
    assert hidden_by(filters, articles) == hidden
