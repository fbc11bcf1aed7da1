"""The BM25 index: what it finds, what it forgets, and how it reads dates."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.article import Description, Filters, Passage
from index.errors import StoreError
from index.lexical import LexicalIndex, day_number, day_range, stem
from index.tables import Indexed

ANY = Filters()


def row(name: str, text: str, *, article: str | None = None, title: str | None = None) -> Indexed:
    """Make a passage as the catalog gives it."""
    passage = Passage(name, article or f"article of {name}", 0, 0, 0, len(text))
    return Indexed(passage, text, Description(title=title), np.zeros(1, dtype=np.float32))


def found(index: LexicalIndex, words: str) -> list[str]:
    """Give the names of the passages found, best first."""
    return [hit.passage for hit in index.search(words, most=10, filters=ANY)]


@pytest.fixture
def index(tmp_path: Path) -> LexicalIndex:
    """Make an index of three passages."""
    made = LexicalIndex(tmp_path / "bm25")
    made.put(
        [
            row("one", "Weapons were shipped to Russia by rail.", title="Arms"),
            row("two", "The minister denied shipping weapons."),
            row("three", "Ferries carried passengers; a ferry sank and one sailor died."),
        ]
    )
    return made


def test_passages_come_and_go(index: LexicalIndex) -> None:
    """Passages are added, replaced one by one, and dropped with their article."""
    index.put([row("four", "A heron stood there.", article="birds"), row("five", "A falcon flew.", article="birds")])
    assert (index.count(), found(index, "heron"), found(index, "falcon")) == (5, ["four"], ["five"])

    index.put([row("five", "An owl slept.", article="birds")])
    assert (index.count(), found(index, "heron falcon"), found(index, "owl")) == (5, ["four"], ["five"])

    index.drop(["birds", "article of one", "no such article"])
    assert (index.count(), found(index, "owl"), found(index, "weapons")) == (2, [], ["two"])


def test_words_match_by_stem_in_title_and_text(index: LexicalIndex) -> None:
    """A word finds others of its stem, whatever its case, in the text and in the title."""
    assert set(found(index, "SHIPMENT ship")) == {"one", "two"}
    assert found(index, "ferry") == ["three"]
    assert found(index, "arms") == ["one"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("wepons", ["one", "two"]),
        ("minsiter", ["two"]),
        ("pasengres", ["three"]),
        ("sailr", []),
        ("wxpxns", []),
        ("minister wepons", ["two", "one"]),
    ],
)
def test_a_word_that_is_nowhere_finds_those_spelt_nearly_so(
    index: LexicalIndex, words: str, expected: list[str]
) -> None:
    """A letter or, in a long word, two may be wrong; short words are too easily others."""
    assert found(index, words)[:1] == expected[:1]
    assert set(found(index, words)) == set(expected)


def test_more_shared_words_rank_higher(index: LexicalIndex) -> None:
    """The passage that shares more and rarer words comes first, with a higher score."""
    hits = index.search("denied weapons", most=10, filters=ANY)

    assert [hit.passage for hit in hits] == ["two", "one"]
    assert hits[0].score > hits[1].score > 0


def test_at_most_as_many_as_asked(index: LexicalIndex) -> None:
    """No more hits than asked for come back."""
    assert len(index.search("weapons ferry", most=2, filters=ANY)) == 2


@pytest.mark.parametrize(
    "words",
    [
        "denied AND nothing",
        "NOT denied",
        "denied OR (",
        'text:denied"',
        "title:denied^9",
        "+denied -minister",
        "denied~2 [a TO b]",
        "denied*",
    ],
)
def test_operators_are_words(index: LexicalIndex, words: str) -> None:
    """What looks like a query language is read as words, and never fails."""
    assert "two" in found(index, words)


@pytest.mark.parametrize("words", ["", "   ", "?!…", "“”", "zebra"])
def test_nothing_shared_finds_nothing(index: LexicalIndex, words: str) -> None:
    """Words that no passage has, or no words, find nothing."""
    assert found(index, words) == []


@settings(max_examples=300)
@given(st.text(max_size=60))
def test_any_words_can_be_searched(scratch: LexicalIndex, words: str) -> None:
    """Whatever is typed, a search ends without an error."""
    assert len(found(scratch, words)) <= 1


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    """Make an index of one passage."""
    made = LexicalIndex(tmp_path_factory.mktemp("scratch"))
    made.put([row("one", "a AND b: 0")])
    return made


def test_frequency_counts_passages_by_stem(index: LexicalIndex) -> None:
    """A word's frequency is how many passages hold its stem, once each."""
    assert [index.frequency(word) for word in ("weapon", "ferries", "Shipped", "zebra")] == [2, 1, 2, 0]


def test_stem_is_that_of_the_index(tmp_path: Path) -> None:
    """A word's stem is the one under which the index keeps it."""
    words = [
        "denied",
        "shipments",
        "ministries",
        "Ukrainian",
        "launches",
        "weapons",
        "accusing",
        "generally",
        "skies",
        "dying",
    ]
    index = LexicalIndex(tmp_path)
    index.put([row(word, word) for word in words])

    assert {word: index.frequency(word) for word in words} == {
        word: sum(stem(other) == stem(word) for other in words) for word in words
    }


def test_another_open_index_sees_changes_when_reloaded(index: LexicalIndex, tmp_path: Path) -> None:
    """An index that stays open sees what another one wrote once it is reloaded."""
    other = LexicalIndex(tmp_path / "bm25")
    index.put([row("four", "A heron stood there.")])
    other.reload()

    assert found(other, "heron") == ["four"]


def test_folder_that_is_no_index_is_an_error(tmp_path: Path) -> None:
    """A folder that can't be an index is named, with the command that builds it."""
    (tmp_path / "meta.json").write_text("{")

    with pytest.raises(StoreError, match=r"The BM25 index in .* can't be opened: .*`verbatim doctor` builds it again"):
        LexicalIndex(tmp_path)


@pytest.mark.parametrize(
    ("written", "number"),
    [(None, 0), ("", 0), ("2024", 20240101), ("2024-05", 20240501), ("2024-05-17", 20240517)],
)
def test_day_numbers(written: str | None, number: int) -> None:
    """A date is yyyymmdd, a partial one its first day, an unknown one 0."""
    assert day_number(written) == number


DAYS = st.dates(min_value=date(1500, 1, 1), max_value=date(2099, 12, 31))


@given(DAYS, DAYS)
def test_day_numbers_are_in_the_order_of_days(one: date, other: date) -> None:
    """Day numbers compare as their days do."""
    assert (day_number(one.isoformat()) < day_number(other.isoformat())) == (one < other)


@given(DAYS, st.sampled_from([4, 7, 10]), DAYS)
def test_a_bound_means_its_whole_period(bound: date, length: int, day: date) -> None:
    """A bound of a year, a month or a day admits exactly the days of that period, and those beyond it."""
    written = bound.isoformat()[:length]
    first, last = day_range(Filters(after=written, before=written))

    assert (first <= day_number(day.isoformat()) <= last) == day.isoformat().startswith(written)


@given(DAYS)
def test_open_bounds_admit_every_known_day(day: date) -> None:
    """A missing bound admits everything on its side but what has no date."""
    number = day_number(day.isoformat())
    before, after = Filters(before=(day + timedelta(1)).isoformat()), Filters(after=day.isoformat())

    assert [low <= number <= high for low, high in map(day_range, (before, after))] == [True, True]
    assert day_range(before)[0] > day_number(None)
