"""The report: one HTML file that opens from disk and asks nothing of the network.

Turns a judged run into what the template shows; the template only lays it out. Everything from articles,
questions and answers is escaped by the template engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.beside import compared, seconds_ratio
from eval.citing import Articles, is_exact, shown_claims
from eval.curves import Chart, growth_chart, reliability_chart, retrieval_chart, risk_chart
from eval.gate import Before
from eval.judge import Opinion
from eval.lost import STAGES
from eval.outputs import SHOWN, Judged, changes, number, shown
from eval.run import Row
from eval.score import Score
from eval.summary import METRICS, Group, Metric
from rag.answer import Citation

TEMPLATES = Path(__file__).parent / "templates"
CONTEXT = 220
"""Characters of the article shown before and after a quote."""

_TILES = (
    "right",
    "grounded",
    "quotes_exact",
    "citation_precision",
    "citation_recall",
    "abstention_precision",
    "abstention_recall",
    "seconds_evidence_median",
)


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure at the top: its value, its interval, and how far it moved from the baseline."""

    name: str
    meaning: str
    value: str
    share: float | None
    spread: str
    moved: str
    better: bool | None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table by kind: each cell has its share from 0 to 1 and what is shown."""

    name: str
    by: str
    questions: int
    cells: tuple[tuple[str, float | None, str], ...]


@dataclass(frozen=True, slots=True)
class Quoted:
    """A citation in its article: the words before, the quote, the words after."""

    number: int
    source: str
    before: str
    quote: str
    after: str
    exact: bool
    used: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A question with all that came of it."""

    row: Row
    score: Score
    outcome: str
    stage: str
    quoted: tuple[Quoted, ...]
    evidence: tuple[Quoted, ...]
    before: Before | None
    change: str
    peer: str | None = None
    opinion: Opinion | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of the table of all metrics."""

    name: str
    value: str
    spread: str
    before: str
    meaning: str


def report_html(judged: Judged, articles: Articles) -> str:
    """The whole page."""
    # Only who writes a report pays for loading the template engine.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    cases = [_case(row, score, judged, articles) for row, score in zip(judged.run.rows, judged.scores, strict=True)]
    return environment.get_template("report.html").render(
        run=judged.run,
        overall=judged.summary.overall,
        verdict=judged.verdict,
        changes=changes(judged.verdict),
        baseline=judged.baseline,
        tiles=tiles(judged),
        headings=[name.replace("_", " ") for name in SHOWN],
        lines=[_line(group) for group in judged.summary.groups if group.by != "all"],
        charts=charts(judged.scores),
        stages=stages(judged),
        cases=cases,
        asked={row.question.id for row in judged.run.rows},
        kinds=sorted({case.score.kind for case in cases}),
        figures=figures(judged),
        **_asked_for(judged),
    )


def _asked_for(judged: Judged) -> dict[str, object]:
    """What was asked for beside the run: the peer's figures, the judge's, and those of speed."""
    beside, speed = judged.beside, judged.speed
    return {
        "beside": beside,
        "compared": compared(judged.summary, beside) if beside else (),
        "slower": seconds_ratio(judged.summary, beside) if beside else None,
        "judgement": judged.judgement,
        "speed": speed,
        "growth": growth_chart(speed) if speed else None,
        "writers": list(dict.fromkeys(each.writer for each in speed.parts)) if speed else [],
        "figure": number,
    }


def tiles(judged: Judged) -> list[Tile]:
    """The figures at the top: shares in percent, and the seconds until evidence is shown."""
    return [_tile(metric, judged) for name in _TILES for metric in METRICS if metric.name == name]


def _tile(metric: Metric, judged: Judged) -> Tile:
    value, span = judged.summary.overall.metrics[metric.name], judged.summary.overall.intervals.get(metric.name)
    was = judged.baseline.metrics.get(metric.name) if judged.baseline else None
    change = None if was is None or value is None else value - was
    if metric.better is None:
        name, told, share, least = "seconds to evidence", "–" if value is None else f"{value:.2f} s", None, 0.005
        moved = f"{change or 0:+.2f} s"
    else:
        name, told, share, least = metric.name.replace("_", " "), shown(value), value, 0.0005
        moved = f"{100 * (change or 0):+.1f} points"
    same = change is None or abs(change) < least
    return Tile(
        name=name,
        meaning=metric.meaning,
        value=told,
        share=share,
        spread=f"{100 * span.low:.0f}–{100 * span.high:.0f} %" if span else "",
        moved="" if change is None else "as before" if same else moved.replace("-", "−"),
        better=None if change is None or same or metric.better is None else change > 0,
    )


def charts(scores: Sequence[Score]) -> list[Chart]:
    """The curves that the scores are enough for."""
    made = (reliability_chart(scores), risk_chart(scores), retrieval_chart(scores))
    return [chart for chart in made if chart]


def stages(judged: Judged) -> list[tuple[str, str, int, float]]:
    """How many wrong ones each stage lost: its name, what it means, the count, and its share of the largest."""
    found = list(judged.lost.values())
    largest = max((found.count(name) for name, _ in STAGES), default=0)
    return [
        (name, meaning, found.count(name), found.count(name) / largest) for name, meaning in STAGES if name in found
    ]


def figures(judged: Judged) -> list[Figure]:
    """Every metric, with its interval and its baseline."""
    overall, before = judged.summary.overall, judged.baseline.metrics if judged.baseline else {}
    made = []
    for metric in METRICS:
        span = overall.intervals.get(metric.name)
        spread = f"{span.low:.3f}–{span.high:.3f}" if span else ""
        was = number(before.get(metric.name)) if judged.baseline else ""
        made.append(
            Figure(metric.name.replace("_", " "), number(overall.metrics[metric.name]), spread, was, metric.meaning)
        )
    return made


def in_article(citation: Citation, articles: Articles, *, used: bool = True) -> Quoted:
    """A citation with the words around it; without them where its span is not its quote."""
    exact, article = is_exact(citation, articles), articles.get(citation.document)
    told = citation.when and f"tells of {citation.when}"
    known = [citation.speaker, citation.outlet, citation.published, told, citation.title or citation.document]
    source = " · ".join(each for each in known if each)
    if not exact or article is None:
        return Quoted(citation.number, source, "", citation.quote, "", exact, used)
    before = article.text[max(0, citation.start - CONTEXT) : citation.start]
    after = article.text[citation.end : citation.end + CONTEXT]
    return Quoted(
        citation.number,
        source,
        before if citation.start <= CONTEXT else f"…{before.partition(' ')[2]}",
        citation.quote,
        after if citation.end + CONTEXT >= len(article.text) else f"{after.rpartition(' ')[0]}…",
        exact,
        used,
    )


def _line(group: Group) -> Line:
    cells = tuple((name.replace("_", " "), group.metrics[name], shown(group.metrics[name])) for name in SHOWN)
    return Line(group.name, group.by, group.questions, cells)


def _case(row: Row, score: Score, judged: Judged, articles: Articles) -> Case:
    answer = row.answer
    used = {number for claim in shown_claims(answer) for number in claim.citations} if answer else set()
    before = judged.baseline.rows.get(row.question.id) if judged.baseline else None
    verdict = judged.verdict
    return Case(
        row=row,
        score=score,
        outcome="error" if score.failed else {True: "right", False: "wrong", None: "unscorable"}[score.right],
        stage=judged.lost.get(score.id, ""),
        quoted=tuple(in_article(each, articles, used=each.number in used) for each in answer.citations)
        if answer
        else (),
        evidence=tuple(in_article(each.citation, articles) for each in row.evidence),
        before=before,
        change="lost" if score.id in verdict.lost else "won" if score.id in verdict.won else "",
        peer=_peer_answer(judged, score.id),
        opinion=judged.judgement.opinions.get(score.id) if judged.judgement else None,
    )


def _peer_answer(judged: Judged, key: str) -> str | None:
    rows = judged.beside.run.rows if judged.beside else ()
    row = next((each for each in rows if each.question.id == key), None)
    if row is None:
        return None
    if row.answer is None:
        return row.error
    return row.answer.text or "It declined to answer."
