"""The values that the index deals in: articles, their sentences and their passages.

Offsets are characters of `Article.text`, the cleaned text, half-open: `text[start:end]`.
Identity is content: an id hashes what it names, so that a changed article is another one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sentence:
    """A span of an article's text that holds one sentence."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of an article besides its text; unknown stays None.

    Dates are ISO 8601, as exact as they are known: `2024-05-17`, `2024-05` or `2024`.
    """

    title: str | None = None
    outlet: str | None = None
    author: str | None = None
    published: str | None = None
    updated: str | None = None
    language: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """A document of the corpus, cleaned and described.

    `document` is the file's name relative to its source folder, or the row's id. `source` is the
    folder or file that it came from. `raw_hash` is the sha256 of what was read, which tells a
    changed file from an unchanged one. `removed` lists what cleaning took out, in reading order.
    `story` is the cluster of articles of the same text that the store counts it to, empty before.
    """

    document: str
    source: str
    text: str
    sentences: tuple[Sentence, ...]
    raw_hash: str
    about: Description = field(default_factory=Description)
    removed: tuple[str, ...] = ()
    story: str = field(default="", compare=False)

    @property
    def id(self) -> str:
        """24 hexadecimal digits, the same for the same source, name, text and description."""
        return content_id(self.source, self.document, self.raw_hash, self.text, repr(self.about))

    def words(self, sentence: Sentence) -> str:
        """The words of one of the article's sentences."""
        return self.text[sentence.start : sentence.end]


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit of retrieval: the sentences `first` to `last` (both included) of one article."""

    id: str
    article: str
    first: int
    last: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles may answer: by published date (both ends included) and by outlet.

    `after` and `before` are ISO 8601 dates, whole or partial. `undated` keeps articles whose date
    is unknown; without bounds it has no effect.
    """

    after: str | None = None
    before: str | None = None
    outlets: tuple[str, ...] = ()
    undated: bool = False


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the corpus covers: how many articles and passages, which outlets, which published dates."""

    articles: int
    passages: int
    outlets: tuple[str, ...]
    first: str | None
    last: str | None


def content_id(*parts: str) -> str:
    """Hash strings into an id of 24 hexadecimal digits; their borders count."""
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return digest.hexdigest()[:24]
