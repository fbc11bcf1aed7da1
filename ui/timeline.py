"""When an answer is a row of events: which questions ask for one, and in which order its quotes stand."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ui.shapes import MomentView, QuoteView
from ui.words import shown_date

LEAST = 3
"""Quotes whose text gives a date, before they make a row."""
ABOUT_TIME = re.compile(
    r"\b(when|timeline|chronolog\w+|histor\w+|chang\w+|develop\w+|evol\w+|progress\w*|shift\w*|becom\w+|became|since|until"
    r"|during|over time|over the (last|past)|how long|before|after|later|earlier|so far|step by step|happen\w*"
    r"|[12]\d{3})\b",
    re.IGNORECASE,
)
TEXT, ARTICLE = "date in the text", "date of the article"


def asks_about_time(question: str) -> bool:
    """Tell whether a question is about change, order or time."""
    return ABOUT_TIME.search(question) is not None


def timeline(question: str, quotes: Sequence[QuoteView]) -> list[MomentView]:
    """Put quotes in the order of their dates, each with whose date it is; empty where that is not what was asked.

    A quote that gives no date has its article's; one of which neither is known is left out. A year stands before
    its months, and a month before its days.
    """
    if not asks_about_time(question) or sum(each["when"] is not None for each in quotes) < LEAST:
        return []
    dated = [(each["when"] or each["published"] or "", each) for each in quotes]
    return [
        MomentView(date=shown_date(date), whose=TEXT if each["when"] else ARTICLE, number=each["number"])
        for date, each in sorted(dated, key=lambda pair: pair[0])
        if date
    ]
