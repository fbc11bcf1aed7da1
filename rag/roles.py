"""Who does it to whom: a claim with the right words in the wrong places.

By the order of names around a verb, which English keeps; no parser. It speaks up where it is sure alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from index.lexical import stem
from rag.words import MONTHS, WEEKDAYS, stems

_DOES = re.compile(
    r"(?P<who>[A-Z][\w-]+) (?:(?:has|had|have|also|again|recently|reportedly|already|later|then|first) ){0,2}"
    r"(?P<verb>[a-z]{3,})\b(?! (?:was|were|is|are|had|has|have)\b)"
)
"""A name and the word behind it, which is mostly what it does."""
_UNSURE = re.compile(
    r"\b(?:was|were|been|being|be|is|are) (?:\w+ )?$|"
    r"\b(?:i|we|you|he|she|it|they|who|which|that|government|ministry) (?:\w+ ){0,2}$",
    re.IGNORECASE,
)
"""Before a verb: a passive, or a word that stands for somebody."""
_BEHIND = re.compile(
    r"\b(?:with|of|in|to|from|by|for|and|or|at|on|between|against|near|over|than|as) (?:[A-Z][\w-]* (?:and )?)*$"
)
"""Before a name that does not do what stands behind it: drills with Japan have expanded."""
_WORD = re.compile(r"\w+")
_CAPITALISED = re.compile(r"[A-Z][\w-]+")
_NO_NAMES = frozenset(
    [*MONTHS, *WEEKDAYS, *"the this that in on at by for from and but as if when while after".split()]
)
_LEAST_ROOT = 4
"""Fewest characters that two forms of one name share."""


def swapped(claim: str, cited: str) -> bool:
    """Whether somebody does in a claim what in the cited sentence somebody else does, with or to him."""
    words = list(_WORD.finditer(cited))
    for match in _DOES.finditer(claim):
        who, verb = stem(match.group("who")), stem(match.group("verb"))
        if _BEHIND.search(claim[: match.start()]) or not stems(f"- {verb}"):
            continue
        places = [each for each in words if stem(each.group()) == verb]
        if places and all(_another(who, cited[: each.start()], cited[each.end() :]) for each in places):
            return True
    return False


def _another(who: str, before: str, after: str) -> bool:
    """Whether others are named before a verb, and this one only behind it."""
    others = _names(before)
    return bool(others) and not _UNSURE.search(before) and called(who, _names(after)) and not called(who, others)


def _names(text: str) -> frozenset[str]:
    return frozenset(stem(each) for each in _CAPITALISED.findall(text) if each.lower() not in _NO_NAMES)


def called(name: str, names: Collection[str]) -> bool:
    """Whether a stem of a name is among these, or one that is called after it or it after one: Iran, Iranian."""
    return name in names or any(
        min(len(name), len(each)) >= _LEAST_ROOT and (each.startswith(name) or name.startswith(each)) for each in names
    )
