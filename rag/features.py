"""What tells an answering sentence from one that only resembles the question, as numbers.

Two small logistic models read them: one scores each sentence, one the question as a whole
(`rag.decide`). Pure but for the embedding model, which reads the passages once more for the vectors of
their words.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from llama_index.core.base.embeddings.base import BaseEmbedding

from index.article import Sentence
from index.embed import MiniLmEmbedding, Span, Tokens
from rag.retrieve import Found
from rag.understand import Query
from rag.words import fits, stems

SENTENCE_FEATURES = ("meaning", "soft", "words_around", "weakest", "fits", "passage_meaning", "names")


class Candidate(NamedTuple):
    """A sentence of a found passage and its features, in the order of SENTENCE_FEATURES."""

    found: Found
    sentence: Sentence
    features: npt.NDArray[np.float64]
    matches: npt.NDArray[np.float64]
    """How well each term of the question is met here, 0 to 1, shape (terms,)."""


class WordVectors:
    """The contextual vectors of passages' words; the last `most` passages read are kept.

    Reading a passage takes the embedding model tens of milliseconds, and questions about one event come
    back to the same passages.
    """

    def __init__(self, embedding: BaseEmbedding, *, most: int = 512) -> None:
        self._embedding = embedding
        self._most = most
        self._kept: OrderedDict[str, Tokens] = OrderedDict()
        self._guard = threading.Lock()

    def of(self, found: Sequence[Found]) -> list[Tokens] | None:
        """The tokens of each passage, with states at unit length; None when the model gives no word vectors."""
        if not isinstance(self._embedding, MiniLmEmbedding):
            return None
        with self._guard:
            known = {each.passage.id: self._kept.get(each.passage.id) for each in found}
        missing = [each for each in found if known[each.passage.id] is None]
        for each, tokens in zip(missing, self._embedding.tokens([each.text for each in missing]), strict=True):
            lengths = np.linalg.norm(tokens.states, axis=1, keepdims=True)
            known[each.passage.id] = Tokens(tokens.offsets, tokens.states / lengths)
        result = {key: tokens for key, tokens in known.items() if tokens is not None}
        with self._guard:
            self._kept.update(result)
            for key in result:
                self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return [result[each.passage.id] for each in found]


def candidates(query: Query, found: Sequence[Found], words: WordVectors) -> list[Candidate]:
    """The sentences of the passages, with their features, in the order of the passages."""
    soft = _soft_matches(query, found, words)
    rows: list[Candidate] = []
    for each, matches in zip(found, soft, strict=True):
        rows.extend(_passage_rows(query, each, matches))
    return rows


def _passage_rows(query: Query, found: Found, soft: npt.NDArray[np.float64]) -> list[Candidate]:
    article, passage = found.article, found.passage
    sentences = article.sentences[passage.first : passage.last + 1]
    texts = [article.words(each) for each in sentences]
    title = stems(article.about.title or "")
    exact = np.array([[term.stem in own for term in query.terms] for own in map(stems, texts)], dtype=float)
    exact = exact.reshape(len(texts), len(query.terms))
    matches = np.maximum(exact, soft)
    named = np.array([term.name or term.number for term in query.terms])
    rows = []
    for row, (sentence, text) in enumerate(zip(sentences, texts, strict=True)):
        near = slice(max(0, row - 1), row + 2)
        around = np.maximum(exact[near].max(axis=0), [term.stem in title for term in query.terms])
        fit = fits(query.asks, text, query.question)
        features = (
            float(found.sentence_vectors[row] @ query.vector),
            weighted(matches[row], query.weights),
            weighted(around, query.weights),
            _weakest(np.maximum(matches[near].max(axis=0), around), query.weights),
            float(fit and query.asks not in ("what", "whether", "how")),
            found.meaning,
            weighted(around[named], query.weights[named]) if named.any() else 1.0,
        )
        rows.append(Candidate(found, sentence, np.array(features), np.maximum(matches[row], around)))
    return rows


def _soft_matches(query: Query, found: Sequence[Found], words: WordVectors) -> list[npt.NDArray[np.float64]]:
    """For each passage, how near each term comes to a word of each sentence, shape (sentences, terms).

    The nearness of contextual word vectors (late interaction, as in ColBERT); a model that gives no
    word vectors gives zeros, and the exact matches remain.
    """
    shapes = [(len(each.sentence_vectors), len(query.terms)) for each in found]
    tokens = words.of(found)
    if tokens is None or query.term_vectors is None or not query.terms:
        return [np.zeros(shape) for shape in shapes]
    return [_nearest(query.term_vectors, each, own) for each, own in zip(found, tokens, strict=True)]


def _nearest(terms: npt.NDArray[np.float32], found: Found, tokens: Tokens) -> npt.NDArray[np.float64]:
    near = np.clip(tokens.states @ terms.T, 0.0, 1.0)
    passage = found.passage
    rows = []
    for sentence in found.article.sentences[passage.first : passage.last + 1]:
        inside = tokens.inside(Span(sentence.start - passage.start, sentence.end - passage.start))
        rows.append(near[inside].max(axis=0) if inside.any() else np.zeros(len(terms)))
    return np.array(rows, dtype=float)


def weighted(matches: npt.NDArray[np.float64], weights: npt.NDArray[np.float32]) -> float:
    """The share of terms that are met, each counting by its weight, 0 to 1; shapes (terms,)."""
    total = float(weights.sum())
    return float((matches * weights).sum() / total) if total else 0.0


def _weakest(matches: npt.NDArray[np.float64], weights: npt.NDArray[np.float32]) -> float:
    """The match of the term that is missed most, by its weight; 1 when there is none."""
    if not len(matches):
        return 1.0
    return 1.0 - float(((1.0 - matches) * weights).max())
