"""The names under which tables keep an article's text and what is known of it.

A column of when something was crawled, scraped or stored is on no list: that is no date of publication.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping

from index.article import Description
from index.dates import iso_date, language_code
from index.errors import ArticleError

DELIMITERS = (",", ";", "\t", "|")

_NAMES = {
    "id": "id _id guid uuid article_id doc_id document_id".split(),
    "text": "text body content article full_text article_text article_body main_text maintext content_text".split(),
    "title": "title headline heading".split(),
    "outlet": "source outlet publisher publication newspaper site_name site source_name media".split(),
    "author": "author authors byline creator writer".split(),
    "published": (
        "date published published_at publication_date publish_date published_date date_published pub_date datetime"
    ).split(),
    "updated": "updated updated_at update_date last_updated modified modified_at last_modified date_modified".split(),
    "language": "language lang".split(),
    "url": "url link address permalink web_url article_url canonical_url".split(),
}
# By the letters alone, so that `Published At`, `publishedAt` and `published_at` are one name.
_LETTERS = re.compile(r"[^a-z]")
_RANKED = {field: [_LETTERS.sub("", name) for name in names] for field, names in _NAMES.items()}


def plain(name: str) -> str:
    """A column's name by its letters alone."""
    return _LETTERS.sub("", name.lower())


def names_text(line: str, delimiter: str) -> bool:
    """Whether a line can be the first row of a table of articles: short names, one of them that of a text."""
    if delimiter not in line or len(line) > 2_000:
        return False
    cells = [plain(cell) for cell in first_row(line, delimiter)]
    return has_text(cells) and sum(any(cell in names for names in _RANKED.values()) for cell in cells) >= 2


def first_row(line: str, delimiter: str) -> list[str]:
    """The cells of a line; none where it is no row."""
    try:
        return [cell.strip() for cell in next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter), [])]
    except csv.Error:
        return []


def has_text(names: Iterable[str]) -> bool:
    """Whether one of these plain names is that of a text."""
    return any(name in _RANKED["text"] for name in names)


def pick(row: Mapping[str, object], field: str) -> str | None:
    """The value of a field, under the first of its names that has one; None where all are missing or empty.

    `row` has plain names. Raises ArticleError for a value that is no text.
    """
    values = (_text(row[name], name) for name in _RANKED[field] if name in row)
    return next(filter(None, values), None)


def about(row: Mapping[str, object]) -> Description:
    """What a row with plain names tells of its article."""
    url = _trimmed(row, "url")
    return Description(
        title=_trimmed(row, "title"),
        outlet=_trimmed(row, "outlet"),
        author=_trimmed(row, "author"),
        published=iso_date(_trimmed(row, "published") or ""),
        updated=iso_date(_trimmed(row, "updated") or ""),
        language=language_code(_trimmed(row, "language") or ""),
        url=url,
    )


def _trimmed(row: Mapping[str, object], field: str) -> str | None:
    return " ".join((pick(row, field) or "").split()) or None


def _text(value: object, name: str) -> str | None:
    """Take a cell as a text: a list of names as one line, an object by its name."""
    if isinstance(value, dict):
        value = value.get("name")
    if isinstance(value, list) and name in _RANKED["author"]:
        return ", ".join(filter(None, (_text(each, name) for each in value)))
    if name in _RANKED["id"] and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is None:
        return None
    if not isinstance(value, str):
        raise ArticleError(f"{name} must be a text, found {kind_of_value(value)}")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ArticleError(f"{name} holds half a character (a lone surrogate) at {error.start}") from error
    return value


def kind_of_value(value: object) -> str:
    """What a value of JSON is, in words."""
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    return {int: "a number", float: "a number", str: "a text", list: "a list"}.get(type(value), "an object")
