"""The tables of the catalog, and how values become rows and rows values; `index.catalog` reads and writes them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np
import sqlalchemy as sa

from index.article import Article, Description, Origins, Passage, Sentence
from index.embed import Embedded, Vectors
from index.stories import words_id

ABOUT = ("title", "outlet", "author", "published", "updated", "language", "url")
"""The columns of an article's description, in the order of its fields."""
ORIGINS = tuple(f"{name}_from" for name in ABOUT)
"""The columns that tell where each value of the description was found."""

SCHEMA = "4"
"""Raised with every change of the tables."""

metadata = sa.MetaData()
settings_table = sa.Table(
    "settings", metadata, sa.Column("name", sa.String, primary_key=True), sa.Column("value", sa.String)
)
articles_table = sa.Table(
    "articles",
    metadata,
    sa.Column("id", sa.String(24), primary_key=True),
    sa.Column("source", sa.String, nullable=False, index=True),
    sa.Column("document", sa.String, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("reason", sa.String),
    sa.Column("raw_hash", sa.String(64), nullable=False),
    sa.Column("indexed", sa.String(20), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("sentences", sa.LargeBinary, nullable=False),
    sa.Column("removed", sa.Text, nullable=False),
    *(sa.Column(name, sa.String) for name in (*ABOUT, *ORIGINS)),
    sa.Column("story", sa.String(24), index=True),
    sa.Index("articles_by_document", "document"),
)


def is_published(articles: sa.FromClause = articles_table) -> sa.ColumnElement[bool]:
    """Whether an article is published, in words that the index of published articles knows."""
    return articles.c.state == sa.literal_column("'published'", sa.String)


# Nearly all articles are published: an index of states would lead SQLite to read all of them for a join. This one
# counts them without reading their texts.
sa.Index(
    "articles_published",
    articles_table.c.published,
    articles_table.c.outlet,
    sqlite_where=is_published(),
    postgresql_where=is_published(),
)
stories_table = sa.Table(
    "stories", metadata, sa.Column("id", sa.String(24), primary_key=True), sa.Column("signature", sa.LargeBinary)
)
bands_table = sa.Table(
    "story_bands",
    metadata,
    sa.Column("band", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("story", sa.String(24), sa.ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True, index=True),
)
passages_table = sa.Table(
    "passages",
    metadata,
    sa.Column("id", sa.String(24), primary_key=True),
    sa.Column("article", sa.String(24), sa.ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("first", sa.Integer, nullable=False),
    sa.Column("last", sa.Integer, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("words", sa.String(24), nullable=False, index=True),
    sa.Column("echo", sa.Boolean, nullable=False),
    sa.Column("vector", sa.LargeBinary, nullable=False),
    sa.Column("sentence_vectors", sa.LargeBinary, nullable=False),
)


class Indexed(NamedTuple):
    """What the indexes need of a passage; an echo's words are found by another passage of its story."""

    passage: Passage
    text: str
    about: Description
    vector: Vectors
    echo: bool = False


def article_row(article: Article, *, story: str, now: str) -> dict[str, Any]:
    """A new row of an article, pending, with its story and the time of indexing."""
    spans = np.array([[each.start, each.end] for each in article.sentences], dtype=np.int32)
    return {
        "id": article.id,
        "source": article.source,
        "document": article.document,
        "state": "pending",
        "raw_hash": article.raw_hash,
        "indexed": now,
        "text": article.text,
        "sentences": spans.tobytes(),
        "removed": json.dumps(article.removed),
        **asdict(article.about),
        **dict(zip(ORIGINS, asdict(article.origins).values(), strict=True)),
        "story": story,
    }


def failure_row(*, source: str, document: str, raw_hash: str, reason: str, now: str) -> dict[str, Any]:
    """A new row of what could not become an article, without its id."""
    known = {"source": source, "document": document, "raw_hash": raw_hash, "reason": reason, "indexed": now}
    return {**known, "state": "failed", "text": "", "sentences": b"", "removed": "[]"}


def to_article(row: sa.Row[Any]) -> Article:
    """The article of a row."""
    spans = np.frombuffer(row.sentences, dtype=np.int32).reshape(-1, 2).tolist()
    return Article(
        document=row.document,
        source=row.source,
        text=row.text,
        sentences=tuple(Sentence(start, end) for start, end in spans),
        raw_hash=row.raw_hash,
        about=Description(*(getattr(row, name) for name in ABOUT)),
        removed=tuple(json.loads(row.removed)),
        origins=Origins(*(getattr(row, name) for name in ORIGINS)),
        story=row.story or "",
    )


def passage_rows(text: str, passages: Sequence[Passage], vectors: Sequence[Embedded]) -> list[dict[str, Any]]:
    """New rows of the passages of an article of this text; whether one is an echo is for the catalog to say."""
    return [
        {
            **asdict(passage),
            "words": words_id(text[passage.start : passage.end]),
            "echo": False,
            "vector": embedded.whole.tobytes(),
            "sentence_vectors": embedded.spans.astype(np.float16).tobytes(),
        }
        for passage, embedded in zip(passages, vectors, strict=True)
    ]


def to_passage(row: sa.Row[Any]) -> Passage:
    """The passage of a row."""
    return Passage(row.id, row.article, row.first, row.last, row.start, row.end)


def to_sentence_vectors(row: sa.Row[Any]) -> Vectors:
    """The vectors of a passage's sentences, shape (sentences, dimensions)."""
    count = row.last - row.first + 1
    return np.frombuffer(row.sentence_vectors, dtype=np.float16).reshape(count, -1).astype(np.float32)


def indexed_query() -> sa.Select[Any]:
    """A query of what the indexes need of passages, by passage id; `to_indexed` reads its rows."""
    c = passages_table.c
    said = sa.func.substr(articles_table.c.text, c.start + 1, c.end - c.start).label("said")
    about = [articles_table.c[name] for name in ABOUT]
    wanted = [c[name] for name in ("id", "article", "first", "last", "start", "end", "echo", "vector")]
    return sa.select(*wanted, said, *about).join(articles_table).order_by(c.id)


def to_indexed(row: sa.Row[Any]) -> Indexed:
    """What the indexes need of the passage of a row."""
    about = Description(*(getattr(row, name) for name in ABOUT))
    return Indexed(to_passage(row), row.said, about, np.frombuffer(row.vector, dtype=np.float32), bool(row.echo))
