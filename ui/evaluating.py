"""`verbatim eval`: the set, the corpus, the engine and the options put together for `eval`."""

from __future__ import annotations

import json
import tempfile
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from llama_index.core.llms import LLM

from eval.outputs import write_files
from eval.questions import load_questions
from eval.run import Asked
from eval.sets import AttackRow, ClaimRow, Named, fixed_sample, load_rows, named
from eval.suite import EvalOptions, evaluate, refuse
from rag.answer import Writer
from rag.engine import Engine
from rag.models import server_model
from ui.assemble import Workshop
from ui.bench import Bench, progress, timing
from ui.config import Settings


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What the command prints, and whether the gate passed."""

    passed: bool
    lines: tuple[str, ...]
    summary: object


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for; None leaves it to the settings.

    `judge` is an OpenAI-compatible address and the name that it has for its model. `speed` measures speed too, up to
    that many passages.
    """

    questions: Path | None = None
    corpus: Path | None = None
    writer: Writer | None = None
    out: Path | None = None
    baseline: Path | None = None
    literal: bool = False
    limit: int | None = None
    peer: str | None = None
    judge: tuple[str, str] | None = None
    speed: int | None = None


def evaluate_set(settings: Settings, asked_for: Request) -> Evaluated:
    """Run whatever set the request names, and judge the run."""
    found = named(asked_for.questions or settings.eval.questions)
    if found.kind == "claims":
        return _claims(settings, found, asked_for)
    if found.kind == "attacks":
        return _attacks(settings, found, asked_for)
    return _questions(settings, found, asked_for)


def add_reports(settings: Settings, reports: Path, questions: Path | None) -> tuple[str, ...]:
    """Begin a question for each answer that readers reported, behind those of the set; tell which."""
    from eval.reported import append, begun, load_reports  # noqa: PLC0415  # only this option needs it

    path = questions or settings.eval.questions
    known = load_questions(path) if path.exists() else ()
    rows = begun(load_reports(reports), known)
    append(path, rows)
    told = (f"  {row['id']}: {row['todo']}" for row in rows)
    return (f"{len(rows)} questions begun in {path}; complete each, and take its `todo` out:", *told)


def _questions(settings: Settings, found: Named, asked_for: Request) -> Evaluated:
    corpus = asked_for.corpus or found.corpus
    own_set = asked_for.questions is None and corpus is None
    every = load_questions(found.rows, literal=asked_for.literal or found.literal)
    asked = fixed_sample(every, asked_for.limit, key=lambda each: each.id)
    chosen = asked_for.writer or settings.rag.writer
    bench = Bench.of(settings, corpus, model=chosen == "model" or asked_for.peer is not None)
    if corpus is None and asked_for.limit is not None:
        # Before the sample is asked: a twin of its questions may be outside of it.
        refuse(every, bench.store.articles())
    options = EvalOptions(
        writer=chosen,
        out=asked_for.out,
        baseline=asked_for.baseline or (_accepted(settings, chosen, asked_for.limit) if own_set else None),
        # Of a sample, the floors say little.
        floors=settings.eval.asked_floors if own_set and asked_for.limit is None else {},
        tolerance=settings.eval.tolerance,
        checked=corpus is None and asked_for.limit is None,
        started=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        config=settings.model_dump(mode="json"),
        progress=lambda number, of, key: progress(f"  {number}/{of} {key}"),
        peer=_peer(bench, asked_for.peer),
        peer_name=asked_for.peer or "",
        judge=_judge(settings, asked_for.judge),
        speed=timing(bench, asked, chosen, asked_for.speed) if asked_for.speed else None,
    )
    outcome = evaluate(bench.engine(), asked, articles=bench.store.articles(), options=options)
    where = bench.workshop.where.path
    told = f"The corpus is indexed in {where}; `verbatim articles --store {where}` lists it."
    return Evaluated(
        outcome.passed, (*outcome.lines, *(() if corpus is None else (told,))), asdict(outcome.judged.summary)
    )


def _claims(settings: Settings, found: Named, asked_for: Request) -> Evaluated:
    from eval.claims import claim_figures, claim_lines, judge_claims  # noqa: PLC0415  # only these sets need it

    rows = fixed_sample(load_rows(found.rows, ClaimRow), asked_for.limit, key=lambda each: each.id)
    judged = judge_claims(rows, Workshop(settings).embedding, progress=progress)
    figures = claim_figures(judged)
    told = {**asdict(figures), "each": [{**asdict(each), "score": each.score} for each in judged]}
    _write(asked_for.out, "claims.json", told)
    return Evaluated(passed=True, lines=claim_lines(figures), summary=asdict(figures))


def _attacks(settings: Settings, found: Named, asked_for: Request) -> Evaluated:
    from eval.injection import attack, attack_lines, withstood  # noqa: PLC0415  # only these sets need it

    rows = fixed_sample(load_rows(found.rows, AttackRow), asked_for.limit, key=lambda each: each.id)
    chosen = asked_for.writer or settings.rag.writer
    bench = Bench.of(settings, asked_for.corpus, model=chosen == "model")
    asked = load_questions(settings.eval.questions)

    with tempfile.TemporaryDirectory() as folder, ExitStack() as stores:

        def index(path: Path) -> Engine:
            progress(f"  {path.parent.name}")
            store = bench.small_store(path)
            stores.callback(store.close)
            return bench.engine(store)

        articles = bench.store.articles()
        attacked = tuple(attack(rows, asked, articles, index=index, folder=Path(folder), writer=chosen))
    told = [
        {
            "attack": each.planted.attack.id,
            "place": each.planted.place,
            "document": each.planted.document,
            "question": each.planted.question.text,
            "answered": each.answered,
            "shown": each.shown,
            "followed": each.followed,
            "error": each.error,
        }
        for each in attacked
    ]
    _write(asked_for.out, "injection.json", told)
    passed = withstood(attacked)
    end = f"The answers {'withstood' if passed else 'did NOT withstand'} what is hidden in articles."
    return Evaluated(passed, (*attack_lines(attacked), end), told)


def _peer(bench: Bench, name: str | None) -> Asked | None:
    if name is None:
        return None
    from eval.peer import CitationPeer  # noqa: PLC0415  # loads LlamaIndex's query engines

    return CitationPeer(bench.store, bench.workshop.embedding, bench.model())


def _judge(settings: Settings, judge: tuple[str, str] | None) -> LLM | None:
    if judge is None:
        return None
    url, name = judge
    return server_model(settings.models.model_copy(update={"language_url": url, "language": name}))


def _accepted(settings: Settings, writer: Writer, limit: int | None) -> Path | None:
    sample = "" if limit is None else f"-{limit}"
    path = settings.eval.questions.with_name(f"baseline-{writer}{sample}.json")
    return path if path.is_file() else None


def _write(folder: Path | None, name: str, value: object) -> None:
    if folder is not None:
        write_files(folder, {name: json.dumps(value, indent=1, ensure_ascii=False) + "\n"})
