"""Corpora of any size, made of the sentences of a small one, and how asking slows down as they grow.

The articles are drawn, and so are their vectors: embedding a hundred thousand passages would take an hour and tell
nothing about finding them. Questions are embedded, and what is found is read, by the real model.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.article import Article, Description, Sentence
from index.catalog import Prepared
from index.config import IndexConfig, StoreConfig
from index.embed import Embedded, Vectors
from index.passages import make_passages
from index.store import Store

_SENTENCES = 24
"""Sentences of a made-up article."""
_AT_ONCE = 128
_PASSAGES = 12
"""Passages that such an article has at most, so that no more is stored than was asked for."""
_SEED = 11


@dataclass(frozen=True, slots=True)
class Grown:
    """A store of so many passages, and how many passages a second it took in, embedding apart."""

    passages: int
    stored_a_second: float


def made_up(articles: Sequence[Article]) -> Iterator[Article]:
    """Endlessly many articles whose sentences are drawn from these, always the same."""
    sentences = [" ".join(each.words(span).split()) for each in articles for span in each.sentences]
    draw, number = random.Random(_SEED), 0  # noqa: S311  # a sample, not a secret
    while True:
        chosen = [draw.choice(sentences) for _ in range(_SENTENCES)]
        spans, start = [], 0
        for each in chosen:
            spans.append(Sentence(start, start + len(each)))
            start += len(each) + 1
        about = Description(
            title=chosen[0][:80], outlet=f"Outlet {number % 40}", published=f"20{10 + number % 15}-05-17"
        )
        name = f"made-up-{number}"
        yield Article(name, "made-up", " ".join(chosen), tuple(spans), name, about)
        number += 1


def grow(
    store: Store,
    articles: Iterator[Article],
    vectors: Vectors,
    *,
    passages: int,
    config: IndexConfig,
    clock: Callable[[], float],
) -> Grown:
    """Publish made-up articles until the store holds so many passages, each with a vector near a drawn one."""
    random_state = np.random.default_rng(_SEED)
    before, started = store.coverage().passages, clock()
    with store.writing():
        held = before
        while held < passages:
            count = max(1, min(_AT_ONCE, (passages - held) // _PASSAGES))
            store.publish([_prepared(next(articles), vectors, random_state, config) for _ in range(count)])
            held = store.coverage().passages
    return Grown(held, (held - before) / max(1e-9, clock() - started))


def _prepared(article: Article, vectors: Vectors, draw: np.random.Generator, config: IndexConfig) -> Prepared:
    passages = make_passages(article, config.passage_tokens)
    embedded = []
    for each in passages:
        near = vectors[draw.integers(len(vectors), size=each.last - each.first + 2)]
        noisy = near + draw.normal(0, 0.6 / np.sqrt(near.shape[1]), near.shape)
        unit = (noisy / np.linalg.norm(noisy, axis=1, keepdims=True)).astype(np.float32)
        embedded.append(Embedded(unit[0], unit[1:]))
    return Prepared(article, passages, tuple(embedded))


def new_store(folder: Path, fingerprint: str) -> Store:
    """An empty store for a made-up corpus."""
    return Store(StoreConfig(path=folder), fingerprint=fingerprint, create=True)
