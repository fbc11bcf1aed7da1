"""What each line of a pasted page is: headline, byline, date, menu, caption, or the article's prose.

Owns the rules of place, by which `clean` knows what to take out and `describe` what to read. Some
marks hold anywhere (advertisements, captions with a credit, headlines of related stories). The
others hold only in the header, above the first line that reads as prose, or in the footer, below
the last: a date, a name or an outlet between paragraphs belongs to the article. When in doubt a
line is prose: keeping a menu line costs a word, losing a sentence costs an answer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from index.marks import (
    Line,
    anywhere,
    at_edge,
    is_ended,
    is_heading,
    is_outlet,
    is_related_heading,
    is_section,
    is_short,
    lone_date,
)

_HEADER_LINES = 15
_FOOTER_LINES = 30
_TIMELINE_LINES = 200

_NEWLINES = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Control characters, zero widths, direction overrides, half characters, tags: all that is in a text but not seen.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def lines(text: str) -> tuple[Line, ...]:
    """All lines of a page that are not blank, in their order, each with its kind."""
    seen = unicodedata.normalize("NFC", _UNSEEN.sub("", _NEWLINES.sub("\n", text)))
    rows = (" ".join(row.split()) for row in seen.split("\n"))
    found = _hang_related([anywhere(row) for row in rows if row])
    return tuple(_mark_repeats(_mark_footer(_mark_header(found))))


def _hang_related(found: list[Line]) -> list[Line]:
    """Mark the headlines below a heading such as "Related Posts", up to the next sentence.

    Not above the article's first sentence: there the next headline is the article's own.
    """
    marked: list[Line] = []
    begun = inside = False
    for line in found:
        if line.kind == "prose":
            ended = is_ended(line.text)
            begun, inside = begun or ended, inside and not ended
        elif line.kind == "related":
            inside = begun and is_related_heading(line.text)
        marked.append(Line("related", line.text) if inside and line.kind == "prose" else line)
    return marked


def _opens(line: Line) -> bool:
    """Tell whether a line may stand above the first sentence: furniture, a fact, or a short line."""
    return line.kind != "prose" or is_short(line.text) or bool(at_edge(line.text))


def _mark_header(found: list[Line]) -> list[Line]:
    end = next((at for at, line in enumerate(found[: _HEADER_LINES + 1]) if not _opens(line)), None)
    if not end:
        return found
    rows = [part for line in found[:end] for part in (at_edge(line.text) if line.kind == "prose" else ()) or (line,)]
    rows = [_name_outlet(row, rows) for row in rows]
    headline = _find_headline(rows)
    if headline is None or any(lone_date(line.text) for line in found[end : end + _TIMELINE_LINES]):
        # Without a headline above it, or with more such lines below, a date is a heading of the article.
        rows = [Line("prose", row.text) if row.kind == "date" else row for row in rows]
    if headline is not None:
        at = rows.index(headline)
        rows = [_under(row, headline) for row in rows]
        rows[at] = Line("headline", headline.text, headline.value or headline.text)
    return [*rows, *found[end:]]


def _name_outlet(row: Line, rows: Sequence[Line]) -> Line:
    """Mark a name such as "The Manila Times", where another line can be the headline."""
    if row.kind != "prose" or not is_outlet(row.text):
        return row
    others = any(is_heading(other.text) for other in rows if other is not row and other.kind == "prose")
    return Line("outlet", row.text, row.text) if others or row.text.startswith("The ") else row


def _find_headline(rows: Sequence[Line]) -> Line | None:
    """Choose the first line of a header that reads as one, if anything there tells that it is a header."""
    doubled = [row for row in rows if row.kind == "related" and row.value]
    plain = [row for row in rows if row.kind == "prose"]
    texts = [row.text for row in plain]
    repeated = [row for row in plain if texts.count(row.text) > 1]
    if len(plain) == len(rows) and not repeated:
        return None
    long = [row for row in plain if len(row.text.split()) >= 4]
    return next(iter([*repeated, *long, *doubled]), None)


def _under(row: Line, headline: Line) -> Line:
    if row.text == headline.text:
        return Line("repeat", row.text)
    return Line("section", row.text) if row.kind == "prose" and is_section(row.text) else row


def _mark_footer(found: list[Line]) -> list[Line]:
    start = len(found)
    seen = 0
    while start and seen <= _FOOTER_LINES and _opens(found[start - 1]):
        start -= 1
        seen += found[start].kind == "prose"
    if not start or seen > _FOOTER_LINES:
        return found
    return [*found[:start], *(part for line in found[start:] for part in _closing(line))]


def _closing(line: Line) -> tuple[Line, ...]:
    facts = at_edge(line.text) if line.kind == "prose" else ()
    return (line,) if not facts or any(fact.kind == "date" for fact in facts) else facts


def _mark_repeats(found: list[Line]) -> list[Line]:
    """Mark the second of two neighbouring paragraphs that are the same; figures of a table may be."""
    marked: list[Line] = []
    before = ""
    for line in found:
        again = line.kind == "prose" and line.text == before and len(line.text.split()) >= 3
        marked.append(Line("repeat", line.text) if again else line)
        before = line.text if line.kind == "prose" else before
    return marked
