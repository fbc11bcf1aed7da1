"""Asking a set's questions in order, and keeping what came back with what it was made by.

Knows the engine only by `ask`, so that a peer can be asked the same. Scores nothing: that is
`eval.score`. Times are the engine's own, as they stand in the answer.
"""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Protocol

from eval.questions import Question, set_hash
from index.article import Article, content_id
from rag.answer import Answer, Done, Event, Evidence, EvidenceFound, Seconds, Turn, Writer, record

PACKAGES = ("verbatim", "llama-index-core", "chromadb", "tantivy", "onnxruntime", "tokenizers", "xllamacpp", "tiktoken")
_log = logging.getLogger(__name__)

Progress = Callable[[int, int, str], None]
"""Called before each question with its number, the number of questions, and its id."""


class Asked(Protocol):
    """What an engine must have to be asked: `rag.engine.Engine`, a peer, or a scripted one."""

    def ask(self, question: str, *, turns: Sequence[Turn] = (), writer: Writer | None = None) -> Iterator[Event]:
        """The events of answering; `Done` is last."""


@dataclass(frozen=True, slots=True)
class Row:
    """One question, the evidence that was shown for it, and its answer; or why there is none."""

    question: Question
    answer: Answer | None
    evidence: tuple[Evidence, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """What a run was made by: enough to make it again.

    `corpus` hashes the names and texts of the articles. `config` holds the effective settings, secrets masked.
    """

    started: str = ""
    commit: str | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    config: Mapping[str, object] = field(default_factory=dict)
    corpus: str = ""
    articles: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """All rows, in the order asked, and what made them. `writer` is who was asked to write."""

    rows: tuple[Row, ...]
    setting: Setting
    writer: Writer

    @property
    def questions(self) -> str:
        """The hash of the question set."""
        return set_hash(row.question for row in self.rows)

    @property
    def model(self) -> str | None:
        """The language model of the first answer that one wrote."""
        return next((row.answer.model for row in self.rows if row.answer and row.answer.model), None)

    @property
    def written_by(self) -> dict[str, int]:
        """How many answers each writer really wrote: quotes stand in where a model fails."""
        writers = [row.answer.writer for row in self.rows if row.answer]
        return {name: writers.count(name) for name in sorted(set(writers))}


def run_questions(
    engine: Asked,
    questions: Sequence[Question],
    *,
    writer: Writer,
    setting: Setting | None = None,
    progress: Progress | None = None,
) -> Run:
    """Ask each question, follow-ups after the engine's own answers to the turns before them.

    An engine that raises, or that ends without an answer, gives a row with the error and the run goes on.
    """
    rows = []
    for number, question in enumerate(questions, 1):
        if progress:
            progress(number, len(questions), question.id)
        rows.append(_row(engine, question, writer))
    return Run(tuple(rows), setting or Setting(), writer)


def make_setting(articles: Iterable[Article], *, started: str, config: Mapping[str, object], root: Path) -> Setting:
    """The record of the present commit, packages, settings and corpus."""
    # Not their ids: those differ with the folder that the same corpus was read from.
    contents = sorted(content_id(article.document, article.text) for article in articles)
    return Setting(started, _commit(root), _versions(), config, content_id(*contents)[:16], len(contents))


def answer_row(row: Row, writer: Writer) -> dict[str, object]:
    """The row of `answers.jsonl`. A question without an answer has an empty one, and `error`."""
    given = record(row.answer or _no_answer(row.question, writer))
    return {"id": row.question.id, **given, **({"error": row.error} if row.error else {})}


def _row(engine: Asked, question: Question, writer: Writer) -> Row:
    turns: list[Turn] = []
    evidence: tuple[Evidence, ...] = ()
    answer: Answer | None = None
    try:
        for text in question.turns:
            answer, evidence = None, ()
            for event in engine.ask(text, turns=tuple(turns), writer=writer):
                if isinstance(event, EvidenceFound):
                    evidence = event.evidence
                elif isinstance(event, Done):
                    answer = event.answer
            if answer is None:
                return Row(question, None, evidence, f"the engine ended without an answer to {text!r}")
            turns.append(Turn(text, answer.text))
    except Exception as error:  # noqa: BLE001  # one question of a batch: kept in its row, and wrong
        _log.warning("Question %s raised %s: %s", question.id, type(error).__name__, error)
        _log.debug("Question %s raised", question.id, exc_info=error)
        return Row(question, None, evidence, f"{type(error).__name__}: {error}")
    return Row(question, answer, evidence)


def _no_answer(question: Question, writer: Writer) -> Answer:
    return Answer(
        question=question.text,
        standalone=question.text,
        text="",
        abstained=False,
        reason=None,
        answerability=0.0,
        claims=(),
        citations=(),
        disagreements=(),
        retrieved=(),
        covered=(None, None),
        writer=writer,
        model=None,
        notes=(),
        seconds=Seconds(0.0, None, 0.0),
    )


def _commit(root: Path) -> str | None:
    try:
        found = subprocess.run(
            ["git", "rev-parse", "HEAD"],  # noqa: S607  # whichever git the person uses
            cwd=root, capture_output=True, text=True, check=True, timeout=10,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip()


def _versions() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
