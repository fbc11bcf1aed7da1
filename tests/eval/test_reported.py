"""Readers' reports as questions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.check import check_questions
from eval.questions import Evidence, Question, load_questions
from eval.reported import Report, append, begun, load_reports
from index.errors import EvalError
from rag.answer import record
from tests.eval.scripted import answer, citation, corpus
from ui.sent import SentReport

CITED = citation(corpus()[0], 1, 1)
RECORD = record(answer("It cost 1000.", question="And what?", standalone="What did it cost?", citations=(CITED, CITED)))


def report(**parts: object) -> Report:
    """What the page writes of a bad answer."""
    sent = {"helpful": False, "reasons": ["unsupported_quote"], "question": "And what?", "answer": RECORD, **parts}
    row = {"at": "2026-11-21T20:00:00+00:00", **SentReport.model_validate(sent).model_dump(mode="json")}
    return Report.model_validate_json(json.dumps(row))


def test_a_report_begins_a_question() -> None:
    """With the completed question, what the answer cited, each once, and what a person has to say."""
    (row,) = begun([report(comment=" It is\nthe other one. ")], ())
    assert row == {
        "id": "reported-72b6b7eb",
        "question": "What did it cost?",
        "kind": "reported",
        "answerable": True,
        "facts": [],
        "evidence": [{"document": "aden.txt", "quote": "Ada Alt said the bridge in Aden cost 1000 crowns."}],
        "todo": "A reader says that a quote does not support its sentence: name the facts, and their quotes. "
        "They wrote: It is the other one. The evidence is what the answer cited: keep what is right of it.",
    }


def test_helpful_and_known_ones_begin_none() -> None:
    """An answer that helped is no case, nor a question that the set has, nor a second report of the same."""
    reports = [report(helpful=True), report(), report(reasons=["should_abstain"], comment="No!")]
    assert begun(reports[:1], ()) == ()
    assert begun(reports, [Question("q", ("What did it cost?",))]) == ()
    (row,) = begun(reports, ())
    assert row["answerable"] is False
    assert "does not support" in str(row["todo"])
    assert "They wrote: No!" in str(row["todo"])


def test_what_is_begun_is_refused_until_it_is_completed(tmp_path: Path) -> None:
    """The row can be read, the check names what is to be done, and lets it pass once the key is taken out."""
    path = tmp_path / "set.jsonl"
    path.write_text('{"id": "a", "question": "Who?"}', "utf-8")
    rows = begun([report()], load_questions(path))
    append(path, rows)
    first, second = load_questions(path)
    assert (first.id, second.evidence) == ("a", (Evidence("aden.txt", CITED.quote),))
    (problem,) = check_questions([first, second], corpus())
    assert str(problem).startswith(f"{second.id}: is not completed: A reader says that a quote does not support")
    assert str(problem).endswith("Then take the key `todo` out of its row")
    done = {key: value for key, value in rows[0].items() if key != "todo"} | {"facts": [["1000"]]}
    path.write_text(json.dumps(done), "utf-8")
    assert check_questions(load_questions(path), corpus()) == ()


def test_files_that_can_not_be_used(tmp_path: Path) -> None:
    """A broken report is named by its line, and a set that can't be written is an error."""
    path = tmp_path / "feedback.jsonl"
    path.write_text('{"helpful": false}', "utf-8")
    with pytest.raises(EvalError, match="line 1: question: Field required"):
        load_reports(path)
    with pytest.raises(EvalError, match="can't be written"):
        append(tmp_path, [{"id": "a"}])


def test_a_follow_up_without_its_completion() -> None:
    """An answer whose record tells nothing begins a row with the words that were typed."""
    (row,) = begun([report(answer={})], ())
    assert (row["question"], row["evidence"]) == ("And what?", [])
