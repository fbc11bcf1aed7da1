"""A run as files."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from eval.outputs import (
    answers_jsonl,
    changes,
    junit_xml,
    number,
    run_json,
    shown,
    summary_json,
    summary_markdown,
    table,
    write_files,
)
from eval.questions import Question
from eval.suite import EvalOptions, Outcome, evaluate
from index.errors import EvalError
from rag.answer import Answer
from tests.eval.scripted import Perfect, corpus, questions, reword


class Negligent(Perfect):
    """Drops negations, and raises where it is asked of Lima's speaker."""

    def answer(self, asked: Question) -> Answer:
        """Almost right."""
        if asked.id == "who-lima":
            raise OSError("a <broken>\x00 line")
        return reword(super().answer(asked), "not closed", "closed")


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """Seventy-two questions, of which thirteen go wrong and one can't be scored."""
    unscorable = Question("open", ("Any news?",), kind="open")
    return evaluate(
        Negligent(), (*questions(), unscorable), articles=corpus(), options=EvalOptions(started="2024-05-17")
    )


def test_answers_in_the_order_asked(outcome: Outcome) -> None:
    """A row a question, JSON each, with the error of the one that raised."""
    rows = [json.loads(line) for line in answers_jsonl(outcome.judged.run).splitlines()]
    assert [row["id"] for row in rows] == [row.question.id for row in outcome.judged.run.rows]
    assert {row["id"]: row["error"] for row in rows if "error" in row} == {"who-lima": "OSError: a <broken>\x00 line"}


def test_the_record_of_the_run(outcome: Outcome) -> None:
    """What the run was made by."""
    told = json.loads(run_json(outcome.judged.run))
    assert {key: told[key] for key in ("started", "articles", "asked", "failed", "writer", "written_by", "model")} == {
        "started": "2024-05-17",
        "articles": 12,
        "asked": 73,
        "failed": 1,
        "writer": "quotes",
        "written_by": {"quotes": 72},
        "model": None,
    }


def test_the_figures(outcome: Outcome) -> None:
    """Groups, checks, stages and questions are all in the file."""
    told = json.loads(summary_json(outcome.judged))
    assert told["groups"][0]["metrics"]["right"] == pytest.approx(59 / 72)
    assert told["groups"][0]["intervals"]["right"][0] < 59 / 72
    assert len(told["questions"]) == 73
    assert set(told["stages"].values()) == {"error", "not written"}
    assert told["passed"] is True
    assert {check["name"] for check in told["checks"]} >= {"floor quotes_exact", "answers some"}


def test_the_markdown_summary(outcome: Outcome) -> None:
    """It says what a reviewer needs: the verdict, the kinds, the metrics, the wrong ones."""
    text = summary_markdown(outcome.judged)
    assert text.startswith(
        "## Verbatim eval: passed\n\n73 questions, 12 of them unanswerable; writer quotes; 1 raised an error\n"
    )
    assert "| denial | 12 | 0.0 % | 100.0 % |" in text
    assert "| denial-aden | not written | Was the bridge in Aden closed in winter? |" in text


def test_junit(outcome: Outcome) -> None:
    """A case a question and a check, with failures, errors and skips told apart."""
    suites = ET.fromstring(junit_xml(outcome.judged))
    assert [{key: each.get(key) for key in ("name", "tests", "failures", "errors", "skipped")} for each in suites] == [
        {"name": "questions", "tests": "73", "failures": "12", "errors": "1", "skipped": "1"},
        {"name": "gate", "tests": "4", "failures": "0", "errors": "0", "skipped": "0"},
    ]
    error = suites.find(".//error")
    assert error is not None
    assert error.get("message") == "OSError: a <broken>\ufffd line"


def test_the_printed_table(outcome: Outcome) -> None:
    """Columns line up, all comes first, and the writer is told."""
    lines = table(outcome.judged.summary)
    assert len({len(line) for line in lines}) == 1
    assert [line.split()[0] for line in lines[1:4]] == ["all", "denial", "disagreement"]
    assert lines[1].split()[1:4] == ["73", "81.9", "%"]
    assert lines[-1].startswith("quotes (writer)")


def test_figures_as_people_read_them() -> None:
    """Shares in percent, numbers with the places they deserve, dashes for nothing."""
    assert [shown(each) for each in (None, 0.0, 0.8194, 1.0)] == ["–", "0.0 %", "81.9 %", "100.0 %"]
    assert [number(each) for each in (None, 0.0, 0.5, 1.0, 2.0, 9.5, 31.5)] == [
        "–",
        "0.000",
        "0.500",
        "1.000",
        "2",
        "9.500",
        "32",
    ]


def test_no_baseline_no_changes(outcome: Outcome) -> None:
    """Without a baseline nothing is compared."""
    assert changes(outcome.judged.verdict) == []


def test_a_folder_that_can_not_be_written(tmp_path: Path) -> None:
    """It is an error that names the option."""
    (tmp_path / "file").write_text("")
    with pytest.raises(EvalError, match="Name another folder with --out"):
        write_files(tmp_path / "file", {"a": "b"})


def test_files_are_written(tmp_path: Path) -> None:
    """Into a folder that is made, whatever the characters."""
    assert write_files(tmp_path / "new" / "run", {"a.txt": "é \ud800"}) == (tmp_path / "new" / "run" / "a.txt",)
    assert (tmp_path / "new" / "run" / "a.txt").read_text("utf-8") == "é \\ud800"
