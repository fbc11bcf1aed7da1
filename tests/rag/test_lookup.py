"""Pasted words are found in the articles that hold them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import QuestionError
from index.store import Store
from rag.lookup import Match, look_up
from tests.fakes import BRIDGE, TINY, build_store

QUOTE = "The bridge cost 900 crowns a day"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Index the tiny articles."""
    opened = build_store(tmp_path_factory.mktemp("tiny"))
    yield opened
    opened.close()


def test_exact_words_are_found(store: Store) -> None:
    """Words that an article holds are found with their place and article; marks around them do not matter."""
    article = store.article("bridge")
    start = article.text.index(QUOTE)
    expected = Match(
        match="exact",
        likeness=1.0,
        article=article.id,
        document="bridge",
        start=start,
        end=start + len(QUOTE),
        quote=QUOTE,
        title=BRIDGE.title,
        outlet=BRIDGE.source,
        published=BRIDGE.date,
    )

    assert look_up(QUOTE, store) == look_up(f" “{QUOTE}” ", store) == (expected,)


def test_every_article_that_holds_the_words_is_named(tmp_path: Path) -> None:
    """Words that two articles print are found in both."""
    store = build_store(tmp_path, [*TINY, replace(BRIDGE, id="copy")])

    assert {each.document for each in look_up(QUOTE, store)} == {"bridge", "copy"}
    store.close()


@pytest.mark.parametrize(
    "words",
    ["we lost our berths", "We  lost\nour berths", '"We lost our berths," said fisherman', "WE LOST OUR BERTHS,”"],
)
def test_typography_does_not_matter(store: Store, words: str) -> None:
    """Case, quotation marks and blanks may differ; the article's own words come back."""
    (match,) = look_up(words, store)

    text = store.article("harbour").text
    assert (match.match, match.document, match.likeness) == ("normalised", "harbour", 1.0)
    assert text[match.start : match.end] == match.quote
    assert "We lost our berths" in match.quote


def test_nearest_sentences_where_no_article_holds_the_words(store: Store) -> None:
    """Altered words are not exact: the nearest sentence comes back whole, with its likeness."""
    (match,) = look_up("Fishermen did welcome the quay.", store)

    assert (match.match, match.quote) == ("nearest", "Fishermen did not welcome the quay.")
    assert 0.8 < match.likeness < 1.0


def test_words_like_none_find_nothing(store: Store) -> None:
    """Words that no sentence resembles find nothing."""
    assert look_up("Quarterly profits of the shipping company doubled", store) == ()


@pytest.mark.parametrize("words", ["", "  ", "“…”", "?!"])
def test_no_words_are_refused(store: Store, words: str) -> None:
    """Nothing to look up is a question that can't be asked."""
    with pytest.raises(QuestionError, match=r"There are no words to look up. Paste the words of a quote."):
        look_up(words, store)


@pytest.mark.parametrize("words", ["a.*b(", "\\d\\", "[a-z]+", "x" * 5_000])
def test_signs_of_patterns_are_words(store: Store, words: str) -> None:
    """What looks like a pattern is looked up as it stands."""
    assert look_up(words, store) == ()
