"""Dates, languages and names as they are written, made ISO 8601, ISO 639 and plain lines without guessing."""

from __future__ import annotations

import html
import re
from datetime import datetime

from dateutil.parser import parse

_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)|^(?:19|20)\d{6}$")
_ISO = re.compile(r"^\d{4}\D\d{1,2}\D\d{1,2}(?!\d)")
_MONTH_DOT = re.compile(r"(?<=[A-Za-z])\.(?=\W|$)")
_LANGUAGE = re.compile(r"(?P<code>[A-Za-z]{2,3})(?:[-_][A-Za-z0-9]+)*")
_LONGEST = 60
_LONGEST_LINE = 400
_MARKUP = re.compile(r"<[^>]*>")
# dateutil fills what is missing from a default, and a weekday from its week: two that differ in all
# of these tell what was written.
_DEFAULTS = (datetime(2000, 1, 1), datetime(2004, 2, 25))


def iso_date(text: str) -> str | None:
    """Read a date, as exact as it is written: `2024-05-17`, `2024-05` or `2024`.

    None for anything else, also for a date inside of other words, and without a year of four
    digits. Where day and month could be swapped (`05/06/2024`), only the year is known.
    """
    written = _MONTH_DOT.sub("", text.strip(" \t\n,.;"))
    if len(written) > _LONGEST or not written.isascii() or not _YEAR.search(written):
        return None
    # A leading year is followed by the month: dateutil would swap them under dayfirst.
    orders = (False,) if _ISO.match(written) else (False, True)
    try:
        # Offsets are ignored: the day that counts is the one that the outlet printed.
        read = [
            parse(written, default=default, dayfirst=first, ignoretz=True) for first in orders for default in _DEFAULTS
        ]
    except (ValueError, OverflowError):
        return None
    known: list[str] = []
    for part in ("%Y", "%m", "%d"):
        values = {moment.strftime(part) for moment in read}
        if len(values) > 1:
            break
        known += values
    return "-".join(known) or None


def language_code(text: str) -> str | None:
    """Read the language of a tag such as `en-US` or `pt_BR`: two or three small letters. None for anything else."""
    tag = _LANGUAGE.fullmatch(text.strip())
    return tag["code"].lower() if tag else None


def plain_line(text: str | None) -> str | None:
    """A text in one line, its entities resolved; None where it is blank or too long for what it should be."""
    line = " ".join(_MARKUP.sub("", html.unescape(text or "")).split())
    return line if 0 < len(line) <= _LONGEST_LINE else None
