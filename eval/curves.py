"""The curves of the report, as coordinates: what is drawn where, not how it looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

from eval import metrics
from eval.score import Score
from eval.speed import Speed
from eval.summary import selective, told_answerable

LEFT, TOP, WIDTH, HEIGHT = 44, 14, 300, 190
"""The plotting area within a picture of 360 by 250."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of a curve: where it is, how large, and what it tells on hovering."""

    x: float
    y: float
    radius: float
    tells: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A curve in a square from 0 to 1 both ways, and its figure in words.

    `reference` is a line to compare with, and `dashed` says what that line is. `ticks` and `levels` are the places
    and labels across and upwards.
    """

    title: str
    says: str
    across: str
    up: str
    line: str
    dots: tuple[Dot, ...]
    reference: str = ""
    dashed: str = ""
    ticks: tuple[tuple[float, str], ...] = ()
    levels: tuple[tuple[float, str], ...] = tuple(
        (TOP + HEIGHT * (1 - share), f"{100 * share:.0f} %") for share in (0, 0.5, 1)
    )


def reliability_chart(scores: Sequence[Score]) -> Chart | None:
    """Answerability said against answerability true, in ten bins; None without answers."""
    said, truths = told_answerable(scores)
    if not said:
        return None
    bins = metrics.calibration_bins(said, truths)
    dots = tuple(
        Dot(
            _x(each.said),
            _y(each.true),
            3 + 5 * (each.size / len(said)) ** 0.5,
            f"{each.size} questions: said {each.said:.2f}, true {each.true:.2f}",
        )
        for each in bins
    )
    area, gap = metrics.roc_auc(said, truths), metrics.calibration_error(said, truths)
    return Chart(
        title="Is its probability honest?",
        says=f"On average {gap or 0:.3f} off" + (f"; ROC area {area:.3f}" if area is not None else ""),
        across="probability said that the corpus answers",
        up="share that it does answer",
        line=_path([(each.said, each.true) for each in bins]),
        dots=dots,
        reference=_path([(0, 0), (1, 1)]),
        dashed="what is said is what is true",
        ticks=_SHARES,
    )


def risk_chart(scores: Sequence[Score]) -> Chart | None:
    """The share without a right answer among the most confident, by how many are taken; None without scores."""
    said, wrong = selective(scores)
    points = metrics.risk_coverage(said, wrong)
    if not points:
        return None
    return Chart(
        title="Do the surest answers err least?",
        says=f"Mean risk {metrics.risk_coverage_area(said, wrong) or 0:.3f}; at full coverage {points[-1].risk:.3f}",
        across="share of questions taken, surest first",
        up="share of them without a right answer",
        line=_path([(point.coverage, point.risk) for point in points]),
        dots=(),
        reference=_path([(0, points[-1].risk), (1, points[-1].risk)]),
        dashed="taken in any order",
        ticks=_SHARES,
    )


def retrieval_chart(scores: Sequence[Score]) -> Chart | None:
    """Recall of evidence documents among the first 1 to 10; None where no question names evidence."""
    found = [each.found.recalls for each in scores if each.found]
    if not found:
        return None
    means = [metrics.mean(column) or 0.0 for column in zip(*found, strict=True)]
    points = [((k - 1) / (len(means) - 1), value) for k, value in enumerate(means, 1)]
    dots = tuple(Dot(_x(x), _y(y), 3.5, f"first {k}: {y:.3f}") for k, (x, y) in enumerate(points, 1))
    return Chart(
        title="Is the evidence found?",
        says=f"{100 * means[0]:.0f} % of the evidence documents come first, {100 * means[3]:.0f} % among the first 4",
        across="documents looked at",
        up="share of evidence documents found",
        line=_path(points),
        dots=dots,
        ticks=tuple((_x((k - 1) / (len(means) - 1)), str(k)) for k in (1, 4, 7, 10)),
    )


def growth_chart(speed: Speed) -> Chart | None:
    """Seconds to evidence by the size of the corpus, tenfold from mark to mark; None where one size was measured."""
    sizes = speed.growth
    if len(sizes) < 2:
        return None
    top = max(max(each.evidence, each.bare) for each in sizes) * 1.15
    low, high = log10(sizes[0].passages), log10(sizes[-1].passages)
    across = [(log10(each.passages) - low) / (high - low) for each in sizes]
    ours = [(x, each.evidence / top) for x, each in zip(across, sizes, strict=True)]
    times = sizes[-1].evidence / sizes[0].evidence
    larger = sizes[-1].passages / sizes[0].passages
    return Chart(
        title="Does it stay fast as the corpus grows?",
        says=f"{times:.1f} times the seconds for {larger:.0f} times the passages",
        across="passages of the corpus",
        up="median seconds until evidence is shown",
        line=_path(ours),
        dots=tuple(
            Dot(_x(x), _y(y), 4, f"{each.passages:,} passages: {each.evidence:.3f} s, engines alone {each.bare:.3f} s")
            for (x, y), each in zip(ours, sizes, strict=True)
        ),
        reference=_path([(x, each.bare / top) for x, each in zip(across, sizes, strict=True)]),
        dashed="embedding, Chroma and BM25 alone",
        ticks=tuple((_x(x), f"{each.passages:,}") for x, each in zip(across, sizes, strict=True)),
        levels=tuple((_y(share), f"{top * share:.2f} s") for share in (0, 0.5, 1)),
    )


def _x(share: float) -> float:
    return round(LEFT + WIDTH * share, 1)


def _y(share: float) -> float:
    return round(TOP + HEIGHT * (1 - share), 1)


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{_x(x)},{_y(y)}" for x, y in points)


_SHARES = tuple((_x(share), f"{100 * share:.0f} %") for share in (0, 0.5, 1))
