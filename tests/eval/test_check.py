"""Question sets against their corpus."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eval.check import Problem, check_questions, evidence_spans
from eval.questions import Evidence, Question
from tests.eval.scripted import article, corpus, questions

ARTICLE = article("a.txt", "Kim said “no”.", "Seven ships\n sailed.", published="2023-09-16", outlet="The Post")
RIGHT = Question("q", ("?",), facts=(("seven",),), evidence=(Evidence("a.txt", "Seven ships sailed"),))


def test_a_set_that_fits() -> None:
    """Nothing is found in a set that its corpus bears out."""
    assert check_questions(questions(), corpus()) == ()


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (RIGHT, ()),
        (replace(RIGHT, evidence=(Evidence("a.txt", 'Kim said "no"'),), facts=(("no",),)), ()),
        (replace(RIGHT, facts=(("16 September 2023",), ("sep. 16, 2023",), ("The Post",))), ()),
        (replace(RIGHT, evidence=(Evidence("a.txt"),), facts=(("kim",),)), ()),
        (replace(RIGHT, answerable=False, facts=(("nine",),)), ()),
        (replace(RIGHT, facts=()), ()),
        (
            replace(RIGHT, evidence=(Evidence("b.txt", "x"),), facts=()),
            (Problem("q", "document", "its evidence document 'b.txt' is not among the 1 articles of the corpus"),),
        ),
        (
            replace(RIGHT, evidence=(Evidence("a.txt", "Seven boats sailed"),), facts=()),
            (Problem("q", "quote", "'a.txt' does not hold the quote 'Seven boats sailed'"),),
        ),
        (
            replace(RIGHT, facts=(("seven",), ("kim", "ada"))),
            (Problem("q", "fact", "no evidence sentence holds the fact 'kim' or 'ada'"),),
        ),
        (replace(RIGHT, evidence=()), (Problem("q", "fact", "has facts and no evidence that holds them"),)),
        (replace(RIGHT, speaker=("ada", "kim")), ()),
        (
            replace(RIGHT, speaker=("ada", "ben")),
            (Problem("q", "speaker", "no evidence article names the speaker 'ada' or 'ben'"),),
        ),
        (
            replace(RIGHT, todo="Name the facts."),
            (Problem("q", "todo", "is not completed: Name the facts. Then take the key `todo` out of its row"),),
        ),
        (replace(RIGHT, kind="false_premise", answerable=False), ()),
        (
            replace(RIGHT, kind="false_premise", answerable=False, facts=(("nine",),)),
            (Problem("q", "fact", "no evidence sentence holds the fact 'nine'"),),
        ),
        (replace(RIGHT, twin="z"), (Problem("q", "twin", "its twin 'z' is not in the set"),)),
    ],
)
def test_problems_of_one_question(question: Question, expected: tuple[Problem, ...]) -> None:
    """Each thing that the corpus contradicts is named."""
    assert check_questions([question], [ARTICLE]) == expected


def test_twins_must_name_each_other_and_differ() -> None:
    """A twin that points elsewhere, or that is as answerable, is a problem of both that are concerned."""
    first, second = Question("a", ("?",), twin="b"), Question("b", ("?",), twin="a", answerable=False)
    assert check_questions([first, second], []) == ()
    assert check_questions([first, replace(second, twin=None)], []) == (
        Problem("a", "twin", "its twin 'b' names None as twin instead of it"),
    )
    same = replace(second, answerable=True)
    assert [str(each) for each in check_questions([first, same], [])] == [
        "a: it and its twin 'b' are both answerable",
        "b: it and its twin 'a' are both answerable",
    ]


def test_evidence_spans_are_sentences() -> None:
    """A quote stands for its sentences; without a quote the whole article is evidence."""
    assert evidence_spans(Evidence("a.txt", "ships"), ARTICLE) == ((15, 35), (21, 26))
    assert evidence_spans(Evidence("a.txt"), ARTICLE) == ((0, len(ARTICLE.text)),)
    assert evidence_spans(Evidence("a.txt", "boats"), ARTICLE) == ()
