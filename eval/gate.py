"""Whether a run may be accepted: against floors, and against the last accepted run.

A baseline is that last run in a small JSON file: its metrics, and what came of each question. It belongs
to one question set; another set needs another baseline.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from eval.chance import Interval, chance_of_drop, interval
from eval.questions import Question, set_hash
from eval.run import Run
from eval.score import Score
from eval.summary import METRICS, Summary
from index.errors import EvalError

ALWAYS: Mapping[str, float] = {"quotes_exact": 1.0, "grounded": 1.0}
"""Floors that hold without being asked for. The one of `quotes_exact` can't be lowered."""

SIGNIFICANT = 0.05
"""A fall of `right` that chance makes less often than this fails, however small it is."""

_BETTER = {metric.name: metric.better for metric in METRICS}


class Before(BaseModel):
    """What came of one question in the baseline run."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    right: bool | None
    abstained: bool
    answer: str = ""


class Baseline(BaseModel):
    """The last accepted run. `questions` is the hash of its set."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    questions: str
    writer: str
    model: str | None = None
    commit: str | None = None
    started: str = ""
    corpus: str = ""
    metrics: dict[str, float | None]
    rows: dict[str, Before]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that the gate asked, and what it found."""

    name: str
    passed: bool
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """All checks, and against a baseline: the questions that changed, and whether chance explains it.

    `lost` were right and are not now, `won` the reverse, `changed` have another answer text. `chance` is
    the p-value of the fall of `right`, `difference` the 95 % interval of its change.
    """

    checks: tuple[Check, ...]
    lost: tuple[str, ...] = ()
    won: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    chance: float | None = None
    difference: Interval | None = None

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(check.passed for check in self.checks)

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(check for check in self.checks if not check.passed)


def judge(
    summary: Summary,
    scores: Sequence[Score],
    baseline: Baseline | None = None,
    *,
    floors: Mapping[str, float] | None = None,
    tolerance: float = 0.02,
    answers: Mapping[str, str] | None = None,
) -> Verdict:
    """Hold a run against its floors and its baseline.

    A floor of a metric that is better low is its ceiling; `kind.metric` names that of one kind of questions. A metric
    may fall `tolerance` below its baseline; `right` must besides not fall by more than chance. `answers` are the texts
    by question, to tell which changed. Raises EvalError for a floor of an unknown metric or kind.
    """
    refuse_unknown(floors or {}, kinds=[each.kind for each in scores])
    checks = [*_floors(summary, floors or {}), *_both_ways(scores)]
    if baseline is None:
        return Verdict(tuple(checks))
    pairs = _pairs(scores, baseline)
    before, after = [float(each.was) for each in pairs], [float(each.now) for each in pairs]
    chance = chance_of_drop(before, after)
    checks += _drops(summary, baseline, tolerance)
    checks.append(_fall(before, after, chance))
    texts = answers or {}
    return Verdict(
        tuple(checks),
        lost=tuple(each.id for each in pairs if each.was and not each.now),
        won=tuple(each.id for each in pairs if each.now and not each.was),
        changed=tuple(key for key, text in texts.items() if key in baseline.rows and baseline.rows[key].answer != text),
        chance=chance,
        difference=interval([now - was for was, now in zip(before, after, strict=True)]),
    )


def make_baseline(run: Run, scores: Iterable[Score], summary: Summary) -> Baseline:
    """The run as the baseline of later ones."""
    texts = answer_texts(run)
    return Baseline(
        questions=run.questions,
        writer=run.writer,
        model=run.model,
        commit=run.setting.commit,
        started=run.setting.started,
        corpus=run.setting.corpus,
        metrics=dict(summary.overall.metrics),
        rows={each.id: Before(right=each.right, abstained=each.abstained, answer=texts[each.id]) for each in scores},
    )


def load_baseline(path: Path, questions: Iterable[Question]) -> Baseline:
    """Read the baseline of this question set; EvalError where it can't be read or belongs to another set."""
    remedy = f"Make a new one: take it away, run `verbatim eval --out DIR`, and copy DIR/baseline.json to {path}."
    try:
        baseline = Baseline.model_validate(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        reason = f"{error.error_count()} of its fields are wrong" if isinstance(error, ValidationError) else str(error)
        raise EvalError(f"The baseline {path} can't be used: {reason}. {remedy}") from None
    wanted = set_hash(questions)
    if baseline.questions != wanted:
        raise EvalError(f"The baseline {path} is of the question set {baseline.questions}, this is {wanted}. {remedy}")
    return baseline


def answer_texts(run: Run) -> dict[str, str]:
    """The texts of a run's answers by question; empty where there is no answer."""
    return {row.question.id: row.answer.text if row.answer else "" for row in run.rows}


def refuse_unknown(floors: Iterable[str], *, kinds: Iterable[str]) -> None:
    """Raise EvalError for a floor of a metric, or of a kind of questions, that there is not."""
    known = set(kinds)
    for floor in floors:
        kind, _, metric = floor.rpartition(".")
        if metric not in _BETTER:
            raise EvalError(f"There is no metric {metric} to set a floor for. There are: {', '.join(_BETTER)}.")
        if kind and kind not in known:
            found = ", ".join(sorted(known))
            raise EvalError(f"There is no question of the kind {kind} to set a floor for. There are: {found}.")


@dataclass(frozen=True, slots=True)
class _Pair:
    id: str
    was: bool
    now: bool


def _pairs(scores: Sequence[Score], baseline: Baseline) -> list[_Pair]:
    known = [(each, baseline.rows[each.id].right) for each in scores if each.id in baseline.rows]
    return [_Pair(each.id, was, each.right) for each, was in known if was is not None and each.right is not None]


def _floors(summary: Summary, asked: Mapping[str, float]) -> list[Check]:
    by_kind = {group.name: group for group in summary.by("kind")}
    checks = []
    for name, floor in {**ALWAYS, **asked, "quotes_exact": 1.0}.items():
        kind, _, metric = name.rpartition(".")
        value = (by_kind[kind] if kind else summary.overall).metrics[metric]
        if value is None:
            checks.append(Check(f"floor {name}", name not in asked, f"{name} can't be told from this run"))
            continue
        ceiling = _BETTER[metric] != "higher"
        told = f"{name} is {value:.3f}, {'at most' if ceiling else 'at least'} {floor:g} is asked"
        checks.append(Check(f"floor {name}", value <= floor if ceiling else value >= floor, told))
    return checks


def _both_ways(scores: Sequence[Score]) -> list[Check]:
    if len({each.answerable for each in scores}) < 2:
        return []
    abstained = sum(each.abstained for each in scores)
    return [
        Check(
            "answers some",
            abstained < len(scores),
            f"{len(scores) - abstained} of {len(scores)} questions were answered",
        ),
        Check("abstains on some", abstained > 0, f"{abstained} of {len(scores)} questions were left unanswered"),
    ]


def _drops(summary: Summary, baseline: Baseline, tolerance: float) -> list[Check]:
    checks = []
    for name, better in _BETTER.items():
        was, now = baseline.metrics.get(name), summary.overall.metrics[name]
        if better is None or was is None:
            continue
        if now is None:
            checks.append(
                Check(f"baseline {name}", passed=False, message=f"{name} was {was:.3f} and can't be told now")
            )
            continue
        fall = was - now if better == "higher" else now - was
        message = f"{name} was {was:.3f}, is {now:.3f}; {tolerance:g} is tolerated"
        checks.append(Check(f"baseline {name}", fall <= tolerance + 1e-9, message))
    return checks


def _fall(before: Sequence[float], after: Sequence[float], chance: float) -> Check:
    fell = sum(after) < sum(before)
    message = (
        f"right went from {sum(before):g} to {sum(after):g} of {len(before)} questions; p of such a fall {chance:.3f}"
    )
    return Check("more than chance", not (fell and chance < SIGNIFICANT), message)
