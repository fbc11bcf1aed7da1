"""What keeps a question from being answered by sentences that only resemble it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from index.article import Filters
from index.config import ModelsConfig
from index.embed import make_embedding
from index.store import Store
from rag.answer import Turn
from rag.config import RagConfig
from rag.decide import ANSWER_FEATURES, answer_features, answerability
from rag.evidence import Ranked, rank
from rag.features import WordVectors, candidates
from rag.look import look
from rag.understand import Query
from tests.fakes import Told, build_store

ROWS = (
    Told("sale", "In March Norway sold seven old ferries to Chile, minister Bo Berg said. Nobody named the price."),
    Told("bridge", "The new bridge of Cork was closed after a storm in June 2019. It was open again in a week."),
    Told("museum", "Ada Alt, who leads the museum, said that a painting of a lighthouse was bought for the new wing."),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Index the articles with the real model."""
    opened = build_store(tmp_path_factory.mktemp("told"), ROWS, embedding=make_embedding(ModelsConfig()))
    yield opened
    opened.close()


def asked(store: Store, question: str, *earlier: str) -> tuple[Query, list[Ranked]]:
    """Ask as far as the ranked sentences."""
    words = WordVectors(make_embedding(ModelsConfig()))
    turns = [Turn(each) for each in earlier]
    looked = look(question, turns, store=store, words=words, config=RagConfig(), filters=Filters())
    return looked.query, rank(candidates(looked.query, looked.found, words))


@pytest.mark.parametrize(
    ("question", "twin"),
    [
        ("How many ferries did Norway sell to Chile?", "How many ferries did Norway sell to Peru?"),
        ("How many ferries did Norway sell to Chile?", "How many ferries did Chile sell to Norway in May?"),
        ("How many ferries did Norway sell to Chile?", "How many helicopters did Norway sell to Chile?"),
        ("What did Bo Berg say about the ferries?", "What did Ada Alt say about the ferries of Norway?"),
        ("Why was the bridge of Cork closed in June?", "Why was the bridge of Cork closed in April?"),
        ("Why was the bridge of Cork closed in 2019?", "Why was the bridge of Cork closed in 2015?"),
        ("Which painting was bought for the museum?", "Which painting did Cy Crane buy for the museum?"),
    ],
)
def test_twin_of_an_answered_question_is_not_answered(store: Store, question: str, twin: str) -> None:
    """Another country, person, speaker, month, year or thing than the articles tell of."""
    least = RagConfig().answer_from

    assert answerability(*asked(store, question)) >= least
    assert answerability(*asked(store, twin)) < least


def test_halves_of_an_answer_are_held_against_the_question_together(store: Store) -> None:
    """What one sentence does not name, another one may."""
    query, ranked = asked(store, "How many ferries did Norway sell to Chile, and when was the bridge of Cork closed?")
    sale = next(each for each in ranked if "Norway" in each.text)
    bridge = next(each for each in ranked if "bridge" in each.text)

    assert answerability(query, ranked, [bridge]) < answerability(query, ranked, [bridge, sale])


def test_nothing_found_is_no_answer(store: Store) -> None:
    """Without a sentence the probability is 0."""
    query, _ = asked(store, "How many ferries did Norway sell to Chile?")

    assert answerability(query, []) == 0.0


def test_answer_to_a_follow_up_need_not_say_what_it_is_about(store: Store) -> None:
    """What only the question before names is not missed in the sentence; asked in one question, it is."""
    question, earlier = "Was it open again in a week?", "Which bridge of Cork did Ada Alt see in the storm?"
    alone, whole = asked(store, question, earlier), asked(store, f"{question} {earlier}")
    least = [dict(zip(ANSWER_FEATURES, answer_features(*each), strict=True))["least_term"] for each in (alone, whole)]

    assert alone[0].text == f"{question} ({earlier})"
    assert alone[1][0].text == whole[1][0].text
    assert least[0] > least[1]
    assert answerability(*alone) > answerability(*whole)
