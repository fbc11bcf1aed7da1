"""What tells an answering sentence from one that only resembles the question, as numbers.

Two small logistic models read them: one scores each sentence, one the question as a whole
(`rag.decide`). Pure but for the embedding model, which reads the passages once more for the vectors of
their words.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from llama_index.core.base.embeddings.base import BaseEmbedding

from index.article import Sentence
from index.embed import MiniLmEmbedding, Span, Tokens
from rag.retrieve import Found
from rag.understand import Query
from rag.words import fits, stems

SENTENCE_FEATURES = ("meaning", "soft", "words_around", "weakest", "fits", "passage_meaning", "names", "whole")


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
        self.embedding = embedding
        self._most = most
        self._kept: OrderedDict[str, Tokens] = OrderedDict()
        self._guard, self._reading = threading.Lock(), threading.Lock()

    def of(self, found: Sequence[Found]) -> list[Tokens] | None:
        """The tokens of each passage, with states at unit length; None when the model gives no word vectors."""
        if not isinstance(self.embedding, MiniLmEmbedding):
            return None
        known = self._known(found)
        if len(known) < len(found):
            # One thread reads at a time: it uses all cores, and most of what others lack is there when it is done.
            with self._reading:
                known = self._known(found)
                missing = [each for each in found if each.passage.id not in known]
                for each, tokens in zip(missing, self.embedding.tokens([each.text for each in missing]), strict=True):
                    known[each.passage.id] = Tokens(tokens.offsets, tokens.directions())
                self._keep(known)
        return [known[each.passage.id] for each in found]

    def _known(self, found: Sequence[Found]) -> dict[str, Tokens]:
        with self._guard:
            known = {}
            for each in found:
                if each.passage.id in self._kept:
                    known[each.passage.id] = self._kept[each.passage.id]
                    self._kept.move_to_end(each.passage.id)
            return known

    def _keep(self, read: Mapping[str, Tokens]) -> None:
        with self._guard:
            self._kept.update(read)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)


def candidates(query: Query, found: Sequence[Found], words: WordVectors) -> list[Candidate]:
    """The sentences of the passages, with their features, in the order of the passages."""
    rows: list[Candidate] = []
    for each, (soft, whole) in zip(found, _soft_matches(query, found, words), strict=True):
        rows.extend(_passage_rows(query, each, soft, whole))
    return rows


def _passage_rows(
    query: Query, found: Found, soft: npt.NDArray[np.float64], whole: npt.NDArray[np.float64]
) -> list[Candidate]:
    article, passage = found.article, found.passage
    sentences = article.sentences[passage.first : passage.last + 1]
    texts = [article.words(each) for each in sentences]
    title = stems(article.about.title or "")
    exact = np.array([[term.stem in own for term in query.terms] for own in map(stems, texts)], dtype=float)
    exact = exact.reshape(len(texts), len(query.terms))
    matches = np.maximum(exact, soft)
    around = np.maximum(_with_neighbours(exact), np.array([term.stem in title for term in query.terms], dtype=float))
    named = np.array([term.name or term.number for term in query.terms], dtype=bool)
    asked_for = query.asks not in ("what", "whether", "how")
    columns = (
        found.sentence_vectors @ query.vector,
        weighted(matches, query.weights),
        weighted(around, query.weights),
        _weakest(np.maximum(_with_neighbours(matches), around), query.weights),
        [float(asked_for and fits(query.asks, text, query.question)) for text in texts],
        np.full(len(texts), found.meaning),
        weighted(around[:, named], query.weights[named]) if named.any() else np.ones(len(texts)),
        whole,
    )
    features = np.column_stack(columns).astype(float)
    either = np.maximum(matches, around)
    return [Candidate(found, each, features[row], either[row]) for row, each in enumerate(sentences)]


def _with_neighbours(matches: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """For each sentence the best matches of itself and the two beside it, shape (sentences, terms)."""
    best = matches.copy()
    best[1:] = np.maximum(best[1:], matches[:-1])
    best[:-1] = np.maximum(best[:-1], matches[1:])
    return best


def _soft_matches(
    query: Query, found: Sequence[Found], words: WordVectors
) -> list[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]]:
    """For each passage, how near each term comes to a word of each sentence, and the question's words on the whole.

    Shapes (sentences, terms) and (sentences,). The nearness of contextual word vectors (late interaction, as in
    ColBERT); a model that gives no word vectors gives zeros, and the exact matches remain.
    """
    count = len(query.terms)
    tokens = words.of(found)
    if tokens is None or query.term_vectors is None or query.word_vectors is None:
        return [(np.zeros((rows, count)), np.zeros(rows)) for rows in (len(each.sentence_vectors) for each in found)]
    asked = np.vstack([query.term_vectors, query.word_vectors])
    near = [_nearest(asked, each, own) for each, own in zip(found, tokens, strict=True)]
    return [(each[:, :count], each[:, count:].mean(axis=1)) for each in near]


def _nearest(asked: npt.NDArray[np.float32], found: Found, tokens: Tokens) -> npt.NDArray[np.float64]:
    near = np.clip(tokens.states @ asked.T, 0.0, 1.0)
    passage = found.passage
    sentences = found.article.sentences[passage.first : passage.last + 1]
    inside = tokens.inside(*(Span(each.start - passage.start, each.end - passage.start) for each in sentences))
    return np.asarray(np.where(inside[:, :, None], near, 0.0).max(axis=1), dtype=float)


def weighted(matches: npt.NDArray[np.float64], weights: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """The share of terms that are met, each counting by its weight, 0 to 1; shapes (…, terms) and (terms,)."""
    total = float(weights.sum())
    return np.asarray(matches @ weights / total if total else np.zeros(matches.shape[:-1]))


def _weakest(matches: npt.NDArray[np.float64], weights: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """The match of the term that each sentence misses most, by its weight; 1 when there is none."""
    return 1.0 - np.asarray(((1.0 - matches) * weights).max(axis=-1, initial=0.0))
