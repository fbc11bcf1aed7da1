"""Whether a question set agrees with its corpus, before anything is asked.

A set that names words which no article holds would blame the engine for the set's own mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from eval.match import date_forms, met, overlap, plain, spans_of
from eval.questions import FALSE_PREMISE, Evidence, Question
from index.article import Article


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing about one question that its corpus, or its twin, contradicts."""

    question: str
    about: Literal["todo", "document", "quote", "fact", "speaker", "twin"]
    message: str

    def __str__(self) -> str:
        return f"{self.question}: {self.message}"


def check_questions(questions: Sequence[Question], articles: Iterable[Article]) -> tuple[Problem, ...]:
    """What of the questions the articles do not bear out, in the order of the questions.

    Asked of each: its evidence documents are there, its quotes are in them, its facts are in the
    sentences of those quotes or in what is known of the article, its speaker is named in one of its evidence
    articles, and twins name each other. A question that a person has still to complete is a problem too.
    """
    by_document = {article.document: article for article in articles}
    by_id = {question.id: question for question in questions}
    problems: list[Problem] = []
    for question in questions:
        problems += unfinished([question])
        problems += _of_evidence(question, by_document)
        problems += _of_facts(question, by_document)
        problems += _of_speaker(question, by_document)
        problems += _of_twin(question, by_id)
    return tuple(problems)


def unfinished(questions: Iterable[Question]) -> list[Problem]:
    """The questions that were made from readers' reports and that nobody has completed."""
    return [
        Problem(each.id, "todo", f"is not completed: {each.todo} Then take the key `todo` out of its row")
        for each in questions
        if each.todo
    ]


def evidence_spans(evidence: Evidence, article: Article) -> tuple[tuple[int, int], ...]:
    """The sentences of the article that the evidence's quote touches; all of it where none is quoted."""
    if evidence.quote is None:
        return ((0, len(article.text)),)
    quoted = spans_of(evidence.quote, article.text)
    touched = {
        (each.start, each.end) for each in article.sentences for span in quoted if overlap((each.start, each.end), span)
    }
    return tuple(sorted(touched | set(quoted)))


def _of_evidence(question: Question, articles: Mapping[str, Article]) -> list[Problem]:
    problems = []
    for each in question.evidence:
        article = articles.get(each.document)
        if article is None:
            message = f"its evidence document {each.document!r} is not among the {len(articles)} articles of the corpus"
            problems.append(Problem(question.id, "document", message))
        elif each.quote is not None and not spans_of(each.quote, article.text):
            problems.append(Problem(question.id, "quote", f"{each.document!r} does not hold the quote {each.quote!r}"))
    return problems


def _of_facts(question: Question, articles: Mapping[str, Article]) -> list[Problem]:
    if not question.facts or not (question.answerable or question.kind == FALSE_PREMISE):
        return []
    if not question.evidence:
        return [Problem(question.id, "fact", "has facts and no evidence that holds them")]
    known = [(each, articles[each.document]) for each in question.evidence if each.document in articles]
    held = plain(" | ".join(_held(each, article) for each, article in known))
    return [
        Problem(question.id, "fact", f"no evidence sentence holds the fact {' or '.join(map(repr, group))}")
        for group in question.facts
        if not met(group, held)
    ]


def _of_speaker(question: Question, articles: Mapping[str, Article]) -> list[Problem]:
    known = [articles[each] for each in question.documents if each in articles]
    if not question.speaker or not known or any(met(question.speaker, plain(each.text)) for each in known):
        return []
    named = " or ".join(map(repr, question.speaker))
    return [Problem(question.id, "speaker", f"no evidence article names the speaker {named}")]


def _held(evidence: Evidence, article: Article) -> str:
    about = article.about
    described = [about.title, about.outlet, about.author, date_forms(about.published), date_forms(about.updated)]
    sentences = [article.text[start:end] for start, end in evidence_spans(evidence, article)]
    return " | ".join([*sentences, *(each for each in described if each)])


def _of_twin(question: Question, by_id: Mapping[str, Question]) -> list[Problem]:
    if question.twin is None:
        return []
    twin = by_id.get(question.twin)
    if twin is None:
        message = f"its twin {question.twin!r} is not in the set"
    elif twin.twin != question.id:
        message = f"its twin {question.twin!r} names {twin.twin!r} as twin instead of it"
    elif twin.answerable == question.answerable:
        message = f"it and its twin {question.twin!r} are both {'answerable' if twin.answerable else 'unanswerable'}"
    else:
        return []
    return [Problem(question.id, "twin", message)]
