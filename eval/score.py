"""One answer judged against one question: is it right, do its citations carry it, was the evidence found.

Everything is decided by code from the answer, the question and the articles; no model judges. A score
that a question can't give (no facts, nothing cited) is None: unscorable is not wrong. Where a miss got
lost is `eval.lost`'s matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eval import metrics
from eval.check import evidence_spans
from eval.match import all_met, date_forms, found, met, overlap, plain, unmarked
from eval.questions import Question
from eval.run import Row
from eval.wording import held_share
from index.article import Article
from rag.answer import Answer, Citation, Claim, Seconds

Articles = Mapping[str, Article]
"""The articles of the corpus by their documents."""

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

    `exact` has an entry a citation; `found` is None for a question without evidence.
    """

    id: str
    kind: str
    answerable: bool
    unseen: bool
    writer: str
    right: bool | None
    abstained: bool
    failed: bool = False
    answerability: float | None = None
    grounded: bool | None = None
    exact: tuple[bool, ...] = ()
    citation_precision: float | None = None
    citation_recall: float | None = None
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
        return Score(*about, writer, right=False, abstained=False, failed=True, found=nothing)
    ranked = [each.document for each in answer.retrieved]
    passages = tuple((each.document, each.start, each.end) for each in answer.retrieved)
    return Score(
        *about,
        answer.writer,
        right=is_right(question, answer),
        abstained=answer.abstained,
        answerability=answer.answerability,
        grounded=is_grounded(answer, articles),
        exact=tuple(is_exact(each, articles) for each in answer.citations),
        citation_precision=citation_precision(question, answer, articles),
        citation_recall=citation_recall(question, answer),
        held=held_share(shown_claims(answer), answer.citations),
        claims=len(answer.claims),
        removed=len(answer.claims) - len(shown_claims(answer)),
        disagreement=shows_disagreement(question, answer),
        found=find(question, ranked, passages, articles),
        words=None if answer.abstained else len(unmarked(answer.text).split()),
        seconds=answer.seconds,
    )


def shown_claims(answer: Answer) -> tuple[Claim, ...]:
    """The claims that a reader sees."""
    return tuple(claim for claim in answer.claims if not claim.removed)


def cited(answer: Answer) -> tuple[Citation, ...]:
    """The citations that a claim which is shown, or a side of a disagreement, stands on."""
    numbers = {number for claim in shown_claims(answer) for number in claim.citations}
    numbers |= {number for each in answer.disagreements for side in each.sides for number in side.citations}
    return tuple(each for each in answer.citations if each.number in numbers)


def is_right(question: Question, answer: Answer) -> bool | None:
    """Abstained where the corpus has no answer; else answered with every fact and nothing forbidden.

    None for an answerable question without facts.
    """
    if not question.answerable:
        return answer.abstained
    if not question.facts:
        return None
    text = unmarked(answer.text)
    return not answer.abstained and all_met(question.facts, text) and not forbidden(question, answer)


def forbidden(question: Question, answer: Answer) -> bool:
    """Whether the answer says what it must not."""
    return any(found(pattern, unmarked(answer.text)) for pattern in question.forbidden)


def is_exact(citation: Citation, articles: Articles) -> bool:
    """Whether the citation's span of its article is its quote, to the character."""
    article = articles.get(citation.document)
    return (
        article is not None and bool(citation.quote) and article.text[citation.start : citation.end] == citation.quote
    )


def is_grounded(answer: Answer, articles: Articles) -> bool | None:
    """Whether each claim shown is supported and has at least one citation, all of them there and exact.

    The text must say no more than those claims; an answer that shows none is not grounded. None for an
    abstaining one.
    """
    if answer.abstained:
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
    if answer.abstained or not question.answerable or not question.evidence:
        return None
    return metrics.mean([float(_is_evidence(each, question, articles)) for each in cited(answer)])


def citation_recall(question: Question, answer: Answer) -> float | None:
    """The share of the fact groups that a cited quote, or the cited article's date or outlet, meets.

    None for an abstaining answer and for a question that is unanswerable or has no facts.
    """
    if answer.abstained or not question.answerable:
        return None
    held = plain(
        " | ".join(f"{each.quote} | {date_forms(each.published)} | {each.outlet or ''}" for each in cited(answer))
    )
    return metrics.mean([float(met(group, held)) for group in question.facts])


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
