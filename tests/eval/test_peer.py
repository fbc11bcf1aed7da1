"""LlamaIndex's CitationQueryEngine, asked like an engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.beside import Compared, ask_peer, beside_lines, compared, seconds_ratio
from eval.citing import is_exact
from eval.peer import CitationPeer, declines
from eval.questions import Evidence, Question
from eval.run import run_questions
from eval.score import score
from eval.summary import summarize
from index.store import Store
from rag.answer import Answer, Claim, Done, Turn
from rag.config import RagConfig
from rag.engine import Engine
from rag.models import ModelSlot
from tests.fakes import HashEmbedding, ScriptedModel, build_store

QUESTION = "How many passengers did the ferry carry in March?"
ASKED = Question(
    "q", (QUESTION,), facts=(("4,000",),), evidence=(Evidence("bridge", "The ferry carried 4,000 passengers"),)
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Three small articles."""
    made = build_store(tmp_path)
    yield made
    made.close()


def ask(store: Store, reply: str, *, turns: tuple[Turn, ...] = ()) -> tuple[Answer, ScriptedModel]:
    """The peer's answer where its model replies so."""
    model = ScriptedModel(reply)
    (event,) = CitationPeer(store, HashEmbedding(), model).ask(QUESTION, turns=turns, writer="quotes")
    assert isinstance(event, Done)
    return event.answer, model


def source(prompt: str, words: str) -> int:
    """The number under which the prompt's last sources have the passage with these words."""
    parts = prompt.rpartition("Below are several")[2].split("Source ")[1:]
    return next(number for number, part in enumerate(parts, 1) if words in part)


def test_an_answer_of_the_peer(store: Store) -> None:
    """Its sentences are claims, its sources are exact citations of three passages, and its prompt is its own."""
    made, model = ask(store, "The ferry carried 4,000 passengers in March [1]. It sank [2, 3].")
    (prompt,) = model.prompts
    assert "Every answer should include at least one source citation." in prompt
    assert QUESTION in prompt
    articles = {each.document: each for each in store.articles()}
    assert [each.number for each in made.citations] == [1, 2, 3]
    assert all(is_exact(each, articles) for each in made.citations)
    assert [(each.text, each.citations) for each in made.claims] == [
        ("The ferry carried 4,000 passengers in March.", (1,)),
        ("It sank.", (2, 3)),
    ]
    assert (made.abstained, made.writer, made.model, made.answerability) == (False, "model", "scripted", 1.0)
    assert len(made.retrieved) > 3
    assert 0 < made.seconds.evidence <= made.seconds.total


def test_its_claims_are_judged_as_ours_are(store: Store) -> None:
    """Supported is what our verification lets stand: not a sentence without, or with a foreign, citation."""
    _, model = ask(store, "x")
    right = source(model.prompts[0], "ferry carried 4,000")
    wrong = right % 3 + 1
    made, _ = ask(
        store,
        f"The ferry carried 4,000 passengers in March [{right}]. "
        f"The ferry carried 4,000 passengers in March [{wrong}]. "
        f"The ferry carried 4,000 passengers in March. The ferry carried 9,000 passengers in March [{right}]. "
        "The ferry carried 4,000 passengers in March [17].",
    )
    assert [each.support for each in made.claims] == ["supported", *["unsupported"] * 4]


def test_it_is_scored_alike(store: Store) -> None:
    """Right by its text, grounded by its claims, found by what it ranked."""
    _, model = ask(store, "x")
    right = source(model.prompts[0], "ferry carried 4,000")
    articles = {each.document: each for each in store.articles()}
    reply = f"The ferry carried 4,000 passengers in March [{right}]."
    run = run_questions(CitationPeer(store, HashEmbedding(), ScriptedModel(reply)), [ASKED], writer="model")
    found = score(run.rows[0], articles, writer="model")
    assert (found.right, found.grounded, found.citation_precision, found.citation_recall) == (True, True, 1.0, 1.0)
    assert found.found is not None
    assert found.found.recalls[-1] == 1.0


def test_words_that_decline_are_an_abstention(store: Store) -> None:
    """Its answer then is none, and its sources are the nearest passages."""
    made, _ = ask(store, "None of the provided sources mention passengers [1].")
    assert (made.abstained, made.reason, made.text, made.claims) == (True, "not_answered", "", ())
    assert len(made.citations) == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("None of the sources are helpful.", True),
        ("The provided sources do not say how many there were.", True),
        ("The number of ships is not mentioned in the sources.", True),
        ("There is no information on that [1].", True),
        ("It cannot be determined.", True),
        ("It can not be answered from these.", True),
        ("The article does not specify the ports.", True),
        ("Empty Response", True),
        ("", True),
        ("North Korea has not exported weapons [1].", False),
        ("They did not agree [2].", False),
        ("Kim Yo-jong denied it [1].", False),
        ("Nothing was shipped [1].", False),
        ("Seven thousand containers [1].", False),
    ],
)
def test_declining(text: str, *, expected: bool) -> None:
    """Words that say that there is no answer, and not a denial that an article tells."""
    assert declines(text) is expected


def test_earlier_turns_mean_nothing_to_it(store: Store) -> None:
    """It gets the last turn alone."""
    _, model = ask(store, "x", turns=(Turn("Is there a zeppelin?", "No."),))
    assert "zeppelin" not in model.prompts[0]


def test_beside_ours(store: Store) -> None:
    """Both runs are told metric by metric, with who is ahead, and how much longer the peer's answers take."""
    articles = {each.document: each for each in store.articles()}
    engine = Engine(store, HashEmbedding(), ModelSlot(None, name="none"), RagConfig(answer_from=0.0))
    run = run_questions(engine, [ASKED], writer="quotes")
    ours = summarize([score(row, articles, writer="quotes") for row in run.rows])
    peer = CitationPeer(store, HashEmbedding(), ScriptedModel("It sank."))
    beside = ask_peer("citation-query-engine", peer, [ASKED], articles)
    right, *_ = compared(ours, beside)
    assert right == Compared("right", right.meaning, 1.0, 0.0, better=True)
    ratio = seconds_ratio(ours, beside)
    assert ratio is not None
    lines = beside_lines(ours, beside)
    assert lines[:2] == ("Beside citation-query-engine, ours first:", "  right: 1.000 against 0.000")
    assert lines[-1] == f"An answer of citation-query-engine takes {ratio:.2f} times as long as one of ours"


def test_a_model_that_fails_is_an_error_of_the_row(store: Store) -> None:
    """As an engine of ours would have it: wrong, and told."""
    beside = ask_peer("p", CitationPeer(store, HashEmbedding(), ScriptedModel()), [ASKED], {})
    (row,) = beside.run.rows
    assert (row.answer, row.error) == (None, "ModelError: out of replies")
    assert seconds_ratio(beside.summary, beside) is None


def test_claims_without_words_are_none(store: Store) -> None:
    """A line of marks says nothing."""
    made, _ = ask(store, "It sank [1].\n\n---\n")
    assert made.claims == (Claim("It sank.", (1,), "unsupported"),)
