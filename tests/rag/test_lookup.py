"""Pasted words are found in the articles that hold them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import QuestionError
from index.store import Store
from rag.lookup import Difference, Match, look_up, marked
from tests.fakes import BRIDGE, TINY, Told, build_store

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
    [
        "we lost our berths",
        "We  lost\nour\u00a0berths",
        '"We lost our berths," said fisherman',
        "WE LOST OUR BERTHS,”",
        "«We lost our berths,« said fisherman",
    ],
)
def test_typography_does_not_matter(store: Store, words: str) -> None:
    """Case, quotation marks and blanks may differ; the article's own words come back."""
    (match,) = look_up(words, store)

    text = store.article("harbour").text
    assert (match.match, match.document, match.likeness) == ("normalised", "harbour", 1.0)
    assert text[match.start : match.end] == match.quote
    assert "We lost our berths" in match.quote


def test_nearest_sentences_where_no_article_holds_the_words(store: Store) -> None:
    """Altered words are not exact: the nearest sentence comes back whole, with its likeness and what differs."""
    (match,) = look_up("Fishermen did welcome the old quay.", store)

    assert (match.match, match.quote) == ("nearest", "Fishermen did not welcome the quay.")
    assert 0.8 < match.likeness < 1.0
    assert match.differences == (Difference("", "not", 14, 17), Difference("old", "", 29, 29))
    assert all(match.quote[each.start : each.end] == each.printed for each in match.differences)
    assert marked(match) == "Fishermen did {+not+} welcome the [-old-] quay."


def test_nearest_part_of_a_long_sentence(store: Store) -> None:
    """Pasted words that are a part of a sentence are compared with that part of it."""
    (match,) = look_up("on Monday since engineers found cracks", store)

    assert (match.quote, match.document) == ("on Monday after engineers found cracks", "bridge")
    assert marked(match) == "on Monday [-since-] {+after+} engineers found cracks"
    assert store.article("bridge").text[match.start : match.end] == match.quote


def test_nearest_run_of_sentences(store: Store) -> None:
    """Two pasted sentences are compared with two neighbouring ones, across the border of passages."""
    words = "The bridge cost 900 dollars a day, said Mayor Ada Alt. The ferry carried 4,000 passengers in May."

    (match,) = look_up(words, store)

    assert marked(match) == (
        "“The bridge cost 900 [-dollars-] {+crowns+} a day,” said Mayor Ada Alt. "
        "The ferry carried 4,000 passengers in [-May-] {+March+}."
    )


@pytest.mark.parametrize(
    ("pasted", "printed"),
    [
        ("the plan - it failed...", "the plan—it failed…"),
        ("it's 'over' . . . or not", "It’s “over”… or not"),
        ("state-of-the-art ships", "state‑of‑the‑art ships"),
    ],
)
def test_dashes_and_ellipses_do_not_matter(tmp_path: Path, pasted: str, printed: str) -> None:
    """Dashes, ellipses and apostrophes may be of another kind; the article's own come back."""
    store = build_store(tmp_path, [*TINY, Told("signs", f"He said that {printed} and left the room in haste.")])

    (match,) = look_up(pasted, store)

    assert (match.match, match.quote) == ("normalised", printed)
    store.close()


def test_words_that_cross_passages_and_words_cut_in_two_are_found(store: Store) -> None:
    """Words are found though they run from a passage into the next, and though the first and last are cut."""
    text = BRIDGE.text
    for start, end in ((10, 190), (text.index("cost 900") + 2, text.index("4,000") + 3), (40, len(text))):
        matches = look_up(text[start:end], store)
        assert [(each.match, each.document, each.quote) for each in matches] == [
            ("exact", "bridge", text[start:end].strip().strip("“”\"'‘’ "))
        ]


def test_look_up_is_quick_and_does_not_read_every_article(tmp_path: Path) -> None:
    """Among 400 articles a look-up takes less than 50 ms, whether the words are there or not."""
    rows = [
        Told(f"row{number}", f"Ship number {number} left the harbour of Oslo with {number * 7} crates on board.")
        for number in range(400)
    ]
    store = build_store(tmp_path, [*rows, *TINY])
    pasted = [QUOTE, "fishermen did welcome the quay", "Ship number 300 left the harbour of Oslo", "Nothing is like it"]
    for words in pasted:
        look_up(words, store)
    times = []
    for words in pasted:
        begun = time.thread_time()
        look_up(words, store)
        times.append(time.thread_time() - begun)

    assert max(times) < 0.05
    assert [each.document for each in look_up("Ship number 300 left the harbour of Oslo", store)] == ["row300"]
    store.close()


def test_words_like_none_find_nothing(store: Store) -> None:
    """Words that no sentence resembles find nothing."""
    assert look_up("Quarterly profits of the shipping company doubled", store) == ()


@pytest.mark.parametrize("words", ["", "  ", "“…”", "?!"])
def test_no_words_are_refused(store: Store, words: str) -> None:
    """Nothing to look up is a question that can't be asked."""
    with pytest.raises(QuestionError, match=r"There are no words to look up. Paste the words of a quote."):
        look_up(words, store)


def test_too_many_words_are_refused(store: Store) -> None:
    """More than can be looked up is refused with the limit."""
    with pytest.raises(QuestionError, match=r"6,000 characters; at most 5,000 can be looked up"):
        look_up("x" * 6_000, store)


@pytest.mark.parametrize("words", ["a.*b(", "\\d\\", "[a-z]+", "x" * 5_000])
def test_signs_of_patterns_are_words(store: Store, words: str) -> None:
    """What looks like a pattern is looked up as it stands."""
    assert look_up(words, store) == ()
