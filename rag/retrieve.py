"""Question → passages: dense and BM25 hits of the store, fused, as a LlamaIndex retriever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode

from index.article import Article, Filters, Passage
from index.embed import Vector, Vectors, embed_question
from index.lexical import Hit
from index.store import Store
from index.stories import plain_words
from rag.config import RagConfig
from rag.words import negations, numbers

_FUSION_CONSTANT = 60
"""Reciprocal rank fusion's constant, from its paper (Cormack et al. 2009)."""

_SAME_TOLD = 0.75
"""Share of common words from which two passages of one story tell the same."""


@dataclass(frozen=True, slots=True)
class Found:
    """A retrieved passage, its article and the vectors of its sentences, shape (sentences, dimensions).

    `score` is the fused one; `meaning` the cosine similarity of passage and question, `words` their BM25 score, each 0
    where it is not known. `also` are the other outlets that carry the article's story.
    """

    passage: Passage
    article: Article
    sentence_vectors: Vectors
    score: float
    meaning: float
    words: float = 0.0
    also: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The passage's words."""
        return self.article.text[self.passage.start : self.passage.end]


class Probe(NamedTuple):
    """One thing to search for: its words and their vector."""

    words: str
    vector: Vector


def search(
    store: Store,
    *,
    words: str,
    vector: Vector,
    config: RagConfig,
    filters: Filters = Filters(),
    parts: Sequence[Probe] = (),
) -> list[Found]:
    """Passages by meaning and by words, fused by rank, best first; at most `config.candidates`.

    `parts` are searched for besides, and count as much as the whole. Of passages of one story that say the
    same in the same words only the best is left.
    """
    dense = store.by_meaning(vector, most=config.candidates, filters=filters)
    lexical = store.by_words(words, most=config.candidates, filters=filters)
    rankings = [dense, lexical]
    for part in parts:
        rankings.append(store.by_meaning(part.vector, most=config.candidates, filters=filters))
        rankings.append(store.by_words(part.words, most=config.candidates, filters=filters))
    scores = fuse(rankings)
    ranked = sorted(scores, key=lambda each: (-scores[each], each))[: config.candidates]
    passages = store.passages(ranked)
    articles = store.texts([passage.article for passage, _ in passages.values()])
    also = store.also(list(articles))
    near = {hit.passage: hit.score for hit in dense}
    same = {hit.passage: hit.score for hit in lexical}
    found = [
        Found(
            passage,
            articles[passage.article],
            vectors,
            score=scores[each],
            meaning=near.get(each, 0.0),
            words=same.get(each, 0.0),
            also=also[passage.article],
        )
        for each, (passage, vectors) in ((each, passages[each]) for each in ranked if each in passages)
        if passage.article in articles
    ]
    return _each_story_once(found)


def _each_story_once(found: Sequence[Found]) -> list[Found]:
    kept: list[Found] = []
    told: dict[str, list[tuple[frozenset[str], str]]] = {}
    for each in found:
        own = frozenset(plain_words(each.text)), each.text
        earlier = told.setdefault(each.article.story or each.passage.article, [])
        if not any(_same_told(own, other) for other in earlier):
            kept.append(each)
            earlier.append(own)
    return kept


def _same_told(one: tuple[frozenset[str], str], other: tuple[frozenset[str], str]) -> bool:
    """Whether two passages of a story tell the same: most words, each number and as many denials in common."""
    (words, text), (others, told) = one, other
    if len(words & others) < _SAME_TOLD * len(words | others):
        return False
    return numbers(text) == numbers(told) and negations(text) == negations(told)


def fuse(rankings: Sequence[Sequence[Hit]]) -> dict[str, float]:
    """Reciprocal rank fusion of several rankings; a missing rank adds nothing."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, hit in enumerate(ranking, start=1):
            scores[hit.passage] = scores.get(hit.passage, 0.0) + 1.0 / (_FUSION_CONSTANT + rank)
    return scores


class PassageRetriever(BaseRetriever):
    """The store's passages as LlamaIndex nodes, for its query engines and evaluators."""

    def __init__(
        self, store: Store, embedding: BaseEmbedding, config: RagConfig, *, filters: Filters = Filters()
    ) -> None:
        super().__init__()
        self._store, self._embedding, self._config, self._filters = store, embedding, config, filters

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        words = query_bundle.query_str
        vector = embed_question(self._embedding, words)
        return [
            as_node(each)
            for each in search(self._store, words=words, vector=vector, config=self._config, filters=self._filters)
        ]


def as_node(found: Found) -> NodeWithScore:
    """A found passage as LlamaIndex has it, with what is known of its article as metadata."""
    about = found.article.about
    known = {
        "document": found.article.document,
        "title": about.title,
        "outlet": about.outlet,
        "published": about.published,
    }
    node = TextNode(
        id_=found.passage.id,
        text=found.text,
        start_char_idx=found.passage.start,
        end_char_idx=found.passage.end,
        metadata={key: value for key, value in known.items() if value is not None},
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=found.article.id)},
    )
    return NodeWithScore(node=node, score=found.score)
