"""`verbatim eval`: the set, the corpus, the engine and the options put together for `eval.suite`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from eval.questions import load_questions
from eval.suite import EvalOptions, evaluate
from index.article import content_id
from rag.answer import Writer
from ui.assemble import Workshop
from ui.config import Settings


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What the command prints, and whether the gate passed."""

    passed: bool
    lines: tuple[str, ...]
    summary: object


def evaluate_set(
    settings: Settings,
    questions: Path | None,
    *,
    corpus: Path | None,
    writer: Writer | None,
    out: Path | None,
    baseline: Path | None,
    literal: bool,
) -> Evaluated:
    """Index the corpus where that is needed, ask the set, and judge the run.

    Another corpus than the project's own gets a store of its own inside the store folder.
    """
    asked = load_questions(questions or settings.eval.questions, literal=literal)
    own_set = questions is None and corpus is None
    place = corpus or settings.eval.corpus
    name = None if corpus is None else str(settings.store.path / "corpora" / content_id(str(place.resolve())))
    workshop = Workshop(settings, store=name)
    store = workshop.ready(place, progress=_progress, say=_progress)
    chosen = writer or settings.rag.writer
    engine = workshop.engine(store, model=chosen == "model")
    engine.wait_for_model()
    options = EvalOptions(
        writer=chosen,
        out=out,
        baseline=baseline or (_accepted(settings, chosen) if own_set else None),
        floors=settings.eval.floors if own_set else {},
        tolerance=settings.eval.tolerance,
        checked=own_set,
        started=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        config=settings.model_dump(mode="json"),
    )
    outcome = evaluate(engine, asked, articles=store.articles(), options=options)
    where = () if name is None else (f"The corpus is indexed in {name}; `verbatim articles --store {name}` lists it.",)
    return Evaluated(outcome.passed, (*outcome.lines, *where), outcome.judged.summary)


def _accepted(settings: Settings, writer: Writer) -> Path | None:
    path = settings.eval.questions.with_name(f"baseline-{writer}.json")
    return path if path.is_file() else None


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
