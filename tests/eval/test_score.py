"""One answer judged against one question, by hand-made cases."""

from __future__ import annotations

from dataclasses import replace
from math import log2

import pytest

from eval import score as scoring
from eval.questions import Evidence, Question
from eval.run import Row
from eval.score import Found, Score, score
from rag.answer import Answer, Citation, Claim, Disagreement, Retrieved, Seconds, Side
from tests.eval.scripted import answer, article, citation, tell

ARTICLE = article("a.txt", "Kim said no.", "Seven ships sailed.", "Eight ships sank.", published="2023-09-16")
OTHER = article("b.txt", "Seven ships were built.", "It rained.")
ARTICLES = {each.document: each for each in (ARTICLE, OTHER)}
NO, SEVEN, EIGHT = (citation(ARTICLE, number, number - 1) for number in (1, 2, 3))
BUILT = citation(OTHER, 4, 0)
ABSTAINED = answer("", abstained=True, reason="not_answered")
ASKED = Question("q", ("?",), facts=(("seven", "7"),), evidence=(Evidence("a.txt", "Seven ships"),))


def cite(*cited: Citation, shown: tuple[int, ...] | None = None) -> Answer:
    """An answer with one claim that stands on the shown ones of these citations, or on all."""
    numbers = tuple(each.number for each in cited) if shown is None else shown
    return answer("x", claims=(Claim("x", numbers),), citations=cited)


@pytest.mark.parametrize(
    ("question", "given", "expected"),
    [
        (ASKED, answer("Seven ships sailed."), True),
        (ASKED, answer("7 ships sailed."), True),
        (ASKED, answer("Eight ships sailed."), False),
        (ASKED, answer("Ships sailed [7]."), False),
        (ASKED, answer(""), False),
        (ASKED, ABSTAINED, False),
        (ASKED, replace(ABSTAINED, text="The nearest is: seven ships sailed."), False),
        (replace(ASKED, facts=(("seven",), ("sailed",))), answer("Seven ships sailed."), True),
        (replace(ASKED, facts=(("seven",), ("sailed",))), answer("Seven ships sank."), False),
        (replace(ASKED, forbidden=("sank",)), answer("Seven ships sailed."), True),
        (replace(ASKED, forbidden=("sank",)), answer("Seven ships SANK."), False),
        (replace(ASKED, facts=()), answer("Seven ships."), None),
        (replace(ASKED, facts=()), ABSTAINED, None),
        (replace(ASKED, answerable=False), ABSTAINED, True),
        (replace(ASKED, answerable=False), answer("Seven ships."), False),
        (replace(ASKED, answerable=False, facts=()), ABSTAINED, True),
        (replace(ASKED, answerable=False, facts=()), answer("Seven"), False),
        (replace(ASKED, facts=((r"\bships\b.*seven",),)), answer("ships:\n seven"), True),
        (replace(ASKED, facts=(("it's",),)), answer("It’s so"), True),
        (replace(ASKED, facts=(("seven", "eight"),)), answer("eight"), True),
    ],
)
def test_right(question: Question, given: Answer, expected: bool | None) -> None:  # noqa: FBT001
    """Answered with every fact and nothing forbidden, or abstained where there is no answer."""
    assert scoring.is_right(question, given) is expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (SEVEN, True),
        (replace(SEVEN, start=SEVEN.start + 1), False),
        (replace(SEVEN, end=SEVEN.end - 1), False),
        (replace(SEVEN, start=SEVEN.start + 1, end=SEVEN.end + 1), False),
        (replace(SEVEN, quote="Seven ships sailed"), False),
        (replace(SEVEN, quote="Seven  ships sailed."), False),
        (replace(SEVEN, quote="seven ships sailed."), False),
        (replace(SEVEN, quote=SEVEN.quote[:5], end=SEVEN.start + 5), True),
        (replace(SEVEN, document="b.txt"), False),
        (replace(SEVEN, document="none.txt"), False),
        (replace(SEVEN, start=0, end=0, quote=""), False),
        (replace(SEVEN, start=-6, end=-1), False),
    ],
)
def test_exact(found: Citation, expected: bool) -> None:  # noqa: FBT001
    """A quote is exact to the character, or it is not."""
    assert scoring.is_exact(found, ARTICLES) is expected


CLAIM = Claim("Seven ships sailed.", (2,))


@pytest.mark.parametrize(
    ("claims", "citations", "expected"),
    [
        ((CLAIM,), (SEVEN,), True),
        ((CLAIM, replace(CLAIM, citations=(1, 2))), (NO, SEVEN), True),
        ((), (), False),
        ((), (SEVEN,), False),
        ((replace(CLAIM, citations=()),), (SEVEN,), False),
        ((replace(CLAIM, citations=(9,)),), (SEVEN,), False),
        ((replace(CLAIM, citations=(2, 9)),), (SEVEN,), False),
        ((replace(CLAIM, support="unsupported"),), (SEVEN,), False),
        ((CLAIM, Claim("It sank.", (), "unsupported", removed=True)), (SEVEN,), True),
        ((replace(CLAIM, removed=True),), (SEVEN,), False),
        ((CLAIM, replace(CLAIM, citations=())), (SEVEN,), False),
        ((CLAIM,), (replace(SEVEN, start=0),), False),
        ((CLAIM,), (SEVEN, replace(NO, start=5)), True),
        ((CLAIM,), (replace(SEVEN, document="none.txt"),), False),
    ],
)
def test_grounded(claims: tuple[Claim, ...], citations: tuple[Citation, ...], expected: bool) -> None:  # noqa: FBT001
    """Each sentence that is shown is supported by citations that are there and exact."""
    given = tell(answer(claims=claims, citations=citations))
    assert scoring.is_grounded(given, ARTICLES) is expected
    assert not scoring.is_grounded(replace(given, text=f"{given.text} And more."), ARTICLES)


def test_an_abstaining_answer_is_neither_grounded_nor_not() -> None:
    """There is nothing to ground."""
    assert scoring.is_grounded(ABSTAINED, ARTICLES) is None


@pytest.mark.parametrize(
    ("question", "given", "expected"),
    [
        (ASKED, cite(SEVEN), 1.0),
        (ASKED, cite(NO), 0.0),
        (ASKED, cite(SEVEN, NO), 0.5),
        (ASKED, cite(SEVEN, NO, EIGHT), 1 / 3),
        (ASKED, cite(SEVEN, NO, shown=(2,)), 1.0),
        (ASKED, cite(SEVEN, NO, shown=(1,)), 0.0),
        (ASKED, cite(BUILT), 0.0),
        (ASKED, cite(SEVEN, BUILT), 0.5),
        (ASKED, cite(), None),
        (ASKED, cite(SEVEN, shown=()), None),
        (ASKED, replace(cite(SEVEN), abstained=True), None),
        (replace(ASKED, answerable=False), cite(SEVEN), None),
        (replace(ASKED, evidence=()), cite(SEVEN), None),
        (replace(ASKED, evidence=(Evidence("a.txt"),)), cite(NO), 1.0),
        (replace(ASKED, evidence=(Evidence("a.txt"),)), cite(NO, BUILT), 0.5),
        (replace(ASKED, evidence=(Evidence("a.txt", "Kim"),)), cite(SEVEN), 1.0),
        (replace(ASKED, evidence=(Evidence("a.txt", "Kim"),)), cite(EIGHT), 0.0),
        (replace(ASKED, evidence=(Evidence("a.txt", "Kim"), Evidence("b.txt"))), cite(NO, BUILT), 1.0),
        (replace(ASKED, evidence=(Evidence("a.txt", "no. Seven"),)), cite(NO, SEVEN, EIGHT), 2 / 3),
        (ASKED, cite(replace(SEVEN, start=ARTICLE.text.index("sailed"), end=SEVEN.end, quote="sailed.")), 1.0),
        (ASKED, cite(replace(SEVEN, document="none.txt")), 0.0),
        (
            ASKED,
            answer("x", claims=(Claim("x", (1,), removed=True), Claim("x", (2,))), citations=(NO, SEVEN)),
            1.0,
        ),
    ],
)
def test_citation_precision(question: Question, given: Answer, expected: float | None) -> None:
    """The share of the cited sentences that are evidence, by quote or by fact."""
    assert scoring.citation_precision(question, given, ARTICLES) == (
        None if expected is None else pytest.approx(expected)
    )


TWO = replace(ASKED, facts=(("seven",), ("eight",)))


@pytest.mark.parametrize(
    ("question", "given", "expected"),
    [
        (ASKED, cite(SEVEN), 1.0),
        (ASKED, cite(NO), 0.0),
        (ASKED, cite(), 0.0),
        (ASKED, cite(BUILT), 1.0),
        (ASKED, cite(SEVEN, NO, shown=(1,)), 0.0),
        (TWO, cite(SEVEN), 0.5),
        (TWO, cite(SEVEN, EIGHT), 1.0),
        (TWO, cite(NO), 0.0),
        (replace(ASKED, facts=(("seven|eight",),)), cite(EIGHT), 1.0),
        (replace(ASKED, facts=(("nine", "eight"),)), cite(EIGHT), 1.0),
        (replace(ASKED, facts=(("16 September 2023",),)), cite(NO), 1.0),
        (replace(ASKED, facts=(("16 September 2023",),)), cite(BUILT), 0.0),
        (replace(ASKED, facts=(("September",), ("seven",))), cite(SEVEN), 1.0),
        (replace(ASKED, facts=()), cite(SEVEN), None),
        (replace(ASKED, answerable=False), cite(SEVEN), None),
        (ASKED, replace(cite(SEVEN), abstained=True), None),
        (replace(ASKED, facts=(("KIM",),)), cite(NO), 1.0),
        (replace(ASKED, facts=(("kim",), ("said",), ("yes",))), cite(NO), 2 / 3),
        (replace(ASKED, facts=(("ships sailed. Eight",),)), cite(SEVEN, EIGHT), 0.0),
        (
            ASKED,
            answer("x", disagreements=(Disagreement("n", (Side("p", (2,)),)),), citations=(SEVEN,)),
            1.0,
        ),
    ],
)
def test_citation_recall(question: Question, given: Answer, expected: float | None) -> None:
    """The share of the facts that cited sentences hold, one sentence by itself."""
    assert scoring.citation_recall(question, given) == (None if expected is None else pytest.approx(expected))


SIDES = Question("d", ("?",), kind="disagreement", facts=(("seven",), ("eight",)))


@pytest.mark.parametrize(
    ("question", "given", "expected"),
    [
        (SIDES, cite(SEVEN, EIGHT), True),
        (SIDES, cite(SEVEN), False),
        (SIDES, answer("Seven or eight."), False),
        (SIDES, answer("x", disagreements=(Disagreement("n", (Side("seven", ()), Side("eight", ()))),)), True),
        (SIDES, answer("x", disagreements=(Disagreement("n", (Side("seven", ()), Side("nine", ()))),)), False),
        (SIDES, replace(cite(SEVEN, EIGHT), abstained=True), False),
        (replace(SIDES, kind="fact"), cite(SEVEN, EIGHT), None),
        (replace(SIDES, facts=()), cite(SEVEN, EIGHT), None),
        (replace(SIDES, answerable=False), cite(SEVEN, EIGHT), None),
    ],
)
def test_disagreement(question: Question, given: Answer, expected: bool | None) -> None:  # noqa: FBT001
    """Every side is in a position or in a cited quote."""
    assert scoring.shows_disagreement(question, given) is expected


@pytest.mark.parametrize(
    ("evidence", "passages", "first", "sentences"),
    [
        ((Evidence("a.txt", "Seven"),), (("a.txt", 0, 60),), 1.0, 1.0),
        ((Evidence("a.txt", "Seven"),), (("a.txt", 0, 12),), 1.0, 0.0),
        ((Evidence("a.txt", "Seven"),), (("b.txt", 0, 60),), 0.0, 0.0),
        ((Evidence("a.txt", "Seven"), Evidence("b.txt", "rained")), (("a.txt", 0, 60),), 0.5, 0.5),
        ((Evidence("a.txt", "Seven"), Evidence("a.txt", "Kim")), (("a.txt", 0, 12),), 1.0, 0.5),
        ((Evidence("a.txt"),), (("a.txt", 0, 12),), 1.0, None),
        ((Evidence("none.txt", "Kim"),), (("a.txt", 0, 12),), 0.0, 0.0),
        ((Evidence("a.txt", "Kim"),), (("b.txt", 0, 9),) * 10 + (("a.txt", 0, 60),), 0.0, 0.0),
        ((Evidence("a.txt", "Kim"),), (), 0.0, 0.0),
    ],
)
def test_found(
    evidence: tuple[Evidence, ...], passages: tuple[tuple[str, int, int], ...], first: float, sentences: float | None
) -> None:
    """Documents by their first place, sentences by the first ten passages."""
    found = scoring.find(replace(ASKED, evidence=evidence), [each[0] for each in passages], passages, ARTICLES)
    assert found is not None
    assert (found.recalls[0], found.sentences) == (first, sentences)


def test_a_whole_score() -> None:
    """Every part of the score of an ordinary answer."""
    given = answer(
        "Seven ships sailed [2].",
        claims=(CLAIM, replace(CLAIM, removed=True)),
        citations=(SEVEN,),
        retrieved=(Retrieved("b.txt", 0, 10, 0.9), Retrieved("a.txt", 0, 60, 0.8)),
    )
    assert score(Row(ASKED, given), ARTICLES, writer="model") == Score(
        "q",
        "fact",
        answerable=True,
        unseen=False,
        writer="quotes",
        right=True,
        abstained=False,
        answerability=0.9,
        grounded=True,
        exact=(True,),
        citation_precision=1.0,
        citation_recall=1.0,
        held=1.0,
        claims=2,
        removed=1,
        found=Found((0.0, *[1.0] * 9), 1 / log2(3), 0.5, 1.0),
        words=3,
        seconds=Seconds(0.1, 0.2, 0.3),
    )


def test_no_answer_is_wrong() -> None:
    """A question that raised is wrong, found nothing, and is never taken for an abstention."""
    for question in (ASKED, replace(ASKED, answerable=False), replace(ASKED, facts=())):
        assert score(Row(question, None, error="boom"), ARTICLES, writer="model") == Score(
            "q",
            "fact",
            answerable=question.answerable,
            unseen=False,
            writer="model",
            right=False,
            abstained=False,
            failed=True,
            found=Found((0.0,) * 10, 0.0, 0.0, 0.0),
        )
