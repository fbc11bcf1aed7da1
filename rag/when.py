"""When it happened what a sentence tells: dates in its words, read from the article's own date where relative.

Rules over English, no model. What the article does not say stays unknown: a month without a year in an
article without a date gives nothing.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from index.dates import iso_date

_NAMES = list(calendar.month_name)[1:]
_DAYS = list(calendar.day_name)
_MONTH = rf"(?P<month>{'|'.join(_NAMES)}|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
_DAY = r"(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_BEFORE = r"[Ii]n|[Ss]ince|[Bb]y|[Uu]ntil|[Ff]rom|[Dd]uring|[Ll]ate|[Ee]arly"
_AHEAD_DAYS = 31
"""A date without a year may lie this far after the article: plans are news too."""
_COUNTS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10}


class _Own(NamedTuple):
    """The article's own date, as exact as it is known."""

    year: int | None
    month: int | None
    day: int | None


def told(text: str, published: str | None) -> str | None:
    """The first date that a sentence names, ISO 8601 and as exact as it is written; None for none that is sure.

    `published` is the article's own date, from which "last month", "on Friday" and "in July" are read.
    """
    return next(_dates(text, published), None)


def _dates(text: str, published: str | None) -> Iterator[str]:
    parts = [int(each) for each in (published or "").split("-") if each]
    own = _Own(*[*parts, None, None, None][:3])
    at = 0
    while at < len(text):
        matches = [(match, read) for pattern, read in _READERS if (match := pattern.search(text, at))]
        if not matches:
            return
        # The earliest; of those whose date begins together, the longest.
        match, read = min(matches, key=lambda each: (_begins(each[0]), -each[0].end()))
        found = read(match, own)
        if found:
            yield found
        at = match.end()


def _begins(match: re.Match[str]) -> int:
    """Where the date itself begins, behind a preposition."""
    return min((match.start(name) for name, value in match.groupdict().items() if value), default=match.start())


def _written(match: re.Match[str], _own: _Own) -> str | None:
    return iso_date(match.group()[_begins(match) - match.start() :])


def _day_of_month(match: re.Match[str], own: _Own) -> str | None:
    """A month and perhaps a day, without a year: the latest such date that the article can mean."""
    month = _month_number(match["month"])
    day = int(match["day"]) if match.groupdict().get("day") else None
    relative = match.groupdict().get("relative")
    if own.year is None:
        return None
    if relative:
        return _iso(own.year - (relative == "last"), month, day)
    if own.month is None:
        return None
    latest = date(own.year, own.month, own.day or 28) + timedelta(days=_AHEAD_DAYS)
    year = own.year + 1 if (own.year + 1, month, day or 1) <= (latest.year, latest.month, latest.day) else own.year
    if (year, month, day or 1) > (latest.year, latest.month, latest.day):
        year -= 1
    return _iso(year, month, day)


def _relative_day(match: re.Match[str], own: _Own) -> str | None:
    """The 5th, the 13th of last month."""
    if own.year is None or own.month is None:
        return None
    year, month = _months_before(own.year, own.month, 1 if match["of"] == "last" else 0)
    return _iso(year, month, int(match["day"]))


def _relative_period(match: re.Match[str], own: _Own) -> str | None:
    step = {"last": 1, "this": 0, "next": -1}[match["which"].lower()]
    if own.year is None:
        return None
    if match["unit"] == "year":
        return str(own.year - step)
    return None if own.month is None else _iso(*_months_before(own.year, own.month, step), None)


def _near_day(match: re.Match[str], own: _Own) -> str | None:
    if own.year is None or own.month is None or own.day is None:
        return None
    today = date(own.year, own.month, own.day)
    word = match["word"]
    if word.capitalize() in _DAYS:
        # The day of that name on which, or after which, the article appeared.
        back = (today.weekday() - _DAYS.index(word.capitalize())) % 7
        if match["last"] and back == 0:
            back = 7
        return (today - timedelta(days=back)).isoformat()
    return (today - timedelta(days={"yesterday": 1, "today": 0, "tomorrow": -1}[word.lower()])).isoformat()


def _ago(match: re.Match[str], own: _Own) -> str | None:
    written = match["count"].lower()
    count = int(written) if written.isdigit() else _COUNTS[written]
    if own.year is None:
        return None
    if match["unit"] == "year":
        return str(own.year - count)
    if own.month is None:
        return None
    if match["unit"] == "month":
        return _iso(*_months_before(own.year, own.month, count), None)
    if own.day is None:
        return None
    return (date(own.year, own.month, own.day) - timedelta(days=count)).isoformat()


def _year_alone(match: re.Match[str], _own: _Own) -> str:
    return match["year"]


_Reader = Callable[[re.Match[str], _Own], str | None]
_READERS: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (re.compile(r"\b(?:19|20)\d\d-\d\d-\d\d\b"), _written),
    (re.compile(rf"\b{_MONTH}\s+{_DAY},?\s+{_YEAR}\b"), _written),
    (re.compile(rf"\b{_DAY}\s+(?:of\s+)?{_MONTH},?\s+{_YEAR}\b"), _written),
    (re.compile(rf"\b{_MONTH},?\s+{_YEAR}\b"), _written),
    (re.compile(rf"\b{_MONTH}\s+{_DAY}\b(?!,?\s+(?:19|20)\d\d)"), _day_of_month),
    (re.compile(rf"\b{_DAY}\s+(?:of\s+)?{_MONTH}(?!,?\s+(?:19|20)\d\d)"), _day_of_month),
    (re.compile(rf"\b{_MONTH}\s+(?:of\s+)?(?P<relative>last|this) year\b"), _day_of_month),
    (re.compile(rf"\b(?:{_BEFORE}|[Ll]ast|and)\s+{_MONTH}\b"), _day_of_month),
    (re.compile(rf"\b[Oo]n the {_DAY}\b(?:\s+of\s+(?P<of>last|this) month)?"), _relative_day),
    (re.compile(rf"\bthe {_DAY} of (?P<of>last|this) month\b"), _relative_day),
    (re.compile(r"\b(?P<which>[Ll]ast|[Tt]his|[Nn]ext) (?P<unit>month|year)\b"), _relative_period),
    (re.compile(rf"\b(?P<last>[Ll]ast )?(?P<word>{'|'.join(_DAYS)}|[Yy]esterday|[Tt]oday|[Tt]omorrow)\b"), _near_day),
    (re.compile(rf"\b(?P<count>\d{{1,3}}|{'|'.join(_COUNTS)}) (?P<unit>day|month|year)s? ago\b", re.IGNORECASE), _ago),
    (re.compile(rf"\b(?:{_BEFORE}|of) {_YEAR}\b(?!-)"), _year_alone),
)  # fmt: skip


def _month_number(name: str) -> int:
    return [each[:3] for each in _NAMES].index(name[:3]) + 1


def _months_before(year: int, month: int, count: int) -> tuple[int, int]:
    past = year * 12 + month - 1 - count
    return past // 12, past % 12 + 1


def _iso(year: int, month: int, day: int | None) -> str | None:
    """The date as ISO 8601; None for a day that the month does not have."""
    if day is None:
        return f"{year:04}-{month:02}"
    return f"{year:04}-{month:02}-{day:02}" if day <= calendar.monthrange(year, month)[1] else None
