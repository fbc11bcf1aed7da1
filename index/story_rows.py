"""Stories in the catalog: which story an article joins, which passages are echoes, and which one follows a lost one.

Each function works inside a transaction of `index.catalog`; what makes a story is in `index.stories`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import sqlalchemy as sa

from index.article import Article
from index.stories import Story, bands, same_story, signature
from index.tables import articles_table, bands_table, is_published, passages_table, stories_table

# SQLite takes at most 32,766 values in a statement; half of it leaves room for other conditions.
_MOST_VALUES = 16_000
_SEEN = ("published", "pending")
_other = articles_table.alias()


class Joined(NamedTuple):
    """The story of an article, and whether the article begins it."""

    story: str
    begins: bool


def parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut many values into as many as a statement takes."""
    for start in range(0, len(ids), _MOST_VALUES):
        yield ids[start : start + _MOST_VALUES]


def join_story(connection: sa.Connection, article: Article) -> Joined:
    """Find the story that an article carries, or begin one."""
    own = signature(article)
    keys = bands(own)
    known = (
        sa.select(stories_table)
        .where(stories_table.c.id.in_(sa.select(bands_table.c.story).where(bands_table.c.band.in_(keys))))
        .order_by(stories_table.c.id)
    )
    stories = [Story(row.id, np.frombuffer(row.signature, dtype=np.uint32)) for row in connection.execute(known)]
    found = same_story(own, stories)
    if found is not None:
        return Joined(found, begins=False)
    story = article.id
    connection.execute(sa.insert(stories_table), {"id": story, "signature": own.tobytes()})
    connection.execute(sa.insert(bands_table), [{"band": key, "story": story} for key in sorted(set(keys))])
    return Joined(story, begins=True)


def mark_echoes(
    connection: sa.Connection, rows: Iterable[dict[str, Any]], *, joined: Joined, replacing: Collection[str]
) -> None:
    """Mark new passages whose words their story has already, in an article that is not about to be replaced."""
    own = list(rows)
    said = set() if joined.begins else _said(connection, joined.story, [row["words"] for row in own], replacing)
    for row in own:
        row["echo"] = row["words"] in said
        said.add(row["words"])


def _said(connection: sa.Connection, story: str, words: Sequence[str], replacing: Collection[str]) -> set[str]:
    query = (
        sa.select(passages_table.c.words, articles_table.c.id)
        .join(articles_table)
        .where(
            passages_table.c.words.in_(words),
            passages_table.c.echo.is_(False),
            articles_table.c.story == story,
            articles_table.c.state.in_(_SEEN),
        )
    )
    return {row.words for row in connection.execute(query) if row.id not in replacing}


def successors(connection: sa.Connection, leaving: Sequence[str]) -> list[str]:
    """The echoes that must speak for their story once these articles have left it, one for the same words."""
    gone = set(leaving)
    lost: set[tuple[str, str]] = set()
    for part in parts(leaving):
        query = (
            sa.select(articles_table.c.story, passages_table.c.words)
            .join(passages_table)
            .where(articles_table.c.id.in_(part), passages_table.c.echo.is_(False))
        )
        lost |= {(row.story, row.words) for row in connection.execute(query)}
    voices: dict[tuple[str, str], str | None] = {}
    for part in parts(sorted({words for _, words in lost})):
        for row in connection.execute(_others(part)):
            key = (row.story, row.words)
            if row.article not in gone and key in lost:
                voices[key] = None if not row.echo else voices.get(key, row.id)
    return sorted(each for each in voices.values() if each)


def _others(words: Sequence[str]) -> sa.Select[Any]:
    # Echoes come first: a passage that speaks already has the last word, and no echo follows. Of the echoes those
    # of one article are taken, as far as they go.
    return (
        sa.select(
            passages_table.c.id,
            passages_table.c.echo,
            passages_table.c.words,
            passages_table.c.article,
            articles_table.c.story,
        )
        .join(articles_table)
        .where(passages_table.c.words.in_(words), articles_table.c.state.in_(_SEEN))
        .order_by(sa.case((passages_table.c.echo, 0), else_=1), passages_table.c.article, passages_table.c.id)
    )


def forget_empty_stories(connection: sa.Connection, stories: Sequence[str]) -> None:
    """Delete those stories that no article carries any more."""
    for part in parts(stories):
        carried = sa.exists().where(articles_table.c.story == stories_table.c.id)
        connection.execute(sa.delete(stories_table).where(stories_table.c.id.in_(part), ~carried))


def other_outlets(articles: Sequence[str]) -> sa.Select[Any]:
    """A query of the outlets that carry the stories of these articles, without each article's own."""
    return (
        sa.select(articles_table.c.id, _other.c.outlet)
        .join(_other, _other.c.story == articles_table.c.story)
        .where(
            articles_table.c.id.in_(articles),
            is_published(_other),
            _other.c.outlet.is_not(None),
            _other.c.outlet != sa.func.coalesce(articles_table.c.outlet, ""),
        )
        .distinct()
        .order_by(_other.c.outlet)
    )
