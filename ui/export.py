"""An answer as the Markdown file that the page copies and downloads."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answer import Answer, Citation
from ui.verdict import undisputed_numbers, used_numbers, verdict_of
from ui.words import UNKNOWN_OUTLET, plain_markdown, shown_date, shown_quote


def markdown_export(answer: Answer) -> str:
    """Write an answer as Markdown: question, verdict, sentences with footnotes, and a footnote for each quote."""
    verdict = verdict_of(answer)
    parts = [f"# {plain_markdown(answer.question)}", f"**{verdict['words']}.** {verdict['reason']}"]
    standing = [claim for claim in answer.claims if not claim.removed]
    if standing:
        parts.append(" ".join(plain_markdown(each.text) + _marks(each.citations) for each in standing))
    for each in answer.disagreements:
        sides = [f"- {plain_markdown(side.position)} {_marks(side.citations)}" for side in each.sides]
        parts.append("\n".join([f"## {plain_markdown(each.claim)}", "", *sides]))
    if undisputed := undisputed_numbers(answer):
        parts.append(f"Not in dispute: {_marks(undisputed)}")
    used = used_numbers(answer)
    if verdict["kind"] == "absent" and used:
        parts.append(f"Closest passages:{_marks(used)}")
    parts.extend(plain_markdown(note) for note in answer.notes)
    parts.extend(_footnote(each) for each in answer.citations if each.number in used)
    return "\n\n".join(parts) + "\n"


def _marks(numbers: Sequence[int]) -> str:
    return "".join(f"[^{number}]" for number in numbers)


def _footnote(citation: Citation) -> str:
    """Write a quote with all that is known of where it stands."""
    title = f"*{plain_markdown(citation.title)}*, " if citation.title else ""
    return (
        f"[^{citation.number}]: “{plain_markdown(shown_quote(citation.quote))}” {title}"
        f"{plain_markdown(citation.outlet or UNKNOWN_OUTLET)}, {shown_date(citation.published)}. "
        f"{plain_markdown(citation.document)}, characters {citation.start}–{citation.end}."
    )
