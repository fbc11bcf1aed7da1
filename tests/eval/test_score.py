"""One answer judged against one question, by hand-made cases."""

from __future__ import annotations

from dataclasses import replace
from math import log2

import pytest

from eval import score as scoring
from eval.questions import Evidence, Question
from eval.run import Row
from eval.score import Found, Score, score
from rag.answer import Answer, Claim, Retrieved, Seconds
from tests.eval.scripted import answer, article, citation

ARTICLE = article("a.txt", "Kim said no.", "Seven ships sailed.", "Eight ships sank.", published="2023-09-16")
OTHER = article("b.txt", "Seven ships were built.", "It rained.")
ARTICLES = {each.document: each for each in (ARTICLE, OTHER)}
NO, SEVEN, EIGHT = (citation(ARTICLE, number, number - 1) for number in (1, 2, 3))
BUILT = citation(OTHER, 4, 0)
CLAIM = Claim("Seven ships sailed.", (2,))
ABSTAINED = answer("", abstained=True, reason="not_answered")
ASKED = Question("q", ("?",), facts=(("seven", "7"),), evidence=(Evidence("a.txt", "Seven ships"),))


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


PREMISE = replace(ASKED, kind="false_premise")
CORRECTED = answer(
    "Seven ships sailed [2].", abstained=True, reason="false_premise", claims=(CLAIM,), citations=(SEVEN,)
)


@pytest.mark.parametrize(
    ("question", "given", "expected"),
    [
        (PREMISE, CORRECTED, True),
        (PREMISE, replace(CORRECTED, text=""), True),
        (PREMISE, replace(CORRECTED, claims=()), True),
        (PREMISE, replace(CORRECTED, text="", claims=()), False),
        (PREMISE, replace(CORRECTED, text="", claims=(replace(CLAIM, removed=True),)), False),
        (PREMISE, replace(CORRECTED, text="It sank.", claims=()), False),
        (PREMISE, replace(CORRECTED, reason="not_answered"), False),
        (PREMISE, replace(CORRECTED, reason="not_in_corpus"), False),
        (PREMISE, ABSTAINED, False),
        (PREMISE, answer("Seven ships sailed."), True),
        (PREMISE, answer("They sank."), False),
        (replace(PREMISE, forbidden=("sailed",)), CORRECTED, False),
        (replace(PREMISE, forbidden=("sank",)), CORRECTED, True),
        (replace(PREMISE, answerable=False), CORRECTED, True),
        (replace(PREMISE, answerable=False), answer("Seven ships sailed."), True),
        (replace(PREMISE, answerable=False), answer("They sank."), False),
        (replace(PREMISE, answerable=False), ABSTAINED, False),
        (replace(PREMISE, facts=()), CORRECTED, True),
        (replace(PREMISE, facts=()), replace(CORRECTED, text="", claims=()), True),
        (replace(PREMISE, facts=()), ABSTAINED, False),
        (replace(PREMISE, facts=()), answer("Seven."), None),
        (replace(PREMISE, facts=(), answerable=False), answer("Seven."), False),
        (ASKED, CORRECTED, False),
        (replace(ASKED, answerable=False), CORRECTED, True),
    ],
)
def test_false_premises(question: Question, given: Answer, expected: bool | None) -> None:  # noqa: FBT001
    """Abstaining for just that reason with the facts is right, and so is an answer that holds them."""
    assert scoring.is_right(question, given) is expected


@pytest.mark.parametrize(
    ("question", "given", "due"),
    [
        (PREMISE, CORRECTED, True),
        (PREMISE, ABSTAINED, False),
        (PREMISE, answer("Seven."), False),
        (replace(PREMISE, answerable=False), ABSTAINED, True),
        (ASKED, CORRECTED, False),
        (replace(ASKED, answerable=False), answer("Seven."), True),
    ],
)
def test_when_abstaining_is_due(question: Question, given: Answer, due: bool) -> None:  # noqa: FBT001
    """Where there is no answer, and where a false premise is told."""
    assert score(Row(question, given), ARTICLES, writer="quotes").due is due


def test_a_correction_is_held_to_what_answers_are_held_to() -> None:
    """Its claims are grounded, exact and cited, and counted in words, though it abstains."""
    found = score(Row(PREMISE, CORRECTED), ARTICLES, writer="quotes")
    assert (found.grounded, found.exact, found.citation_precision, found.citation_recall, found.words) == (
        True,
        (True,),
        1.0,
        1.0,
        3,
    )
    bare = replace(CORRECTED, claims=(replace(CLAIM, citations=()),))
    assert score(Row(PREMISE, bare), ARTICLES, writer="quotes").grounded is False


SEVERAL = replace(ASKED, facts=(("seven",), ("eight",)), forbidden=("nine",))


@pytest.mark.parametrize(
    ("question", "given", "complete", "misled"),
    [
        (SEVERAL, answer("Seven, eight."), True, False),
        (SEVERAL, answer("Seven, eight, nine."), True, False),
        (SEVERAL, answer("Seven or nine."), False, False),
        (SEVERAL, answer("Nine."), False, True),
        (SEVERAL, answer("None."), False, False),
        (SEVERAL, answer(""), False, False),
        (SEVERAL, ABSTAINED, None, None),
        (replace(SEVERAL, forbidden=()), answer("Nine."), False, None),
        (replace(SEVERAL, facts=()), answer("Nine."), None, True),
        (replace(SEVERAL, answerable=False), answer("Nine."), None, True),
        (SEVERAL, answer("EIGHT [7]."), False, False),
        (SEVERAL, answer("Eight and 7 [7]."), False, False),
        (SEVERAL, answer("SEVEN. Eight."), True, False),
        (SEVERAL, answer("Nine [7] [8]."), False, True),
        (replace(SEVERAL, facts=(("seven", "ten"), ("eight",))), answer("Ten, eight."), True, False),
        (replace(SEVERAL, facts=(("seven", "ten"), ("eight",))), answer("Nine, ten."), False, False),
        (replace(SEVERAL, forbidden=("nine", "none")), answer("None."), False, True),
        (replace(SEVERAL, forbidden=("nine",)), replace(ABSTAINED, text="Nine."), None, None),
        (replace(SEVERAL, facts=(), forbidden=()), answer("Nine."), None, None),
        (replace(SEVERAL, answerable=False, forbidden=()), answer("Seven, eight."), None, None),
    ],
)
def test_all_facts_and_wrong_alone(
    question: Question,
    given: Answer,
    complete: bool | None,  # noqa: FBT001
    misled: bool | None,  # noqa: FBT001
) -> None:
    """Whether every right answer is there is told apart from whether a wrong one stands alone."""
    found = score(Row(question, given), ARTICLES, writer="quotes")
    assert (found.complete, found.misled) == (complete, misled)


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
        ((Evidence("a.txt", "Kim"),), (("b.txt", 0, 9),) * 9 + (("a.txt", 0, 60),), 0.0, 1.0),
        ((Evidence("a.txt", "Kim"),), (("a.txt", 0, 1),), 1.0, 1.0),
        ((Evidence("a.txt", "Kim"),), (("a.txt", 12, 60),), 1.0, 0.0),
        ((Evidence("a.txt", "no. Seven"),), (("a.txt", 13, 20),), 1.0, 1.0),
        ((Evidence("a.txt", "no. Seven"),), (("a.txt", 33, 50),), 1.0, 0.0),
        ((Evidence("a.txt", "ships"),), (("a.txt", 33, 50),), 1.0, 1.0),
        ((Evidence("a.txt", "Kim"), Evidence("none.txt", "Kim")), (("a.txt", 0, 60),), 0.5, 0.5),
        ((Evidence("a.txt", "Kim"), Evidence("b.txt")), (("a.txt", 0, 60),), 0.5, 1.0),
        ((Evidence("a.txt", "Kim"), Evidence("b.txt")), (("b.txt", 0, 60),), 0.5, 0.0),
        ((Evidence("a.txt", "Kim"), Evidence("a.txt", "sank")), (("a.txt", 0, 12), ("a.txt", 33, 50)), 1.0, 1.0),
        ((Evidence("a.txt"), Evidence("b.txt")), (("a.txt", 0, 5), ("a.txt", 5, 9), ("b.txt", 0, 9)), 0.5, None),
    ],
)
def test_found(
    evidence: tuple[Evidence, ...], passages: tuple[tuple[str, int, int], ...], first: float, sentences: float | None
) -> None:
    """Documents by their first place, sentences by the first ten passages."""
    found = scoring.find(replace(ASKED, evidence=evidence), [each[0] for each in passages], passages, ARTICLES)
    assert found is not None
    assert (found.recalls[0], found.sentences) == (first, sentences)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        (" ", 0),
        ("Seven.", 1),
        ("Seven ships sailed.", 3),
        ("Seven ships sailed [2].", 3),
        ("Seven ships sailed. [2]", 3),
        ("Seven ships sailed [1, 2].", 3),
        ("Seven ships sailed [1] [2].", 3),
        ("Kim: “Seven ships.” [2]", 3),
        ("7,000 ships", 2),
        ("well-kept ships", 2),
        ("Kim's ships", 2),
        ("Seven\nships\tsailed", 3),
        ("Seven  ships", 2),
        ("Seven\u00a0ships", 2),
        ("Café in Zürich", 3),
        ("16 September 2023", 3),
        ("Seven ships sailed [2]. Eight sank [3].", 5),
        ("It cost $9.5 million.", 4),
        ("one two three four five six seven eight nine ten", 10),
    ],
)
def test_words_of_an_answer(text: str, words: int) -> None:
    """What white space divides, without the marks of citations; an abstaining answer has none to count."""
    assert score(Row(ASKED, answer(text)), ARTICLES, writer="quotes").words == words
    assert score(Row(ASKED, replace(ABSTAINED, text=text)), ARTICLES, writer="quotes").words is None


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
        complete=True,
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
            due=not question.answerable,
            failed=True,
            found=Found((0.0,) * 10, 0.0, 0.0, 0.0),
        )
