"""Hits by meaning and by words become one ranking of passages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Filters
from index.embed import embed_question
from index.lexical import Hit
from index.store import Store
from rag.config import RagConfig
from rag.retrieve import Found, PassageRetriever, fuse, search
from tests.fakes import HashEmbedding, Told, build_store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Index the tiny articles."""
    opened = build_store(tmp_path_factory.mktemp("tiny"))
    yield opened
    opened.close()


def find(store: Store, words: str, *, candidates: int = 50, filters: Filters = Filters()) -> list[Found]:
    """Search by meaning and by words."""
    vector = embed_question(HashEmbedding(), words)
    return search(store, words=words, vector=vector, config=RagConfig(candidates=candidates), filters=filters)


def test_fusion_counted_by_hand() -> None:
    """A passage's score is the sum of 1 / (60 + rank) over the rankings that have it; scores do not matter."""
    dense = [Hit("a", 0.9), Hit("b", 0.8), Hit("c", 0.1)]
    lexical = [Hit("b", 12.0), Hit("d", 3.0)]

    assert fuse([dense, lexical]) == pytest.approx({"a": 1 / 61, "b": 1 / 62 + 1 / 61, "c": 1 / 63, "d": 1 / 62})
    assert fuse([]) == fuse([[], []]) == {}


@given(st.lists(st.lists(st.sampled_from("abcdef"), unique=True), max_size=3))
def test_fusion_keeps_what_all_agree_on(rankings: list[list[str]]) -> None:
    """A passage that every ranking puts before another one is before it after fusion."""
    scores = fuse([[Hit(name, 0.0) for name in ranking] for ranking in rankings])
    for one in scores:
        for other in scores:
            places = [(r.index(one) if one in r else 99, r.index(other) if other in r else 99) for r in rankings]
            if places and all(first < second for first, second in places):
                assert scores[one] > scores[other]


def test_passage_that_both_find_comes_first(store: Store) -> None:
    """The passage that shares most words with the question is first, with its text, article and sentences."""
    best = find(store, "What did the bridge cost a day?")[0]

    assert best.article.document == "bridge"
    assert "The bridge cost 900 crowns a day" in best.text
    assert best.text == best.article.text[best.passage.start : best.passage.end]
    assert best.sentence_vectors.shape == (best.passage.last - best.passage.first + 1, 64)
    assert 0.3 < best.meaning <= 1.0


def test_scores_are_fused_ranks_in_order(store: Store) -> None:
    """Results are sorted by fused score, each passage once."""
    found = find(store, "bridge quay painting")

    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert len({each.passage.id for each in found}) == len(found) == store.coverage().passages


def test_no_more_than_candidates(tmp_path_factory: pytest.TempPathFactory) -> None:
    """At most `candidates` passages come back."""
    many = build_store(tmp_path_factory.mktemp("many"), passage_tokens=32, rows=[*_rows(30)])

    assert len(find(many, "falcon town", candidates=10)) == 10
    many.close()


def _rows(count: int) -> Iterator[Told]:
    for number in range(count):
        yield Told(f"row{number}", f"Falcon number {number} was seen over the old town.")


def test_one_story_counts_once(tmp_path: Path) -> None:
    """Of copies with other words here and there each passage comes once, with the outlets that carry it besides."""
    wire = (
        "The ferry to Bergen ran aground on Monday with ninety people on board. The coast guard said that nobody was "
        "hurt. Captain Ida Moe blamed a strong current near the northern pier. The ship was towed to the harbour."
    )
    rows = [
        Told("one", wire, source="The Post"),
        Told("two", wire.replace("towed to the", "taken to the"), source="Daily News"),
        Told("three", wire.replace("ninety", "eighty"), source="The Post"),
    ]
    store = build_store(tmp_path, rows)

    hits = find(store, "Where was the ship taken, and how many people were on the ferry?")
    texts = [each.text for each in hits]

    assert len([text for text in texts if "to the harbour" in text]) == 1
    assert {word for word in ("ninety", "eighty") for text in texts if word in text} == {"ninety", "eighty"}
    others = {"one": ("Daily News",), "two": ("The Post",), "three": ("Daily News",)}
    assert [each.also for each in hits] == [others[each.article.document] for each in hits]
    store.close()


def test_filters_reach_both_indexes(store: Store) -> None:
    """With a filter only passages of the admitted articles come back."""
    found = find(store, "bridge quay painting", filters=Filters(outlets=("The Cork Post",)))

    assert {each.article.document for each in found} == {"harbour"}


def test_llama_index_gets_the_same_passages(store: Store) -> None:
    """The retriever of LlamaIndex's interface gives the same passages in the same order, with what is known of them."""
    question = "What did the bridge cost a day?"
    nodes = PassageRetriever(store, HashEmbedding(), RagConfig()).retrieve(question)
    found = find(store, question)

    assert [(each.node_id, each.text, each.score) for each in nodes] == [
        (each.passage.id, each.text, each.score) for each in found
    ]
    assert nodes[0].metadata == {
        "document": "bridge",
        "title": "Bridge in Bergen closed",
        "outlet": "The Bergen Times",
        "published": "2024-03-05",
    }
