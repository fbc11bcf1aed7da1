"""Measures indexing and searching at size: `python -m eval.scale CORPUS.jsonl… --articles 1000 --out FOLDER`.

Makes articles of the sentences of real ones, indexes them, embeds the same passages in one bare loop
with the same model, and times searches and quote look-ups. Indexing and the bare loop take turns, part by part
of the corpus, so that a machine that is faster in one minute than in the next favours neither. `--embedding random`
takes vectors of chance instead of a model: it says nothing of embedding, and all of what the store does at a size.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import json
import random
import resource
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding

from index.article import Article
from index.config import IndexConfig, ModelsConfig, StoreConfig
from index.embed import Span, embed_question, embed_spans, make_embedding
from index.passages import make_passages
from index.pipeline import fingerprint, index_source, make_article, to_embed
from index.read import Raw, read
from index.store import Store
from rag.config import RagConfig
from rag.lookup import look_up
from rag.retrieve import search

_SENTENCES = 24
"""Of an article: about 550 words."""
_COPIES = 0.05
"""Share of articles that are copies, as of a wire."""
_QUESTIONS = 200
_DIMENSIONS = 384
_TURNS = 8
"""Parts of a corpus that are indexed, and embedded by the bare loop, in turn."""


class RandomEmbedding(BaseEmbedding):
    """A vector of chance for each text, the same for the same text, at no cost."""

    model_name: str = "random"

    def _get_text_embedding(self, text: str) -> list[float]:
        seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
        found: list[float] = np.random.default_rng(seed).standard_normal(_DIMENSIONS).tolist()
        return found

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


def make_corpus(sources: Sequence[Path], count: int, out: Path) -> Path:
    """Write so many articles of sentences drawn from real ones, the same for the same sources and count."""
    chance = random.Random(count)  # noqa: S311  # no secret
    texts = [json.loads(line)["text"] for source in sources for line in source.read_text("utf-8").splitlines()]
    sentences = [each for text in texts for each in text.replace("\n", " ").split(". ") if 40 < len(each) < 400]
    out.parent.mkdir(parents=True, exist_ok=True)
    last = ""
    with out.open("w", encoding="utf-8") as file:
        for number in range(count):
            drawn = chance.choices(sentences, k=_SENTENCES)
            last = last if last and chance.random() < _COPIES else ". ".join(drawn) + "."
            row = {"id": f"made-{number}", "title": last[:60], "text": last, "source": f"Outlet {number % 50}"}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return out


def measure(corpus: Path, embedding: BaseEmbedding, folder: Path, *, bare: bool) -> dict[str, float]:
    """Index a corpus into a new store and search it; seconds, megabytes and rates by name."""
    shutil.rmtree(folder, ignore_errors=True)
    config = IndexConfig()
    store = Store(StoreConfig(path=folder), fingerprint=fingerprint(embedding, config), create=True)
    indexed, alone = Spent(), Spent()
    for part in _parts(corpus):
        with indexed.timed():
            index_source(part, store, embedding, config)
        if bare:
            inputs = _inputs(part, config)
            with alone.timed():
                for texts, spans in inputs:
                    embed_spans(embedding, texts, spans)
    coverage = store.coverage()
    found = {
        "articles": float(coverage.articles),
        "passages": float(coverage.passages),
        "index_seconds": indexed.clock,
        "index_processor_seconds": indexed.processor,
        "articles_a_second": coverage.articles / indexed.clock,
        "memory_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    if bare:
        found |= {
            "bare_seconds": alone.clock,
            "bare_processor_seconds": alone.processor,
            "seconds_ratio": indexed.clock / alone.clock,
            "processor_ratio": indexed.processor / alone.processor,
        }
    found |= _searches(store, embedding)
    store.close()
    return found


@dataclass(slots=True)
class Spent:
    """Seconds on the clock, and of the processor, added up."""

    clock: float = 0.0
    processor: float = 0.0

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Add what the work inside takes."""
        began, worked = time.perf_counter(), time.process_time()
        yield
        self.clock += time.perf_counter() - began
        self.processor += time.process_time() - worked


def _parts(corpus: Path) -> list[Path]:
    """The rows of a corpus in files of their own, as many as there are turns."""
    rows = corpus.read_text("utf-8").splitlines(keepends=True)
    paths = [corpus.with_name(f"{corpus.stem}-{number}.jsonl") for number in range(_TURNS)]
    for number, path in enumerate(paths):
        path.write_text("".join(rows[number::_TURNS]), "utf-8")
    return paths


def _inputs(part: Path, config: IndexConfig) -> list[tuple[list[str], list[list[Span]]]]:
    """What indexing embeds of a part of the corpus, batch by batch."""
    articles = [make_article(each) for each in read(part, config) if isinstance(each, Raw)]
    batches = [
        articles[start : start + config.batch_articles] for start in range(0, len(articles), config.batch_articles)
    ]
    return [to_embed(batch, [make_passages(each, config.passage_tokens) for each in batch]) for batch in batches]


def _searches(store: Store, embedding: BaseEmbedding) -> dict[str, float]:
    """The 95th percentile, in milliseconds, of searches, with the embedding of the question apart, and of look-ups."""
    chance = random.Random(1)  # noqa: S311  # no secret
    asked = [" ".join(chance.sample(each.text.split(), 8)) for each in _some(store, chance)]
    pasted = [each.text[len(each.text) // 3 :][:120] for each in _some(store, chance)]
    rag = RagConfig()
    vectors = [embed_question(embedding, each) for each in asked]
    searched = [
        _milliseconds(functools.partial(search, store, words=words, vector=vector, config=rag))
        for words, vector in zip(asked, vectors, strict=True)
    ]
    looked = [_milliseconds(functools.partial(look_up, words, store)) for words in pasted]
    return {
        "search_p50_ms": float(np.percentile(searched, 50)),
        "search_p95_ms": float(np.percentile(searched, 95)),
        "quote_p50_ms": float(np.percentile(looked, 50)),
        "quote_p95_ms": float(np.percentile(looked, 95)),
    }


def _some(store: Store, chance: random.Random) -> tuple[Article, ...]:
    ids = [each.id for each in store.listed(states=("published",))]
    return store.articles(chance.sample(ids, min(_QUESTIONS, len(ids))))


def _milliseconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1_000


def main() -> None:
    """Measure one size and print it as JSON."""
    parser = argparse.ArgumentParser(prog="python -m eval.scale", description=__doc__)
    parser.add_argument("corpora", nargs="+", type=Path, help="rows whose sentences the articles are made of")
    parser.add_argument("--articles", type=int, default=1_000)
    parser.add_argument("--embedding", choices=("minilm", "random"), default="minilm")
    parser.add_argument("--out", type=Path, required=True, help="folder of the corpus and the store")
    asked = parser.parse_args()
    corpus = make_corpus(asked.corpora, asked.articles, asked.out / f"{asked.articles}.jsonl")
    real = asked.embedding == "minilm"
    embedding = make_embedding(ModelsConfig()) if real else RandomEmbedding()
    found = measure(corpus, embedding, asked.out / "store", bare=real)
    sys.stdout.write(json.dumps({key: round(value, 3) for key, value in found.items()}, indent=2) + "\n")


if __name__ == "__main__":
    main()
