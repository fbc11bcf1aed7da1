"""`verbatim eval`: the set, the corpus, the engine and the options put together for `eval.suite`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from eval.questions import load_questions, sample_questions
from eval.suite import EvalOptions, evaluate
from index.article import content_id
from index.pipeline import seeds
from rag.answer import Writer
from ui.assemble import Workshop
from ui.config import Settings


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What the command prints, and whether the gate passed."""

    passed: bool
    lines: tuple[str, ...]
    summary: object


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for; None leaves it to the settings."""

    questions: Path | None = None
    corpus: Path | None = None
    writer: Writer | None = None
    out: Path | None = None
    baseline: Path | None = None
    literal: bool = False
    sample: int | None = None


def evaluate_set(settings: Settings, asked_for: Request) -> Evaluated:
    """Index the corpus where that is needed, ask the set, and judge the run.

    Another corpus than the project's own gets a store of its own inside the store folder.
    """
    asked = load_questions(asked_for.questions or settings.eval.questions, literal=asked_for.literal)
    if asked_for.sample:
        asked = sample_questions(asked, asked_for.sample)
    # Accepted runs and floors are those of the project's own set, asked whole.
    own_set = asked_for.questions is None and asked_for.corpus is None and not asked_for.sample
    corpus = asked_for.corpus
    place = corpus or settings.eval.corpus or seeds()
    name = None if corpus is None else str(settings.store.path / "corpora" / content_id(str(place.resolve())))
    workshop = Workshop(settings, store=name)
    store = workshop.ready(place, progress=_progress, say=_progress)
    chosen = asked_for.writer or settings.rag.writer
    engine = workshop.engine(store, model=chosen == "model")
    engine.wait_for_model()
    options = EvalOptions(
        writer=chosen,
        out=asked_for.out,
        baseline=asked_for.baseline or (_accepted(settings, chosen) if own_set else None),
        floors=settings.eval.floors if own_set else {},
        tolerance=settings.eval.tolerance,
        checked=asked_for.corpus is None,
        started=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        config=settings.model_dump(mode="json"),
        progress=lambda number, of, key: _progress(f"  {number}/{of} {key}"),
    )
    outcome = evaluate(engine, asked, articles=store.articles(), options=options)
    where = () if name is None else (f"The corpus is indexed in {name}; `verbatim articles --store {name}` lists it.",)
    return Evaluated(outcome.passed, (*outcome.lines, *where), outcome.judged.summary)


def _accepted(settings: Settings, writer: Writer) -> Path | None:
    path = settings.eval.questions.with_name(f"baseline-{writer}.json")
    return path if path.is_file() else None


def _progress(line: str) -> None:
    sys.stderr.write(line + "\n")
