"""The features of sentences: their shape, their bounds, and what they tell apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from index.embed import MiniLmEmbedding, Tokens
from index.store import Store
from rag.config import RagConfig
from rag.features import SENTENCE_FEATURES, Candidate, WordVectors, candidates
from rag.retrieve import Found, search
from rag.understand import Query, understand
from tests.fakes import TINY, HashEmbedding, build_store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Index the tiny articles."""
    opened = build_store(tmp_path_factory.mktemp("tiny"))
    yield opened
    opened.close()


def read(store: Store, question: str) -> tuple[Query, list[Found], list[Candidate]]:
    """Ask as far as the features."""
    embedding = HashEmbedding()
    query = understand(question, [], embedding=embedding, frequency=store.frequency)
    found = search(store, words=query.text, vector=query.vector, config=RagConfig())
    return query, found, candidates(query, found, WordVectors(embedding))


def best(rows: list[Candidate], feature: str) -> str:
    """Give the words of the sentence that has most of a feature."""
    row = max(rows, key=lambda each: each.features[SENTENCE_FEATURES.index(feature)])
    return row.found.article.words(row.sentence)


def test_each_sentence_has_a_row(store: Store) -> None:
    """Every sentence of the passages has a row of features and of matches, in the passages' order."""
    query, found, rows = read(store, "What did the bridge cost a day?")

    sentences = [
        each.article.words(sentence)
        for each in found
        for sentence in each.article.sentences[each.passage.first : each.passage.last + 1]
    ]
    assert [each.found.article.words(each.sentence) for each in rows] == sentences
    assert len(sentences) == 3 * len(TINY)
    assert {each.features.shape for each in rows} == {(len(SENTENCE_FEATURES),)}
    assert {each.matches.shape for each in rows} == {(len(query.terms),)}


def test_features_are_finite_and_bounded(store: Store) -> None:
    """Every feature is between -1 and 1, every match between 0 and 1."""
    _, _, rows = read(store, "Who said the bridge in Bergen cost 900 crowns, and when?")

    features = np.array([each.features for each in rows])
    matches = np.array([each.matches for each in rows])
    assert np.abs(features).max() <= 1.0 + 1e-6
    assert (matches.min(), matches.max()) == (0.0, 1.0)


@pytest.mark.parametrize("feature", ["meaning", "soft"])
def test_answering_sentence_has_most(store: Store, feature: str) -> None:
    """The sentence that shares most with the question has most of what measures that."""
    _, _, rows = read(store, "What did the bridge cost a day?")

    assert best(rows, feature) == "“The bridge cost 900 crowns a day,” said Mayor Ada Alt."


def test_question_without_terms_has_rows(store: Store) -> None:
    """A question of nothing but small words is no error."""
    query, _, rows = read(store, "What is this?")

    assert query.terms == ()
    assert {each.matches.shape for each in rows} == {(0,)}
    assert all(np.isfinite(each.features).all() for each in rows)


def test_plain_model_gives_no_word_vectors(store: Store) -> None:
    """A model without word vectors gives none, and no passage is no error."""
    _, found, _ = read(store, "bridge")

    assert WordVectors(HashEmbedding()).of(found) is None
    assert candidates(read(store, "bridge")[0], [], WordVectors(HashEmbedding())) == []


def test_word_vectors_have_unit_length_and_the_last_are_kept(store: Store) -> None:
    """MiniLM's word vectors have unit length; a passage read again is the same, also when it was pushed out."""
    _, found, _ = read(store, "bridge")
    words = WordVectors(MiniLmEmbedding(threads=1), most=1)

    first, again = words.of(found[:2]), words.of(found[:2])

    assert first is not None
    assert again is not None
    assert [each.states.shape for each in first] == [(len(each.offsets), 384) for each in first]
    assert np.linalg.norm(first[0].states, axis=1) == pytest.approx(np.ones(len(first[0].offsets)), abs=1e-5)
    for one, other in zip(first, again, strict=True):
        assert other.offsets.tolist() == one.offsets.tolist()
        assert other.states == pytest.approx(one.states, abs=0.1)


def test_askers_at_once_read_a_passage_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who needs a passage that another one is reading waits for it."""
    _, found, _ = read(store, "bridge")
    read_texts: list[str] = []
    whole = MiniLmEmbedding.tokens

    def counted(embedding: MiniLmEmbedding, texts: Sequence[str]) -> list[Tokens]:
        read_texts.extend(texts)
        return whole(embedding, texts)

    monkeypatch.setattr(MiniLmEmbedding, "tokens", counted)
    words = WordVectors(MiniLmEmbedding(threads=1))
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: words.of(found), range(8)))

    assert sorted(read_texts) == sorted(each.text for each in found)
    assert all(each is not None and len(each) == len(found) for each in told)
