"""The whole of `verbatim eval`, but for its command."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval.outputs import asked_for
from eval.questions import Evidence, Question
from eval.speed import Figure, Speed
from eval.suite import EvalOptions, Outcome, evaluate, refuse
from eval.summary import METRICS
from index.errors import EvalError
from rag.answer import Answer
from rag.config import RagConfig
from rag.engine import Engine
from rag.models import ModelSlot
from tests.eval.scripted import Perfect, corpus, questions
from tests.fakes import TINY, HashEmbedding, ScriptedModel, build_store

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


def test_a_set_that_nobody_completed(tmp_path: Path) -> None:
    """A question with something left to fill in is refused, also where the set is not checked."""
    engine, begun = Perfect(), Question("r", ("?",), todo="Name the facts.")
    for checked in (True, False):
        with pytest.raises(EvalError, match=r"1 to mend:\n  r: is not completed: Name the facts\."):
            evaluate(engine, [begun], articles=corpus(), options=EvalOptions(checked=checked))
    assert engine.heard == []


def test_what_can_not_be_told_is_said() -> None:
    """Questions without facts are no part of `right`, and the lines say how many."""
    asked = [*questions()[2:5], Question("open", ("Is there a bridge in Cork?",))]
    lines = evaluate(Perfect(asked), asked, articles=corpus(), options=EvalOptions()).lines
    assert "Right is told of 3 of 4 questions: the others name no fact that an answer could hold word for word" in lines


SPEED = Speed("2 cores", (0.0, 0.1), (Figure("start", "s", 6.0, 4.0, "until ready"),), (), ())


def test_what_is_asked_for_beside_the_run(tmp_path: Path) -> None:
    """A peer, a judge and speed are told in lines, files and report, and change nothing of the verdict."""
    plain = evaluate(Perfect(), questions(), articles=corpus(), options=EvalOptions())
    options = EvalOptions(
        out=tmp_path, peer=Quotes(), peer_name="another", judge=ScriptedModel(*["YES"] * 500), speed=lambda: SPEED
    )
    outcome = evaluate(Perfect(), questions(), articles=corpus(), options=options)
    assert outcome.judged.verdict == plain.judged.verdict
    assert [each.name for each in outcome.files] == [*FILES, "peer.jsonl", "speed.json"]
    told = [lines[0] for lines in asked_for(outcome.judged)]
    assert told[0] == "Beside another, ours first:"
    assert told[1].startswith("scripted on 60 answers (not in the gate): 100.0 % faithful to what they cite")
    assert told[2] == "Speed on 2 cores, load 0.0 to 0.1"
    assert set(told) <= set(outcome.lines)
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert (summary["peer"][0]["ours"], summary["peer"][0]["theirs"]) == (1.0, pytest.approx(1 / 6))
    assert summary["judge"]["opinions"]["who-aden"]["faithful"] is True
    assert json.loads((tmp_path / "speed.json").read_text())["figures"][0]["ratio"] == 1.5
    assert "Beside another, ours first:" in (tmp_path / "summary.md").read_text()
    report = (tmp_path / "report.html").read_text()
    for heading in ("<h2>Beside another</h2>", "<h2>What scripted says</h2>", "<h2>Speed</h2>", "another says</h4>"):
        assert heading in report


def test_two_runs_of_the_real_engine_agree(tmp_path: Path) -> None:
    """No answer differs, whatever the order of the questions, and the second passes against the first."""
    store = build_store(tmp_path)
    asked = [Question(str(number), (each.text[:60],)) for number, each in enumerate(TINY)]
    asked += [Question("twice", ("What did the bridge cost a day?", "And the ferry?"))]

    def run(order: list[Question], **options: object) -> Outcome:
        engine = Engine(store, HashEmbedding(), ModelSlot(None, name="none"), RagConfig(answer_from=0.0))
        made = replace(EvalOptions(), **options)  # type: ignore[arg-type]  # fields of EvalOptions, by name
        return evaluate(engine, order, articles=store.articles(), options=made)

    first = run(asked, out=tmp_path / "1")
    second = run(asked[::-1], baseline=tmp_path / "1" / "baseline.json")
    assert (second.passed, second.judged.verdict.changed) == (True, ())
    timed = {each.name for each in METRICS if each.name.startswith("seconds")}
    figures = [
        {name: value for name, value in each.judged.summary.overall.metrics.items() if name not in timed}
        for each in (first, second)
    ]
    assert figures[0] == figures[1]
    store.close()
