"""The catalog: the truth about articles, passages and vectors, in a relational database.

Chroma and the BM25 index can be made again from it without embedding anything. It knows the states
of an article; the store (`index.store`) knows in which order they are gone through.

    pending     written here, not yet in both indexes; nobody sees it
    published   in both indexes and visible
    superseded  replaced by a newer version; kept to be looked up, no longer found
    retired     removed; no longer visible, not yet out of the indexes
    failed      could not become an article; `reason` says why
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa

from index.article import Article, Coverage, Description, Origins, Passage
from index.database import Database
from index.embed import Embedded, Vectors
from index.errors import StoreMismatch
from index.story_rows import (
    forget_empty_stories,
    join_story,
    mark_echoes,
    other_outlets,
    parts,
    successors,
)
from index.tables import (
    ABOUT,
    ORIGINS,
    SCHEMA,
    Indexed,
    article_row,
    articles_table,
    failure_row,
    indexed_query,
    is_published,
    metadata,
    passage_rows,
    passages_table,
    settings_table,
    to_article,
    to_indexed,
    to_passage,
    to_sentence_vectors,
)

State = Literal["pending", "published", "superseded", "retired", "failed"]


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


class Catalog:
    """Reads and writes the tables; each method is one transaction."""

    def __init__(self, url: str) -> None:
        self._database = Database(url, metadata)
        self._covered: tuple[str | None, Coverage] | None = None
        made = self.setting("schema") or ("1" if self.setting("fingerprint") else None)
        if made is None:
            self.set_setting("schema", SCHEMA)
        elif made != SCHEMA:
            self.close()
            raise StoreMismatch(
                f"The index was made by another version of Verbatim: its tables are {made}, {SCHEMA} is expected. "
                "Make it again with: verbatim index --fresh [SOURCE…]"
            )

    def close(self) -> None:
        """Give back the connections."""
        self._database.close()

    def lock(self, *, seconds: float) -> AbstractContextManager[None]:
        """Hold the writer's lock of a catalog that several machines share. Raises StoreLocked after so many seconds."""
        return self._database.lock(seconds=seconds)

    def drop(self) -> None:
        """Drop the tables, with all that is in them."""
        self._database.drop(metadata)

    def damage(self) -> str | None:
        """What the database says of its own damage, or None."""
        return self._database.integrity()

    def setting(self, name: str) -> str | None:
        """A stored setting, or None."""
        found = self._database.scalar(sa.select(settings_table.c.value).where(settings_table.c.name == name))
        return None if found is None else str(found)

    def set_setting(self, name: str, value: str) -> None:
        """Store a setting."""
        with self._database.begin() as connection:
            _put_setting(connection, name, value)

    def listed(self, *, source: str | None = None, states: Sequence[State] = ()) -> tuple[Listed, ...]:
        """Articles without their texts, by document name; of one document the published version first."""
        columns = [
            articles_table.c[name]
            for name in ("id", "document", "source", "state", "reason", "raw_hash", "indexed", *ABOUT, *ORIGINS)
        ]
        query = sa.select(*columns, sa.func.length(articles_table.c.text)).order_by(
            *(articles_table.c[name] for name in ("document", "source", "state", "id"))
        )
        if source is not None:
            query = query.where(articles_table.c.source == source)
        if states:
            query = query.where(articles_table.c.state.in_(states))
        about, origins = slice(7, 7 + len(ABOUT)), slice(7 + len(ABOUT), -1)
        rows = self._database.rows(query)
        found: list[list[Any]] = [[*row[:7], Description(*row[about]), row[-1], Origins(*row[origins])] for row in rows]
        return tuple(Listed(*each) for each in found)

    def articles(self, ids: Sequence[str] | None = None) -> tuple[Article, ...]:
        """Published articles: all of them, or those among `ids`."""
        query = sa.select(articles_table).where(is_published()).order_by(articles_table.c.document)
        if ids is not None:
            query = query.where(articles_table.c.id.in_(ids))
        return tuple(to_article(row) for row in self._database.rows(query))

    def find(self, key: str) -> tuple[Article, ...]:
        """The published articles of this id or document name."""
        match = sa.or_(articles_table.c.id == key, articles_table.c.document == key)
        query = sa.select(articles_table).where(is_published(), match)
        return tuple(to_article(row) for row in self._database.rows(query))

    def passages(self, ids: Sequence[str]) -> dict[str, tuple[Passage, Vectors]]:
        """Those of the passages whose article is published, with the vectors of their sentences."""
        query = sa.select(passages_table).join(articles_table).where(is_published(), passages_table.c.id.in_(ids))
        return {row.id: (to_passage(row), to_sentence_vectors(row)) for row in self._database.rows(query)}

    def indexed(
        self, ids: Sequence[str] | None = None, *, passages: Sequence[str] | None = None, batch: int = 1_000
    ) -> Iterator[list[Indexed]]:
        """What the indexes hold, in batches: of published articles, or of `ids` or `passages` in any state."""
        query = indexed_query().limit(batch)
        if ids is not None:
            query = query.where(articles_table.c.id.in_(ids))
        elif passages is not None:
            query = query.where(passages_table.c.id.in_(passages))
        else:
            query = query.where(is_published())
        last = ""
        while rows := self._database.rows(query.where(passages_table.c.id > last)):
            yield [to_indexed(row) for row in rows]
            last = rows[-1].id

    def other_outlets(self, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """For each of these articles the other outlets that carry its story, by name."""
        found: dict[str, tuple[str, ...]] = dict.fromkeys(ids, ())
        for row in self._database.rows(other_outlets(ids)):
            found[row.id] = (*found[row.id], row.outlet)
        return found

    def passage_count(self) -> int:
        """How many passages published articles have."""
        query = sa.select(sa.func.count()).select_from(passages_table.join(articles_table)).where(is_published())
        return int(self._database.scalar(query) or 0)

    def coverage(self) -> Coverage:
        """What the published articles cover; counted again once something was published or removed."""
        generation = self.setting("generation")
        if self._covered is None or self._covered[0] != generation:
            self._covered = generation, self._count_covered()
        return self._covered[1]

    def _count_covered(self) -> Coverage:
        c = articles_table.c
        numbers = sa.select(sa.func.count(), sa.func.min(c.published), sa.func.max(c.published)).where(is_published())
        count, first, last = tuple(self._database.rows(numbers)[0])
        outlets = sa.select(c.outlet).where(is_published(), c.outlet.is_not(None)).distinct().order_by(c.outlet)
        return Coverage(
            count, self.passage_count(), tuple(row.outlet for row in self._database.rows(outlets)), first, last
        )

    def add_pending(self, prepared: Iterable[Prepared], *, replacing: Sequence[str] = ()) -> None:
        """Write articles that nobody sees yet; one that is there already, unseen, is written again.

        Each joins its story; what the articles in `replacing` say is not held against the new ones.
        """
        leaving = set(replacing)
        with self._database.begin() as connection:
            for each in prepared:
                connection.execute(sa.delete(articles_table).where(articles_table.c.id == each.article.id))
                joined = join_story(connection, each.article)
                connection.execute(sa.insert(articles_table), article_row(each.article, story=joined.story, now=_now()))
                if each.passages:
                    rows = passage_rows(each.article.text, each.passages, each.vectors)
                    mark_echoes(connection, rows, joined=joined, replacing=leaving)
                    connection.execute(sa.insert(passages_table), rows)

    def successors(self, leaving: Sequence[str]) -> list[str]:
        """The echoes that must be found once these articles leave; `publish` makes them so."""
        with self._database.begin() as connection:
            return successors(connection, leaving)

    def publish(
        self,
        ids: Sequence[str],
        *,
        replaced: Sequence[str] = (),
        removed: Sequence[str] = (),
        voiced: Sequence[str] = (),
    ) -> None:
        """Make articles visible, and those that they replace or that are removed invisible, in one transaction.

        `voiced` are passages that are echoes no longer.
        """
        with self._database.begin() as connection:
            states: tuple[tuple[Sequence[str], dict[str, Any]], ...] = (
                (ids, {"state": "published"}),
                (replaced, {"state": "superseded", "reason": f"replaced by a newer version on {_now()}"}),
                (removed, {"state": "retired"}),
            )
            for some, values in states:
                for part in parts(some):
                    connection.execute(sa.update(articles_table).where(articles_table.c.id.in_(part)).values(**values))
            for part in parts(voiced):
                connection.execute(sa.update(passages_table).where(passages_table.c.id.in_(part)).values(echo=False))
            generation = connection.scalar(
                sa.select(settings_table.c.value).where(settings_table.c.name == "generation")
            )
            _put_setting(connection, "generation", str(int(generation or 0) + 1))

    def forget(self, ids: Sequence[str]) -> None:
        """Delete articles and their passages; superseded ones stay, without their passages and their story."""
        with self._database.begin() as connection:
            for part in parts(ids):
                own = articles_table.c.id.in_(part)
                stories = connection.scalars(sa.select(articles_table.c.story).where(own).distinct()).all()
                connection.execute(sa.delete(passages_table).where(passages_table.c.article.in_(part)))
                connection.execute(sa.delete(articles_table).where(own, articles_table.c.state != "superseded"))
                connection.execute(sa.update(articles_table).where(own).values(story=None))
                forget_empty_stories(connection, [each for each in stories if each])

    def record_failure(self, identity: str, *, source: str, document: str, raw_hash: str, reason: str) -> None:
        """Keep why a file or row could not become an article."""
        row = failure_row(source=source, document=document, raw_hash=raw_hash, reason=reason, now=_now())
        with self._database.begin() as connection:
            connection.execute(sa.delete(articles_table).where(articles_table.c.id == identity))
            connection.execute(sa.insert(articles_table), {"id": identity, **row})

    def ids(self, query: sa.Select[Any]) -> tuple[str, ...]:
        """The ids that a query of `index.queries` asks for."""
        return tuple(row.id for row in self._database.rows(query))


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _put_setting(connection: sa.Connection, name: str, value: str) -> None:
    connection.execute(sa.delete(settings_table).where(settings_table.c.name == name))
    connection.execute(sa.insert(settings_table), {"name": name, "value": value})
