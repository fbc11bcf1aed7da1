"""What is read off words: terms, names, numbers, dates, negation, kinds of question."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.words import (
    Asks,
    Term,
    asks,
    bare,
    denies,
    fits,
    has_cause,
    has_date,
    has_number,
    has_place,
    negations,
    numbers,
    stems,
    terms,
)


def test_terms_have_their_place_and_kind() -> None:
    """Words that carry meaning come in order, with stem, span, and whether they are names or numbers."""
    assert terms("Did Kim’s ministry ship 7,000 containers?") == (
        Term("Kim", "kim", 4, 7, name=True, number=False),
        Term("ministry", "ministri", 10, 18, name=False, number=False),
        Term("ship", "ship", 19, 23, name=False, number=False),
        Term("7,000", "7,000", 24, 29, name=False, number=True),
        Term("containers", "contain", 30, 40, name=False, number=False),
    )


def test_first_word_is_a_name_only_in_capitals() -> None:
    """A capital letter at the start of a text says nothing; an abbreviation is a name anywhere."""
    assert [term.name for term in terms("Ships sank")] == [False, False]
    assert [term.name for term in terms("NATO ships sank")] == [True, False, False]


@given(st.text(max_size=80))
def test_terms_are_where_they_say(text: str) -> None:
    """Whatever the text, each term's span holds its word, and spans do not overlap."""
    found = terms(text)

    assert [text[term.start : term.end] for term in found] == [term.word for term in found]
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_stems_meet_across_forms() -> None:
    """Forms of one word have one stem; words that carry no meaning have none."""
    assert stems("The shipments were shipped") == {"shipment", "ship"}
    assert stems("shipping ships") == {"ship"}
    assert stems("What is the of and who said?") == frozenset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("about 7,000 containers and 2.5 tonnes", {"7000", "2.5"}),
        ("Seven thousand men on 5 May 2024", {"seven", "thousand", "5", "2024"}),
        ("5,000", {"5000"}),
        ("no number", set()),
    ],
)
def test_numbers(text: str, expected: set[str]) -> None:
    """Numbers come in digits without separators, number words as words."""
    assert numbers(text) == expected


@pytest.mark.parametrize(
    ("text", "dated"),
    [
        ("It was on 16 September 2023.", True),
        ("In March, he left.", True),
        ("On Monday he left.", True),
        ("Talks were held last week.", True),
        ("He came on the 5th.", True),
        ("The marching band played.", False),
        ("He said so again.", False),
    ],
)
def test_dates_are_seen(text: str, dated: bool) -> None:  # noqa: FBT001  # a table's column
    """Months, weekdays, years and relative times are dates."""
    assert has_date(text) == dated


@pytest.mark.parametrize(
    ("text", "counted"),
    [("It sent 7,000 boxes.", True), ("Two ships sank.", True), ("It began in 2023.", False), ("Ships sank.", False)],
)
def test_quantities_are_seen(text: str, counted: bool) -> None:  # noqa: FBT001  # a table's column
    """A quantity stands in digits or words; a year is none."""
    assert has_number(text) == counted


def test_causes_and_places_are_seen() -> None:
    """Marks of cause, and names after prepositions of place, are seen."""
    assert [has_cause(text) for text in ("It fell because of rain.", "It was due to rain.", "It fell.")] == [
        True,
        True,
        False,
    ]
    assert [has_place(text) for text in ("It fell in Bergen.", "He left from the Kremlin.", "He fell in love.")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("He did not go and never will.", 2),
        ("They haven’t replied.", 1),
        ("She denied it, calling it false.", 2),
        ("Nothing was found.", 1),
        ("Another note was noted in the north.", 0),
    ],
)
def test_negations_are_counted(text: str, count: int) -> None:
    """Words that deny, refuse or negate are counted; words that only look like them are not."""
    assert negations(text) == count


@pytest.mark.parametrize(
    ("text", "denying"),
    [
        ("Moscow rejected the report as groundless.", True),
        ("“We have never exported weapons,” he said.", True),
        ("The bridge had not opened by May.", False),
        ("He has no intention to leave.", True),
        ("He confirmed the report.", False),
    ],
)
def test_denials_are_seen(text: str, denying: bool) -> None:  # noqa: FBT001  # a table's column
    """A sentence denies when it rejects, or has somebody say never; what just did not happen is no denial."""
    assert denies(text) == denying


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("“We left.”", "We left."),
        ('"We left."', "We left."),
        ("“We left,” he said.", "“We left,” he said."),
        ("“We left, and he stayed.", "We left, and he stayed."),
        ("We left.”", "We left."),
        ("We left.", "We left."),
        ("He called it “absurd”", "He called it “absurd”"),
        ("“One,” he said, “two.”", "“One,” he said, “two.”"),
        ("", ""),
    ],
)
def test_bare_quotes(quote: str, expected: str) -> None:
    """Marks around a sentence, or without a partner, go; marks that belong to its inside stay."""
    assert bare(quote) == expected


@given(st.text(alphabet="ab “”\"'.", max_size=20))
def test_bare_keeps_the_words(quote: str) -> None:
    """Whatever the marks, nothing but marks and blanks is taken, and the rest is a part of the quote."""
    assert bare(quote) in quote
    assert [each for each in bare(quote) if each in "ab."] == [each for each in quote if each in "ab."]


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who denied the report?", "who"),
        ("Which minister resigned?", "who"),
        ("When did the bridge close?", "when"),
        ("In what year was it built?", "when"),
        ("How many ships sank?", "how_many"),
        ("How long is the bridge?", "how_many"),
        ("What percentage voted?", "how_many"),
        ("Where was the summit held?", "where"),
        ("In which city was it?", "where"),
        ("Why was it closed?", "why"),
        ("How was it repaired?", "how"),
        ("Did the ministry confirm it?", "whether"),
        ("Is it true?", "whether"),
        ("What did Moscow say?", "what"),
        ("Tell me about the bridge", "what"),
        ("", "what"),
    ],
)
def test_kinds_of_question(question: str, kind: Asks) -> None:
    """The question words tell what kind of answer is asked for."""
    assert asks(question) == kind


@pytest.mark.parametrize(
    ("question", "answer", "other"),
    [
        ("When did it close?", "It closed on Monday.", "It closed."),
        ("How many left?", "Some 400 left.", "Some left."),
        ("Who left Bergen?", "Then Mayor Alt left Bergen.", "People left Bergen."),
        ("Why did it close?", "It closed because of cracks.", "It closed."),
        ("Where was it?", "It was held in Bergen.", "It was held again."),
        ("How many of the 400 left?", "Of the 400, 20 left.", "Of the 400, some left."),
    ],
)
def test_sentence_fits_what_is_asked(question: str, answer: str, other: str) -> None:
    """A sentence fits when it holds something of the asked kind that the question does not say itself."""
    kind = asks(question)

    assert (fits(kind, answer, question), fits(kind, other, question)) == (True, False)
