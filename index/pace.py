"""How fast indexing goes, and how long it will take: lines for who waits. Decides nothing and writes nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

_EVERY_SECONDS = 5.0
_NAMED = 200
"""Up to so many documents each one is named."""


class Pace:
    """Counts documents as they are done; `tell` gets each one's name, or now and then how far the work is.

    `expected` is about how many documents there are to do; None where that can't be known before.
    """

    def __init__(
        self, expected: int | None, *, tell: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._expected, self._tell, self._clock = expected, tell, clock
        self._begun = self._told = clock()
        self._done = 0

    def __call__(self, document: str) -> None:
        """Count a document that is done."""
        self._done += 1
        if self._expected is None or self._expected <= _NAMED:
            self._tell(document)
        now = self._clock()
        if now - self._told >= _EVERY_SECONDS:
            self._told = now
            self._tell(self._line(now - self._begun))

    def _line(self, seconds: float) -> str:
        rate = self._done / seconds
        line = f"{self._done:,} articles, {rate:.1f} a second"
        if self._expected is None:
            return line
        left = max(0, self._expected - self._done) / rate
        return f"{self._done:,} of about {self._expected:,} articles, {rate:.1f} a second, about {spell(left)} left"


def spell(seconds: float) -> str:
    """A span of time in words, as exact as anybody needs."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3_600:.1f} h"


def estimate(source: Path) -> int | None:
    """About how many documents a folder or a file of rows has; None for what can't be counted without reading it."""
    try:
        if source.is_dir():
            corpus = source / "corpus.jsonl"
            if corpus.is_file():
                return _lines(corpus)
            return sum(len([name for name in files if not name.startswith(".")]) for _, _, files in os.walk(source))
        return _lines(source) if source.suffix.lower() == ".jsonl" else None
    except OSError:
        return None


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b"")) + 1
