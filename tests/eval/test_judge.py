"""A language model's opinion, from a server on the loopback."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from eval.judge import Judgement, Opinion, judgement_lines, opinions
from eval.questions import Evidence, Question
from eval.run import Run, Setting, run_questions
from index.config import ModelsConfig
from rag.models import server_model
from tests.eval.scripted import Perfect, questions
from tests.eval.serving import serving

ASKED = tuple(each for each in questions() if each.id in {"who-aden", "when-aden", "none-aden"})


@pytest.fixture
def server() -> Iterator[Any]:
    """Serve a judge on the loopback."""
    with serving() as served:
        yield served


def judge(server: Any, run: Run) -> Judgement:
    """Ask that judge about a run."""
    return opinions(run, server_model(ModelsConfig(language="judge", language_url=server.url)))


@pytest.mark.server
def test_answers_are_judged(server: Any) -> None:
    """By LlamaIndex's evaluators: faithfulness to what is cited, and a mark against the set's evidence."""
    judged = judge(server, run_questions(Perfect(), ASKED, writer="quotes"))
    assert judged == Judgement(
        "judge", {"who-aden": Opinion(faithful=True, correct=4.5), "when-aden": Opinion(faithful=True, correct=4.5)}
    )
    assert judgement_lines(judged) == (
        "judge on 2 answers (not in the gate): 100.0 % faithful to what they cite; marks 4.50 of 5 against the "
        "articles' words",
    )
    assert len(server.asked) == 4
    assert any("Ada Alt said the bridge in Aden cost 1000 crowns." in each for each in server.asked)


@pytest.mark.server
@pytest.mark.parametrize(("mark", "correct"), [("3", 3.0), ("4/5\nwell", 4.0), ("I would say four.", None), ("", None)])
def test_marks_are_read(server: Any, mark: str, correct: float | None) -> None:
    """A mark without a reason is read too, and words that are none give none."""
    server.mark = mark
    judged = judge(server, run_questions(Perfect(), ASKED[:1], writer="quotes"))
    assert judged.opinions == {"who-aden": Opinion(faithful=True, correct=correct)}


@pytest.mark.server
def test_a_judge_that_fails(server: Any) -> None:
    """It is told with its reason, and the answers before and after it keep their opinions."""
    server.mark = "fail"
    judged = judge(server, run_questions(Perfect(), ASKED, writer="quotes"))
    assert (judged.failed, judged.opinions, judged.faithful, judged.correct) == (2, {}, None, None)
    assert judgement_lines(judged)[1].startswith("The judge failed on 2 answers: InternalServerError")


@pytest.mark.server
def test_without_evidence_there_is_no_mark(server: Any) -> None:
    """A set that names none has nothing to hold an answer against."""
    open_question = Question("o", (ASKED[0].text,), evidence=(Evidence("aden.txt"),))
    judged = judge(server, Run(run_questions(Perfect(), [ASKED[0]], writer="quotes").rows, Setting(), "quotes"))
    assert judged.opinions["who-aden"].correct == 4.5
    rows = run_questions(Perfect([ASKED[0]]), [open_question], writer="quotes")
    assert judge(server, rows).opinions == {"o": Opinion(faithful=True, correct=None)}
