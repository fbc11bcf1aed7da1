"""One answer judged against one question: is it right, do its citations carry it, was the evidence found.

Everything is decided by code from the answer, the question and the articles; no model judges. A score
that a question can't give (no facts, nothing cited) is None: unscorable is not wrong. Where a miss got
lost is `eval.lost`'s matter.
"""

from __future__ import annotations

from dataclasses import dataclass

from eval import metrics
from eval.check import evidence_spans
from eval.citing import (
    Articles,
    attribution_right,
    citation_precision,
    citation_recall,
    date_right,
    is_exact,
    is_grounded,
    shown_claims,
    shows_disagreement,
    silent,
)
from eval.match import all_met, found, met, overlap, unmarked
from eval.questions import FALSE_PREMISE, Question
from eval.run import Row
from eval.wording import held_share
from rag.answer import Answer, Seconds

RETRIEVED = 10
"""How many retrieved passages, or documents, are looked at."""


@dataclass(frozen=True, slots=True)
class Found:
    """What retrieval found of a question's evidence, by document: `recalls[k - 1]` is recall among the first k.

    `sentences` is the share of the quoted evidence sentences that the first ten passages touch, None without quotes.
    """

    recalls: tuple[float, ...]
    ndcg: float
    reciprocal_rank: float
    sentences: float | None


@dataclass(frozen=True, slots=True)
class Score:
    """The scores of one row; `eval.summary` says what each metric makes of them.

    `exact` has an entry a citation; `found` is None for a question without evidence. `due` says whether
    abstaining is right: the corpus has no answer, or the answer told a false premise. `complete` and `misled`
    tell of the text whether it holds every fact, and whether it holds something forbidden and no fact.
    """

    id: str
    kind: str
    answerable: bool
    unseen: bool
    writer: str
    right: bool | None
    abstained: bool
    due: bool = False
    failed: bool = False
    answerability: float | None = None
    grounded: bool | None = None
    exact: tuple[bool, ...] = ()
    citation_precision: float | None = None
    citation_recall: float | None = None
    attribution: bool | None = None
    dated: bool | None = None
    complete: bool | None = None
    misled: bool | None = None
    held: float | None = None
    claims: int = 0
    removed: int = 0
    disagreement: bool | None = None
    found: Found | None = None
    words: int | None = None
    seconds: Seconds | None = None


def score(row: Row, articles: Articles, *, writer: str) -> Score:
    """Score one row; without an answer it is wrong, found nothing, and counts for the writer that was asked."""
    question, answer = row.question, row.answer
    about = (question.id, question.kind, question.answerable, question.unseen)
    if answer is None:
        nothing = find(question, [], (), articles)
        due = not question.answerable
        return Score(*about, writer, right=False, abstained=False, due=due, failed=True, found=nothing)
    ranked = [each.document for each in answer.retrieved]
    passages = tuple((each.document, each.start, each.end) for each in answer.retrieved)
    return Score(
        *about,
        answer.writer,
        right=is_right(question, answer),
        abstained=answer.abstained,
        due=not question.answerable or corrects(question, answer),
        answerability=answer.answerability,
        grounded=is_grounded(answer, articles),
        exact=tuple(is_exact(each, articles) for each in answer.citations),
        citation_precision=citation_precision(question, answer, articles),
        citation_recall=citation_recall(question, answer),
        attribution=attribution_right(question, answer),
        dated=date_right(question, answer),
        complete=_complete(question, answer),
        misled=_misled(question, answer),
        held=held_share(shown_claims(answer), answer.citations),
        claims=len(answer.claims),
        removed=len(answer.claims) - len(shown_claims(answer)),
        disagreement=shows_disagreement(question, answer),
        found=find(question, ranked, passages, articles),
        words=None if silent(answer) else len(unmarked(answer.text).split()),
        seconds=answer.seconds,
    )


def is_right(question: Question, answer: Answer) -> bool | None:
    """Abstained where the corpus has no answer; else answered with every fact and nothing forbidden.

    A false premise is met by abstaining for just that reason, with every fact in the correction, or by an answer
    that holds the facts; abstaining for another reason misses it. None for an answerable question without facts.
    """
    if question.kind == FALSE_PREMISE:
        return _meets_premise(question, answer)
    if not question.answerable:
        return answer.abstained
    if not question.facts:
        return None
    return not answer.abstained and says_all(question, answer)


def _meets_premise(question: Question, answer: Answer) -> bool | None:
    if answer.abstained:
        return corrects(question, answer) and (not question.facts or says_all(question, answer))
    if not question.facts:
        return None if question.answerable else False
    return says_all(question, answer)


def corrects(question: Question, answer: Answer) -> bool:
    """Whether the answer abstains because of a false premise, and the question has one."""
    return answer.abstained and answer.reason == FALSE_PREMISE == question.kind


def said(answer: Answer) -> str:
    """What a reader is told: the text, and of an abstaining answer the claims that correct the question."""
    if not answer.abstained:
        return unmarked(answer.text)
    return unmarked(" ".join([answer.text, *(each.text for each in shown_claims(answer))]))


def says_all(question: Question, answer: Answer) -> bool:
    """Whether what is said holds every fact and nothing forbidden; no facts are held by nothing."""
    return all_met(question.facts, said(answer)) and not forbidden(question, answer)


def forbidden(question: Question, answer: Answer) -> bool:
    """Whether the answer says what it must not."""
    return any(found(pattern, said(answer)) for pattern in question.forbidden)


def _complete(question: Question, answer: Answer) -> bool | None:
    if answer.abstained or not question.answerable or not question.facts:
        return None
    return all_met(question.facts, said(answer))


def _misled(question: Question, answer: Answer) -> bool | None:
    if answer.abstained or not question.forbidden:
        return None
    return forbidden(question, answer) and not any(met(group, said(answer)) for group in question.facts)


def find(
    question: Question, ranked: list[str], passages: tuple[tuple[str, int, int], ...], articles: Articles
) -> Found | None:
    """How much of the question's evidence these passages, best first, and their documents are."""
    relevant = question.documents
    if not relevant:
        return None
    recalls = tuple(metrics.recall_at(ranked, relevant, k) or 0.0 for k in range(1, RETRIEVED + 1))
    quoted = [each for each in question.evidence if each.quote is not None and each.document in articles]
    touched = [
        any(
            document == each.document and overlap((start, end), span)
            for document, start, end in passages[:RETRIEVED]
            for span in evidence_spans(each, articles[each.document])
        )
        for each in quoted
    ]
    missing = sum(each.quote is not None and each.document not in articles for each in question.evidence)
    return Found(
        recalls,
        metrics.ndcg_at(ranked, relevant, RETRIEVED) or 0.0,
        metrics.reciprocal_rank(ranked, relevant) or 0.0,
        metrics.mean([float(each) for each in touched] + [0.0] * missing),
    )
