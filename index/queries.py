"""Questions to the catalog whose answers are ids; `Catalog.ids` asks them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from index.tables import articles_table, is_published, passages_table

_HELD = sa.exists().where(passages_table.c.article == articles_table.c.id)


def left_over() -> sa.Select[Any]:
    """The articles that a killed writer left half done: to be taken out of the indexes, and to be forgotten."""
    state = articles_table.c.state
    half = sa.or_(state.in_(("pending", "retired")), sa.and_(state == "superseded", _HELD))
    return sa.select(articles_table.c.id).where(half)


def in_state(state: str) -> sa.Select[Any]:
    """All articles in a state."""
    return sa.select(articles_table.c.id).where(articles_table.c.state == state)


def without_passages() -> sa.Select[Any]:
    """Published articles that have no passage, which nothing can find."""
    return sa.select(articles_table.c.id).where(is_published(), ~_HELD)


def versions(ids: Sequence[str]) -> sa.Select[Any]:
    """The superseded versions of the same documents."""
    other = articles_table.alias()
    same = sa.and_(
        other.c.source == articles_table.c.source,
        other.c.document == articles_table.c.document,
        other.c.state == "superseded",
    )
    joined = articles_table.join(other, same)
    return sa.select(other.c.id).select_from(joined).where(articles_table.c.id.in_(ids)).distinct()


def muted_echoes() -> sa.Select[Any]:
    """Echoes of published articles, one for the same words, that no passage of their story speaks for."""
    query = sa.select(sa.func.min(passages_table.c.id).label("id")).join(articles_table)
    spoken = sa.func.sum(sa.case((passages_table.c.echo, 0), else_=1))
    return query.where(is_published()).group_by(articles_table.c.story, passages_table.c.words).having(spoken == 0)
