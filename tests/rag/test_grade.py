"""What a language model says of the evidence before it writes, and the probability that follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.config import ModelsConfig
from index.errors import ModelError
from index.store import Store
from rag.answer import Citation, Evidence
from rag.config import RagConfig
from rag.engine import Engine
from rag.grade import grade, graded, grades, read_ahead
from rag.models import ModelSlot, local_model
from rag.prompts import EXAMPLES, GRADE, grading
from rag.weigh import weigh
from tests.fakes import GradingModel, HashEmbedding, ScriptedModel, Told, build_store, slot_of

EVIDENCE = [Evidence(Citation(1, "a" * 24, "a.txt", 0, 14, "It was closed."), 0.9)]
QUESTION = "What did the bridge in Bergen cost a day?"
WORDS = "[1] The bridge in Bergen cost 900 crowns a day."
SHARES = st.floats(1e-6, 1.0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Make a corpus of one answer."""
    opened = build_store(tmp_path, [Told("bridge", "The bridge in Bergen cost 900 crowns a day.")])
    yield opened
    opened.close()


def asked(store: Store, model: ScriptedModel) -> Engine:
    """Make an engine with a model that writes."""
    return Engine(store, HashEmbedding(), slot_of(model), RagConfig())


@pytest.mark.parametrize(
    ("gives", "expected"),
    [
        ({"9": 0.5, "0": 0.5}, 4.5),
        ({"9": 0.3, " 6": 0.1, "Well": 0.6}, 8.25),
        ({"10": 0.5, "3": 0.5}, 3.0),
        ({"Perhaps": 0.9}, None),
        ({}, None),
    ],
)
def test_grade_is_the_mean_figure(gives: dict[str, float], expected: float | None) -> None:
    """Figures from 0 to 9, each by its share; what is none does not count, and without one there is no grade."""
    found = grade(GradingModel(gives), "Was it closed?", EVIDENCE)

    assert found == (None if expected is None else pytest.approx(expected))


def test_model_that_fails_is_a_model_error() -> None:
    """Whatever goes wrong behind the interface is one kind of error."""
    with pytest.raises(ModelError, match="RuntimeError: gone"):
        grade(GradingModel(RuntimeError("gone")), "Was it closed?", EVIDENCE)


@given(one=SHARES, other=SHARES, grades_given=st.tuples(st.floats(0, 9), st.floats(0, 9)))
def test_a_better_grade_makes_it_likelier(one: float, other: float, grades_given: tuple[float, float]) -> None:
    """The result is a probability, and grows with the grade and with what it was before."""
    low, high = sorted(grades_given)

    assert 0.0 <= graded(one, low) <= graded(one, high) <= 1.0
    assert graded(min(one, other), low) <= graded(max(one, other), low)


def test_who_grades_is_asked_behind_the_examples() -> None:
    """The examples come first and are always the same; articles stand in the user's turn alone."""
    first, other = grading("Was it closed?", EVIDENCE), grading("Who?", EVIDENCE)

    assert first[:-1] == other[:-1] == grading("", ())[:-1]
    assert [each.role.value for each in first] == ["system", *["user", "assistant"] * len(EXAMPLES), "user"]
    assert first[-1].content == f"[1] It was closed.\n\nQuestion: Was it closed?\n\n{GRADE}"


@pytest.mark.parametrize("gives", [{"0": 1.0}, RuntimeError("gone")])
def test_examples_are_read_ahead(gives: dict[str, float] | Exception) -> None:
    """A model whose grades are known has read the examples before the first question; one that fails then may later."""
    known, other = GradingModel(gives), ScriptedModel()
    for model in (known, other):
        slot = ModelSlot(lambda model=model: model, name="fake")  # type: ignore[misc]  # mypy can't infer it
        slot.start(read_ahead)
        slot.wait()
        assert slot.state == "ready"

    assert known.asked == [grading("", ())]
    assert not other.prompts


@pytest.fixture
def likely(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Have evidence weighed as this likely to answer."""

    def weighed_as(probability: float) -> None:
        monkeypatch.setattr("rag.engine.weigh", lambda *given: replace(weigh(*given), probability=probability))

    return weighed_as


@pytest.mark.parametrize(("before", "figure", "abstained"), [(0.2, 9, False), (0.6, 0, True)])
def test_model_decides_what_is_open(
    store: Store, likely: Callable[[float], None], before: float, figure: int, *, abstained: bool
) -> None:
    """What evidence hardly or nearly suffices for is decided by the model that reads it."""
    likely(before)
    model = GradingModel({str(figure): 1.0}, WORDS)
    answer = asked(store, model).answer(QUESTION, writer="model")

    assert answer.abstained == abstained
    assert answer.answerability == graded(before, figure)
    assert (len(model.asked), len(model.prompts)) == (1, 0 if abstained else 1)


@pytest.mark.parametrize(("before", "abstained"), [(0.09, True), (0.71, False)])
def test_model_is_not_asked_of_what_is_plain(
    store: Store, likely: Callable[[float], None], before: float, *, abstained: bool
) -> None:
    """What almost surely answers, or hardly can, is decided without it."""
    likely(before)
    model = GradingModel({"0": 0.5, "9": 0.5}, WORDS)
    answer = asked(store, model).answer(QUESTION, writer="model")

    assert (answer.abstained, answer.answerability, model.asked) == (abstained, before, [])


def test_only_the_model_whose_grades_are_known_is_asked(store: Store, likely: Callable[[float], None]) -> None:
    """Another model writes and is asked nothing else; nor is any for quotes."""
    likely(0.5)
    other, known = ScriptedModel(WORDS), GradingModel({"0": 1.0})

    assert not asked(store, other).answer(QUESTION, writer="model").abstained
    assert not asked(store, known).answer(QUESTION, writer="quotes").abstained

    assert (len(other.prompts), known.asked, grades(other), grades(known)) == (1, [], False, True)


@pytest.mark.parametrize("gives", [RuntimeError("gone"), {"Perhaps": 1.0}])
def test_model_that_gives_no_grade_still_writes(
    store: Store, likely: Callable[[float], None], gives: dict[str, float] | Exception
) -> None:
    """Without a grade it is as likely as before."""
    likely(0.5)
    model = GradingModel(gives, WORDS)
    answer = asked(store, model).answer(QUESTION, writer="model")

    assert (answer.writer, answer.answerability, len(model.asked)) == ("model", 0.5, 1)


@pytest.mark.model
def test_real_model_tells_an_answer_from_none(tmp_path: Path) -> None:
    """The shipped model holds a sentence that answers likelier to answer than one that does not."""
    model = local_model(ModelsConfig(), tmp_path)
    told = [Evidence(Citation(1, "a" * 24, "a.txt", 0, 43, "The bridge in Bergen cost 900 crowns a day."), 0.9)]

    right, wrong = (grade(model, each, told) for each in (QUESTION, "Who is the mayor of Cork?"))

    assert right is not None
    assert wrong is not None
    assert right > wrong
