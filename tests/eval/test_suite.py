"""The whole of `verbatim eval`, but for its command."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval.questions import Evidence, Question
from eval.suite import EvalOptions, evaluate, refuse
from index.errors import EvalError
from rag.answer import Answer
from tests.eval.scripted import Perfect, corpus, questions

FILES = ["answers.jsonl", "run.json", "summary.json", "summary.md", "junit.xml", "baseline.json", "report.html"]


def test_two_runs_agree(tmp_path: Path) -> None:
    """The second run passes against the first, with the same answers and the same figures, shuffled or not."""
    first = evaluate(Perfect(), questions(), articles=corpus(), options=EvalOptions(out=tmp_path / "1"))
    assert [each.name for each in first.files] == FILES
    assert first.lines[-1] == "The gate passed."
    options = EvalOptions(out=tmp_path / "2", baseline=tmp_path / "1" / "baseline.json")
    second = evaluate(Perfect(), questions()[::-1], articles=corpus()[::-1], options=options)
    assert second.passed
    assert second.judged.summary == first.judged.summary
    assert second.lines[-2:] == (
        "No question changed between right and wrong; p of a fall 1.000; 0 answers have another text",
        "The gate passed.",
    )
    answers = [sorted((tmp_path / each / "answers.jsonl").read_text().splitlines()) for each in ("1", "2")]
    assert answers[0] == answers[1]


class Quotes(Perfect):
    """Writes quotes though a model was asked for, and answers nothing."""

    def answer(self, asked: Question) -> Answer:
        """Abstain."""
        return replace(super().answer(replace(asked, answerable=False)), notes=("no model",))


def test_what_is_printed(tmp_path: Path) -> None:
    """A failing run names the checks, the wrong ones with their stages, and who really wrote."""
    evaluate(Perfect(), questions(), articles=corpus(), options=EvalOptions(out=tmp_path))
    options = EvalOptions(writer="model", baseline=tmp_path / "baseline.json", floors={"right": 0.5})
    outcome = evaluate(Quotes(), questions(), articles=corpus()[1:] + corpus()[:1], options=options)
    assert not outcome.passed
    assert "The baseline was written by quotes" in outcome.lines
    assert "  who-aden: wrongly abstained" in outcome.lines
    assert "FAILED floor right: right is 0.167, at least 0.5 is asked" in outcome.lines
    assert outcome.lines[-1] == "The gate FAILED."
    assert outcome.files == ()


def test_a_set_that_its_corpus_contradicts() -> None:
    """It is refused before anything is asked, with what is to be mended; unless it is not to be checked."""
    engine, lacking = Perfect(), Question("q", ("?",), evidence=(Evidence("x.txt"),))
    with pytest.raises(EvalError, match=r"1 to mend:\n  q: its evidence document 'x.txt' is not among the 12 articles"):
        evaluate(engine, [lacking], articles=corpus(), options=EvalOptions())
    assert engine.heard == []
    assert evaluate(engine, [lacking], articles=corpus(), options=EvalOptions(checked=False)).passed


def test_many_problems_are_cut() -> None:
    """Twenty are named, the others counted."""
    many = [Question(str(number), ("?",), evidence=(Evidence("x.txt"),)) for number in range(25)]
    with pytest.raises(EvalError, match=r"25 to mend:(\n  .*){20}\n  and 5 more$"):
        refuse(many, corpus())


def test_what_does_not_fit_is_refused_before_asking(tmp_path: Path) -> None:
    """Floors and baselines are read first."""
    engine = Perfect()
    for options in (EvalOptions(floors={"x": 1}), EvalOptions(baseline=tmp_path / "none.json")):
        with pytest.raises(EvalError):
            evaluate(engine, questions(), articles=corpus(), options=options)
    assert engine.heard == []


def test_the_config_is_recorded(tmp_path: Path) -> None:
    """As it was given, paths as text."""
    options = EvalOptions(out=tmp_path, config={"store": {"path": Path("x")}}, started="now")
    evaluate(Perfect(), questions(), articles=corpus(), options=options)
    told = json.loads((tmp_path / "run.json").read_text())
    assert (told["config"], told["started"]) == ({"store": {"path": "x"}}, "now")
