"""Where wrong answers got lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eval.lost import STAGES, Lost, lost_at
from eval.questions import Evidence, Question
from eval.run import Row
from rag.answer import Answer, Claim, Retrieved
from rag.answer import Evidence as Chosen
from tests.eval.scripted import answer, article, citation

ARTICLE = article("a.txt", "Kim said no.", "Seven ships sailed.", "It rained.", published="2023-09-16")
ARTICLES = {"a.txt": ARTICLE}
ASKED = Question("q", ("?",), facts=(("seven",),), evidence=(Evidence("a.txt", "Seven ships"),))
WHOLE, START = Retrieved("a.txt", 0, len(ARTICLE.text), 1.0), Retrieved("a.txt", 0, 12, 1.0)
NO, SEVEN = (Chosen(citation(ARTICLE, number, number - 1), 1.0) for number in (1, 2))
WRONG = answer("It rained.", claims=(Claim("It rained.", (3,)),), retrieved=(WHOLE,))
ABSTAINED = answer("", abstained=True, reason="not_answered", retrieved=(WHOLE,))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (Row(ASKED, replace(WRONG, text="Seven ships.")), None),
        (Row(replace(ASKED, facts=()), WRONG), None),
        (Row(replace(ASKED, answerable=False), ABSTAINED), None),
        (Row(ASKED, None, error="boom"), "error"),
        (Row(replace(ASKED, answerable=False), WRONG), "wrongly answered"),
        (Row(replace(ASKED, forbidden=("rained",)), WRONG), "wrongly answered"),
        (Row(replace(ASKED, evidence=(Evidence("z.txt"),)), WRONG), "not indexed"),
        (Row(replace(ASKED, evidence=(Evidence("z.txt"),)), ABSTAINED), "not indexed"),
        (Row(ASKED, replace(WRONG, retrieved=())), "not retrieved"),
        (Row(ASKED, replace(WRONG, retrieved=(START,)), (NO,)), "not retrieved"),
        (Row(ASKED, replace(ABSTAINED, retrieved=(START,))), "not retrieved"),
        (Row(ASKED, replace(WRONG, retrieved=(replace(WHOLE, document="z.txt"),))), "not retrieved"),
        (Row(ASKED, WRONG, (NO,)), "not chosen"),
        (Row(ASKED, WRONG), "not chosen"),
        (Row(ASKED, ABSTAINED, (NO,)), "not chosen"),
        (Row(ASKED, ABSTAINED, (SEVEN,)), "wrongly abstained"),
        (Row(ASKED, ABSTAINED), "wrongly abstained"),
        (Row(ASKED, replace(WRONG, claims=(*WRONG.claims, Claim("Seven.", (2,), removed=True))), (SEVEN,)), "removed"),
        (Row(ASKED, WRONG, (NO, SEVEN)), "not written"),
        (Row(replace(ASKED, facts=(("2023-09-16",),)), WRONG, (SEVEN,)), "not written"),
        (Row(replace(ASKED, facts=(("rained",), ("seven",))), WRONG, (SEVEN,)), "not written"),
    ],
)
def test_each_stage(row: Row, expected: Lost | None) -> None:
    """The first stage that lost what the answer lacks is named."""
    assert lost_at(row, ARTICLES) == expected


PREMISE = replace(ASKED, kind="false_premise", answerable=False)
CORRECTED = replace(ABSTAINED, reason="false_premise", text="Seven ships sailed.")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (Row(PREMISE, CORRECTED, (SEVEN,)), None),
        (Row(PREMISE, ABSTAINED, (SEVEN,)), "wrongly abstained"),
        (Row(PREMISE, ABSTAINED, (NO,)), "not chosen"),
        (Row(PREMISE, replace(CORRECTED, text="It rained."), (SEVEN,)), "wrongly abstained"),
        (Row(replace(PREMISE, facts=()), ABSTAINED, (SEVEN,)), "wrongly abstained"),
        (Row(replace(PREMISE, facts=()), WRONG, (SEVEN,)), "wrongly answered"),
        (Row(PREMISE, WRONG, (SEVEN,)), "not written"),
        (Row(replace(PREMISE, forbidden=("rained",)), WRONG, (SEVEN,)), "wrongly answered"),
    ],
)
def test_a_false_premise_that_was_missed(row: Row, expected: Lost | None) -> None:
    """Its correction got lost on the way like any fact."""
    assert lost_at(row, ARTICLES) == expected


def test_every_stage_is_explained() -> None:
    """The report can say what each stage means."""
    assert len({name for name, _ in STAGES}) == len(STAGES) == 8
    assert all(meaning for _, meaning in STAGES)


def test_the_text_counts() -> None:
    """What a reader sees decides, even where a claim says the fact."""
    given: Answer = replace(WRONG, claims=(Claim("Seven ships.", (2,)),))
    assert lost_at(Row(ASKED, given, (SEVEN,)), ARTICLES) == "not written"
