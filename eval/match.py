"""How the words of a fact are found in a text: one notion of "it says so" for checks, scores and report.

Patterns are regular expressions, matched anywhere and without regard to case, in text whose white space
is collapsed and whose curly quotation marks are straight. Nothing here knows of questions or answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache

_STRAIGHT = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"'})
_MARKER = re.compile(r"\s?\[\d+(?:\s*[,;–-]\s*\d+)*\]")


def plain(text: str) -> str:
    """The text with straight quotation marks and single blanks, as patterns expect it."""
    return " ".join(text.translate(_STRAIGHT).split())


def unmarked(text: str) -> str:
    """An answer's text without its citation numbers, which would else satisfy a pattern such as `7`."""
    return plain(_MARKER.sub("", text))


@lru_cache(maxsize=8192)
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, ready to search; raises `re.error` where it is not valid."""
    return re.compile(pattern.translate(_STRAIGHT), re.IGNORECASE)


def literal_pattern(text: str) -> str:
    """A pattern that finds just these words, as whole words."""
    words = re.escape(plain(text)).replace(r"\ ", " ")
    return rf"(?<!\w){words}(?!\w)"


def found(pattern: str, text: str) -> bool:
    """Whether the pattern is somewhere in a text that `plain` has passed."""
    return compiled(pattern).search(text) is not None


def met(group: Iterable[str], text: str) -> bool:
    """Whether one of the alternatives is in a text that `plain` has passed."""
    return any(found(pattern, text) for pattern in group)


def all_met(groups: Sequence[Sequence[str]], text: str) -> bool:
    """Whether every group is met; no groups are met by nothing."""
    return bool(groups) and all(met(group, text) for group in groups)


def spans_of(quote: str, text: str) -> tuple[tuple[int, int], ...]:
    """Where the quote stands in the text, whatever its white space and quotation marks."""
    words = plain(quote).split(" ")
    if words == [""]:
        return ()
    exact = r"\s+".join(re.escape(word) for word in words)
    return tuple((hit.start(), hit.end()) for hit in re.finditer(exact, text.translate(_STRAIGHT)))


def overlap(first: tuple[int, int], second: tuple[int, int]) -> bool:
    """Whether two half-open spans share a character."""
    return first[0] < second[1] and second[0] < first[1]


def date_forms(iso: str | None) -> str:
    """A date of an article as people write it, so that facts about it can be found; empty where it is unknown.

    A partial date gives the forms that it can: `2024-05` gives no day.
    """
    parts = (iso or "").split("-")
    if len(parts) == 1:
        return parts[0]
    day = date(int(parts[0]), int(parts[1]), int(parts[2][:2]) if len(parts) > 2 else 1)
    month, short, year = f"{day:%B}", f"{day:%b}", str(day.year)
    forms = [str(iso), f"{month} {year}", f"{short} {year}", f"{short}. {year}"]
    if len(parts) > 2:
        for name in (month, short, f"{short}."):
            forms += [f"{name} {day.day}, {year}", f"{day.day} {name} {year}"]
        forms += [f"{day:%A}", f"{day:%d/%m/%Y}", f"{day:%m/%d/%Y}", f"{day.day}.{day.month}.{year}"]
    return " | ".join(forms)
