"""Web addresses become articles: a page by itself, a feed by the entries that are not known yet."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

import feedparser

from index.article import Description, Given
from index.config import IndexConfig
from index.dates import iso_date, language_code, plain_line
from index.errors import ArticleError, SourceError
from index.kinds import kind_of
from index.parse import to_raw
from index.raw import Raw, Unreadable, unreadable
from index.web import Fetched, fetch


def read_address(url: str, config: IndexConfig, *, known: Collection[str]) -> Iterator[Raw | Unreadable]:
    """Fetch an address, or the entries of the feed that it is, but for those in `known`.

    Raises SourceError at once where it can't be fetched, or is a feed without entries.
    """
    try:
        fetched = fetch(url, config)
    except ArticleError as error:
        raise SourceError(str(error)) from error
    try:
        kind = kind_of(fetched.data, url)
    except ArticleError as error:
        raise SourceError(f"{url} can't be indexed: {error}") from error
    if kind != "feed":
        return iter([_article(fetched, url, url, ())])
    feed = feedparser.parse(io.BytesIO(fetched.data))
    entries = {
        str(each.link): each for each in feed.entries if each.get("link", "").startswith(("http://", "https://"))
    }
    if not entries:
        why = f" ({feed.bozo_exception})" if feed.bozo else ""
        raise SourceError(f"{url} is a feed without entries{why}")
    return _entries(url, entries, known, feed.feed, config)


def _entries(
    source: str,
    entries: dict[str, Any],  # as feedparser gives them
    known: Collection[str],
    feed: Any,  # noqa: ANN401  # likewise
    config: IndexConfig,
) -> Iterator[Raw | Unreadable]:
    for link, entry in entries.items():
        if link in known:
            continue
        try:
            fetched = fetch(link, config)
        except ArticleError as error:
            yield unreadable(link, source, str(error))
        else:
            yield _article(fetched, link, source, (Given("feed", _told(entry, feed)),))


def _article(fetched: Fetched, document: str, source: str, given: tuple[Given, ...]) -> Raw | Unreadable:
    found = to_raw(fetched.data, document, source)
    if isinstance(found, Unreadable):
        return found
    host = fetched.url.split("/")[2].partition(":")[0].removeprefix("www.")
    return replace(found, given=(*given, Given("address", Description(outlet=host, url=fetched.url))))


def _told(entry: Any, feed: Any) -> Description:  # noqa: ANN401  # as feedparser gives them
    """What an entry tells of its article; the feed's own title names the outlet."""
    return Description(
        title=plain_line(entry.get("title")),
        outlet=plain_line(entry.get("source", {}).get("title")) or plain_line(feed.get("title")),
        author=plain_line(entry.get("author")),
        published=iso_date(entry.get("published") or ""),
        # Without the question feedparser would give the date of publication as that of an update.
        updated=iso_date(entry["updated"] or "") if "updated" in entry else None,
        language=language_code(feed.get("language") or ""),
    )
