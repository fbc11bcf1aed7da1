"""What reading gives: an article as it was found, or the reason why there is none."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal, NamedTuple

from index.article import Given
from index.errors import ArticleError

Kind = Literal["text", "markdown", "html", "pdf", "docx", "mail", "csv", "jsonl", "feed"]
"""What a file is by its content; `csv` and `jsonl` hold many articles, `feed` the addresses of some."""


@dataclass(frozen=True, slots=True)
class Raw:
    """An article as it was found: `raw_hash` is the sha256 of the file, or of the row as canonical JSON.

    `text` is empty while `data` holds a file that `index.parse` has not looked into yet. `given` is what came with
    the article, the most trusted origin first; `removed` is what parsing left out of the text.
    """

    document: str
    source: str
    text: str
    raw_hash: str
    given: tuple[Given, ...] = ()
    kind: Kind = "text"
    data: bytes = b""
    removed: tuple[str, ...] = ()


class Parsed(NamedTuple):
    """What a parser finds in a file: text, what the file says of itself, and what it holds besides."""

    text: str
    given: tuple[Given, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file or row that can't become an article, and why.

    `raw_hash` is the sha256 of what was read, or of the reason where nothing could be.
    """

    document: str
    source: str
    raw_hash: str
    reason: str


def unreadable(document: str, source: str, reason: str) -> Unreadable:
    """What can't even be opened, and why."""
    return Unreadable(document, source, hashlib.sha256(reason.encode("utf-8", "replace")).hexdigest(), reason)


def check_words(text: str) -> None:
    """Raise ArticleError unless a text has a word and no NUL."""
    if "\0" in text:
        raise ArticleError(f"not text: a NUL at character {text.index(chr(0))}")
    if not any(sign.isalnum() for sign in text):
        raise ArticleError("no words in it")
