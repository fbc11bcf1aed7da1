"""A run as files: the answers, the record of the run, the figures, a Markdown summary and JUnit XML.

Renders to strings; only `write_files` writes.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from eval.beside import Beside, beside_lines, compared
from eval.gate import Baseline, Check, Verdict
from eval.judge import Judgement, judgement_lines
from eval.lost import Lost
from eval.run import Row, Run, answer_row
from eval.score import Score
from eval.speed import Speed, speed_lines
from eval.summary import METRICS, Group, Summary
from index.errors import EvalError

SHOWN = ("right", "grounded", "citation_precision", "citation_recall", "abstention_precision", "abstention_recall")
"""The metrics of the short table."""

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Judged:
    """Everything that is known of a finished run. `lost` has the stage that lost each wrong answer.

    The last three were asked for, or are None: a peer's run, a language model's opinion, and how fast it is.
    """

    run: Run
    scores: tuple[Score, ...]
    lost: Mapping[str, Lost]
    summary: Summary
    verdict: Verdict
    baseline: Baseline | None = None
    beside: Beside | None = None
    judgement: Judgement | None = None
    speed: Speed | None = None


def write_files(folder: Path, texts: Mapping[str, str]) -> tuple[Path, ...]:
    """Write the texts under their names into the folder, made where it is missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, "utf-8", errors="backslashreplace")
    except OSError as error:
        raise EvalError(f"{folder} can't be written: {error}. Name another folder with --out.") from None
    return tuple(folder / name for name in texts)


def answers_jsonl(run: Run) -> str:
    """A row a question, in the order asked."""
    return "".join(json.dumps(answer_row(row, run.writer), ensure_ascii=False) + "\n" for row in run.rows)


def run_json(run: Run) -> str:
    """What the run was made by."""
    told = {
        **asdict(run.setting),
        "questions": run.questions,
        "asked": len(run.rows),
        "failed": sum(row.answer is None for row in run.rows),
        "writer": run.writer,
        "written_by": run.written_by,
        "model": run.model,
    }
    return json.dumps(told, indent=2, ensure_ascii=False, default=str) + "\n"


def summary_json(judged: Judged) -> str:
    """The figures of every group, the verdict, and what came of each question."""
    verdict = judged.verdict
    told = {
        "groups": [asdict(group) for group in judged.summary.groups],
        "passed": verdict.passed,
        **asdict(verdict),
        "stages": dict(judged.lost),
        "peer": [asdict(each) for each in compared(judged.summary, judged.beside)] if judged.beside else None,
        "judge": asdict(judged.judgement) if judged.judgement else None,
        "questions": [asdict(each) for each in judged.scores],
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def table(summary: Summary) -> list[str]:
    """The short table in plain text: all, by kind, seen and unseen, by writer."""
    groups = [group for group in summary.groups if group.by != "seen" or len(summary.by("seen")) > 1]
    head = [
        "",
        "n",
        *(name.replace("citation", "cite").replace("abstention", "abstain").replace("_", " ") for name in SHOWN),
    ]
    rows = [[label(group), str(group.questions), *(shown(group.metrics[name]) for name in SHOWN)] for group in groups]
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    return [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in [head, *rows]
    ]


def label(group: Group) -> str:
    """What a group is called in a table."""
    return f"{group.name} (writer)" if group.by == "writer" else group.name


def shown(value: float | None) -> str:
    """A share as people read it: a percentage, or a dash where there is none."""
    return "–" if value is None else f"{100 * value:.1f} %"


def summary_markdown(judged: Judged) -> str:
    """The summary that a pull request shows."""
    overall, verdict = judged.summary.overall, judged.verdict
    lines = [
        f"## Verbatim eval: {'passed' if verdict.passed else 'failed'}",
        "",
        f"{overall.questions} questions, {overall.unanswerable} of them unanswerable; writer {judged.run.writer}"
        + (f" ({judged.run.model})" if judged.run.model else "")
        + (f"; {overall.failed} raised an error" if overall.failed else ""),
        "",
        *(f"- **Failed** {check.name}: {check.message}" for check in verdict.failures),
        *(f"- {line}" for line in changes(verdict)),
        "",
        f"| | n | {' | '.join(name.replace('_', ' ') for name in SHOWN)} |",
        "|---|---:|" + "---:|" * len(SHOWN),
        *(
            f"| {label(group)} | {group.questions} | {' | '.join(shown(group.metrics[name]) for name in SHOWN)} |"
            for group in judged.summary.groups
        ),
        "",
        "| metric | value | 95 % interval | baseline | what it is |",
        "|---|---:|---:|---:|---|",
        *_metric_rows(judged),
        "",
        *_wrong(judged),
        *(f"\n{lines[0]}\n\n" + "\n".join(f"- {each.strip()}" for each in lines[1:]) for lines in asked_for(judged)),
    ]
    return "\n".join(lines) + "\n"


def asked_for(judged: Judged) -> list[tuple[str, ...]]:
    """What was asked for beside the run, in words: a heading and its lines each."""
    found: list[tuple[str, ...]] = []
    if judged.beside:
        found.append(beside_lines(judged.summary, judged.beside))
    if judged.judgement:
        found.append(judgement_lines(judged.judgement))
    if judged.speed:
        found.append(speed_lines(judged.speed))
    return found


def changes(verdict: Verdict) -> list[str]:
    """What changed against the baseline, in words; nothing without one."""
    if verdict.chance is None:
        return []
    lines = [
        f"{word}: {', '.join(ids)}"
        for word, ids in (("Was right, is wrong now", verdict.lost), ("Was wrong, is right now", verdict.won))
        if ids
    ]
    moved = "No question changed between right and wrong"
    if lines and verdict.difference:
        low, high = 100 * verdict.difference.low, 100 * verdict.difference.high
        moved = f"Right moved by {low:+.1f} to {high:+.1f} points (95 %)"
    return [*lines, f"{moved}; p of a fall {verdict.chance:.3f}; {len(verdict.changed)} answers have another text"]


def junit_xml(judged: Judged) -> str:
    """A test case a question and a check of the gate, for the test reports of CI systems."""
    suites = ET.Element("testsuites", name="verbatim eval")
    cases = [_junit_case(row, score, judged) for row, score in zip(judged.run.rows, judged.scores, strict=True)]
    _junit_suite(suites, "questions", cases)
    _junit_suite(suites, "gate", [_junit_check(check) for check in judged.verdict.checks])
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _junit_suite(suites: ET.Element, name: str, cases: list[ET.Element]) -> None:
    suite = ET.SubElement(suites, "testsuite", name=name, tests=str(len(cases)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(sum(case.find(tag) is not None for case in cases)))
    suite.extend(cases)


def _junit_case(row: Row, score: Score, judged: Judged) -> ET.Element:
    total = f"{score.seconds.total:.3f}" if score.seconds else "0"
    case = ET.Element("testcase", classname=_xml(f"eval.{score.kind}"), name=_xml(score.id), time=total)
    if score.failed:
        ET.SubElement(case, "error", message=_xml(row.error or "no answer"))
    elif score.right is None:
        ET.SubElement(case, "skipped", message="no facts to score by")
    elif not score.right:
        found = ET.SubElement(case, "failure", message=judged.lost.get(score.id, "wrong"))
        found.text = _xml(f"{row.question.text}\n{row.answer.text if row.answer else ''}")
    return case


def _junit_check(check: Check) -> ET.Element:
    case = ET.Element("testcase", classname="eval.gate", name=check.name)
    if not check.passed:
        ET.SubElement(case, "failure", message=check.message)
    return case


def _metric_rows(judged: Judged) -> list[str]:
    overall, before = judged.summary.overall, judged.baseline.metrics if judged.baseline else {}
    rows = []
    for metric in METRICS:
        span = overall.intervals.get(metric.name)
        cells = [
            metric.name.replace("_", " "),
            number(overall.metrics[metric.name]),
            f"{span.low:.3f} to {span.high:.3f}" if span else "",
            number(before.get(metric.name)) if judged.baseline else "",
            metric.meaning,
        ]
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def number(value: float | None) -> str:
    """A figure with as many places as it deserves; a dash where there is none."""
    if value is None:
        return "–"
    return f"{value:.0f}" if value >= 10 or (value == int(value) and value > 1) else f"{value:.3f}"


def _wrong(judged: Judged) -> list[str]:
    if not judged.lost:
        return ["No question was answered wrongly."]
    texts: Mapping[str, str] = {row.question.id: row.question.text for row in judged.run.rows}
    listed: Sequence[str] = [f"| {key} | {stage} | {_cell(texts[key])} |" for key, stage in judged.lost.items()]
    return ["| wrong | lost at | question |", "|---|---|---|", *listed]


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())[:200]


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
