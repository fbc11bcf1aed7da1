"""Rows and lines of the command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from index.article import Article, Description, Origins, Sentence
from index.catalog import Listed
from rag.answer import Answer, Citation, Claim, Disagreement, Seconds, Side
from rag.config import RagConfig
from tests.fakes import HashEmbedding, build_store
from ui.listing import answer_lines, article_row, listed_row, passage_rows

CITED = Citation(1, "a" * 24, "a.txt", 0, 9, "It closed.", "Closed", "The Times", "2024-05")
ANSWER = Answer(
    question="Did it close?",
    standalone="Did it close?",
    text="It closed. [1]",
    abstained=False,
    reason=None,
    answerability=0.9,
    claims=(Claim("It closed.", (1,)),),
    citations=(CITED,),
    disagreements=(),
    retrieved=(),
    covered=("2023-06", "2024-03-05"),
    writer="quotes",
    model=None,
    notes=(),
    seconds=Seconds(0.1, 0.2, 0.3),
)
SOURCE = "[1] “It closed.”\n    a.txt[0:9] The Times · 2024-05 · Closed"


def test_listed_article() -> None:
    """A listed article is one flat row, without the hash of its file, with the origin of each value that is known."""
    about = Description(title="T", outlet="O", published="2024")
    origins = Origins(title="json-ld", outlet="feed", published="text")
    listed = Listed("a" * 24, "a.txt", "/c", "published", None, "hash", "2026-01-01T00:00:00Z", about, 99, origins)

    assert listed_row(listed) == {
        "id": "a" * 24,
        "document": "a.txt",
        "source": "/c",
        "state": "published",
        "reason": None,
        "indexed": "2026-01-01T00:00:00Z",
        "characters": 99,
        "title": "T",
        "outlet": "O",
        "author": None,
        "published": "2024",
        "updated": None,
        "language": None,
        "url": None,
        "origins": {"title": "json-ld", "outlet": "feed", "published": "text"},
    }


def test_whole_article() -> None:
    """An article's row has its text, the spans of its sentences and what cleaning took out."""
    article = Article("a.txt", "/c", "It closed.", (Sentence(0, 10),), "hash", Description(outlet="O"), ("Menu",))

    row = article_row(article)

    assert (row["id"], row["text"], row["sentences"], row["removed"], row["outlet"]) == (
        article.id,
        "It closed.",
        [[0, 10]],
        ["Menu"],
        "O",
    )


def test_passages_of_a_search(tmp_path: Path) -> None:
    """A search's rows are the best passages, as many as asked, with their words, place and article."""
    store = build_store(tmp_path)
    rows = passage_rows("What did the bridge cost a day?", store, HashEmbedding(), RagConfig(), most=2)

    article = store.article("bridge")
    assert len(rows) == 2
    first = rows[0]
    start, end = first["start"], first["end"]
    assert isinstance(start, int)
    assert isinstance(end, int)
    assert {**first, "score": 0} == {
        "document": "bridge",
        "start": start,
        "end": end,
        "score": 0,
        "text": article.text[start:end],
        "title": article.about.title,
        "outlet": article.about.outlet,
        "published": article.about.published,
    }
    store.close()


def test_answer_for_a_terminal() -> None:
    """An answer is its text, and below it the quotes with their places."""
    assert answer_lines(ANSWER) == ["It closed. [1]", "", SOURCE]


def test_what_is_not_known_of_a_source_is_left_out() -> None:
    """A source of which nothing is known has its document alone."""
    bare = replace(CITED, title=None, outlet=None, published=None)

    assert answer_lines(replace(ANSWER, citations=(bare,)))[-1] == "[1] “It closed.”\n    a.txt[0:9]"


def test_disagreement_and_notes_are_said() -> None:
    """A disagreement stands before the sources, notes after them."""
    dispute = Disagreement("Did it close?", (Side("says so", (1,)), Side("denies it", (2, 3))))

    assert answer_lines(replace(ANSWER, disagreements=(dispute,), notes=("The model failed.",))) == [
        "It closed. [1]",
        "",
        "Sources disagree: says so [1]; denies it [2, 3]",
        "",
        SOURCE,
        "",
        "Note: The model failed.",
    ]


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("not_in_corpus", "The articles do not speak of this."),
        ("not_answered", "The articles speak of this, but do not answer the question."),
        ("false_premise", "The articles contradict what the question takes for granted."),
    ],
)
def test_abstention_says_why(reason: str, said: str) -> None:
    """An abstention says why, which dates are covered, and gives the nearest sentences."""
    abstained = replace(ANSWER, text="", abstained=True, reason=reason, claims=())  # type: ignore[arg-type]  # from the table

    assert answer_lines(abstained) == [
        f"No answer. {said} The articles were published from 2023-06 to 2024-03-05. The nearest sentences:",
        "",
        SOURCE,
    ]


def test_abstention_of_an_empty_corpus_promises_nothing() -> None:
    """Without dates and nearest sentences, an abstention does not speak of them."""
    empty = replace(
        ANSWER, text="", abstained=True, reason="not_in_corpus", claims=(), citations=(), covered=(None, None)
    )

    assert answer_lines(empty) == ["No answer. The articles do not speak of this.", ""]
