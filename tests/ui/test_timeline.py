"""Which answers become a row of events, and in which order."""

from __future__ import annotations

import pytest

from index.article import Article, Sentence
from rag.answer import Citation, Evidence, EvidenceFound
from ui.shapes import QuoteView
from ui.timeline import asks_about_time, timeline
from ui.view import Context, advance, asked

ARTICLE = Article("a.txt", "tests", "Words.", (Sentence(0, 6),), "1")
QUESTION = "How did the position change?"


def quotes(*dates: tuple[str | None, str | None]) -> list[QuoteView]:
    """Make a quote for each pair of the text's date and the article's."""
    cited = [
        Citation(number, ARTICLE.id, "a.txt", 0, 6, "Words.", when=when, published=published)
        for number, (when, published) in enumerate(dates, start=1)
    ]
    found = EvidenceFound(tuple(Evidence(each, 1.0) for each in cited))
    return advance(asked("q", QUESTION), found, Context(articles={ARTICLE.id: ARTICLE}))["quotes"]


@pytest.mark.parametrize(
    "question",
    [
        "How did Seoul’s position change during 2023?",
        "When did the bridge close?",
        "What happened after the summit?",
        "Give me a timeline of the deliveries",
        "How have relations developed since May?",
    ],
)
def test_questions_about_change_or_time(question: str) -> None:
    """Words of change, order and time, and years."""
    assert asks_about_time(question)


@pytest.mark.parametrize(
    "question", ["How many containers were shipped?", "Who denied it?", "Is there a whenever-clause in 12 pages?"]
)
def test_other_questions(question: str) -> None:
    """A number that is no year, and a word within another, are not about time."""
    assert not asks_about_time(question)


def test_quotes_stand_in_the_order_of_their_dates() -> None:
    """The text's date goes before the article's, which is said; one without either is left out."""
    given = quotes(("2023-09-15", "2024-01-01"), ("2023", None), (None, "2022-09"), ("2023-07", None), (None, None))
    assert timeline(QUESTION, given) == [
        {"date": "Sep 2022", "whose": "date of the article", "number": 3},
        {"date": "2023", "whose": "date in the text", "number": 2},
        {"date": "Jul 2023", "whose": "date in the text", "number": 4},
        {"date": "15 Sep 2023", "whose": "date in the text", "number": 1},
    ]


def test_two_dates_are_no_timeline() -> None:
    """Three quotes must have dates of their own, and the question must ask for an order."""
    two = quotes(("2023", None), ("2024", None), (None, "2024"))
    three = quotes(("2023", None), ("2024", None), ("2025", None))
    assert timeline(QUESTION, two) == []
    assert timeline("Who denied it?", three) == []
    assert len(timeline(QUESTION, three)) == 3
