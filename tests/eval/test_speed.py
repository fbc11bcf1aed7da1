"""Speed, measured on a small store with the real embedding model."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from eval.curves import growth_chart
from eval.growth import grow, made_up, new_store
from eval.measure import ASKERS, Asking, measure
from eval.speed import OWN, Figure, Part, Size, Speed, speed_json, speed_lines
from eval.stopwatch import TimedEmbedding, TimedModel, TimedStore, Watch
from index.config import IndexConfig, StoreConfig
from index.embed import MiniLmEmbedding
from index.errors import EvalError
from index.pipeline import fingerprint, index_source
from rag.answer import Writer
from rag.config import RagConfig
from rag.engine import Engine
from rag.models import ModelSlot
from tests.eval.scripted import corpus
from tests.fakes import TINY, ScriptedModel, build_store, write_corpus

PROGRAM = "import time; print(time.time(), {peak})"
SPEED = Speed(
    machine="2 cores",
    load=(0.5, 1.5),
    figures=(
        Figure("start", "s", 6.0, 4.0, "until ready"),
        Figure("index", "passages a second", 20.0, 25.0, "to published"),
        Figure("first word (quotes)", "s", 0.3, None, "first sentence"),
    ),
    parts=(Part("quotes", "embedding", 0.18, 0.9), Part("quotes", OWN, 0.02, 0.1)),
    growth=(Size(1_000, 0.2, 0.18, 500.0), Size(10_000, 0.3, 0.24, 400.0)),
)


def test_ratios() -> None:
    """Of seconds ours over theirs, of rates theirs over ours: more is slower either way."""
    assert [each.ratio for each in SPEED.figures] == [1.5, 1.25, None]
    assert (SPEED.overhead("quotes"), SPEED.overhead("model")) == (0.1, None)


def test_json_and_lines() -> None:
    """Both tell every figure; the JSON has the ratios and the overhead."""
    told = json.loads(speed_json(SPEED))
    assert [each["ratio"] for each in told["figures"]] == [1.5, 1.25, None]
    assert told["overhead"] == {"quotes": 0.1}
    assert speed_lines(SPEED) == (
        "Speed on 2 cores, load 0.5 to 1.5",
        "  start: 6 s; bare 4, ratio 1.50",
        "  index: 20 passages a second; bare 25, ratio 1.25",
        "  first word (quotes): 0.3 s",
        "  quotes: embedding 90.0 %",
        "  quotes: Verbatim's own 10.0 %",
        "  1,000 passages: evidence after 0.200 s; engines alone 0.180 s",
        "  10,000 passages: evidence after 0.300 s; engines alone 0.240 s",
    )


def test_the_curve_of_growth() -> None:
    """It rises as the seconds do, tenfold from mark to mark; one size is no curve."""
    chart = growth_chart(SPEED)
    assert chart is not None
    assert chart.says == "1.5 times the seconds for 10 times the passages"
    assert [each.x for each in chart.dots] == [44.0, 344.0]
    assert chart.dots[0].y > chart.dots[1].y
    assert [label for _, label in chart.ticks] == ["1,000", "10,000"]
    assert growth_chart(replace(SPEED, growth=SPEED.growth[:1])) is None


def test_the_watch_notes_seconds_and_calls() -> None:
    """By engine, with what does the same again; taking them begins anew."""
    times, done = iter([1.0, 3.0, 3.0, 4.0]), list[str]()
    watch = Watch(clock=lambda: next(times))
    for _ in range(2):
        with watch("Chroma", lambda: done.append("again")):
            done.append("first")
    seconds, calls = watch.take()
    for call in calls:
        call()
    assert (seconds, done) == ({"Chroma": 3.0}, ["first", "first", "again", "again"])
    assert watch.take() == ({}, [])


def test_made_up_articles_are_always_the_same() -> None:
    """Drawn from the sentences of others, with spans that hold them."""
    some, same = (list(islice(made_up(corpus()), 3)) for _ in range(2))
    assert some == same
    assert len({each.text for each in some}) == 3
    known = {article.words(span) for article in corpus() for span in article.sentences}
    assert {each.words(span) for each in some for span in each.sentences} <= known


def test_growing_a_store(tmp_path: Path) -> None:
    """It holds as many passages as were asked for, findable by drawn vectors."""
    store = new_store(tmp_path, "made up")
    vectors = np.random.default_rng(1).normal(size=(9, 8)).astype(np.float32)
    ticks = iter(range(100))
    grown = grow(
        store, made_up(corpus()), vectors, passages=200, config=IndexConfig(), clock=lambda: float(next(ticks))
    )
    assert grown.passages == store.coverage().passages >= 200
    assert grown.stored_a_second == grown.passages
    assert len(store.by_meaning(vectors[0] / np.linalg.norm(vectors[0]), most=5)) == 5
    store.close()


def test_a_timed_model_writes_as_its_own_does() -> None:
    """What it streams is the same, and the waiting for it is timed."""
    watch = Watch()
    model = TimedModel(ScriptedModel("Seven ships sailed.", "Yes."), watch)
    assert "".join(each.delta or "" for each in model.stream_chat([])) == "Seven ships sailed."
    assert list(watch.take()[0]) == ["language model"]
    assert (model.complete("?").text, model.metadata.model_name) == ("Yes.", "scripted")


def asking(folder: Path, **changed: object) -> Asking:
    """Three articles, two questions, an engine of timed parts, and programs that start at once."""
    own = MiniLmEmbedding()
    build_store(folder, TINY, embedding=own, passage_tokens=160).close()
    store = StoreConfig(path=folder / "store")

    def make(timed: TimedStore, embedding: TimedEmbedding, watch: Watch, writer: Writer) -> Engine:
        replies = ["[1] The ferry carried 4,000 passengers in March."] * 9
        slot = ModelSlot(
            (lambda: TimedModel(ScriptedModel(*replies), watch)) if writer == "model" else None, name="scripted"
        )
        slot.wait()
        return Engine(timed, embedding, slot, RagConfig(answer_from=0.0))

    opened = new_store(folder / "store", fingerprint(own, IndexConfig()))
    articles = opened.articles()
    opened.close()
    made = Asking(
        store=store,
        articles=articles,
        questions=("How many passengers did the ferry carry in March?", "What did the bridge in Bergen cost a day?"),
        make=make,
        index=IndexConfig(),
        threads=1,
        folder=folder / "made",
        programs=(PROGRAM.format(peak=300), PROGRAM.format(peak=200)),
        writers=("quotes", "model"),
        largest=1_000,
    )
    return replace(made, **changed)  # type: ignore[arg-type]  # fields of Asking, by name


def test_everything_is_measured(tmp_path: Path) -> None:
    """Each figure is there and positive, the parts of an answer are all of it, and each is told on the way."""
    told: list[str] = []
    speed = measure(asking(tmp_path), progress=told.append)
    assert [each.name for each in speed.figures] == [
        "start",
        "memory",
        "index",
        "evidence (quotes)",
        "first word (quotes)",
        "whole answer (quotes)",
        *(f"{count} asker" if count == 1 else f"{count} askers at once" for count in ASKERS),
        "evidence (model)",
        "first word (model)",
        "whole answer (model)",
    ]
    assert all(each.ours > 0 for each in speed.figures)
    memory = next(each for each in speed.figures if each.name == "memory")
    assert (memory.ours, memory.bare, memory.ratio) == (300.0, 200.0, 1.5)
    for writer, engines in (("quotes", {"embedding", "Chroma", "BM25", OWN}), ("model", {"language model"})):
        parts = [each for each in speed.parts if each.writer == writer]
        assert engines <= {each.name for each in parts}
        assert sum(each.share for each in parts) == pytest.approx(1.0)
        assert all(each.seconds > 0 for each in parts)
    (size,) = speed.growth
    assert size.passages >= 1_000
    assert size.evidence >= size.bare > 0
    assert told[0] == "  speed: start"


def test_a_program_that_fails_is_told(tmp_path: Path) -> None:
    """With what it printed last."""
    with pytest.raises(EvalError, match=r"whose start is timed failed: Traceback(.*\n)*ZeroDivisionError"):
        measure(asking(tmp_path, programs=("1/0", "1/0")))


def test_indexing_with_a_watch_counts_the_embedding(tmp_path: Path) -> None:
    """Every use of the embedding model is timed, also of whole texts."""
    watch = Watch()
    embedding = TimedEmbedding(watch, threads=1)
    store = new_store(tmp_path / "store", fingerprint(embedding, IndexConfig()))
    index_source(write_corpus(tmp_path / "corpus", TINY), store, embedding, IndexConfig())
    store.close()
    seconds, calls = watch.take()
    assert (list(seconds), len(calls)) == (["embedding"], 1)
    embedding.get_query_embedding("Who?")
    assert list(watch.take()[0]) == ["embedding"]
