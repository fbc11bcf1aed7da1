"""The page's desk: takes what a browser sends, asks the engine, and hands back views.

Knows nothing of Gradio. What arrives is not trusted: it is checked here, whatever the page's script did.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Generator, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import lru_cache
from threading import Lock
from typing import Protocol

from pydantic import ValidationError

from index.article import Article, Coverage, Filters
from index.catalog import Listed
from index.errors import StoreError, VerbatimError
from index.pipeline import seeds
from rag.answer import Citation, Done, Event, EvidenceFound, Turn, Writer
from ui.config import SEED_EXAMPLES, Settings
from ui.corpus import article_view, hidden_by, library_view
from ui.guard import Pace
from ui.line import Line, Stream
from ui.render import render_turn
from ui.sent import KEPT_TURN, SentHeard, SentOpening, SentQuestion, SentReport
from ui.shapes import ArticleView, Drawn, ExampleView, LibraryView, Span, TurnView
from ui.view import Context, advance, asked, failed, waiting

_SOME = 8
"""Articles that examples are made of."""
AT_ONCE = 2
"""Questions that the engine works on at the same time; the others stand in line and see their place."""
FAILURE = "Something went wrong on the server. The question is kept: try again."
UNREADABLE = "The question could not be read. Reload the page and ask again."

log = logging.getLogger("verbatim.page")


class Shelf(Protocol):
    """What the page needs of the store."""

    def articles(self) -> tuple[Article, ...]:
        """List all published articles."""

    def article(self, key: str) -> Article:
        """Find an article by its id or its document's name; StoreError when unknown."""

    def coverage(self) -> Coverage:
        """Say what the corpus covers."""

    def listed(self) -> tuple[Listed, ...]:
        """List articles and failures, without texts."""

    def writing(self) -> AbstractContextManager[None]:
        """Hold the writer's lock."""

    def remove(self, ids: Sequence[str]) -> None:
        """Take articles or failures out; only inside `writing`."""


class Asker(Protocol):
    """What the page needs of the engine."""

    @property
    def store(self) -> Shelf:
        """The store that the engine answers from."""

    def ask(
        self, question: str, *, turns: Sequence[Turn] = (), filters: Filters = ..., writer: Writer | None = None
    ) -> Iterator[Event]:
        """Answer a question as a stream of events that ends with Done."""

    def suggest(self, articles: Sequence[str], heard: Sequence[str] = ()) -> tuple[str, ...]:
        """Questions that the corpus answers, about others than those `heard` whom these articles quote."""

    def status(self) -> str:
        """Say in one line what answers are made of."""


class Desk:
    """Everything that the page asks of the server."""

    def __init__(self, engine: Asker, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings
        self._pace = Pace(settings.ui.questions_a_minute)
        self._line = Line(AT_ONCE)
        self._running: dict[str, Stream[TurnView]] = {}  # by question, and by browser
        self._writing = Lock()
        self._suggested = lru_cache(maxsize=256)(engine.suggest)

    def status(self) -> str:
        """Say in one line what answers are made of."""
        return self._engine.status()

    def library(self) -> LibraryView:
        """Describe the corpus, with the example questions and the longest question."""
        store = self._engine.store
        articles = store.articles()
        return {
            **library_view(articles, store.coverage()),
            "examples": self._examples(articles),
            "longest": self._settings.rag.question_characters,
        }

    def _examples(self, articles: Sequence[Article]) -> list[ExampleView]:
        """The examples of the settings; without any, those of the sample articles, or such as this corpus answers."""
        given = self._settings.ui.examples
        if given is None and {each.document for each in articles} & {path.name for path in seeds().iterdir()}:
            given = SEED_EXAMPLES
        if given is not None:
            return [ExampleView(kind=each.kind, question=each.question) for each in given]
        some = tuple(each.id for each in articles[:_SOME])
        return [ExampleView(kind="What they say", question=each) for each in self._suggested(some)]

    def next_questions(self, sent: object) -> list[str]:
        """What to ask after an answer: questions that the corpus answers, about others whom its articles quote."""
        try:
            cited = SentHeard.model_validate(sent)
        except ValidationError:
            return []
        return list(self._suggested(cited.articles, cited.heard))

    def open(self, sent: object) -> ArticleView | None:
        """Open an article with its quotes marked; None when it is not in the index any more."""
        try:
            wanted = SentOpening.model_validate(sent)
            article = self._engine.store.article(wanted.key)
        except (ValidationError, StoreError):
            return None
        return article_view(article, [Span(number=n, start=start, end=end) for n, start, end in wanted.spans])

    def redraw(self, sent: object) -> Drawn | None:
        """Draw a turn that a browser kept; None for one of another version."""
        try:
            return render_turn(KEPT_TURN.validate_python(sent))
        except ValidationError:
            return None

    def report(self, sent: object) -> bool:
        """Append a reader's judgement to the feedback file; False when it can't be used."""
        try:
            report = SentReport.model_validate(sent)
        except ValidationError:
            return False
        row = {"at": datetime.now(UTC).isoformat(timespec="seconds"), **report.model_dump(mode="json")}
        path = self._settings.ui.feedback
        with self._writing:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
        return True

    def stop(self, identity: object) -> bool:
        """Stop a question that is being answered; False when it is not."""
        return self._end(f"question {identity}")

    def answer(self, sent: object, *, session: str, client: str) -> Generator[TurnView, None, None]:
        """Answer a question as a stream of views; every failure is a view too."""
        view = asked(_identity(sent), "")
        try:
            question = SentQuestion.model_validate(sent)
        except ValidationError:
            yield failed(view, UNREADABLE)
            return
        view = asked(question.id, question.question)
        refusal = self._refusal(question, client)
        if refusal:
            yield failed(view, refusal)
            return
        keys = (f"browser {session}", f"question {question.id}")
        self._end(keys[0])
        stream = Stream(self._answered(question, view))
        self._running.update(dict.fromkeys(keys, stream))
        try:
            yield from stream
        finally:
            stream.stop()
            for key in keys:
                if self._running.get(key) is stream:
                    del self._running[key]

    def _answered(self, sent: SentQuestion, view: TurnView) -> Generator[TurnView, None, None]:
        """Answer, and make a view of whatever goes wrong."""
        try:
            for newer in self._waited(sent, view):
                view = {**newer, "drawn": render_turn(newer)}
                yield view
        except VerbatimError as error:
            yield failed(view, str(error))
        except Exception:  # the outermost edge: logged here, shown on the page
            log.exception("a question failed")
            yield failed(view, FAILURE)

    def _end(self, key: str) -> bool:
        stream = self._running.get(key)
        if stream:
            stream.stop()
        return stream is not None

    def _refusal(self, sent: SentQuestion, client: str) -> str:
        """Tell why a question is not even asked; empty when it is."""
        longest = self._settings.rag.question_characters
        if not sent.question.strip():
            return "There is no question yet: type one."
        if len(sent.question) > longest:
            return f"The question has {len(sent.question):,} characters, but at most {longest:,} can be asked."
        after, before = sent.filters.after, sent.filters.before
        if after and before and after > before:
            return "The first date is later than the last one: no article can be meant."
        seconds = self._pace.wait(client)
        if seconds:
            most = self._settings.ui.questions_a_minute
            return f"More than {most:,} questions came within a minute. Try again in {int(seconds) + 1} s."
        return ""

    def _waited(self, sent: SentQuestion, view: TurnView) -> Iterator[TurnView]:
        """Stand in line, then ask."""
        with self._line.ticket() as ticket:
            ahead = self._line.ahead(ticket, known=-1)
            while ahead:
                yield waiting(view, ahead)
                ahead = self._line.ahead(ticket, known=ahead)
            yield from self._views(sent, view)

    def _views(self, sent: SentQuestion, view: TurnView) -> Iterator[TurnView]:
        """Ask the engine, and show each event."""
        filters = Filters(**sent.filters.model_dump())
        context = Context()
        kept = sent.turns[max(0, len(sent.turns) - self._settings.rag.history_turns) :]
        turns = tuple(Turn(each.question, each.answer) for each in kept)
        events = self._engine.ask(sent.question, turns=turns, filters=filters)
        try:
            for event in events:
                context = self._informed(context, event, filters)
                view = advance(view, event, context)
                yield view
        finally:
            if isinstance(events, Generator):
                events.close()

    def _informed(self, context: Context, event: Event, filters: Filters) -> Context:
        """Fetch what the event's view needs: the articles that it cites, and why there is no answer."""
        known = dict(context.articles)
        for citation in _cited(event):
            if citation.article not in known:
                try:
                    known[citation.article] = self._engine.store.article(citation.article)
                except StoreError:
                    log.warning("a citation names an article that is not in the index: %s", citation.document)
        if not (isinstance(event, Done) and event.answer.abstained):
            return Context(articles=known)
        # Only here, because all articles are read for it.
        narrowed = bool(filters.outlets or filters.after or filters.before)
        hidden = hidden_by(filters, self._engine.store.articles()) if narrowed else 0
        return Context(articles=known, total=self._engine.store.coverage().articles, hidden=hidden)


def _cited(event: Event) -> Sequence[Citation]:
    match event:
        case EvidenceFound():
            return [each.citation for each in event.evidence]
        case Done():
            return event.answer.citations
        case _:
            return ()


def _identity(sent: object) -> str:
    """Read the id of a question that is otherwise unreadable, so that the page can say so at its place."""
    identity = sent.get("id") if isinstance(sent, dict) else None
    return identity[:64] if isinstance(identity, str) else ""
