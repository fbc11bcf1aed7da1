"""What is known of an article besides its text: title, outlet, author, dates, language, address.

What came with the article counts first, then what its header and footer say; each value keeps its
origin. A wrong guess is worse than none: dates in sentences, captions or headlines of other stories are never dates of
publication, and a mailbox that anyone can have names no outlet.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.article import Described, Description, Given, first_known
from index.dates import iso_date
from index.layout import lines
from index.marks import Kind, Line, is_ended, is_heading
from index.raw import Raw

__all__ = ["describe", "iso_date"]

_DOMAIN = re.compile(r"@(?P<domain>[\w-]+(?:\.[\w-]+)+)")
_MAILBOX = re.compile(
    r"""126|163|aol|daum|fastmail|gmail|gmx|hanmail|hotmail|icloud|live|mail|mailbox|me|msn|naver|outlook|proton|protonmail
    |qq|tutanota|web|yahoo|yandex|zoho""",
    re.VERBOSE,
)
_WORD = re.compile(r"[^\W\d_]+")
_ENGLISH = re.compile(
    r"""a|after|all|also|an|and|are|as|at|be|been|but|by|for|from|had|has|have|he|her|his|if|in|into|is|it|its|more|not|of
    |on|or|said|she|than|that|the|their|there|they|this|to|was|we|were|when|which|who|will|with|would""",
    re.VERBOSE | re.IGNORECASE,
)
_LEAST_WORDS = 12
_PLAIN_TITLE_WORDS = 20
_ENGLISH_SHARE = 0.2  # news in English has 0.3 to 0.5; other languages that share `in`, `is`, `was` stay below 0.12


def describe(raw: Raw) -> Described:
    """Describe an article by what came with it, then by its header and footer; unknown stays None."""
    found = lines(raw.text)
    own = Description(
        title=_first(found, "headline") or _plain_title(found),
        outlet=_outlet(found),
        author=_first(found, "byline"),
        published=_first(found, "posted") or _only_date(found),
        updated=_first(found, "updated"),
        language=_language(raw.text),
    )
    return first_known((*raw.given, Given("text", own)))


def _first(found: Sequence[Line], kind: Kind) -> str | None:
    return next((line.value for line in found if line.kind == kind and line.value), None)


def _plain_title(found: Sequence[Line]) -> str | None:
    """Take a heading above a text that has no header to prove it; `clean` leaves it in the text.

    Taking it out would take out a sub-headline as well, when a cleaned text is cleaned again.
    """
    first, second = ([line.text for line in found if line.kind == "prose"] + ["", ""])[:2]
    is_title = is_heading(first) and len(first.split()) <= _PLAIN_TITLE_WORDS and not re.search(r"[#@]|\.\w", first)
    return first if is_title and is_ended(second) and len(second.split()) >= _LEAST_WORDS else None


def _only_date(found: Sequence[Line]) -> str | None:
    days = {line.value for line in found if line.kind == "date"}
    return days.pop() if len(days) == 1 else None


def _outlet(found: Sequence[Line]) -> str | None:
    return _first(found, "outlet") or _first(found, "credit") or _mail_domain(found)


def _mail_domain(found: Sequence[Line]) -> str | None:
    """Give the domain of the writers' addresses, if it is one domain and a house's own."""
    domains = {
        match["domain"].lower() for line in found if line.kind == "byline" for match in _DOMAIN.finditer(line.text)
    }
    houses = {domain for domain in domains if not any(map(_MAILBOX.fullmatch, domain.split(".")))}
    return houses.pop() if len(houses) == 1 else None


def _language(text: str) -> str | None:
    """Say `en` where the share of English function words proves it."""
    words = _WORD.findall(text[:20_000])
    if len(words) < _LEAST_WORDS:
        return None
    return "en" if sum(map(bool, map(_ENGLISH.fullmatch, words))) / len(words) >= _ENGLISH_SHARE else None
