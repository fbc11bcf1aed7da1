"""A question becomes events, and the last one carries an answer in which every sentence stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.article import Filters
from index.errors import ModelError, QuestionError
from index.store import Store
from rag.answer import Answer, Claim, ClaimVerified, Done, Event, EvidenceFound, Seconds, Stage, Turn, record
from rag.config import RagConfig
from rag.engine import Engine
from rag.models import ModelSlot
from tests.fakes import HashEmbedding, Reply, ScriptedModel, Told, build_store, ready_slot, slot_of

ALWAYS = RagConfig(answer_from=0.0, quotes=1)
QUESTION = "What did the bridge in Bergen cost a day?"
TOLD = "According to Mayor Ada Alt, the bridge cost 900 crowns a day."
QUOTE = "“The bridge cost 900 crowns a day,” said Mayor Ada Alt."


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Index the tiny articles."""
    opened = build_store(tmp_path_factory.mktemp("tiny"))
    yield opened
    opened.close()


def engine(store: Store, *replies: Reply, config: RagConfig = ALWAYS, slot: ModelSlot | None = None) -> Engine:
    """Make an engine whose model gives these replies."""
    return Engine(store, HashEmbedding(), slot or ready_slot(*replies), config)


def kinds(events: Sequence[Event]) -> list[str]:
    """Name events, stages by their own names."""
    return [each.name if isinstance(each, Stage) else type(each).__name__ for each in events]


def check_exact(store: Store, answer: Answer) -> None:
    """Fail unless each citation is its article's own words and each shown claim has one that is there."""
    for citation in answer.citations:
        article = store.texts([citation.article])[citation.article]
        assert article.text[citation.start : citation.end] == citation.quote
        assert citation.document == article.document
    numbers = {citation.number for citation in answer.citations}
    for claim in answer.claims:
        assert claim.removed or (claim.citations and set(claim.citations) <= numbers)


# The stream


def test_one_piece_of_evidence_has_room_for_one_side(tmp_path: Path) -> None:
    """Where the settings allow one sentence, a disputed question is answered with it, and no sides are shown."""
    rows = [
        Told("claim", "Bo Berg said Alt sold the ferry to Cork in May."),
        Told("denial", "Alt denied that the ferry was sold to Cork in May."),
    ]
    opened = build_store(tmp_path, rows)

    sides = [
        engine(opened, config=RagConfig(answer_from=0.0, evidence=most))
        .answer("Was the ferry sold to Cork in May?", writer="quotes")
        .disagreements
        for most in (1, 5)
    ]

    assert [len(each) for each in sides] == [0, 1]
    opened.close()


def test_evidence_comes_before_anything_is_written(store: Store) -> None:
    """Stages, evidence, the stage of writing, verified claims and the answer come in this order, whoever writes."""
    model = f"[1] {QUOTE}"
    for writer, replies in (("quotes", ()), ("model", (model,))):
        config = ALWAYS.model_copy(update={"writer": writer})
        events = list(engine(store, *replies, config=config).ask(QUESTION))

        assert kinds(events) == ["understand", "search", "read", "EvidenceFound", "write", "ClaimVerified", "Done"]


def test_model_is_asked_only_after_the_evidence_was_given(store: Store) -> None:
    """While evidence is taken from the stream, the model has not been told anything."""
    model = ScriptedModel("[1] The bridge cost 900 crowns a day.")
    events = engine(store, slot=slot_of(model)).ask(QUESTION)

    assert any(isinstance(each, EvidenceFound) for each in events)
    assert model.prompts == []
    list(events)
    assert len(model.prompts) == 1


def test_events_and_answer_agree(store: Store) -> None:
    """The claims that were streamed are those of the answer, and its citations are among the evidence."""
    events = list(engine(store, "[1] The bridge cost 900 crowns a day.\n[1] It cost 5 crowns.").ask(QUESTION))

    (evidence,) = (each.evidence for each in events if isinstance(each, EvidenceFound))
    (answer,) = (each.answer for each in events if isinstance(each, Done))
    assert answer.claims == tuple(each.claim for each in events if isinstance(each, ClaimVerified))
    assert set(answer.citations) <= {each.citation for each in evidence}


def test_times_are_those_of_the_clock(store: Store) -> None:
    """Seconds are counted by the clock that is given, in order: evidence, first word, total."""
    ticks = iter(range(100))
    asked = Engine(store, HashEmbedding(), ModelSlot(None, name="none"), ALWAYS, clock=lambda: float(next(ticks)))

    assert asked.answer(QUESTION, writer="quotes").seconds == Seconds(evidence=1.0, first_word=2.0, total=3.0)


# Quotes


def test_answer_of_quotes(store: Store) -> None:
    """The best sentence is quoted with who says it, where and when, and the number of its citation."""
    answer = engine(store).answer(QUESTION, writer="quotes")

    assert answer.text == f"Mayor Ada Alt (The Bergen Times, 2024-03-05): “{QUOTE}” [1]"
    assert [(each.number, each.document, each.quote) for each in answer.citations] == [(1, "bridge", QUOTE)]
    assert answer.claims == (Claim(answer.text.removesuffix(" [1]"), (1,)),)
    assert (answer.abstained, answer.reason, answer.writer, answer.model, answer.notes) == (
        False,
        None,
        "quotes",
        None,
        (),
    )
    assert answer.retrieved[0].document == "bridge"
    assert answer.covered == ("2023-06", "2024-03-05")
    check_exact(store, answer)


def test_record_has_the_fields_of_the_contract(store: Store) -> None:
    """An answer's record has every field that the contract names."""
    row = record(engine(store).answer(QUESTION, writer="quotes"))

    asked = (
        "question answer abstained reason answerability claims citations disagreements retrieved writer model seconds"
    )
    assert set(asked.split()) <= set(row)
    assert row["answer"] == f"Mayor Ada Alt (The Bergen Times, 2024-03-05): “{QUOTE}” [1]"


WORDS = st.sampled_from(
    "Alt said the ferry bridge quay was not closed 40 crowns in Cork on Monday “ ” U.S. É 🎉".split()
)
SENTENCES = st.lists(WORDS, min_size=3, max_size=12).map(lambda words: " ".join(words) + ". ")
CORPORA = st.lists(st.lists(SENTENCES, min_size=1, max_size=5).map("Then ".join), min_size=1, max_size=4)


@given(
    corpus=CORPORA,
    question=st.lists(WORDS, min_size=1, max_size=6).map(" ".join),
    reply=st.lists(SENTENCES, max_size=3),
)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_citations_are_exact_whatever_the_corpus(
    tmp_path_factory: pytest.TempPathFactory, corpus: list[str], question: str, reply: list[str]
) -> None:
    """Whatever stands in articles, questions and replies, citations are exact and no sentence stands bare."""
    rows = [Told(f"row{number}", f"It began. {text}") for number, text in enumerate(corpus)]
    store = build_store(tmp_path_factory.mktemp("random"), rows)
    lines = "\n".join(f"[{number}] {text}" for number, text in enumerate(reply, start=1))

    for answer in (
        engine(store).answer(f"{question} Alt?", writer="quotes"),
        engine(store, lines).answer(f"{question} Alt?", writer="model"),
    ):
        check_exact(store, answer)
        assert all(claim.text in answer.text for claim in answer.claims if not claim.removed)
    store.close()


# What a model writes


def test_supported_sentence_of_a_model_is_shown(store: Store) -> None:
    """A sentence that its citation carries stands in the answer with its number, and the model is named."""
    answer = engine(store, "[1] The bridge cost 900 crowns a day.").answer(QUESTION, writer="model")

    assert answer.text == f"{TOLD} [1]"
    assert answer.claims == (Claim(TOLD, (1,)),)
    assert (answer.writer, answer.model, answer.notes) == ("model", "scripted", ())
    check_exact(store, answer)


def test_wrong_citation_is_mended(store: Store) -> None:
    """A sentence whose own citation does not carry it gets the one that does, and the fault is recorded."""
    for cited in ("[2]", "[9]", "[2, 9]"):
        answer = engine(store, f"{cited} The bridge cost 900 crowns a day.").answer(QUESTION, writer="model")

        assert answer.claims[0] == Claim(TOLD, (1,), fault="wrong_citation")
        assert answer.citation(1).quote == QUOTE


def test_missing_citation_is_found(store: Store) -> None:
    """A sentence without a number gets the evidence that carries it, and the fault is recorded."""
    answer = engine(store, "The bridge cost 900 crowns a day.").answer(QUESTION, writer="model")

    assert answer.claims[0] == Claim(TOLD, (1,), fault="no_citation")


def test_citation_that_does_not_exist_is_never_shown(store: Store) -> None:
    """A number that no evidence has is dropped beside one that carries the sentence."""
    answer = engine(store, "[1, 9] The bridge cost 900 crowns a day.").answer(QUESTION, writer="model")

    assert answer.claims == (Claim(TOLD, (1,)),)
    assert [each.number for each in answer.citations] == [1]


def test_unsupported_sentence_is_removed_and_kept_for_looking(store: Store) -> None:
    """What no evidence carries is not in the text, but in the claims; what would follow it is not waited for."""
    reply = ("[1] The bridge cost 950 crowns a day. It was dear. ", ModelError("read too far"))
    answer = engine(store, reply).answer(QUESTION, writer="model")

    assert answer.text == f"Mayor Ada Alt (The Bergen Times, 2024-03-05): “{QUOTE}” [1]"
    assert answer.claims[0] == Claim(
        "The bridge cost 950 crowns a day.", (1,), "unsupported", removed=True, fault="unsupported"
    )


def test_one_sentence_is_enough(store: Store) -> None:
    """Where one thing is asked, what a model goes on to write is not waited for."""
    reply = ("[1] The bridge cost 900 crowns a day. It was dear. ", ModelError("read too far"))
    answer = engine(store, reply).answer(QUESTION, writer="model")

    assert (answer.text, answer.notes) == (f"{TOLD} [1]", ())


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("[1] Mayor Olga Ost sold the bridge.", "unsupported"),
        ("[9] Nobody ever crossed it in 1875.", "wrong_citation"),
        ("Bananas grew in Norway in 1999.", "no_citation"),
    ],
)
def test_faults_are_told_apart(store: Store, line: str, fault: str) -> None:
    """A removed sentence had citations that don't carry it, citations that don't exist, or none."""
    answer = engine(store, line).answer(QUESTION, writer="model")

    assert (answer.claims[0].removed, answer.claims[0].fault) == (True, fault)


def test_model_that_writes_nothing_that_stands_gives_way_to_quotes(store: Store) -> None:
    """When every sentence of a model falls, the quotes answer, and a note says so."""
    answer = engine(store, "[1] Mayor Olga Ost sold the bridge in 1999.").answer(QUESTION, writer="model")

    assert answer.text == f"Mayor Ada Alt (The Bergen Times, 2024-03-05): “{QUOTE}” [1]"
    assert (answer.writer, answer.model, len(answer.notes)) == ("quotes", None, 1)
    assert "these are the quotes themselves" in answer.notes[0]
    assert [claim.removed for claim in answer.claims] == [True, False]


# Models that are missing or fail


def failed_slot() -> ModelSlot:
    """Make a slot whose model could not be loaded."""

    def load() -> ScriptedModel:
        raise ModelError("no such file")

    slot = ModelSlot(load, name="scripted")
    slot.wait()
    return slot


@pytest.mark.parametrize(
    ("slot", "note"),
    [
        (ModelSlot(None, name="none"), "No language model wrote this answer (none is installed or configured)"),
        (ModelSlot(ScriptedModel, name="late"), "The language model is still loading"),
        (failed_slot(), "No language model wrote this answer (no such file)"),
    ],
    ids=["none", "loading", "failed"],
)
def test_without_a_model_the_quotes_answer_and_say_so(store: Store, slot: ModelSlot, note: str) -> None:
    """With no model, one that loads, or one that could not be loaded, the answer is quotes with a note why."""
    answer = engine(store, slot=slot).answer(QUESTION, writer="model")

    assert answer.text == f"Mayor Ada Alt (The Bergen Times, 2024-03-05): “{QUOTE}” [1]"
    assert (answer.writer, answer.model) == ("quotes", None)
    assert answer.notes == (f"{note}; these are the quotes themselves.",)


def test_model_that_fails_gives_way_to_quotes(store: Store) -> None:
    """A model that fails at once leaves an answer of quotes, and a note with the reason."""
    answer = engine(store, ModelError("connection refused")).answer(QUESTION, writer="model")

    assert answer.text == f"Mayor Ada Alt (The Bergen Times, 2024-03-05): “{QUOTE}” [1]"
    assert answer.writer == "quotes"
    assert "The language model failed: connection refused" in answer.notes


def test_model_that_fails_midway_gives_way_to_quotes(store: Store) -> None:
    """A sentence that was not whole before a failure is none, and a note says that the model failed."""
    answer = engine(store, ("[1] The bridge cost 900 cr", ModelError("connection lost"))).answer(
        QUESTION, writer="model"
    )

    assert answer.text == f"Mayor Ada Alt (The Bergen Times, 2024-03-05): “{QUOTE}” [1]"
    assert answer.notes[0] == "The language model failed: connection lost"


def test_model_that_keeps_failing_is_left_alone(store: Store) -> None:
    """After five failures the model is not asked for a while."""
    model = ScriptedModel()
    asked = engine(store, slot=slot_of(model))

    for _ in range(7):
        assert asked.answer(QUESTION, writer="model").writer == "quotes"

    assert len(model.prompts) == 5


def test_status_says_what_answers_are_made_of(store: Store) -> None:
    """The status tells quotes, a loading model, a failed one and a ready one apart."""
    wants = RagConfig(writer="model")
    states = [
        engine(store, config=RagConfig(writer="quotes")),
        engine(store, config=wants, slot=ModelSlot(None, name="none")),
        engine(store, config=wants, slot=ModelSlot(ScriptedModel, name="late")),
        engine(store, config=wants, slot=failed_slot()),
        engine(store, config=wants),
    ]

    assert [each.status() for each in states] == [
        "Answers quote the articles and nothing else.",
        "Answers quote the articles and nothing else.",
        "The language model is still loading: answers are quotes until then.",
        "The language model is not available: answers are quotes. no such file",
        "A language model (scripted) writes; every sentence is checked against the articles.",
    ]


# Not knowing


def test_abstention_is_a_value(store: Store) -> None:
    """Below the least probability nothing is written; a reason, the nearest sentences and covered dates are given."""
    never = RagConfig(answer_from=1.0)
    events = list(engine(store, config=never).ask("How many moons has Jupiter?", writer="model"))
    (answer,) = (each.answer for each in events if isinstance(each, Done))

    assert "write" not in kinds(events)
    assert (answer.abstained, answer.reason, answer.text, answer.claims) == (True, "not_in_corpus", "", ())
    assert [each.number for each in answer.citations] == [1, 2, 3]
    assert answer.covered == ("2023-06", "2024-03-05")
    assert (answer.model, answer.disagreements) == (None, ())
    check_exact(store, answer)


def test_topic_without_the_answer_is_told_apart(store: Store) -> None:
    """Where the words of the question are in the articles, the reason is that they do not answer."""
    answer = engine(store, config=RagConfig(answer_from=1.0)).answer("Why did the bridge cost 900 crowns?")

    assert answer.reason == "not_answered"


def test_filters_that_leave_nothing_abstain(store: Store) -> None:
    """Where no article passes the filters, the answer abstains, even if everything is answered."""
    answer = engine(store).answer(QUESTION, filters=Filters(after="2030"), writer="quotes")

    assert (answer.abstained, answer.reason, answer.citations, answer.answerability) == (True, "not_in_corpus", (), 0.0)


def test_empty_store_abstains(tmp_path: Path) -> None:
    """With no article at all, the answer abstains and covers nothing."""
    store = build_store(tmp_path, [Told("gone", "It was here.")])
    with store.writing():
        store.remove([store.article("gone").id])

    answer = engine(store).answer(QUESTION, writer="quotes")

    assert (answer.abstained, answer.reason, answer.citations, answer.covered) == (
        True,
        "not_in_corpus",
        (),
        (None, None),
    )
    store.close()


# Questions


@pytest.mark.parametrize(
    ("question", "filters", "message"),
    [
        ("", Filters(), "The question is empty"),
        ("?!", Filters(), "The question is empty"),
        ("x" * 2_001, Filters(), "The question has 2,001 characters; at most 2,000 are read"),
        (QUESTION, Filters(after="2024-02-30"), "--after is '2024-02-30': expected a date that exists"),
        (QUESTION, Filters(before="2024-13"), "--before is '2024-13': expected a date that exists"),
        (QUESTION, Filters(before="May 2024"), "--before is 'May 2024': expected a date that exists"),
        (QUESTION, Filters(after="20240517"), "--after is '20240517': expected a date that exists"),
        (QUESTION, Filters(after="2024-05-17T10"), "--after is '2024-05-17T10': expected a date that exists"),
        (QUESTION, Filters(after=""), "--after is '': expected a date that exists"),
        (QUESTION, Filters(after="today"), "--after is 'today': expected a date that exists"),
        (QUESTION, Filters(after="2024-05", before="2023"), "--after 2024-05 is later than --before 2023"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_once(store: Store, question: str, filters: Filters, message: str) -> None:
    """A bad question, or dates that don't exist or contradict each other, raise before the first event."""
    with pytest.raises(QuestionError, match=message.replace("?", r"\?")):
        engine(store).ask(question, filters=filters)


@pytest.mark.parametrize(
    "filters",
    [
        Filters(after="2024", before="2024"),
        Filters(after="2024", before="2024-06"),
        Filters(after="2024-03", before="2024"),
        Filters(after="2024-03-05", before="2024-03"),
    ],
)
def test_periods_that_overlap_can_be_asked(store: Store, filters: Filters) -> None:
    """A bound means its whole period: one inside of the other is no contradiction."""
    assert engine(store).answer(QUESTION, filters=filters, writer="quotes").citations[0].document == "bridge"


def test_follow_up_is_answered_with_the_turns_before(store: Store) -> None:
    """A follow-up is completed from the turns, as far back as the settings say, and the completed question is shown."""
    turns = [Turn("Who is Cleo Cox?"), Turn("What did the bridge in Bergen cost?")]
    answer = engine(store).answer("And who said so?", turns=turns, writer="quotes")

    assert answer.question == "And who said so?"
    assert answer.standalone == "And who said so? (What did the bridge in Bergen cost?)"
    assert answer.citations[0].document == "bridge"
    forgetful = engine(store, config=ALWAYS.model_copy(update={"history_turns": 0}))
    assert forgetful.answer("And who said so?", turns=turns, writer="quotes").standalone == "And who said so?"


def test_disagreeing_sources_are_both_shown(tmp_path: Path) -> None:
    """Where a claim meets a denial, both sides are cited and in the citations, and none is preferred."""
    rows = [
        Told("claim", "The harbour said the ferry Aurora was sold to Cork in May. It rained."),
        Told("denial", "Mayor Ada Alt rejected reports that the city had ever sold the ferry Aurora. It snowed."),
    ]
    store = build_store(tmp_path, rows)

    answer = engine(store, config=RagConfig(answer_from=0.0)).answer(
        "Was the ferry Aurora sold to Cork?", writer="quotes"
    )

    (dispute,) = answer.disagreements
    documents = [{answer.citation(number).document for number in side.citations} for side in dispute.sides]
    assert documents == [{"claim"}, {"denial"}]
    store.close()
