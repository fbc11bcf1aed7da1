"""Questions to ask next: what others say whom the same articles quote, where the corpus has an answer to it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from index.article import Article
from rag.answer import Answer, Writer
from rag.speaker import speakers_of

_MOST = 3
_TRIED = 4
"""People who are asked about, at most: each is a question to the engine."""
_NAMED = re.compile(r"(?:the\s)?[A-Z][\w’'.-]*(?:\s(?:of|the|for|[A-Z][\w’'.-]*))*\s[A-Z][\w’'-]*$")
"""A name of several words, with which a speaker's description ends."""


class Answers(Protocol):
    """What is needed of the engine."""

    def answer(self, question: str, *, writer: Writer) -> Answer:
        """Answer a question."""


def suggest(engine: Answers, articles: Iterable[Article], heard: Sequence[str] = ()) -> tuple[str, ...]:
    """Questions that the engine answers, about people whom these articles quote by name and who are not `heard`."""
    found: list[str] = []
    for tried, name in enumerate(_others(articles, heard)):
        if tried == _TRIED or len(found) == _MOST:
            break
        question = f"What did {name} say?"
        answer = engine.answer(question, writer="quotes")
        if not answer.abstained and any(name in (each.speaker or "") for each in answer.citations):
            found.append(question)
    return tuple(found)


def _others(articles: Iterable[Article], heard: Sequence[str]) -> Iterator[str]:
    known = {word for who in heard for word in _words(who)}
    for article in articles:
        for who in speakers_of(article):
            match = _NAMED.search(who.split(",")[0]) if who else None
            if match and not known & _words(match[0]):
                known |= _words(match[0])
                yield match[0]


def _words(who: str) -> set[str]:
    """The words of a name, by which the same person is known again in another article."""
    return set(re.findall(r"[A-Z][\w-]+", who.split(",", maxsplit=1)[0]))
