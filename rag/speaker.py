"""Who says a sentence: the speaker of direct or reported speech, told apart from the outlet that prints it.

Rules of English news prose, no model: a name or an office beside a verb of saying; a quote that runs
over several sentences belongs to who is named where it ends. Where no rule is sure, nobody is named.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from index.article import Article

_SAYS = (
    r"(?:said|says?|told|added|adds|stated|states|stressed|noted|warned|claimed|claims|argued|explained|clarified|"
    r"affirmed|confirmed|acknowledged|announced|reported|denied|rejected|accused|condemned|called|expressed|insisted|"
    r"responded|answered|described|believes?|wrote|testified|alleged|urged|asked)"
)
_NAME = (
    r"(?!(?:When|While|If|As|After|Before|But|And|In|On|At|It|That|This)\b)"
    r"(?:[A-Z][\w’'-]*\.?(?:\s+(?:of|the|for|and|al|bin|de|van|von)\s+(?=[A-Z])|\s+|(?<=-)))*[A-Z][\w’'-]*"
)
_ROLE = (
    r"(?:(?:former|deputy|vice|senior|acting|prime|foreign|defence|defense|interior|finance|health|security|national|"
    r"press|chief|party|opposition|ministry|government|state|military|police|union|unnamed|special)\s+){0,4}"
    r"(?:minister|president|spokes(?:man|woman|person)|leader|officials?|advis[eo]r|envoys?|ambassador|secretary|chief|"
    r"professor|analysts?|experts?|observers?|general|director|senator|governor|mayor|judge|lawyer|researchers?|"
    r"insider|representative|sources?|critics|media|lawmakers?|diplomats?|ministry)"
)
_WHO = (
    rf"(?:(?:(?:[Tt]he|[Aa]n?)\s+)?(?:{_NAME}(?:[’']s)?\s+)?{_ROLE}(?:\s+{_NAME})?|"
    r"(?:(?:[Tt]he|[Aa]n?|Mr|Ms|Mrs|Dr)\.?\s+)?(?:[a-z][\w’'-]*\s+){0,4}?"
    rf"{_NAME}(?:[’']s\s+(?:[a-z-]+\s+){{1,4}}?(?:{_NAME})?)?)"
)
_AFTER_QUOTE = re.compile(rf"[,.?!]?[”\"]\s*(?:{_SAYS})\s+(?P<who>{_WHO})(?P<role>,\s[^.“”\"]*)?")
_QUOTE_WHO_SAID = re.compile(
    rf"[,.?!]?[”\"]\s*(?P<who>(?:{_WHO})|(?:[Tt]he|[Aa]n?)\s[\w’' -]{{3,60}}?)\s+(?:was quoted as saying|{_SAYS})\b"
)
_BEFORE = re.compile(
    r"^(?:(?:On|In|At|During|Meanwhile|However|Previously|Accordingly|Also)[^“”\"]{0,120}?,\s+|"
    r"[A-Z][A-Z ]+(?:, [A-Z ]+)?:\s+)?"
    rf"(?P<who>{_WHO})(?P<role>,\s[^“”\"]{{3,120}}?,)?\s+(?:has\s+|had\s+|have\s+)?(?:also\s+|again\s+|further\s+)?(?:{_SAYS})\b"
)
_ACCORDING = re.compile(rf"\b[Aa]ccording to (?P<who>{_WHO})")
_PRONOUN = re.compile(
    rf"^(?:He|She|They)\s+(?:also\s+|further\s+)?(?:{_SAYS})\b|[”\"]\s*(?:he|she|they)\s+(?:{_SAYS})\b"
)
_CAPITALISED = re.compile(r"[A-Z][\w’'-]*")
_SHORT = re.compile(r"^(?:(?:Mr|Ms|Mrs|Dr)\.? )?(?P<name>[A-Z][\w’'-]+)$")
_WHOLE_QUOTE = re.compile(r"^[“\"][^“”\"]+[”\"]$")


def speakers(sentences: Sequence[str]) -> tuple[str | None, ...]:
    """The speaker of each of an article's sentences, in reading order; None where nobody is sure to speak."""
    found = [_named(each) for each in sentences]
    last: str | None = None
    for row, text in enumerate(sentences):
        if found[row] is None and _PRONOUN.search(text):
            found[row] = last
        last = found[row] or last
    _spread(sentences, found)
    return _in_full(found)


@functools.lru_cache(maxsize=256)
def speakers_of(article: Article) -> tuple[str | None, ...]:
    """The speaker of each sentence of an article; the last articles that were read are kept."""
    return speakers([article.words(each) for each in article.sentences])


def _in_full(found: Sequence[str | None]) -> tuple[str | None, ...]:
    """Speakers named by one name alone, as the article names them in full; left so where two could be meant."""
    full = {each for each in found if each and len(_CAPITALISED.findall(each)) > 1 and not _SHORT.match(each)}

    def told(who: str | None) -> str | None:
        short = _SHORT.match(who) if who else None
        if who is None or short is None:
            return who
        meant = {each for each in full if short["name"] in _CAPITALISED.findall(each.split(",")[0])}
        people = {" ".join(_CAPITALISED.findall(each.split(",")[0])) for each in meant}
        return max(meant, key=len) if len(people) == 1 else who

    return tuple(told(each) for each in found)


def _named(text: str) -> str | None:
    for pattern in (_AFTER_QUOTE, _QUOTE_WHO_SAID, _BEFORE, _ACCORDING):
        match = pattern.search(text)
        if match:
            return _tidy(match)
    return None


def _tidy(match: re.Match[str]) -> str | None:
    who = " ".join(match.group("who").split())
    role = (match.groupdict().get("role") or "").strip(" ,")
    if who.lower().split()[0] in {"this", "that", "it", "he", "she", "they", "there", "these"} or len(who) > 80:
        return None
    return f"{who}, {role}" if role and len(role) < 90 and not re.search(_SAYS, role) else who


def _spread(sentences: Sequence[str], found: list[str | None]) -> None:
    """Give a quote's speaker to all sentences between its opening and its closing mark.

    A quote that names nobody goes on from the sentence before it.
    """
    start: int | None = None
    earlier: str | None = None
    for row, text in enumerate(sentences):
        before = found[row - 1] if row else None
        open_marks = text.count("“") - text.count("”")
        if start is None and open_marks > 0:
            start, earlier = row, before
        elif start is not None and open_marks < 0:
            found[start : row + 1] = [found[row] or found[start] or earlier] * (row + 1 - start)
            start = None
        elif start is None and found[row] is None and _WHOLE_QUOTE.match(text):
            found[row] = before
