"""Accepting a run, or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from eval.gate import Baseline, Before, judge, load_baseline, make_baseline
from eval.questions import Question, set_hash
from eval.run import run_questions
from eval.score import Score, score
from eval.summary import summarize
from index.errors import EvalError
from tests.eval.scripted import Perfect, corpus, questions

RIGHT = Score(
    "", "fact", answerable=True, unseen=False, writer="quotes", right=True, abstained=False, answerability=0.9
)
WHO = replace(RIGHT, id="x", kind="who")
_RIGHT = {"R": True, "W": False, "?": None}


def some(right: str, **parts: object) -> tuple[Score, ...]:
    """Scores of answerable questions, a letter each: Right, Wrong or ?; and of one rightly left unanswered."""
    rows = [replace(RIGHT, id=f"q{number}", right=_RIGHT[each]) for number, each in enumerate(right)]
    told = [replace(each, **parts) for each in rows]  # type: ignore[arg-type]  # fields of Score, by name
    return (*told, replace(RIGHT, id="none", answerable=False, due=True, abstained=True, answerability=0.1))


def before(scores: Sequence[Score], **changed: float | None) -> Baseline:
    """The baseline of these scores, with some metrics changed."""
    figures = {**summarize(scores).overall.metrics, **changed}
    rows = {each.id: Before(right=each.right, abstained=each.abstained, answer="old") for each in scores}
    return Baseline(questions="x", writer="quotes", metrics=figures, rows=rows)


def failed(
    scores: Sequence[Score], baseline: Baseline | None = None, floors: Mapping[str, float] | None = None
) -> set[str]:
    """The names of the checks that fail."""
    verdict = judge(summarize(scores), scores, baseline, floors=floors)
    assert verdict.passed is not bool(verdict.failures)
    return {check.name for check in verdict.failures}


@pytest.mark.parametrize(
    ("scores", "floors", "expected"),
    [
        (some("RR"), {}, set()),
        (some("RW"), {"right": 0.6}, set()),
        (some("RWW"), {"right": 0.6}, {"floor right"}),
        (some("R", exact=(True, False)), {}, {"floor quotes_exact"}),
        (some("R", exact=(True, False)), {"quotes_exact": 0.1}, {"floor quotes_exact"}),
        (some("RR", grounded=True), {}, set()),
        (some("RR", grounded=False), {}, {"floor grounded"}),
        (some("RR", grounded=False), {"grounded": 0.0}, set()),
        (some("R"), {"grounded": 0.5}, {"floor grounded"}),
        (some("R"), {"disagreement_shown": 0.5}, {"floor disagreement_shown"}),
        (some("R"), {"risk_coverage_area": 0.5}, set()),
        (some("R"), {"risk_coverage_area": 0.1}, {"floor risk_coverage_area"}),
        (some("R", words=50), {"words_median": 40}, {"floor words_median"}),
        ((*some("RW"), WHO), {"who.right": 1.0, "fact.right": 0.6}, set()),
        ((*some("RW"), WHO), {"who.right": 1.0, "fact.right": 0.7}, {"floor fact.right"}),
        ((*some("R"), WHO), {"who.grounded": 0.5}, {"floor who.grounded"}),
        (some("R")[:1], {}, set()),
        (tuple(replace(each, abstained=True) for each in some("W")), {}, {"answers some"}),
        (tuple(replace(each, abstained=False) for each in some("R")), {}, {"abstains on some"}),
    ],
)
def test_floors(scores: tuple[Score, ...], floors: dict[str, float], expected: set[str]) -> None:
    """A missed floor fails, of a kind too; what is better low has a ceiling; exact quotes are never negotiable."""
    assert failed(scores, floors=floors) == expected


@pytest.mark.parametrize(
    ("floor", "says"),
    [
        ("rigth", r"no metric rigth to set a floor for\. There are: right, grounded"),
        ("fact.rigth", r"no metric rigth to set a floor for\."),
        ("whom.right", r"no question of the kind whom to set a floor for\. There are: fact\."),
    ],
)
def test_an_unknown_floor(floor: str, says: str) -> None:
    """It is refused, with the metrics or kinds that there are."""
    with pytest.raises(EvalError, match=says):
        failed(some("R"), floors={floor: 1})


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, set()),
        ({"right": 1.0 + 0.019}, set()),
        ({"right": 1.0 + 0.021}, {"baseline right"}),
        ({"right": 0.5}, set()),
        ({"risk_coverage_area": 0.0}, {"baseline risk_coverage_area"}),
        ({"risk_coverage_area": 0.9}, set()),
        ({"mrr": 0.5}, {"baseline mrr"}),
        ({"mrr": None}, set()),
        ({"words_median": 1000.0}, set()),
    ],
)
def test_the_baselines_metrics(changed: dict[str, float | None], expected: set[str]) -> None:
    """A metric that worsens past the tolerance, or is gone, fails; one that is only told does not."""
    scores = some("RR")
    assert failed(scores, before(scores, **changed)) == expected


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        ("R" * 200, "W" * 3 + "R" * 197, set()),
        ("R" * 400, "W" * 6 + "R" * 394, {"more than chance"}),
        ("R" * 400, "R" * 400, set()),
        ("W" * 6 + "R" * 394, "R" * 400, set()),
        ("R" * 6 + "W" * 6 + "R" * 388, "W" * 6 + "R" * 6 + "R" * 388, set()),
    ],
)
def test_more_than_chance(was: str, now: str, expected: set[str]) -> None:
    """Within the tolerance, a fall that chance does not explain fails."""
    scores = some(now)
    accepted = before(some(was), risk_coverage_area=None)
    assert failed(scores, accepted) == expected


def test_what_changed_is_named() -> None:
    """Both ways, with the texts that changed; unscorable and new questions are left out."""
    verdict = judge(
        summarize(some("WRR?")),
        some("WRR?"),
        before(some("RW?R")),
        answers={"q0": "new", "q1": "old", "q9": "new"},
    )
    assert (verdict.lost, verdict.won, verdict.changed) == (("q0",), ("q1",), ("q0",))
    assert verdict.chance == pytest.approx(0.75, abs=0.02)
    assert verdict.difference is not None
    assert verdict.difference.low < 0 < verdict.difference.high


def test_a_run_passes_against_itself(tmp_path: Path) -> None:
    """The same run again, in another order, changes nothing; its baseline survives the file."""
    asked, articles = questions(), {each.document: each for each in corpus()}
    run = run_questions(Perfect(), asked, writer="quotes")
    scores = [score(row, articles, writer="quotes") for row in run.rows]
    path = tmp_path / "baseline.json"
    path.write_text(make_baseline(run, scores, summarize(scores)).model_dump_json())
    baseline = load_baseline(path, asked[::-1])
    assert baseline == make_baseline(run, scores, summarize(scores))
    texts = {row.question.id: row.answer.text for row in run.rows if row.answer}
    verdict = judge(summarize(scores[::-1]), scores[::-1], baseline, answers=texts)
    assert (verdict.passed, verdict.lost, verdict.won, verdict.changed, verdict.chance) == (True, (), (), (), 1.0)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "can't be used: Expecting property name"),
        ("{}", "can't be used: 4 of its fields are wrong"),
        (None, "No such file"),
        (before(some("R")).model_dump_json(), "is of the question set x, this is"),
    ],
)
def test_a_baseline_that_does_not_fit(tmp_path: Path, text: str | None, says: str) -> None:
    """It is refused, with the way to a new one."""
    path = tmp_path / "baseline.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(EvalError) as caught:
        load_baseline(path, [Question("a", ("?",))])
    assert says in str(caught.value)
    assert f"copy DIR/baseline.json to {path}" in str(caught.value)


def test_the_baseline_knows_its_set() -> None:
    """By the hash of the set."""
    run = run_questions(Perfect(), questions(), writer="quotes")
    assert run.questions == set_hash(questions())
