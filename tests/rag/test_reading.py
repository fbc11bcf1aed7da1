"""What a language model reads in the evidence before it writes, and what follows from it."""

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
from rag.models import local_model
from rag.prompts import CHOOSE, choosing
from rag.reading import MOST_READ, read, reads, reread
from rag.weigh import Weighed, weigh
from rag.words import Asks
from tests.fakes import HashEmbedding, ReadingModel, ScriptedModel, Told, build_store, slot_of

QUESTION = "What did the bridge in Bergen cost a day?"
WORDS = "[1] The bridge in Bergen cost 900 crowns a day."
SHARES = st.floats(0.0, 1.0)


def evidence(*quotes: str) -> tuple[Evidence, ...]:
    """Make numbered sentences, each less relevant than the one before it."""
    return tuple(
        Evidence(Citation(number, "a" * 24, "a.txt", 0, len(quote), quote), 1.0 / (1 + number))
        for number, quote in enumerate(quotes, start=1)
    )


def weighed_as(probability: float, *quotes: str) -> Weighed:
    """Make what was weighed, of one matter."""
    return Weighed((), evidence(*quotes), wrong=False, together=None, several=False, probability=probability)


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
        ({"0": 0.2, "1": 0.6, "2": 0.2}, (0.2, 0.6, 0.2)),
        ({"1": 0.3, "Well": 0.7}, (0.0, 1.0, 0.0)),
        ({"0": 0.1, "3": 0.8, "2": 0.1}, (0.5, 0.0, 0.5)),
        ({"12": 0.5, "Perhaps": 0.5}, None),
        ({}, None),
    ],
)
def test_reading_is_what_each_number_shares(gives: dict[str, float], expected: tuple[float, ...] | None) -> None:
    """Numbers of sentences that are there, and 0; without any there is no reading."""
    found = read(ReadingModel(gives), "Was it closed?", evidence("It was closed.", "It was open."))

    assert found == (None if expected is None else pytest.approx(expected))


def test_model_that_fails_is_a_model_error() -> None:
    """Whatever goes wrong behind the interface is one kind of error."""
    with pytest.raises(ModelError, match="RuntimeError: gone"):
        read(ReadingModel(RuntimeError("gone")), "Was it closed?", evidence("It was closed."))


def test_articles_stand_in_the_users_turn() -> None:
    """Numbered from 1, each in one line, before the question; more than was taught is not shown."""
    model = ReadingModel({"0": 1.0})
    read(model, "Was it closed?", evidence(*"abcdefgh"))
    system, user = choosing("Was it closed?", ["It was\nclosed.", "Or not."])

    assert (system.role.value, user.role.value) == ("system", "user")
    assert user.content == f"[1] It was closed.\n[2] Or not.\n\nQuestion: Was it closed?\n\n{CHOOSE}"
    assert model.asked == [choosing("Was it closed?", "abcdefgh"[:MOST_READ])]


@given(one=SHARES, other=SHARES, nones=st.tuples(SHARES, SHARES))
def test_surer_reading_makes_it_likelier(one: float, other: float, nones: tuple[float, float]) -> None:
    """The result is a probability, and grows with what it was before and with how surely a sentence answers."""
    low, high = sorted(nones, reverse=True)

    def after(likely: float, none: float) -> float:
        return reread(weighed_as(likely, "It was closed."), (none, 1.0 - none), asks="who").probability

    assert 0.0 <= after(one, low) <= after(one, high) <= 1.0
    assert after(min(one, other), low) <= after(max(one, other), low)


def test_sentence_that_answers_comes_first_and_keeps_its_number() -> None:
    """The likeliest first, those that were not shown last, none lost."""
    shown = weighed_as(0.5, *"abcdefg")
    found = reread(shown, (0.1, 0.1, 0.5, 0.05, 0.2, 0.05), asks="who")

    assert [each.citation.number for each in found.evidence] == [2, 1, 4, 3, 5, 6, 7]
    assert found.evidence[0].score == pytest.approx((1 / 3 * 0.5 / 0.9) ** 0.5)
    assert {each.citation for each in found.evidence} == {each.citation for each in shown.evidence}


@pytest.mark.parametrize(("asks", "at_least"), [("why", 0.6), ("who", 0.0)])
def test_denial_of_what_a_why_takes_for_granted_is_kept(asks: Asks, at_least: float) -> None:
    """No sentence gives the reason of what is not so; that a model finds none tells nothing there."""
    found = reread(weighed_as(0.6, "She denied it."), (1.0, 0.0), asks=asks)

    assert at_least <= found.probability <= 0.6


@pytest.fixture
def likely(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Have evidence weighed as this likely to answer."""

    def set_to(probability: float) -> None:
        monkeypatch.setattr("rag.engine.weigh", lambda *given: replace(weigh(*given), probability=probability))

    return set_to


@pytest.mark.parametrize(("before", "number", "abstained"), [(0.2, 1, False), (0.6, 0, True)])
def test_model_decides_whether_the_evidence_answers(
    store: Store, likely: Callable[[float], None], before: float, number: int, *, abstained: bool
) -> None:
    """What evidence hardly or nearly suffices for is decided by the model that reads it."""
    likely(before)
    model = ReadingModel({str(number): 1.0}, WORDS)
    answer = asked(store, model).answer(QUESTION, writer="model")

    assert answer.abstained == abstained
    assert (answer.answerability > before) == (not abstained)
    assert (len(model.asked), len(model.prompts)) == (1, 0 if abstained else 1)


@pytest.mark.parametrize(("before", "abstained"), [(0.09, True), (0.7, False)])
def test_model_is_not_asked_where_it_is_clear(
    store: Store, likely: Callable[[float], None], before: float, *, abstained: bool
) -> None:
    """It costs seconds, and may not overrule that the evidence speaks of others."""
    likely(before)
    model = ReadingModel({"0": 0.5, "1": 0.5}, WORDS)
    answer = asked(store, model).answer(QUESTION, writer="model")

    assert (answer.abstained, answer.answerability, model.asked) == (abstained, before, [])


def test_only_the_model_that_was_taught_is_asked(store: Store, likely: Callable[[float], None]) -> None:
    """Another model writes and is asked nothing else; nor is any for quotes."""
    likely(0.5)
    other, known = ScriptedModel(WORDS), ReadingModel({"0": 1.0})

    assert not asked(store, other).answer(QUESTION, writer="model").abstained
    assert not asked(store, known).answer(QUESTION, writer="quotes").abstained

    assert (len(other.prompts), known.asked, reads(other), reads(known)) == (1, [], False, True)


@pytest.mark.parametrize("gives", [RuntimeError("gone"), {"Perhaps": 1.0}])
def test_model_that_gives_no_reading_still_writes(
    store: Store, likely: Callable[[float], None], gives: dict[str, float] | Exception
) -> None:
    """Without a reading it is as likely as before."""
    likely(0.5)
    model = ReadingModel(gives, WORDS)
    answer = asked(store, model).answer(QUESTION, writer="model")

    assert (answer.writer, answer.answerability, len(model.asked)) == ("model", 0.5, 1)


@pytest.mark.model
def test_real_model_tells_an_answer_from_none(tmp_path: Path) -> None:
    """The shipped model, with what it was taught, finds the sentence that answers, and that none does."""
    model = local_model(ModelsConfig(), tmp_path)
    told = evidence("The ferry to Bergen left at nine.", "The bridge in Bergen cost 900 crowns a day.")

    right, wrong = (read(model, each, told) for each in (QUESTION, "Who is the mayor of Cork?"))

    assert right is not None
    assert wrong is not None
    assert right.index(max(right)) == 2
    assert wrong.index(max(wrong)) == 0
