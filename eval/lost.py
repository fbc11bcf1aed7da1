"""Where a wrong answer got lost on its way from the corpus to the page.

Follows the facts that the answer lacks backwards: were their articles indexed, were passages that hold
them retrieved, were their sentences chosen as evidence, was a claim that says them taken out?
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from eval.citing import Articles
from eval.match import date_forms, met, plain
from eval.questions import FALSE_PREMISE
from eval.run import Row
from eval.score import corrects, forbidden, is_right, said
from index.article import Description
from rag.answer import Answer, Citation

Lost = Literal[
    "error",
    "not indexed",
    "not retrieved",
    "not chosen",
    "wrongly abstained",
    "removed",
    "not written",
    "wrongly answered",
]
STAGES: tuple[tuple[Lost, str], ...] = (
    ("error", "asking raised an error, or ended without an answer"),
    ("not indexed", "an article that holds the evidence is not in the index"),
    ("not retrieved", "no retrieved passage holds what the answer lacks"),
    ("not chosen", "a passage held it, but its sentence was not among the evidence"),
    ("wrongly abstained", "the evidence held the answer, or what corrects the question, but it was not given"),
    ("removed", "a sentence said it, but was taken out as unsupported"),
    ("not written", "the evidence held it, but the answer does not say it"),
    ("wrongly answered", "it answers what the corpus does not hold, or says what is wrong"),
)
"""The stages in the order of the flow, each with what it means."""


def lost_at(row: Row, articles: Articles) -> Lost | None:
    """The first stage that lost what the answer lacks; None where the answer is right or can't be scored."""
    question, answer = row.question, row.answer
    if answer is None:
        return "error"
    if is_right(question, answer) is not False:
        return None
    if not answer.abstained and (not question.facts or forbidden(question, answer)):
        return "wrongly answered"
    if not question.answerable and question.kind != FALSE_PREMISE:
        return "wrongly answered"
    if any(document not in articles for document in question.documents):
        return "not indexed"
    told = said(answer) if not answer.abstained or corrects(question, answer) else ""
    return _lost_on_the_way([group for group in question.facts if not met(group, told)], row, answer, articles)


def _lost_on_the_way(lacking: list[tuple[str, ...]], row: Row, answer: Answer, articles: Articles) -> Lost:
    if not _hold(lacking, _passages(answer, articles)):
        return "not retrieved"
    chosen = [_told(each.citation.quote, each.citation) for each in row.evidence]
    if not _hold(lacking, chosen) and (chosen or not answer.abstained):
        return "not chosen"
    if answer.abstained:
        return "wrongly abstained"
    if _hold(lacking, [claim.text for claim in answer.claims if claim.removed]):
        return "removed"
    return "not written"


def _passages(answer: Answer, articles: Articles) -> list[str]:
    return [
        _told(article.text[each.start : each.end], article.about)
        for each in answer.retrieved
        if (article := articles.get(each.document)) is not None
    ]


def _told(text: str, about: Citation | Description) -> str:
    return f"{text} | {date_forms(about.published)} | {about.outlet or ''}"


def _hold(groups: list[tuple[str, ...]], texts: Iterable[str]) -> bool:
    held = plain(" | ".join(texts))
    return all(met(group, held) for group in groups)
