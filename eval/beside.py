"""A peer's run beside ours: the same questions, over the same articles, scored alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.citing import Articles
from eval.questions import Question
from eval.run import Asked, Progress, Run, run_questions
from eval.score import Score, score
from eval.summary import METRICS, Summary, summarize

COMPARED = (
    "right",
    "grounded",
    "quotes_exact",
    "citation_precision",
    "citation_recall",
    "attribution_right",
    "date_right",
    "claims_held",
    "claim_support",
    "abstention_precision",
    "abstention_recall",
    "disagreement_shown",
    "recall_4",
    "ndcg_10",
    "words_median",
    "seconds_evidence_median",
    "seconds_total_median",
)
"""The metrics that both can be held to, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A peer's run, scored and summed up as ours is."""

    name: str
    run: Run
    scores: tuple[Score, ...]
    summary: Summary


@dataclass(frozen=True, slots=True)
class Compared:
    """One metric of both; `better` says who is ahead, None where neither is or nothing is better."""

    name: str
    meaning: str
    ours: float | None
    theirs: float | None
    better: bool | None


def ask_peer(
    name: str, peer: Asked, questions: Sequence[Question], articles: Articles, *, progress: Progress | None = None
) -> Beside:
    """Ask a peer the questions and score its answers."""
    run = run_questions(peer, questions, writer="model", progress=progress)
    scores = tuple(score(row, articles, writer="model") for row in run.rows)
    return Beside(name, run, scores, summarize(scores))


def compared(ours: Summary, beside: Beside) -> tuple[Compared, ...]:
    """The metrics of both runs, side by side."""
    by_name = {each.name: each for each in METRICS}
    found = []
    for name in COMPARED:
        own, other = ours.overall.metrics[name], beside.summary.overall.metrics[name]
        found.append(Compared(name, by_name[name].meaning, own, other, _ahead(name, own, other)))
    return tuple(found)


def seconds_ratio(ours: Summary, beside: Beside) -> float | None:
    """How many times as long as ours its median answer takes."""
    own, other = (each.overall.metrics["seconds_total_median"] for each in (ours, beside.summary))
    return other / own if own and other else None


def beside_lines(ours: Summary, beside: Beside) -> tuple[str, ...]:
    """Both runs in plain text."""
    rows = [
        f"  {each.name.replace('_', ' ')}: {_told(each.ours)} against {_told(each.theirs)}"
        for each in compared(ours, beside)
    ]
    ratio = seconds_ratio(ours, beside)
    took = (f"An answer of {beside.name} takes {ratio:.2f} times as long as one of ours",) if ratio else ()
    return (f"Beside {beside.name}, ours first:", *rows, *took)


def _ahead(name: str, ours: float | None, theirs: float | None) -> bool | None:
    if ours is None or theirs is None or ours == theirs or name == "words_median":
        return None
    return ours < theirs if name.startswith("seconds") else ours > theirs


def _told(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
