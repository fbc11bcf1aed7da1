"""Who works, who waits, and who was stopped: the waiting line, and streams that can be left at any moment."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Condition
from typing import Generic, TypeVar

T = TypeVar("T")


class Line:
    """A waiting line: a few work at once, and everybody else knows how many are before them."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._tickets: list[object] = []
        self._changed = Condition()

    @contextmanager
    def ticket(self) -> Iterator[object]:
        """Stand in line, and leave it whatever happens."""
        ticket = object()
        with self._changed:
            self._tickets.append(ticket)
        try:
            yield ticket
        finally:
            with self._changed:
                self._tickets.remove(ticket)
                self._changed.notify_all()

    def ahead(self, ticket: object, *, known: int, patience: float = 0.5) -> int:
        """Return how many are before this one, as soon as it is not `known`, or when patience ends."""
        with self._changed:
            self._changed.wait_for(lambda: self._before(ticket) != known, timeout=patience)
            return self._before(ticket)

    def _before(self, ticket: object) -> int:
        return max(0, self._tickets.index(ticket) - self._at_once + 1)


class Stream(Generic[T]):
    """What a generator gives, made in a thread of its own, so that whoever reads it can stop without waiting for it.

    A generator can't be interrupted: one that is stopped is closed at its own next step, and nobody waits for that.
    It must not raise.
    """

    def __init__(self, source: Generator[T, None, None]) -> None:
        self._source = source
        self._ready: SimpleQueue[T | None] = SimpleQueue()
        self._stopped = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def stop(self) -> None:
        """End the stream at once for its reader."""
        self._stopped.set()
        self._ready.put(None)

    def __iter__(self) -> Iterator[T]:
        """Give what comes until the end or the stop."""
        while (item := self._ready.get()) is not None and not self._stopped.is_set():
            yield item

    def _run(self) -> None:
        try:
            for item in self._source:
                if self._stopped.is_set():
                    break
                self._ready.put(item)
        finally:
            self._source.close()
            self._ready.put(None)
