"""Measuring speed: the same calls with Verbatim around them and without.

An engine of timed parts notes what each question asks of embedding, Chroma, BM25 and language model; the bare figure
is the time that those calls take by themselves.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from eval.growth import grow, made_up, new_store
from eval.run import Asked
from eval.speed import OWN, Figure, Part, Size, Speed
from eval.stopwatch import TimedEmbedding, TimedStore, Watch
from index.article import Article
from index.config import IndexConfig, StoreConfig
from index.errors import EvalError
from index.pipeline import fingerprint, index_source
from rag.answer import Done, EvidenceFound, Writer

ASKERS = (1, 4, 16)
STARTS = 3
INDEXED = 40
"""Made-up articles that indexing is timed on."""
LARGEST = 10_000
"""Passages up to which growth is measured, unless more are asked for."""
_WRITTEN = 5
"""Questions that a language model is timed on: each takes it many seconds."""

Make = Callable[[TimedStore, TimedEmbedding, Watch, Writer], Asked]
"""Makes an engine over a timed store, its language model timed too where the writer is one."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What is measured: the store of the corpus, its articles, questions, and how an engine is made of timed parts.

    `programs` are two Python programs that get ready to answer, ours and the engines alone; each prints the time when
    it was ready, and at the end its peak memory in MiB.
    """

    store: StoreConfig
    articles: tuple[Article, ...]
    questions: tuple[str, ...]
    make: Make
    index: IndexConfig
    threads: int
    folder: Path
    programs: tuple[str, str]
    writers: tuple[Writer, ...] = ("quotes",)
    largest: int = LARGEST


def measure(asking: Asking, *, progress: Callable[[str], None] = lambda _: None) -> Speed:
    """Measure everything; minutes, most of them for the growth."""
    before = _load()
    watch = Watch()
    embedding = TimedEmbedding(watch, threads=asking.threads)
    mark = fingerprint(embedding, asking.index)
    store = TimedStore(asking.store, fingerprint=mark, watch=watch)
    progress("  speed: start")
    figures = _starts(asking.programs)
    progress("  speed: index")
    figures.append(_index_rate(asking, embedding, mark, watch))
    parts: list[Part] = []
    for writer in asking.writers:
        progress(f"  speed: answers of {writer}")
        engine = asking.make(store, embedding, watch, writer)
        timed = [_timed(engine, each, writer, watch) for each in _of(asking.questions, writer)]
        figures += _answer_figures(timed, writer)
        parts += _parts(timed, writer)
        if writer == "quotes":
            progress("  speed: several askers")
            figures += [_askers(asking, store, embedding, watch, timed, count) for count in ASKERS]
    growth = _growth(asking, embedding, mark, watch, progress)
    return Speed(_machine(), (before, _load()), tuple(figures), tuple(parts), tuple(growth))


@dataclass(frozen=True, slots=True)
class _Timed:
    question: str
    evidence: float
    first_word: float | None
    total: float
    engines: Mapping[str, float]
    engines_to_evidence: float
    calls: Sequence[Callable[[], object]]


def _timed(engine: Asked, question: str, writer: Writer, watch: Watch) -> _Timed:
    watch.take()
    at_evidence = 0.0
    started = watch.clock()
    for event in engine.ask(question, writer=writer):
        if isinstance(event, EvidenceFound):
            at_evidence = sum(watch.seconds.values())
        elif isinstance(event, Done):
            answer = event.answer
    total = watch.clock() - started
    seconds, calls = watch.take()
    return _Timed(question, answer.seconds.evidence, answer.seconds.first_word, total, seconds, at_evidence, calls)


def _answer_figures(timed: Sequence[_Timed], writer: str) -> list[Figure]:
    words = [each.first_word for each in timed if each.first_word is not None]
    engines = [sum(each.engines.values()) for each in timed]
    made = [
        Figure(
            f"evidence ({writer})",
            "s",
            median(each.evidence for each in timed),
            median(each.engines_to_evidence for each in timed),
            "median seconds from the question to its evidence; bare: the same calls of embedding, Chroma and BM25",
        ),
        Figure(
            f"whole answer ({writer})",
            "s",
            median(each.total for each in timed),
            median(engines),
            "median seconds for all of it; bare: the same calls of all engines",
        ),
    ]
    if words:
        made.insert(
            1, Figure(f"first word ({writer})", "s", median(words), None, "median seconds to the first sentence")
        )
    return made


def _parts(timed: Sequence[_Timed], writer: str) -> list[Part]:
    total = sum(each.total for each in timed)
    names = dict.fromkeys(name for each in timed for name in each.engines)
    seconds = {name: sum(each.engines.get(name, 0.0) for each in timed) for name in names}
    seconds[OWN] = total - sum(seconds.values())
    return [Part(writer, name, spent / len(timed), spent / total) for name, spent in seconds.items()]


def _askers(
    asking: Asking, store: TimedStore, embedding: TimedEmbedding, watch: Watch, timed: Sequence[_Timed], count: int
) -> Figure:
    engine = asking.make(store, embedding, watch, "quotes")

    def answer(each: _Timed) -> None:
        for _ in engine.ask(each.question, writer="quotes"):
            pass

    def bare(each: _Timed) -> None:
        for call in each.calls:
            call()

    rates = []
    for work in (answer, bare):
        started = watch.clock()
        with ThreadPoolExecutor(count) as pool:
            list(pool.map(work, timed))
        rates.append(60 * len(timed) / (watch.clock() - started))
    watch.take()
    ours, alone = rates
    who = "asker" if count == 1 else "askers at once"
    return Figure(f"{count} {who}", "answers a minute", ours, alone, "quotes; bare: the same calls of the engines")


def _index_rate(asking: Asking, embedding: TimedEmbedding, mark: str, watch: Watch) -> Figure:
    folder = asking.folder / "indexed"
    source = folder / "corpus.jsonl"
    folder.mkdir(parents=True, exist_ok=True)
    articles = made_up(asking.articles)
    rows = [next(articles) for _ in range(INDEXED)]
    source.write_text("".join(json.dumps({"id": each.document, "text": each.text}) + "\n" for each in rows), "utf-8")
    store = new_store(folder / "store", mark)
    watch.take()
    started = watch.clock()
    index_source(source, store, embedding, asking.index)
    seconds = watch.clock() - started
    spent, _ = watch.take()
    passages = store.coverage().passages
    store.close()
    bare = passages / spent["embedding"]
    return Figure("index", "passages a second", passages / seconds, bare, "reading to published; bare: embedding alone")


def _growth(
    asking: Asking, embedding: TimedEmbedding, mark: str, watch: Watch, progress: Callable[[str], None]
) -> list[Size]:
    texts = [article.words(span) for article in asking.articles for span in article.sentences][:200]
    vectors = np.asarray(embedding.get_text_embedding_batch(texts), dtype=np.float32)
    articles, folder, found = made_up(asking.articles), asking.folder / "grown", []
    size = 1_000
    while size <= asking.largest:
        progress(f"  speed: {size:,} passages")
        store = new_store(folder, mark)
        grown = grow(store, articles, vectors, passages=size, config=asking.index, clock=watch.clock)
        store.close()
        timed_store = TimedStore(StoreConfig(path=folder), fingerprint=mark, watch=watch)
        engine = asking.make(timed_store, embedding, watch, "quotes")
        timed = [_timed(engine, each, "quotes", watch) for each in asking.questions[:20]]
        timed_store.close()
        evidence = median(each.evidence for each in timed)
        bare = median(each.engines_to_evidence for each in timed)
        found.append(Size(grown.passages, evidence, bare, grown.stored_a_second))
        size *= 10
    return found


def _starts(programs: tuple[str, str]) -> list[Figure]:
    (ours, memory), (bare, bare_memory) = (_start(each) for each in programs)
    return [
        Figure(
            "start", "s", ours, bare, "a new process until the first question can be asked; bare: the engines alone"
        ),
        Figure("memory", "MiB", memory, bare_memory, "peak of that process after one question"),
    ]


def _start(program: str) -> tuple[float, float]:
    found = []
    # It finds the modules that this process has found, however that was told where they are.
    modules = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    for _ in range(STARTS):
        started = time.time()
        command = (sys.executable, "-c", program)
        done = subprocess.run(command, env=modules, capture_output=True, text=True, timeout=300, check=False)  # noqa: S603  # our own
        if done.returncode:
            raise EvalError(f"A program whose start is timed failed: {done.stderr.strip()[-500:]}")
        ready, peak = done.stdout.split()[-2:]
        found.append((float(ready) - started, float(peak)))
    return median(each for each, _ in found), median(each for _, each in found)


def _of(questions: Sequence[str], writer: Writer) -> Sequence[str]:
    return questions if writer == "quotes" else questions[:_WRITTEN]


def _machine() -> str:
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}"


def _load() -> float:
    # Windows knows no load.
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
