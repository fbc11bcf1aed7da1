"""The catalog: the truth about articles, passages and vectors, in a relational database.

Chroma and the BM25 index can be made again from it without embedding anything. SQLite in WAL mode
by default; any database that SQLAlchemy reaches serves. It knows the states of an article; the
store (`index.store`) knows in which order they are gone through.

    pending    written here, not yet in both indexes; nobody sees it
    published  in both indexes and visible
    retired    replaced or removed; no longer visible, not yet out of the indexes
    failed     could not become an article; `reason` says why
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

import numpy as np
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from index.article import Article, Coverage, Description, Origins, Passage
from index.embed import Embedded, Vectors
from index.errors import StoreError
from index.tables import (
    ABOUT,
    ORIGINS,
    article_row,
    articles_table,
    metadata,
    passage_rows,
    passages_table,
    settings_table,
    to_article,
    to_passage,
    to_sentence_vectors,
)

State = Literal["pending", "published", "retired", "failed"]

# SQLite takes at most 32,766 values in a statement; half of it leaves room for other conditions.
_MOST_VALUES = 16_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article with its passages, and for each passage its vector and those of its sentences."""

    article: Article
    passages: tuple[Passage, ...]
    vectors: tuple[Embedded, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """What `verbatim articles` lists of an article."""

    id: str
    document: str
    source: str
    state: State
    reason: str | None
    raw_hash: str
    indexed: str
    about: Description
    characters: int
    origins: Origins = field(default_factory=Origins)


class Indexed(NamedTuple):
    """What the indexes need of a passage."""

    passage: Passage
    text: str
    about: Description
    vector: Vectors


class Catalog:
    """Reads and writes the tables; each method is one transaction."""

    def __init__(self, url: str) -> None:
        try:
            self._engine = sa.create_engine(url)
            if self._engine.dialect.name == "sqlite":
                sa.event.listen(self._engine, "connect", _prepare_sqlite)
            metadata.create_all(self._engine)
        except SQLAlchemyError as error:
            raise StoreError(
                f"The catalog can't be opened: {_words(error)}. Is its folder writable, and a Verbatim store?"
            ) from error

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()

    def setting(self, name: str) -> str | None:
        """A stored setting, or None."""
        found = self._scalar(sa.select(settings_table.c.value).where(settings_table.c.name == name))
        return None if found is None else str(found)

    def set_setting(self, name: str, value: str) -> None:
        """Store a setting."""
        with self._begin() as connection:
            _put_setting(connection, name, value)

    def listed(self, *, source: str | None = None, states: Sequence[State] = ()) -> tuple[Listed, ...]:
        """Articles without their texts, by document name."""
        columns = [
            articles_table.c[name]
            for name in ("id", "document", "source", "state", "reason", "raw_hash", "indexed", *ABOUT, *ORIGINS)
        ]
        query = sa.select(*columns, sa.func.length(articles_table.c.text)).order_by(
            articles_table.c.document, articles_table.c.source
        )
        if source is not None:
            query = query.where(articles_table.c.source == source)
        if states:
            query = query.where(articles_table.c.state.in_(states))
        about, origins = slice(7, 7 + len(ABOUT)), slice(7 + len(ABOUT), -1)
        rows = self._rows(query)
        found: list[list[Any]] = [[*row[:7], Description(*row[about]), row[-1], Origins(*row[origins])] for row in rows]
        return tuple(Listed(*each) for each in found)

    def articles(self, ids: Sequence[str] | None = None) -> tuple[Article, ...]:
        """Published articles: all of them, or those among `ids`."""
        query = (
            sa.select(articles_table).where(articles_table.c.state == "published").order_by(articles_table.c.document)
        )
        if ids is not None:
            query = query.where(articles_table.c.id.in_(ids))
        return tuple(to_article(row) for row in self._rows(query))

    def find(self, key: str) -> tuple[Article, ...]:
        """The published articles of this id or document name."""
        match = sa.or_(articles_table.c.id == key, articles_table.c.document == key)
        query = sa.select(articles_table).where(articles_table.c.state == "published", match)
        return tuple(to_article(row) for row in self._rows(query))

    def passages(self, ids: Sequence[str]) -> dict[str, tuple[Passage, Vectors]]:
        """Those of the passages whose article is published, with the vectors of their sentences."""
        query = (
            sa.select(passages_table)
            .join(articles_table)
            .where(articles_table.c.state == "published", passages_table.c.id.in_(ids))
        )
        return {row.id: (to_passage(row), to_sentence_vectors(row)) for row in self._rows(query)}

    def indexed(self, ids: Sequence[str] | None = None, *, batch: int = 1_000) -> Iterator[list[Indexed]]:
        """What the indexes hold, in batches: of published articles, or of the articles `ids` in any state."""
        about = [articles_table.c[name] for name in ABOUT]
        text = sa.func.substr(
            articles_table.c.text, passages_table.c.start + 1, passages_table.c.end - passages_table.c.start
        )
        query = (
            sa.select(passages_table, text.label("words"), *about)
            .join(articles_table)
            .order_by(passages_table.c.id)
            .limit(batch)
        )
        query = (
            query.where(articles_table.c.state == "published")
            if ids is None
            else query.where(articles_table.c.id.in_(ids))
        )
        last = ""
        while rows := self._rows(query.where(passages_table.c.id > last)):
            yield [
                Indexed(to_passage(row), row.words, Description(*row[-7:]), np.frombuffer(row.vector, dtype=np.float32))
                for row in rows
            ]
            last = rows[-1].id

    def passage_count(self) -> int:
        """How many passages published articles have."""
        query = (
            sa.select(sa.func.count())
            .select_from(passages_table.join(articles_table))
            .where(articles_table.c.state == "published")
        )
        return int(self._scalar(query) or 0)

    def coverage(self) -> Coverage:
        """What the published articles cover."""
        c = articles_table.c
        numbers = sa.select(sa.func.count(), sa.func.min(c.published), sa.func.max(c.published)).where(
            c.state == "published"
        )
        count, first, last = tuple(self._rows(numbers)[0])
        outlets = sa.select(c.outlet).where(c.state == "published", c.outlet.is_not(None)).distinct().order_by(c.outlet)
        return Coverage(count, self.passage_count(), tuple(row.outlet for row in self._rows(outlets)), first, last)

    def add_pending(self, prepared: Iterable[Prepared]) -> None:
        """Write articles that nobody sees yet; one that is there already, unseen, is written again."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with self._begin() as connection:
            for each in prepared:
                connection.execute(sa.delete(articles_table).where(articles_table.c.id == each.article.id))
                connection.execute(sa.insert(articles_table), article_row(each.article, now))
                if each.passages:
                    connection.execute(sa.insert(passages_table), passage_rows(each.passages, each.vectors))

    def publish(self, ids: Sequence[str], *, retire: Sequence[str] = ()) -> None:
        """Make articles visible, and those that they replace invisible, in one transaction."""
        with self._begin() as connection:
            for some, state in ((ids, "published"), (retire, "retired")):
                for part in _parts(some):
                    connection.execute(
                        sa.update(articles_table).where(articles_table.c.id.in_(part)).values(state=state)
                    )
            generation = connection.scalar(
                sa.select(settings_table.c.value).where(settings_table.c.name == "generation")
            )
            _put_setting(connection, "generation", str(int(generation or 0) + 1))

    def forget(self, ids: Sequence[str]) -> None:
        """Delete articles and their passages."""
        with self._begin() as connection:
            for part in _parts(ids):
                connection.execute(sa.delete(passages_table).where(passages_table.c.article.in_(part)))
                connection.execute(sa.delete(articles_table).where(articles_table.c.id.in_(part)))

    def record_failure(self, identity: str, *, source: str, document: str, raw_hash: str, reason: str) -> None:
        """Keep why a file or row could not become an article."""
        row: dict[str, Any] = {"id": identity, "source": source, "document": document, "raw_hash": raw_hash}
        row |= {"state": "failed", "reason": reason, "text": "", "sentences": b"", "removed": "[]"}
        row["indexed"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with self._begin() as connection:
            connection.execute(sa.delete(articles_table).where(articles_table.c.id == identity))
            connection.execute(sa.insert(articles_table), row)

    def _begin(self) -> _Transaction:
        return _Transaction(self._engine)

    def _rows(self, query: sa.Select[*tuple[Any, ...]]) -> Sequence[sa.Row[Any]]:
        with self._begin() as connection:
            return connection.execute(query).all()

    def _scalar(self, query: sa.Select[Any]) -> Any:  # noqa: ANN401  # the column decides
        with self._begin() as connection:
            return connection.scalar(query)


class _Transaction:
    """A transaction that turns the database's errors into StoreError."""

    def __init__(self, engine: sa.Engine) -> None:
        self._context = engine.begin()

    def __enter__(self) -> sa.Connection:
        try:
            return self._context.__enter__()
        except SQLAlchemyError as error:
            raise StoreError(f"The catalog can't be reached: {_words(error)}.") from error

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:  # noqa: ANN401  # the protocol's own types
        try:
            self._context.__exit__(kind, error, trace)
        finally:
            if isinstance(error, SQLAlchemyError):
                raise StoreError(f"The catalog failed: {_words(error)}. Nothing was changed by this step.") from error


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401  # a DBAPI connection has no common type
    cursor = connection.cursor()
    try:
        # WAL: readers go on while one writes. FULL: what was acknowledged survives a power cut.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
            cursor.execute(f"PRAGMA {pragma}")
    except sqlite3.Error as error:
        # What a listener raises SQLAlchemy leaves as it is; a file that is no database is found out here.
        raise DatabaseError("PRAGMA", None, error) from error
    finally:
        cursor.close()


def _put_setting(connection: sa.Connection, name: str, value: str) -> None:
    connection.execute(sa.delete(settings_table).where(settings_table.c.name == name))
    connection.execute(sa.insert(settings_table), {"name": name, "value": value})


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _MOST_VALUES):
        yield ids[start : start + _MOST_VALUES]


def _words(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]
