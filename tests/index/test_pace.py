"""Who waits is told how far the work is."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.pace import Pace, estimate, spell
from tests.fakes import TINY, write_corpus


def paced(expected: int | None, *, count: int, seconds: float) -> list[str]:
    """Do so many documents, each in so many seconds; give what is told."""
    told: list[str] = []
    now = [0.0]
    pace = Pace(expected, tell=told.append, clock=lambda: now[0])
    for number in range(count):
        now[0] += seconds
        pace(f"doc{number}")
    return told


def test_few_documents_are_named() -> None:
    """Few documents, or an unknown number, are named one by one, with the rate now and then."""
    assert paced(3, count=3, seconds=1.0) == ["doc0", "doc1", "doc2"]
    assert paced(None, count=3, seconds=2.0) == ["doc0", "doc1", "doc2", "3 articles, 0.5 a second"]


def test_of_many_documents_rate_and_time_left_are_told() -> None:
    """Of many documents every five seconds a line says how many are done, how fast, and how long it will take."""
    assert paced(10_000, count=200, seconds=1 / 16) == [
        "80 of about 10,000 articles, 16.0 a second, about 10 min left",
        "160 of about 10,000 articles, 16.0 a second, about 10 min left",
    ]


@pytest.mark.parametrize(("seconds", "said"), [(12.4, "12 s"), (89.0, "89 s"), (600.0, "10 min"), (9_000.0, "2.5 h")])
def test_time_is_spelled(seconds: float, said: str) -> None:
    """Seconds, minutes and hours, whichever is read at a glance."""
    assert spell(seconds) == said


def test_documents_are_counted_before(tmp_path: Path) -> None:
    """Rows of a corpus and files of a folder are counted; a single file, or nothing at all, is not."""
    corpus = write_corpus(tmp_path / "corpus", TINY)
    (tmp_path / "files" / "deep").mkdir(parents=True)
    for name in ("a.txt", "deep/b.txt", ".hidden"):
        (tmp_path / "files" / name).write_text("words")

    assert [estimate(corpus), estimate(corpus.parent), estimate(tmp_path / "files")] == [3, 3, 2]
    assert [estimate(tmp_path / "files" / "a.txt"), estimate(tmp_path / "nothing")] == [None, None]
