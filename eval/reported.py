"""Readers' reports become questions: what the page keeps of a bad answer, as rows that a person completes.

A row is begun with what the report tells; what only a person can say stands in its `todo`, and the check refuses the
set until somebody has answered it and taken the key out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from eval.questions import Question
from eval.sets import load_rows
from index.errors import EvalError

Reason = Literal["unsupported_quote", "missing", "wrong_source", "should_abstain"]

_ASKS: dict[Reason, str] = {
    "unsupported_quote": "A reader says that a quote does not support its sentence: name the facts, and their quotes.",
    "missing": "A reader says that something is missing: name all facts, and the quotes that hold them.",
    "wrong_source": "A reader says that a source is wrong: name the facts, the right quotes, and speaker or date.",
    "should_abstain": "A reader says that the articles do not answer this: if so, keep `answerable` false.",
}


class _Cited(BaseModel):
    model_config = ConfigDict(frozen=True)
    document: str
    quote: str


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)
    answer: str = ""
    standalone: str | None = None
    citations: tuple[_Cited, ...] = ()


class Report(BaseModel):
    """A row of the page's feedback file; of the answer's record only what a question can be begun with."""

    model_config = ConfigDict(frozen=True)
    at: str = ""
    helpful: bool
    reasons: tuple[Reason, ...] = ()
    comment: str = ""
    question: str = Field(min_length=1)
    answer: _Record = _Record()


def load_reports(path: Path) -> tuple[Report, ...]:
    """Read a feedback file. Raises EvalError with the line of the first row that is no report."""
    return load_rows(path, Report)


def begun(reports: Iterable[Report], known: Iterable[Question]) -> tuple[dict[str, object], ...]:
    """Begin a row for each question that was reported as badly answered and that no set has yet.

    Several reports of one question become one row, whose `todo` tells them all.
    """
    asked = {each.text for each in known}
    bad: dict[str, list[Report]] = {}
    for each in reports:
        text = _asked(each)
        if not each.helpful and text not in asked:
            bad.setdefault(text, []).append(each)
    return tuple(_row(text, found) for text, found in bad.items())


def append(path: Path, rows: Sequence[dict[str, object]]) -> None:
    """Put rows behind those of a set, which is made where it is missing. Raises EvalError where it can't be written."""
    try:
        before = path.read_text("utf-8") if path.exists() else ""
        border = "" if not before or before.endswith("\n") else "\n"
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        with path.open("a", encoding="utf-8") as file:
            file.write(border + lines)
    except OSError as error:
        raise EvalError(f"The question set {path} can't be written: {error}. Name another one.") from None


def _asked(report: Report) -> str:
    """The question so that it can be asked by itself: a follow-up as the engine completed it."""
    return " ".join((report.answer.standalone or report.question).split())


def _row(text: str, reports: Sequence[Report]) -> dict[str, object]:
    last = reports[-1]
    reasons = list(dict.fromkeys(reason for each in reports for reason in each.reasons))
    said = [f"They wrote: {' '.join(each.comment.split())}" for each in reports if each.comment.strip()]
    asks = [_ASKS[each] for each in reasons] or ["A reader reported the answer: name the facts and the quotes."]
    cited = list(dict.fromkeys((each.document, each.quote) for each in last.answer.citations))
    return {
        "id": f"reported-{hashlib.sha256(text.encode()).hexdigest()[:8]}",
        "question": text,
        "kind": "reported",
        "answerable": "should_abstain" not in reasons,
        "facts": [],
        "evidence": [{"document": document, "quote": quote} for document, quote in cited],
        "todo": " ".join([*asks, *said, "The evidence is what the answer cited: keep what is right of it."]),
    }
