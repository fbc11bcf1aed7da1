"""Whom and what a question names, and whether a passage speaks of them.

An embedding model holds one country for much the same as another, and a question that names the wrong one is near to
the passage on the right one. Here only the name itself counts, or what else the country is called: its people and
its capital stand for it in the news.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from countryinfo import all_countries

from index.lexical import stem
from rag.roles import called
from rag.words import MONTHS, WEEKDAYS, Term, days_and_months, initials, stems, terms

_EVERYDAY = {"america": "United States", "washington": "United States", "britain": "United Kingdom"}
"""Names of countries that the library does not list."""
_LEAST_LETTERS = 4
"""Codes of countries are words of the language: AND, ARE. Those that people write are `_CODES`."""
_CODES = ("US", "USA", "UK", "UAE")
_MOST_WORDS = 4
_DOTTED = re.compile(r"(?<=\b[A-Z])\.")
_WORD = re.compile(r"[^\W\d_]+")
_HALF = re.compile(r"\b[Tt]he (North|South)\b")
"""What articles on a divided country call one of its halves."""
_MONTHS = tuple(each[:3] for each in MONTHS)
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")
_CALENDAR = frozenset((*MONTHS, *WEEKDAYS))
_OUR_COUNTRY = re.compile(r"\b[Oo]ur (?:government|military|country|nation|army|people|president|troops|forces)\b")
_AUTHORITIES = re.compile(
    r"\b(?:[Oo]ur|[Ww]e|[Tt]he (?:government|military|authorities|presidential office|foreign ministry|"
    r"defen[cs]e ministry|ministry)|(?:[Tt]he )?Ministry of)\b"
)
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
_SAYS = re.compile(
    r"\b(?i:did|does|do|has|have|had|would|will)\s+"
    r"(?P<who>(?:the )?[A-Z][\w.'’-]*(?:\s+(?:(?:of|the|for|and)\s+)?[A-Z][\w.'’-]*)*)\s+"
    r"(?:say|said|think|thought|tell|told|claim(?:ed)?|argue[ds]?|describe[ds]?|call(?:ed)?|demand(?:ed)?|warn(?:ed)?|"
    r"admit(?:ted)?|deny|denied|believe[ds]?|expect(?:ed)?|predict(?:ed)?|promise[ds]?|respond(?:ed)?|react(?:ed)?|"
    r"comment(?:ed)?|announce[ds]?|mention(?:ed)?|suggest(?:ed)?|propose[ds]?|offer(?:ed)?)\b"
)
"""Who is asked about as somebody who says something."""
_OWNS = re.compile(r"['’]s?\b")
_DOES = re.compile(r"\b(?:did|does|do|has|have|had|will|would|is|was|are|were)\s+$")
_VERB = re.compile(r"\s+[a-z]")
"""What stands behind and before a country that owns something, or does it: Norway's ferry; did Norway sell."""
_STUDIES = re.compile(r"\b(?:studies|university|institute|professors?|experts?|analysts?|observers?)\b", re.IGNORECASE)
"""Roles of those who speak about a country, not for it."""
_BEGINS = re.compile(r"[.?!:;]\s*$")
"""Before a word that has a capital because it begins a sentence."""
_RUN = re.compile(r"(?:[A-Z][\w-]*[a-z](?: [A-Z][\w-]*[a-z])+|(?<=\b[Ww]ho is )[A-Z][\w-]*[a-z])(?P<own>['’]s)?")
"""A name as people have: of two words, or of one about whom it is asked who that is; others may be places."""
_OFFICE = (
    r"(?:[\w-]+ ){0,3}?(?i:president|premier|chancellor|minister|secretary|leader|chief|ambassador|envoy|spokes\w+|"
    r"king|queen)(?: of (?:state|defen[cs]e|foreign affairs|the interior))?"
)
_HOLDS_OFFICE = re.compile(rf"(?:['’]s?)? {_OFFICE} (?P<name>[A-Z][\w-]+(?: [A-Z][\w-]+)+)")
"""Behind a country: an office, and whose it is."""
_IS_IN_OFFICE = re.compile(
    rf"(?P<name>[A-Z][\w-]+ [A-Z][\w-]+)(?:,| is| was| became| as)(?: the| a)? {_OFFICE} (?:of|for) (?:the )?$"
)
"""Before a country, the other way round."""
_GOES_ON = re.compile(r" [A-Z]")
_JOINS = re.compile(r"[\s'’s.-]*(?:of the |of |the )?")
"""What stands between two words of one name."""


@cache
def _by_name() -> dict[str, frozenset[str]]:
    """Every name, people and capital in lower case, and the countries that it may stand for."""
    found: dict[str, frozenset[str]] = {}

    def add(words: str, name: str) -> None:
        found[words] = found.get(words, frozenset()) | {name}

    for each in all_countries():
        name = each.name()
        codes = [other for other in each.alt_spellings() or () if len(other) >= _LEAST_LETTERS or other in _CODES]
        for alias in (name, *_listed(each.demonym()), *_listed(each.capital()), *codes):
            words = " ".join(_WORD.findall(alias)).lower()
            half, _, rest = words.partition(" ")
            if words:
                add(words, name)
            if half in {"north", "south"}:
                add(f"{half[0]} {rest}", name)
    for words, name in _EVERYDAY.items():
        add(words, name)
    return found


def _listed(value: object) -> list[str]:
    return [value] if isinstance(value, str) else [str(each) for each in value] if isinstance(value, list) else []


def countries(text: str) -> frozenset[str]:
    """The countries that a text names, by their own names, their people or their capitals, in the library's words."""
    return frozenset().union(*(each for _, _, each in _named(text)))


def unnamed(question: str, passage: str, around: str, articles: Sequence[str]) -> bool:
    """Whether a question names a country that a passage does not speak of, or another name that no article has.

    `passage` is what was found, with its title and its speaker, and `around` the sentences about the best one;
    `articles` are those that were found, its own first, for a pronoun may stand for who was named far before it. An
    article that calls a country its own seldom names it: none is missed where it speaks of that country's authorities.
    """
    plain = _DOTTED.sub("", question)
    asked = [each for each in _named(plain) if not _within_name(plain, each[0], each[1])]
    told = countries(passage)
    missed = any(not _is_told(each, told, passage) for _, _, each in asked)
    if missed and not (_OUR_COUNTRY.search(_QUOTED.sub("", articles[0])) and _AUTHORITIES.search(around)):
        return True
    others = [
        each
        for each in terms(plain)
        if each.name
        and each.word.lower() not in _CALENDAR
        and not _BEGINS.search(plain[: each.start])
        # A country's President is named by the country.
        and not any(start <= each.start <= end + 1 for start, end, _ in asked)
    ]
    known = _names_in("\n".join([passage, *articles])) if others else frozenset()
    return any(not any(_known(each, known) for each in unit) for unit in _units(others, plain))


def whom(question: str) -> str | None:
    """The person whom a question names; None where it names none, or several, or somebody of theirs: Ada's sister."""
    plain = _DOTTED.sub("", question)
    of_countries = _named(plain)
    runs = [
        each
        for each in _RUN.finditer(plain, max(0, plain.find(" ")))
        if not plain[: each.start()].endswith(" of ")
        and each.group().lower() not in _CALENDAR
        and not any(start < each.end() and each.start() < end for start, end, _ in of_countries)
    ]
    named = {each.group() for each in runs}
    return named.pop() if len(named) == 1 and not runs[0]["own"] else None


def of_another_country(question: str, sentence: str, around: str) -> bool:
    """Whether a country owns or does what a question asks about, and a sentence tells it of another one.

    Elsewhere in a question a country may stand for a place that the sentence need not repeat.
    """
    plain = _DOTTED.sub("", question)
    told = countries(sentence)
    return (
        bool(told)
        and not _AUTHORITIES.search(around)
        and any(
            not _is_told(each, told, sentence)
            and (_OWNS.match(plain, end) or (_DOES.search(plain[:start]) and _VERB.match(plain, end)))
            for start, end, each in _named(plain)
        )
    )


def _is_told(asked: frozenset[str], told: frozenset[str], text: str) -> bool:
    """Whether a country is among those told, or is called by its half alone: the North."""
    halves = tuple(_HALF.findall(text))
    return bool(asked & told) or any(each.startswith(halves) for each in asked if halves)


def serves_another(claim: str, cited: str) -> bool:
    """Whether a claim has somebody hold an office of one country, and the cited sentence of another alone."""
    told = _served(cited)
    return any(who in told and not which & told[who] for who, which in _served(claim).items())


def _served(text: str) -> dict[str, frozenset[str]]:
    """The last names of those who are told to hold an office, and the countries whose it may be."""
    found: dict[str, frozenset[str]] = {}
    text = _DOTTED.sub("", text)
    for start, end, which in _named(text):
        match = _HOLDS_OFFICE.match(text, end) or _IS_IN_OFFICE.search(text[:start])
        if match:
            who = stem(match.group("name").split()[-1])
            found[who] = found.get(who, frozenset()) | which
    return found


def of_another_time(question: str, around: str, article: str, dates: Sequence[str]) -> bool:
    """Whether a question names a month that nothing around a sentence does, or a year where that has another one.

    `dates` are the article's own and the ones that the sentence is about, as 2024-05-17.
    """
    months = {each for each in days_and_months(question) if each.lower() in _MONTHS}
    known = days_and_months(around) | {_MONTHS[int(each[5:7]) - 1].capitalize() for each in dates if each[5:7]}
    years = set(_YEAR.findall(question)) - {each[:4] for each in dates}
    other_year = _YEAR.search(around) is not None and any(each not in article for each in years)
    return other_year or bool(months - known)


def said_by_another(question: str, sentence: str, speaker: str | None) -> bool:
    """Whether a question asks what somebody says, and a sentence is what somebody else says, and not of them."""
    asked = _SAYS.search(question)
    if asked is None or speaker is None:
        return False
    about = f"{speaker} {sentence}"
    known = _names_in(about)
    who = terms(f"- {_DOTTED.sub('', asked['who'])}")
    return not any(_known(each, known) for each in who) and not countries(asked["who"]) & countries(about)


def speaks_for(speaker: str | None, who: str) -> bool:
    """Whether a speaker, with his role, is who is meant, or one of theirs: a US official for the US."""
    if speaker is None or _STUDIES.search(speaker):
        return False
    asked, known = _named(who), _names_in(speaker)
    others = [each for each in terms(f"- {who}") if not any(start <= each.start - 2 < end for start, end, _ in asked)]
    return all(each & countries(speaker) for _, _, each in asked) and all(_known(each, known) for each in others)


def _names_in(text: str) -> frozenset[str]:
    return stems(f"- {_DOTTED.sub('', text)}") | initials(text)


def _named(text: str) -> list[tuple[int, int, frozenset[str]]]:
    """Where countries are named in a text: start, end and which each may be."""
    known = _by_name()
    words = list(_WORD.finditer(_DOTTED.sub("", text)))
    found, row = [], 0
    while row < len(words):
        for count in range(min(_MOST_WORDS, len(words) - row), 0, -1):
            run = [each.group() for each in words[row : row + count]]
            which = known.get(" ".join(run).lower())
            if which and run[0][0].isupper() and run != ["Us"]:
                found.append((words[row].start(), words[row + count - 1].end(), which))
                row += count
                break
        else:
            row += 1
    return found


def _within_name(text: str, start: int, end: int) -> bool:
    """Whether a country or capital is but the beginning of another name: the Washington Post, Jordan Poyer."""
    return _GOES_ON.match(text, end) is not None and text[start:end].lower() not in _peoples()


@cache
def _peoples() -> frozenset[str]:
    return frozenset(each.lower() for country in all_countries() for each in _listed(country.demonym()))


def _units(names: Sequence[Term], text: str) -> list[list[Term]]:
    """Names of several words, as one each: those that stand beside each other."""
    units: list[list[Term]] = []
    for each in names:
        if units and _JOINS.fullmatch(text[units[-1][-1].end : each.start]):
            units[-1].append(each)
        else:
            units.append([each])
    return units


def _known(name: Term, known: frozenset[str]) -> bool:
    parts = [each for each in _WORD.findall(name.word) if len(each) >= _LEAST_LETTERS]
    return any(called(each, known) for each in (name.stem, *map(stem, parts)))
