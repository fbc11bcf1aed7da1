"""Scores summed up: every metric, over all questions and by kind, seen and unseen, and writer.

`METRICS` is the one list of the metrics: their names, what is better, and what they mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from eval import metrics
from eval.chance import Interval, interval
from eval.questions import FALSE_PREMISE
from eval.score import Found, Score

Scores = Sequence[Score]
By = Literal["all", "kind", "seen", "writer"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. `better` None is told, not judged. `parts` gives the numbers whose mean it is, where it is one."""

    name: str
    better: Literal["higher", "lower"] | None
    meaning: str
    value: Callable[[Scores], float | None]
    parts: Callable[[Scores], list[float]] | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The metrics of some of the questions: `by` says how they were chosen, `name` which they are.

    `intervals` has the 95 % bootstrap intervals of the metrics that are means over questions.
    """

    by: By
    name: str
    questions: int
    answerable: int
    unanswerable: int
    unscorable: int
    failed: int
    metrics: Mapping[str, float | None]
    intervals: Mapping[str, Interval]


@dataclass(frozen=True, slots=True)
class Summary:
    """All groups: everything first, then by kind, by seen and unseen, by writer."""

    groups: tuple[Group, ...]

    @property
    def overall(self) -> Group:
        """The group of all questions."""
        return self.groups[0]

    def by(self, what: By) -> tuple[Group, ...]:
        """The groups that were chosen this way."""
        return tuple(group for group in self.groups if group.by == what)


def summarize(scores: Iterable[Score]) -> Summary:
    """Sum up scores; their order makes no difference."""
    ordered = sorted(scores, key=lambda each: each.id)
    groups = [_group("all", "all", ordered, with_intervals=True)]
    cuts: tuple[tuple[By, Callable[[Score], str]], ...] = (
        ("kind", lambda each: each.kind),
        ("seen", lambda each: "unseen" if each.unseen else "seen"),
        ("writer", lambda each: each.writer),
    )
    for by, name_of in cuts:
        names = sorted({name_of(each) for each in ordered})
        groups += [_group(by, name, [each for each in ordered if name_of(each) == name]) for name in names]
    return Summary(tuple(groups))


def _group(by: By, name: str, scores: Scores, *, with_intervals: bool = False) -> Group:
    intervals = {}
    if with_intervals:
        found = {each.name: interval(each.parts(scores)) for each in METRICS if each.parts}
        intervals = {key: value for key, value in found.items() if value}
    answerable = sum(each.answerable for each in scores)
    return Group(
        by=by,
        name=name,
        questions=len(scores),
        answerable=answerable,
        unanswerable=len(scores) - answerable,
        unscorable=sum(each.right is None for each in scores),
        failed=sum(each.failed for each in scores),
        metrics={each.name: each.value(scores) for each in METRICS},
        intervals=intervals,
    )


def _left_unanswered(each: Score) -> bool | None:
    """None where there is an answer, or where an answer told the false premise."""
    return None if each.answerable or (each.right and not each.abstained) else each.abstained


def _mean(
    name: str, meaning: str, take: Callable[[Score], float | None], better: Literal["higher", "lower"] = "higher"
) -> Metric:
    def parts(scores: Scores) -> list[float]:
        return [float(value) for each in scores if (value := take(each)) is not None]

    return Metric(name, better, meaning, lambda scores: metrics.mean(parts(scores)), parts)


def _found(take: Callable[[Found], float | None]) -> Callable[[Score], float | None]:
    return lambda each: take(each.found) if each.found else None


def told(scores: Scores) -> tuple[list[float], list[Score]]:
    """The answerabilities that were said, and the scores that they belong to."""
    known = [each for each in scores if each.answerability is not None]
    return [each.answerability or 0.0 for each in known], known


def told_answerable(scores: Scores) -> tuple[list[float], list[bool]]:
    """The answerabilities that were said, and whether there is an answer; without the questions of false premise.

    Whether the articles "answer" those is a matter of definition, and a probability can't be held against it.
    """
    said, known = told([each for each in scores if each.kind != FALSE_PREMISE])
    return said, [each.answerable for each in known]


def _roc_auc(scores: Scores) -> float | None:
    return metrics.roc_auc(*told_answerable(scores))


def _calibration_error(scores: Scores) -> float | None:
    return metrics.calibration_error(*told_answerable(scores))


def selective(scores: Scores) -> tuple[list[float], list[bool]]:
    """Confidences and errors for risk and coverage: only a right answer to an answerable question is no error.

    A false premise that is told is none either.
    """
    said, known = told([each for each in scores if each.right is not None])
    return said, [not (each.right and (each.answerable or each.kind == FALSE_PREMISE)) for each in known]


def _risk_coverage_area(scores: Scores) -> float | None:
    return metrics.risk_coverage_area(*selective(scores))


def _exact_parts(scores: Scores) -> list[float]:
    return [float(exact) for each in scores for exact in each.exact]


def _exact(scores: Scores) -> float | None:
    return metrics.mean(_exact_parts(scores))


def _claim_support(scores: Scores) -> float | None:
    claims = sum(each.claims for each in scores)
    return 1 - sum(each.removed for each in scores) / claims if claims else None


def _seconds(name: str, meaning: str, take: Callable[[Score], float | None]) -> tuple[Metric, Metric]:
    def taken(scores: Scores) -> list[float]:
        return [value for each in scores if (value := take(each)) is not None]

    return (
        Metric(f"seconds_{name}_median", None, f"{meaning}, median", lambda scores: metrics.median(taken(scores))),
        Metric(
            f"seconds_{name}_p95",
            None,
            f"{meaning}, 95th percentile",
            lambda scores: metrics.percentile95(taken(scores)),
        ),
    )


def _words_median(scores: Scores) -> float | None:
    return metrics.median([float(each.words) for each in scores if each.words is not None])


def _removed(scores: Scores) -> float:
    return float(sum(each.removed for each in scores))


METRICS: tuple[Metric, ...] = (
    _mean("right", "every fact and nothing forbidden, or abstained where that is due", lambda s: s.right),
    _mean("grounded", "answers whose every sentence is supported by exact citations", lambda s: s.grounded),
    Metric("quotes_exact", "higher", "citations whose span is their quote, to the character", _exact, _exact_parts),
    _mean("citation_precision", "cited sentences that are evidence, per answer", lambda s: s.citation_precision),
    _mean("citation_recall", "facts that a cited sentence holds, per answer", lambda s: s.citation_recall),
    _mean("attribution_right", "answers whose citation of the fact names its speaker", lambda s: s.attribution),
    _mean("date_right", "answers whose citation of the fact has its dates", lambda s: s.dated),
    _mean("claims_held", "sentences with the numbers, names, negation and words of what they cite", lambda s: s.held),
    Metric("claim_support", "higher", "written sentences that verification let stand", _claim_support),
    _mean("abstention_precision", "abstentions that were due", lambda s: s.due if s.abstained else None),
    _mean("abstention_recall", "unanswerable questions left so", _left_unanswered),
    Metric("roc_auc", "higher", "how well answerability tells the answerable from others; 0.5 is chance", _roc_auc),
    Metric("calibration_error", "lower", "gap of answerability and truth, 10 bins of equal mass", _calibration_error),
    Metric("risk_coverage_area", "lower", "mean share not answered rightly, over all cuts", _risk_coverage_area),
    _mean("recall_4", "evidence documents among the first 4 retrieved", _found(lambda f: f.recalls[3])),
    _mean("recall_10", "evidence documents among the first 10 retrieved", _found(lambda f: f.recalls[9])),
    _mean("ndcg_10", "the same, worth more the earlier they come (nDCG)", _found(lambda f: f.ndcg)),
    _mean("mrr", "one over the place of the first evidence document", _found(lambda f: f.reciprocal_rank)),
    _mean("sentence_recall_10", "evidence sentences that the first 10 passages hold", _found(lambda f: f.sentences)),
    _mean("disagreement_shown", "questions on a disagreement where every side is shown", lambda s: s.disagreement),
    _mean("all_facts", "answers that hold every fact, whatever else they say", lambda s: s.complete),
    _mean("wrong_alone", "answers that say what is wrong and nothing that is right", lambda s: s.misled, "lower"),
    Metric("words_median", None, "words of an answer, median", _words_median),
    Metric("removed_claims", None, "sentences taken out, in all", _removed),
    *_seconds("evidence", "seconds until evidence is shown", lambda s: s.seconds.evidence if s.seconds else None),
    *_seconds("first_word", "seconds until the first word", lambda s: s.seconds.first_word if s.seconds else None),
    *_seconds("total", "seconds for the whole answer", lambda s: s.seconds.total if s.seconds else None),
)
