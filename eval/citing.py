"""What an answer cites, judged: are its quotes exact, is every sentence carried, by whom and when was it said.

Pure functions of a question, an answer and the articles. A figure that they can't tell (nothing cited, nothing
asked about the speaker) is None.
"""

from __future__ import annotations

from collections.abc import Mapping

from eval import metrics
from eval.check import evidence_spans
from eval.match import all_met, date_forms, met, overlap, plain, unmarked
from eval.questions import FALSE_PREMISE, Question
from index.article import Article
from rag.answer import Answer, Citation, Claim

Articles = Mapping[str, Article]
"""The articles of the corpus by their documents."""


def shown_claims(answer: Answer) -> tuple[Claim, ...]:
    """The claims that a reader sees."""
    return tuple(claim for claim in answer.claims if not claim.removed)


def cited(answer: Answer) -> tuple[Citation, ...]:
    """The citations that a claim which is shown, or a side of a disagreement, stands on."""
    numbers = {number for claim in shown_claims(answer) for number in claim.citations}
    numbers |= {number for each in answer.disagreements for side in each.sides for number in side.citations}
    return tuple(each for each in answer.citations if each.number in numbers)


def silent(answer: Answer) -> bool:
    """Whether there is nothing to judge: an abstaining answer, unless it corrects the question's premise."""
    return answer.abstained and not (answer.reason == FALSE_PREMISE and shown_claims(answer))


def is_exact(citation: Citation, articles: Articles) -> bool:
    """Whether the citation's span of its article is its quote, to the character."""
    article = articles.get(citation.document)
    return (
        article is not None and bool(citation.quote) and article.text[citation.start : citation.end] == citation.quote
    )


def is_grounded(answer: Answer, articles: Articles) -> bool | None:
    """Whether each claim shown is supported and has at least one citation, all of them there and exact.

    The text must say no more than those claims; an answer that shows none is not grounded. None for one that
    abstains and corrects nothing.
    """
    if silent(answer):
        return None
    exact = {each.number for each in answer.citations if is_exact(each, articles)}
    claims = shown_claims(answer)
    stands = (each.support == "supported" and each.citations and exact.issuperset(each.citations) for each in claims)
    return bool(claims) and all(stands) and not _says_more(answer)


def _says_more(answer: Answer) -> bool:
    left = unmarked(answer.text)
    for claim in sorted((unmarked(each.text) for each in shown_claims(answer)), key=len, reverse=True):
        left = left.replace(claim, " ", 1)
    return any(character.isalnum() for character in left)


def citation_precision(question: Question, answer: Answer, articles: Articles) -> float | None:
    """The share of the cited sentences that are evidence.

    A cited sentence is evidence when it lies in a document of the question's evidence and, where the
    question quotes that evidence, overlaps a sentence of such a quote or itself meets a fact. None for an
    abstaining answer, one that cites nothing, and a question that is unanswerable or names no evidence.
    """
    if silent(answer) or not _has_answer(question) or not question.evidence:
        return None
    return metrics.mean([float(_is_evidence(each, question, articles)) for each in cited(answer)])


def citation_recall(question: Question, answer: Answer) -> float | None:
    """The share of the fact groups that a cited quote, or the cited article's date or outlet, meets.

    None for an abstaining answer and for a question that is unanswerable or has no facts.
    """
    if silent(answer) or not _has_answer(question):
        return None
    held = plain(" | ".join(map(_held, cited(answer))))
    return metrics.mean([float(met(group, held)) for group in question.facts])


def attribution_right(question: Question, answer: Answer) -> bool | None:
    """Whether a citation that carries a fact names the speaker that the question gives.

    None where it gives none, and where no citation carries a fact: citation recall tells that.
    """
    carriers = _carriers(question, answer)
    if not question.speaker or not carriers:
        return None
    return any(met(question.speaker, plain(each.speaker or "")) for each in carriers)


def date_right(question: Question, answer: Answer) -> bool | None:
    """Whether a citation that carries a fact has the dates that the question gives: its article's, and the told one.

    Dates are compared as exactly as the question gives them. None where it gives none, and where no citation
    carries a fact.
    """
    carriers = _carriers(question, answer)
    if not (question.published or question.when) or not carriers:
        return None
    return any(
        _is_dated(question.published, each.published) and _is_dated(question.when, each.when) for each in carriers
    )


def _carriers(question: Question, answer: Answer) -> list[Citation]:
    if silent(answer):
        return []
    return [each for each in cited(answer) if any(met(group, plain(_held(each))) for group in question.facts)]


def _held(citation: Citation) -> str:
    return f"{citation.quote} | {date_forms(citation.published)} | {citation.outlet or ''}"


def _is_dated(wanted: tuple[str, ...], found: str | None) -> bool:
    return not wanted or any(each == "unknown" if found is None else found.startswith(each) for each in wanted)


def _has_answer(question: Question) -> bool:
    return question.answerable or (question.kind == FALSE_PREMISE and bool(question.facts))


def shows_disagreement(question: Question, answer: Answer) -> bool | None:
    """Whether all sides of a question of the kind `disagreement` are shown.

    Each fact group is a side; positions and cited quotes together must meet all. None for other kinds.
    """
    if question.kind != "disagreement" or not question.facts or not question.answerable:
        return None
    positions = [side.position for each in answer.disagreements for side in each.sides]
    return not answer.abstained and all_met(
        question.facts, plain(" | ".join([*positions, *(each.quote for each in cited(answer))]))
    )


def _is_evidence(citation: Citation, question: Question, articles: Articles) -> bool:
    article = articles.get(citation.document)
    if article is None or citation.document not in question.documents:
        return False
    quoted = [each for each in question.evidence if each.document == citation.document and each.quote is not None]
    if not quoted:
        return True
    span = (citation.start, citation.end)
    touches = any(overlap(span, sentence) for each in quoted for sentence in evidence_spans(each, article))
    return touches or any(met(group, plain(citation.quote)) for group in question.facts)
