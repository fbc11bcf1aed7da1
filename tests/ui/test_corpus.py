"""What the page draws of the corpus and of one article."""

from __future__ import annotations

import pytest

from index.article import Article, Coverage, Description, Filters, Sentence
from ui.corpus import article_view, hidden_by, library_view


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
    assert view == {
        "total": 2,
        "dated": "Sep 2023",
        "counts": "2 articles · 1 named publisher · Sep 2023",
        "outlets": ["O"],
        "articles": [
            {"id": articles[0].id, "title": "T", "outlet": "O", "date": "16 Sep 2023"},
            {"id": articles[1].id, "title": "No more.", "outlet": "Unknown publisher", "date": "Date unknown"},
        ],
        "examples": [],
        "longest": 0,
    }


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
