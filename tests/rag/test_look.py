"""A question with misspelt words finds what it means, and no name is taken for another one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.article import Filters
from index.config import ModelsConfig
from index.embed import MiniLmEmbedding, make_embedding
from index.store import Store
from rag.answer import Turn
from rag.config import RagConfig
from rag.features import WordVectors
from rag.look import Looked, look
from tests.fakes import HashEmbedding, build_store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Index the tiny articles with the real model."""
    opened = build_store(tmp_path_factory.mktemp("tiny"), embedding=make_embedding(ModelsConfig()))
    yield opened
    opened.close()


def looked(store: Store, question: str, *turns: str) -> Looked:
    """Look for a question, after others."""
    embedding = make_embedding(ModelsConfig())
    assert isinstance(embedding, MiniLmEmbedding)
    before = [Turn(each) for each in turns]
    words = WordVectors(embedding)
    return look(question, before, store=store, words=words, config=RagConfig(), filters=Filters())


@pytest.mark.parametrize(
    ("question", "means"),
    [
        ("what did the museam buy", "what did the museum buy"),
        ("why did fishermen not wellcome the quay", "why did fishermen not welcome the quay"),
        ("how many passangers in march", "how many passengers in march"),
        ("fishremen lost what", "fishermen lost what"),
        ("which paintnig was bougth", "which painting was bought"),
        ("who is the curatorr", "who is the curator"),
    ],
)
def test_misspelt_words_are_read_as_the_articles_spell_them(store: Store, question: str, means: str) -> None:
    """A letter wrong, missing, too many or in another's place; the question that was asked is kept beside."""
    found = looked(store, question)
    assert (found.query.question, found.query.text) == (question, means)
    assert [each.passage.id for each in found.found] == [each.passage.id for each in looked(store, means).found]


@pytest.mark.parametrize(
    "question",
    [
        "What did the museum buy?",
        "Who is Cleo Coxx?",
        "Was the bridge in Bergenn closed?",
        "how many passages in march",
        "what did the muse buy",
        "are there quakes",
        "what about xylophones and zeppelins",
    ],
)
def test_other_words_are_left(store: Store, question: str) -> None:
    """Names, words that there are, and words that resemble none stay as they were written."""
    assert looked(store, question).query.text == question


def test_earlier_turns_are_read_so_too(store: Store) -> None:
    """A follow-up is completed from what the question before it meant."""
    found = looked(store, "and who said so?", "what did the museam buy")
    assert found.query.text == "and who said so? (what did the museum buy)"


def test_another_embedding_model_leaves_all_words(tmp_path: Path) -> None:
    """Without its vocabulary nobody can tell a rare word from a misspelt one."""
    store = build_store(tmp_path)
    words = WordVectors(HashEmbedding())
    found = look("the museam", [], store=store, words=words, config=RagConfig(), filters=Filters())
    assert found.query.text == "the museam"
    store.close()
