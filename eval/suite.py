"""`verbatim eval` as one function: check the set, ask, score, judge, write everything down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from llama_index.core.llms import LLM

from eval.beside import ask_peer
from eval.check import Problem, check_questions, unfinished
from eval.citing import Articles
from eval.gate import answer_texts, judge, load_baseline, make_baseline, refuse_unknown
from eval.judge import opinions
from eval.lost import Lost, lost_at
from eval.outputs import (
    Judged,
    answers_jsonl,
    asked_for,
    changes,
    junit_xml,
    run_json,
    summary_json,
    summary_markdown,
    table,
    write_files,
)
from eval.questions import Question
from eval.report import report_html
from eval.run import Asked, Progress, Run, make_setting, run_questions
from eval.score import score
from eval.speed import Speed, speed_json
from eval.summary import summarize
from index.article import Article
from index.errors import EvalError
from rag.answer import Writer


@dataclass(frozen=True, slots=True)
class EvalOptions:
    """How a set is run and judged.

    `out` None writes nothing. `started` is the time of the run and `config` the effective settings, both
    only recorded. `checked` False runs a set whose facts are not patterns of our own, as of the public
    sets. `root` is the folder whose commit is recorded. `peer` is asked the same questions, `judge` gives its
    opinion of our answers, and `speed` is measured after them; none of the three is in the gate.
    """

    writer: Writer = "quotes"
    out: Path | None = None
    baseline: Path | None = None
    floors: Mapping[str, float] = field(default_factory=dict)
    tolerance: float = 0.02
    checked: bool = True
    started: str = ""
    config: Mapping[str, object] = field(default_factory=dict)
    root: Path = Path()
    progress: Progress | None = None
    peer: Asked | None = None
    peer_name: str = ""
    judge: LLM | None = None
    speed: Callable[[], Speed] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: the judged run, the lines to print, and the files written."""

    judged: Judged
    lines: tuple[str, ...]
    files: tuple[Path, ...]

    @property
    def passed(self) -> bool:
        """Whether the gate lets the run pass."""
        return self.judged.verdict.passed


def evaluate(
    engine: Asked, questions: Sequence[Question], *, articles: Iterable[Article], options: EvalOptions
) -> Outcome:
    """Run a set over the articles that the engine has indexed, and judge the run.

    Raises EvalError for a set that its corpus contradicts, a baseline that does not fit, or a floor of an
    unknown metric or kind: all before the first question is asked.
    """
    corpus = tuple(articles)
    refuse_unknown(options.floors, kinds=[each.kind for each in questions])
    _refuse(check_questions(questions, corpus) if options.checked else unfinished(questions))
    baseline = load_baseline(options.baseline, questions) if options.baseline else None
    setting = make_setting(corpus, started=options.started, config=options.config, root=options.root)
    run = run_questions(engine, questions, writer=options.writer, setting=setting, progress=options.progress)
    if options.out:  # A run can take an hour: what comes after it may fail, and the answers stay.
        write_files(options.out, {"answers.jsonl": answers_jsonl(run)})
    by_document = {article.document: article for article in corpus}
    scores = tuple(score(row, by_document, writer=run.writer) for row in run.rows)
    summary = summarize(scores)
    verdict = judge(
        summary, scores, baseline, floors=options.floors, tolerance=options.tolerance, answers=answer_texts(run)
    )
    judged = Judged(run, scores, _lost(run, by_document), summary, verdict, baseline)
    judged = _with_what_was_asked_for(judged, questions, by_document, options)
    files = write_files(options.out, _texts(judged, by_document)) if options.out else ()
    return Outcome(judged, _lines(judged), files)


def _with_what_was_asked_for(
    judged: Judged, questions: Sequence[Question], articles: Articles, options: EvalOptions
) -> Judged:
    beside = judgement = speed = None
    if options.peer:
        beside = ask_peer(options.peer_name, options.peer, questions, articles, progress=options.progress)
    if options.judge:
        judgement = opinions(judged.run, options.judge)
    if options.speed:
        speed = options.speed()
    return replace(judged, beside=beside, judgement=judgement, speed=speed)


def refuse(questions: Sequence[Question], articles: Iterable[Article]) -> None:
    """Raise EvalError where the corpus contradicts the set, naming the first twenty problems."""
    _refuse(check_questions(questions, articles))


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        named = "".join(f"\n  {problem}" for problem in problems[:20])
        more = f"\n  and {len(problems) - 20} more" if len(problems) > 20 else ""
        raise EvalError(f"The question set does not fit its corpus; {len(problems)} to mend:{named}{more}")


def _lost(run: Run, articles: Articles) -> dict[str, Lost]:
    found = ((row.question.id, lost_at(row, articles)) for row in run.rows)
    return {key: stage for key, stage in found if stage is not None}


def _texts(judged: Judged, articles: Articles) -> dict[str, str]:
    baseline = make_baseline(judged.run, judged.scores, judged.summary)
    beside = {"peer.jsonl": answers_jsonl(judged.beside.run)} if judged.beside else {}
    speed = {"speed.json": speed_json(judged.speed)} if judged.speed else {}
    return {
        "answers.jsonl": answers_jsonl(judged.run),
        "run.json": run_json(judged.run),
        "summary.json": summary_json(judged),
        "summary.md": summary_markdown(judged),
        "junit.xml": junit_xml(judged),
        "baseline.json": baseline.model_dump_json(indent=1) + "\n",
        "report.html": report_html(judged, articles),
        **beside,
        **speed,
    }


def _lines(judged: Judged) -> tuple[str, ...]:
    run, verdict = judged.run, judged.verdict
    stood_in = {name: count for name, count in run.written_by.items() if name != run.writer}
    notes = [
        f"{count} of {len(run.rows)} answers were written by {name}, not by {run.writer}"
        for name, count in stood_in.items()
    ]
    unscorable = judged.summary.overall.unscorable
    if unscorable:
        notes.append(
            f"Right is told of {len(run.rows) - unscorable} of {len(run.rows)} questions: the others name no fact that "
            "an answer could hold word for word"
        )
    if judged.baseline and judged.baseline.corpus != run.setting.corpus:
        notes.append("The corpus is not the one of the baseline")
    if judged.baseline and judged.baseline.writer != run.writer:
        notes.append(f"The baseline was written by {judged.baseline.writer}")
    wrong = [f"  {key}: {stage}" for key, stage in judged.lost.items()]
    return (
        *table(judged.summary),
        "",
        *notes,
        *(line for lines in asked_for(judged) for line in lines),
        *([f"Wrong: {len(wrong)}", *wrong] if wrong else []),
        *changes(verdict),
        *(f"FAILED {check.name}: {check.message}" for check in verdict.failures),
        f"The gate {'passed' if verdict.passed else 'FAILED'}.",
    )
