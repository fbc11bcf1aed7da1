"""Asking questions in order."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from eval.questions import Question
from eval.run import Row, answer_row, make_setting, run_questions
from rag.answer import Event, Stage, Turn, Writer
from tests.eval.scripted import Perfect, corpus, questions


class Raises(Perfect):
    """Raises on one question, and ends early on another."""

    def ask(self, question: str, *, turns: Sequence[Turn] = (), writer: Writer | None = None) -> Iterator[Event]:
        """Fail in two ways."""
        if "Aden" in question:
            raise ValueError("no bridge")
        if "Bergen" in question:
            yield Stage("search", "")
            return
        yield from super().ask(question, turns=turns, writer=writer)


def test_every_question_has_a_row_in_order() -> None:
    """Rows are in the order asked, with the evidence that was shown."""
    asked, heard = questions(), []
    run = run_questions(Perfect(), asked, writer="quotes", progress=lambda *each: heard.append(each))
    assert [row.question for row in run.rows] == list(asked)
    assert [len(row.evidence) for row in run.rows[:6]] == [1, 1, 1, 2, 1, 0]
    assert heard[:2] == [(1, 72, "who-aden"), (2, 72, "when-aden")]
    assert (run.writer, run.model, run.written_by) == ("quotes", None, {"quotes": 72})


def test_follow_ups_hear_the_answers_before() -> None:
    """Each turn is asked with the engine's own answers to the turns before it, and with the writer."""
    engine = Perfect()
    asked = Question("f", ("When did the bridge in Cork open?", "And then?", "And then?"))
    run_questions(engine, [asked], writer="model")
    first = Turn("When did the bridge in Cork open?", "It opened to the people of Cork on 3 May 1992. [1]")
    assert engine.heard == [
        ("When did the bridge in Cork open?", (), "model"),
        ("And then?", (first,), "model"),
        ("And then?", (first, Turn("And then?", "")), "model"),
    ]


def test_a_question_that_raises_keeps_its_error(caplog: pytest.LogCaptureFixture) -> None:
    """The run goes on, and the row says what happened."""
    places = [Question(each, (f"Is there a bridge in {each}?",)) for each in ("Aden", "Bergen", "Cork")]
    with caplog.at_level(logging.CRITICAL, logger="eval.run"):
        run = run_questions(Raises(), places, writer="quotes")
    assert [(row.answer is None, row.error) for row in run.rows] == [
        (True, "ValueError: no bridge"),
        (True, "the engine ended without an answer to 'Is there a bridge in Bergen?'"),
        (False, None),
    ]


KEYS = [
    "id",
    "question",
    "answer",
    "abstained",
    "reason",
    "answerability",
    "claims",
    "citations",
    "disagreements",
    "retrieved",
    "writer",
    "model",
    "seconds",
]


def test_rows_have_the_keys_of_the_contract() -> None:
    """With an answer and without one."""
    run = run_questions(Perfect(), questions()[:1], writer="quotes")
    given = answer_row(run.rows[0], "quotes")
    assert set(KEYS) <= set(given)
    assert (given["id"], given["question"]) == ("who-aden", "Who said the bridge in Aden cost 1000?")
    assert "error" not in given
    failed = answer_row(Row(Question("q", ("a", "b")), None, error="boom"), "model")
    assert set(KEYS) <= set(failed)
    assert (failed["question"], failed["answer"], failed["abstained"], failed["writer"]) == ("b", "", False, "model")
    assert failed["error"] == "boom"
    json.dumps(failed)


def test_the_setting_says_what_made_the_run(tmp_path: Path) -> None:
    """Commit, versions, settings and corpus; no commit outside a repository."""
    articles = corpus()
    here = make_setting(articles, started="now", config={"rag": {"writer": "quotes"}}, root=Path(__file__).parent)
    assert here.commit is not None
    assert len(here.commit) == 40
    assert {"verbatim", "chromadb"} <= set(here.versions)
    assert (here.articles, here.started, here.config) == (12, "now", {"rag": {"writer": "quotes"}})
    away = make_setting(articles[::-1], started="now", config={}, root=tmp_path)
    assert (away.commit, away.corpus) == (None, here.corpus)
    other = replace(articles[0], text=articles[0].text + " Changed.")
    assert make_setting([other, *articles[1:]], started="", config={}, root=tmp_path).corpus != here.corpus
