"""What an answer cites, judged by hand-made cases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eval import citing
from eval.questions import Evidence, Question
from rag.answer import Answer, Citation, Claim, Disagreement, Side
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
        (NO, True),
        (EIGHT, True),
        (BUILT, True),
        (replace(SEVEN, start=EIGHT.start, end=EIGHT.end), False),
        (replace(SEVEN, quote=f"{SEVEN.quote} "), False),
        (replace(SEVEN, quote="Seven ships sank."), False),
        (replace(NO, quote="Kim said “no”.", end=14), False),
        (replace(NO, start=0, end=len(ARTICLE.text), quote=ARTICLE.text), True),
        (replace(NO, start=0, end=9_999, quote=ARTICLE.text), True),
        (replace(SEVEN, start=SEVEN.end, end=SEVEN.start), False),
        (replace(SEVEN, speaker="Nobody", outlet="None", published="1900"), True),
    ],
)
def test_exact(found: Citation, expected: bool) -> None:  # noqa: FBT001
    """A quote is exact to the character, or it is not."""
    assert citing.is_exact(found, ARTICLES) is expected


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
        ((CLAIM, replace(CLAIM, support="unsupported", removed=True)), (SEVEN,), True),
        ((CLAIM, replace(CLAIM, support="unsupported")), (SEVEN,), False),
        ((replace(CLAIM, citations=(1, 2)),), (SEVEN, replace(NO, quote="Kim said yes.")), False),
        ((replace(CLAIM, citations=(4,)),), (BUILT,), True),
        ((CLAIM,), (replace(SEVEN, quote="", end=SEVEN.start),), False),
        ((CLAIM, Claim("Eight ships sank.", (3,))), (SEVEN, EIGHT), True),
        ((CLAIM, Claim("Eight ships sank.", (3,))), (SEVEN,), False),
    ],
)
def test_grounded(claims: tuple[Claim, ...], citations: tuple[Citation, ...], expected: bool) -> None:  # noqa: FBT001
    """Each sentence that is shown is supported by citations that are there and exact."""
    given = tell(answer(claims=claims, citations=citations))
    assert citing.is_grounded(given, ARTICLES) is expected
    assert not citing.is_grounded(replace(given, text=f"{given.text} And more."), ARTICLES)


def test_an_abstaining_answer_is_neither_grounded_nor_not() -> None:
    """There is nothing to ground."""
    assert citing.is_grounded(ABSTAINED, ARTICLES) is None


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
    assert citing.citation_precision(question, given, ARTICLES) == (
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
    assert citing.citation_recall(question, given) == (None if expected is None else pytest.approx(expected))


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
        (SIDES, cite(), False),
        (SIDES, answer(""), False),
        (SIDES, ABSTAINED, False),
        (SIDES, cite(SEVEN, EIGHT, shown=(2,)), False),
        (SIDES, cite(BUILT, EIGHT), True),
        (SIDES, answer("x", disagreements=(Disagreement("n", (Side("seven", ()),)),)), False),
        (SIDES, answer("x", disagreements=(Disagreement("n", (Side("", (2,)), Side("", (3,)))),)), False),
        (
            SIDES,
            answer("x", disagreements=(Disagreement("n", (Side("", (2,)), Side("", (3,)))),), citations=(SEVEN, EIGHT)),
            True,
        ),
        (SIDES, replace(cite(SEVEN), disagreements=(Disagreement("n", (Side("Eight", ()),)),)), True),
        (
            SIDES,
            answer("x", disagreements=tuple(Disagreement("n", (Side(each, ()),)) for each in ("seven", "eight"))),
            True,
        ),
        (replace(SIDES, facts=(("seven", "nine"), ("eight",))), cite(SEVEN, EIGHT), True),
        (replace(SIDES, facts=(("seven",), ("eight",), ("no",))), cite(SEVEN, EIGHT), False),
    ],
)
def test_disagreement(question: Question, given: Answer, expected: bool | None) -> None:  # noqa: FBT001
    """Every side is in a position or in a cited quote."""
    assert citing.shows_disagreement(question, given) is expected


SAID = replace(SEVEN, speaker="Captain Ada Alt of Cork", published="2023-09-16", when="2023-09")
ALONE = replace(EIGHT, speaker="Ben Bly", when="2022")
SPOKEN = replace(ASKED, speaker=("Ada Alt", "the captain"))


@pytest.mark.parametrize(
    ("question", "given", "expected"),
    [
        (SPOKEN, cite(SAID), True),
        (SPOKEN, cite(replace(SAID, speaker="The CAPTAIN")), True),
        (SPOKEN, cite(replace(SAID, speaker="Ada\u00a0Alt")), True),
        (SPOKEN, cite(replace(SAID, speaker="Ben Bly")), False),
        (SPOKEN, cite(SEVEN), False),
        (SPOKEN, cite(replace(SAID, speaker="")), False),
        (SPOKEN, cite(ALONE), None),
        (SPOKEN, cite(SAID, ALONE), True),
        (SPOKEN, cite(SEVEN, replace(ALONE, speaker="Ada Alt")), False),
        (SPOKEN, cite(SAID, replace(BUILT, speaker="Ben Bly")), True),
        (SPOKEN, cite(replace(SAID, speaker="Ben Bly"), replace(BUILT, speaker="Ada Alt")), True),
        (SPOKEN, cite(SAID, ALONE, shown=(3,)), None),
        (SPOKEN, cite(), None),
        (SPOKEN, answer("Seven."), None),
        (SPOKEN, ABSTAINED, None),
        (SPOKEN, replace(ABSTAINED, citations=(SAID,)), None),
        (SPOKEN, replace(cite(SAID), abstained=True, reason="false_premise"), True),
        (replace(SPOKEN, facts=()), cite(SAID), None),
        (ASKED, cite(SAID), None),
        (replace(SPOKEN, speaker=(r"^Captain\b",)), cite(SAID), True),
        (replace(SPOKEN, speaker=(r"\bBly$",)), cite(SAID), False),
        (replace(SPOKEN, facts=(("seven",), ("eight",))), cite(SEVEN, replace(ALONE, speaker="Ada Alt")), True),
        (SPOKEN, answer("x", disagreements=(Disagreement("n", (Side("p", (2,)),)),), citations=(SAID,)), True),
    ],
)
def test_attribution(question: Question, given: Answer, expected: bool | None) -> None:  # noqa: FBT001
    """A citation that carries a fact must name the speaker; the words of the quote are not enough."""
    assert citing.attribution_right(question, given) is expected


DATED = replace(ASKED, published=("2023-09-16",))
TOLD = replace(ASKED, when=("2023-09",))


@pytest.mark.parametrize(
    ("question", "given", "expected"),
    [
        (DATED, cite(SAID), True),
        (DATED, cite(replace(SAID, published="2022-09-16")), False),
        (DATED, cite(replace(SAID, published="2023-09")), False),
        (DATED, cite(replace(SAID, published=None)), False),
        (replace(DATED, published=("2023",)), cite(SAID), True),
        (replace(DATED, published=("2022", "2023")), cite(SAID), True),
        (replace(DATED, published=("unknown",)), cite(SAID), False),
        (replace(DATED, published=("unknown",)), cite(replace(SAID, published=None)), True),
        (replace(DATED, published=("unknown", "2023")), cite(SAID), True),
        (TOLD, cite(SAID), True),
        (TOLD, cite(replace(SAID, when="2023-09-15")), True),
        (TOLD, cite(replace(SAID, when="2024-09")), False),
        (TOLD, cite(SEVEN), False),
        (replace(TOLD, published=("2023",)), cite(SAID), True),
        (replace(TOLD, published=("2022",)), cite(SAID), False),
        (replace(TOLD, published=("2023",)), cite(SEVEN), False),
        (TOLD, cite(SEVEN, replace(BUILT, when="2023-09-01")), True),
        (replace(TOLD, published=("unknown",)), cite(SAID, replace(BUILT, when="2022")), False),
        (TOLD, cite(ALONE), None),
        (TOLD, cite(), None),
        (TOLD, answer("Seven."), None),
        (TOLD, ABSTAINED, None),
        (replace(TOLD, facts=()), cite(SAID), None),
        (ASKED, cite(SAID), None),
    ],
)
def test_dates(question: Question, given: Answer, expected: bool | None) -> None:  # noqa: FBT001
    """One citation of a fact must have both dates, as exactly as the question gives them."""
    assert citing.date_right(question, given) is expected
