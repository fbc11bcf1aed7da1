"""What the desk does with what a browser sends: answer, refuse, wait, stop, open, keep."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rag.answer import Turn
from tests.ui.scripted import ScriptedEngine, seed_articles
from ui.config import Settings, load_settings
from ui.desk import FAILURE, UNREADABLE, Desk
from ui.line import Line, Stream
from ui.shapes import TurnView

SUPPLIED = "Has North Korea supplied weapons to Russia?"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Make settings that keep feedback in a folder of the test."""
    return load_settings(ui={"feedback": tmp_path / "kept" / "feedback.jsonl", "questions_a_minute": 3})


@pytest.fixture
def engine() -> Iterator[ScriptedEngine]:
    """Make an engine with the seeds, and let no question of the test hang on."""
    made = ScriptedEngine(articles=seed_articles())
    yield made
    made.go.set()


@pytest.fixture
def desk(engine: ScriptedEngine, settings: Settings) -> Desk:
    """Make a desk in front of that engine."""
    return Desk(engine, settings)


def ask(desk: Desk, question: object, *, session: str = "s", client: str = "c", **more: object) -> list[TurnView]:
    """Ask and take all views."""
    return list(desk.answer({"id": "q1", "question": question, **more}, session=session, client=client))


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something is so, and fail after 20 seconds."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_question_becomes_views_until_the_answer_is_there(desk: Desk) -> None:
    """Stages, evidence, claims and the complete answer come one after another."""
    views = ask(desk, SUPPLIED)
    assert [len(each["claims"]) for each in views] == [0, 0, 0, 0, 0, 1, 2, 3, 3]
    assert [bool(each["quotes"]) for each in views] == [False, False, *[True] * 7]
    assert [each["state"] for each in views] == ["asking"] * 8 + ["done"]
    assert all(quote["exact"] for quote in views[-1]["quotes"])


def test_the_engine_gets_the_conversation_and_the_filters(desk: Desk, engine: ScriptedEngine) -> None:
    """The newest turns are passed on, as many as the settings say."""
    turns = [{"question": f"q{number}", "answer": "a"} for number in range(9)]
    ask(desk, SUPPLIED, turns=turns, filters={"after": "2023-01", "outlets": ["Donga"], "undated": True})
    [(question, passed, filters)] = engine.asked
    assert question == SUPPLIED
    assert passed == tuple(Turn(f"q{number}", "a") for number in range(3, 9))
    assert (filters.after, filters.before, filters.outlets, filters.undated) == ("2023-01", None, ("Donga",), True)


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("", "There is no question yet: type one."),
        (" \n ", "There is no question yet: type one."),
        ("x" * 2_001, "The question has 2,001 characters, but at most 2,000 can be asked."),
        ("please refuse", "The dates contradict each other: after is later than before."),
        ("please break", FAILURE),
        (None, UNREADABLE),
        (7, UNREADABLE),
        (["x"], UNREADABLE),
    ],
)
def test_what_cannot_be_answered_is_a_view_that_says_why(desk: Desk, question: object, message: str) -> None:
    """No failure is an exception, and none tells what is inside the server."""
    last = ask(desk, question)[-1]
    assert (last["id"], last["state"], last["message"]) == ("q1", "failed", message)


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "text",
        {"id": "q", "question": "x", "filters": {"after": "soon"}},
        {"id": "q", "question": "x", "more": 1},
        {"id": "q" * 65, "question": "x"},
        {"id": "q", "question": "x", "turns": [{"question": "x"}] * 101},
    ],
)
def test_unreadable_requests_never_reach_the_engine(desk: Desk, engine: ScriptedEngine, sent: object) -> None:
    """Wrong types, unknown keys and too much of anything are refused."""
    [view] = desk.answer(sent, session="s", client="c")
    assert (view["state"], view["message"], engine.asked) == ("failed", UNREADABLE, [])


def test_dates_that_exclude_each_other_are_refused(desk: Desk, engine: ScriptedEngine) -> None:
    """The reader is told in words of the page."""
    view = ask(desk, SUPPLIED, filters={"after": "2024-01-01", "before": "2023-01-01"})[-1]
    assert view["message"] == "The first date is later than the last one: no article can be meant."
    assert engine.asked == []


def test_a_client_that_asks_too_often_is_told_when_to_come_back(desk: Desk) -> None:
    """The limit is each client's own."""
    assert [ask(desk, SUPPLIED)[-1]["state"] for _ in range(4)] == ["done", "done", "done", "failed"]
    assert ask(desk, SUPPLIED)[-1]["message"].startswith("More than 3 questions came within a minute. Try again in ")
    assert ask(desk, SUPPLIED, client="other")[-1]["state"] == "done"


def test_stopping_is_at_once_and_ends_the_engine_too(desk: Desk, engine: ScriptedEngine) -> None:
    """The stream ends while the engine is still in the middle of a step; the engine's own is closed at its next one."""
    views = desk.answer({"id": "q1", "question": f"slowly: {SUPPLIED}"}, session="s", client="c")
    while not next(views)["claims"]:
        pass
    assert not desk.stop("another question")
    threading.Timer(0.1, desk.stop, ["q1"]).start()
    began = time.perf_counter()
    assert list(views) == []
    assert time.perf_counter() - began < 2
    assert engine.closed == 0
    engine.go.set()
    wait_for(lambda: engine.closed == 1)
    assert not desk.stop("q1")
    assert ask(desk, SUPPLIED)[-1]["state"] == "done"


def test_a_new_question_of_a_browser_ends_the_one_before(desk: Desk, engine: ScriptedEngine) -> None:
    """A browser has one question at a time, whatever its script does."""
    first = desk.answer({"id": "q1", "question": f"slowly: {SUPPLIED}"}, session="s", client="c")
    while not next(first)["claims"]:
        pass
    assert ask(desk, SUPPLIED)[-1]["state"] == "done"
    assert list(first) == []
    engine.go.set()


def test_those_who_wait_see_their_place(desk: Desk, engine: ScriptedEngine) -> None:
    """Two questions are worked on at a time; the third waits until one is done."""
    slow = f"slowly: {SUPPLIED}"
    running = [desk.answer({"id": name, "question": slow}, session=name, client=name) for name in "ab"]
    for each in running:
        next(each)
    third = desk.answer({"id": "c", "question": SUPPLIED}, session="c", client="c")
    waits = next(third)
    assert (waits["state"], waits["message"]) == ("waiting", "Waiting for 1 question asked before this one…")
    engine.go.set()
    assert next(each for each in third if each["state"] != "waiting")["stages"]


def test_a_stream_gives_what_its_source_gives_and_closes_it() -> None:
    """Everything in order; when it is stopped, nothing more, and the source's own clearing up runs."""
    ended = threading.Event()

    def source() -> Generator[int, None, None]:
        try:
            yield from range(1_000_000_000)
        finally:
            ended.set()

    assert list(Stream(each for each in (1, 2, 3))) == [1, 2, 3]
    stream = Stream(source())
    assert [number for number, _ in zip(stream, range(3), strict=False)] == [0, 1, 2]
    stream.stop()
    assert list(stream) == []
    assert ended.wait(20)


def test_a_kept_turn_is_drawn_again(desk: Desk) -> None:
    """What a browser kept of an answer gives the same HTML; what it can't have kept gives nothing."""
    last = ask(desk, SUPPLIED)[-1]
    assert last["outcome"] is not None
    kept = {**last, "drawn": None, "outcome": {**last["outcome"], "markdown": "", "record": {}}}
    assert desk.redraw(json.loads(json.dumps(kept))) == last["drawn"]
    assert [desk.redraw(each) for each in (None, {}, {**kept, "quotes": "x"})] == [None, None, None]


def test_a_place_in_line_moves_up_at_once() -> None:
    """Whoever waits hears of a change when it happens, not when patience ends."""
    line = Line(1)
    with line.ticket() as mine:
        seen: list[int] = []
        left = threading.Event()
        with line.ticket() as second:
            assert (line.ahead(mine, known=-1), line.ahead(second, known=-1)) == (0, 1)

            def wait_third() -> None:
                with line.ticket() as third:
                    seen.append(line.ahead(third, known=-1))
                    left.set()
                    seen.append(line.ahead(third, known=2, patience=20))

            waiter = threading.Thread(target=wait_third)
            waiter.start()
            assert left.wait(10)
        waiter.join(10)
    assert seen == [2, 1]


def test_an_article_opens_with_its_quotes_marked(desk: Desk, engine: ScriptedEngine) -> None:
    """By id or document name; what is unknown or unreadable is nothing."""
    article = engine.store.articles()[0]
    view = desk.open({"key": article.id, "spans": [[1, 0, 5]]})
    assert view is not None
    assert view["paragraphs"][0][0] == {"text": article.text[:5], "quotes": [1], "sentences": [1]}
    assert desk.open({"key": "../../etc/passwd"}) is None
    assert desk.open({"key": article.id, "spans": "x"}) is None
    assert desk.open(None) is None


def test_the_library_has_the_examples_of_the_settings(desk: Desk) -> None:
    """Four example questions of four kinds come by default."""
    library = desk.library()
    assert [each["kind"] for each in library["examples"]] == [
        "Sources disagree",
        "Timeline",
        "Single fact",
        "Not in the articles",
    ]
    assert (library["total"], library["longest"]) == (5, 2_000)
    assert desk.status() == "Answers quote the articles and nothing else."


def test_examples_of_another_corpus_are_questions_that_it_answers(settings: Settings) -> None:
    """The examples for the sample articles are not offered for other ones."""
    engine = ScriptedEngine(articles=(replace(seed_articles()[0], document="other.txt"),))
    assert Desk(engine, settings).library()["examples"] == []
    engine.suggest = lambda articles, heard=(): (f"What of {len(articles)}?",)  # type: ignore[method-assign]
    assert Desk(engine, settings).library()["examples"] == [{"kind": "What they say", "question": "What of 1?"}]


def test_questions_to_ask_next_come_from_what_was_cited(desk: Desk) -> None:
    """The articles and speakers of an answer are handed on; what can't be read gives none."""
    assert desk.next_questions({"articles": ["b", "a"], "heard": ["Ada"]}) == [
        "What else does a say?",
        "What else does b say?",
    ]
    assert desk.next_questions({"articles": "b"}) == desk.next_questions(None) == []


def test_feedback_is_a_line_in_its_file(desk: Desk, settings: Settings) -> None:
    """Reasons, comment, question and the answer's record are kept, one report a line."""
    report = {"helpful": False, "reasons": ["missing"], "comment": "a\nb", "question": "q", "answer": {"text": "é"}}
    assert desk.report(report)
    assert desk.report({"helpful": True, "question": "q", "answer": {}})
    rows = [json.loads(line) for line in settings.ui.feedback.read_text("utf-8").splitlines()]
    assert [{key: value for key, value in row.items() if key != "at"} for row in rows] == [
        report,
        {"helpful": True, "reasons": [], "comment": "", "question": "q", "answer": {}},
    ]


@pytest.mark.parametrize(
    "sent",
    [
        None,
        {},
        {"helpful": False, "reasons": ["because"], "question": "q", "answer": {}},
        {"helpful": False, "comment": "x" * 2_001, "question": "q", "answer": {}},
    ],
)
def test_feedback_that_cannot_be_used_is_not_kept(desk: Desk, settings: Settings, sent: object) -> None:
    """Only the four reasons count, and comments are short."""
    assert desk.report(sent) is False
    assert not settings.ui.feedback.exists()
