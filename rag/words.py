"""What can be read off words without a model: terms, names, numbers, dates, negation, kinds of question.

Pure functions over English text; each is general, none knows a topic.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Literal

from index.lexical import stem

Asks = Literal["who", "when", "how_many", "where", "why", "how", "whether", "what"]

_WORD = re.compile(r"\w+(?:[.,]\d+)+|\w+(?:['’]\w+)?", re.UNICODE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
MONTHS = "january february march april may june july august september october november december".split()
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_NUMBER_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion dozen"
).split()
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_DATE = re.compile(
    rf"\b(?:(?:{'|'.join(MONTHS)}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?|{'|'.join(WEEKDAYS)}|"
    r"(?:19|20)\d\d|\d{1,2}(?:st|nd|rd|th)\b|(?:last|next|this) (?:week|month|year|century)|yesterday|today|tomorrow)",
    re.IGNORECASE,
)
_CAUSE = re.compile(
    r"\b(?:because|due to|since|so that|in order to|in return|as a result|owing to|thanks to|caused?|reasons?|"
    r"aimed? at|meant to|intended to|designed to|led to|fears?|concerned|in response|to \w+)\b",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"\b(?:because|due to|since|so that|in order to|in return|as a result|owing to|thanks to|reasons?|led to|"
    r"prompt(?:s|ed|ing)|aim(?:s|ed|ing)? (?:at|to)|meant to|intended to|attempts? to|considering|given that|"
    r"in response|fears?|concern(?:s|ed)|conveying|serves? as)\b",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"\b(?:chang(?:e|es|ed|ing)|over (?:the )?(?:time|years|months)|evolv(?:e|es|ed|ing)|shift(?:s|ed|ing)?|"
    r"develop(?:ed)? since|no longer)\b",
    re.IGNORECASE,
)
_TO_COME = re.compile(r"\W*(?:how |what )?(?:could|can|will|would|may|might|should|must)\b", re.IGNORECASE)
_PLACE = re.compile(r"\b(?:in|at|from|near|to|into|off|on|toward|towards|across|outside)\s+(?:the\s+)?[A-Z]\w+")
_CALENDAR = re.compile(
    rf"\b(?:{'|'.join(each.capitalize() for each in (*MONTHS, *WEEKDAYS))}|"
    r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)(?=\.))"
)
_CLAUSE_END = re.compile(r"[,;:.!?()–—]|\b(?:and|in|on|at|by|to|from|with|for|as|since|after|before)\b")
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nothing|nobody|neither|nor|cannot|without|\w+n['’]t|den(?:y|ies|ied|ying|ials?)|"
    r"reject(?:s|ed|ing)?|refus(?:e|es|ed|ing)|dismiss(?:es|ed|ing)?|fail(?:s|ed)? to|false|fake|groundless)\b",
    re.IGNORECASE,
)
_NO = re.compile(r"not|no|never|none|nothing|nobody|neither|nor|cannot|without|\w+n['’]t", re.IGNORECASE)
_DENIES = re.compile(
    r"\b(?:den(?:y|ies|ied|ying|ials?)|reject(?:s|ed|ing)?|dismiss(?:es|ed|ing)?|refut(?:es|ed|ing)|"
    r"no intention|"
    r"groundless|false|fake|absurd|untrue|baseless|fabricat\w+|s[ck]eptical|doubt(?:s|ed|ful)?)\b",
    re.IGNORECASE,
)
_DID_NOT = re.compile(r"\b(?:never|(?:has|have|had)(?: not|n['’]t)) (?:\w+ )?\w+(?:ed|en|nt)\b", re.IGNORECASE)
_HEDGES = re.compile(
    r"\b(?:possib\w+|speculat\w+|may|might|could|would|if|potential\w*|likelihood|rumou?rs?)\b", re.IGNORECASE
)
_SPOKEN = re.compile(r"[“”\"]|\b(?:said|says|told|added|stated|insisted|claimed)\b")
_STOP = frozenset(
    "a an the and or but if of in on at to for from by with without about into onto over under as than then so such "
    "is are was were be been being am do does did done has have had having can could will would shall should may might "
    "must it its he him his she her hers they them their theirs we us our you your i me my this that these those there "
    "here what which who whom whose when where why how many much any some all both each also just only very more most "
    "not no nor 's s t re ve ll d up out off down again still yet ever during between among through per via "
    "say says said saying tell tells told according name exactly please".split()
)


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a text that carries meaning: as written, its stem, its characters, whether it is a name or number."""

    word: str
    stem: str
    start: int
    end: int
    name: bool
    number: bool


@functools.lru_cache(maxsize=8192)
def terms(text: str) -> tuple[Term, ...]:
    """The words that carry meaning, in reading order; a name is a capitalised word that does not begin it."""
    found = []
    first = True
    for match in _WORD.finditer(text):
        word = match.group()
        bare = re.sub(r"['’]s$", "", word)
        if bare.lower() not in _STOP:
            number = bare[0].isdigit() or bare.lower() in _NUMBER_WORDS
            name = (bare[0].isupper() and not first) or (len(bare) > 1 and bare.isupper())
            end = match.start() + len(bare)
            found.append(Term(bare, stem(bare), match.start(), end, name and not number, number))
        first = False
    return tuple(found)


@functools.lru_cache(maxsize=8192)
def stems(text: str) -> frozenset[str]:
    """The stems of the words that carry meaning."""
    return frozenset(term.stem for term in terms(text))


def numbers(text: str) -> frozenset[str]:
    """Numbers in digits without separators, and number words as digits' words, lower-case."""
    digits = {re.sub(r"[,\s]", "", each) for each in re.findall(r"\d+(?:[.,]\d+)*", text)}
    words = {term.word.lower() for term in terms(text) if term.number and not term.word[0].isdigit()}
    return frozenset(digits | words)


def quantities(text: str, *, reach: int = 1) -> frozenset[tuple[str, str]]:
    """Numbers with the stem of what they count: one of the next `reach` words of the same clause."""
    own = terms(text)
    found = set()
    for row, number in enumerate(own):
        if not number.number:
            continue
        for unit in own[row + 1 : row + 1 + reach]:
            if _CLAUSE_END.search(text[number.end : unit.start]):
                break
            if not (unit.number or unit.name):
                found.add((number.word.replace(",", "").lower(), unit.stem))
    return frozenset(found)


def initials(text: str) -> frozenset[str]:
    """The stems of abbreviations that capitalised words of a text add up to: United Nations, UN."""
    capitals = re.findall(r"(?:[A-Z][\w-]+\s+(?:of\s+|the\s+)?){1,5}[A-Z][\w-]+", text)
    short = {"".join(word[0] for word in each.split() if word[0].isupper()).lower() for each in capitals}
    return frozenset(short | {each.replace(".", "").lower() for each in re.findall(r"\b(?:[A-Z]\.){2,}", text)})


def days_and_months(text: str) -> frozenset[str]:
    """The first three letters of the months and weekdays that a text names."""
    return frozenset(each[:3] for each in _CALENDAR.findall(text))


def has_date(text: str) -> bool:
    """Whether a date, a weekday, a year or a relative time is named."""
    return _DATE.search(text) is not None


def has_number(text: str) -> bool:
    """Whether a quantity is named, in digits or in words, that is not a year."""
    without_years = _YEAR.sub("", text)
    return any(character.isdigit() for character in without_years) or any(
        term.word.lower() in _NUMBER_WORDS or term.word.lower() in _ORDINALS for term in terms(without_years)
    )


def has_cause(text: str) -> bool:
    """Whether a reason, a purpose or a cause is marked."""
    return _CAUSE.search(text) is not None


def gives_reason(text: str) -> bool:
    """Whether a sentence says of something why it is so."""
    return _REASON.search(text) is not None


def of_change(question: str) -> re.Match[str] | None:
    """The words by which a question asks how something changed over time; None when it asks something else.

    What could change has not changed yet.
    """
    asked = asks(question) in ("how", "what", "whether") and not _TO_COME.match(question)
    return _CHANGE.search(question) if asked else None


def has_place(text: str) -> bool:
    """Whether a name follows a preposition of place."""
    return _PLACE.search(text) is not None


def negations(text: str) -> int:
    """How many words deny, refuse or negate."""
    return len(_NEGATION.findall(text))


def negated(text: str) -> frozenset[str]:
    """The stems of what a text negates: the first word behind each `not`, `never` or `no`, and each denial.

    A denial that is itself negated, as in “has not denied”, negates nothing.
    """
    own = terms(text)
    found = {}
    for match in _NEGATION.finditer(text):
        if _NO.fullmatch(match.group()):
            after = next((each for each in own if each.start >= match.end()), None)
            found[after.start if after else len(text)] = after.stem if after else ""
        elif match.start() in found:
            del found[match.start()]
        else:
            found[match.start()] = stem(match.group())
    return frozenset(found.values())


def bare(quote: str) -> str:
    """A sentence without quotation marks around it, or with no partner in it; the words stay as they are."""
    text = quote.strip()
    inside = text[1:-1]
    if text[:1] == "“" and text[-1:] == "”" and not {"“", "”"} & set(inside):
        return inside
    if text[:1] == text[-1:] == '"' and '"' not in inside:
        return inside
    if text[:1] in {"“", '"'} and (text.count("“") > text.count("”") or text.count('"') == 1):
        return text[1:]
    if text[-1:] in {"”", '"'} and (text.count("”") > text.count("“") or text.count('"') == 1):
        return text[:-1]
    return text


def denies(text: str) -> bool:
    """Whether a sentence denies, rejects or dismisses something, or has somebody say that it did not happen."""
    return bool(_DENIES.search(text) or (_DID_NOT.search(text) and _SPOKEN.search(text)))


def hedges(text: str) -> bool:
    """Whether a sentence holds something possible rather than so."""
    return _HEDGES.search(text) is not None


def asks(question: str) -> Asks:
    """What kind of answer a question asks for, by its question words; the first that is found decides."""
    words = question.lower()
    for pattern, kind in _KINDS:
        if pattern.search(words):
            return kind
    return "what"


_KIND_PATTERNS: tuple[tuple[str, Asks], ...] = (
    (
        r"\bhow (?:many|much|long|often|far|big|large|old|high|few)\b|"
        r"\b(?:what|which) (?:number|percentage|share|amount|total|figure)s?\b|^\W*number of\b",
        "how_many",
    ),
    (
        r"\bwhen\b|\b(?:what|which) (?:date|day|year|month|week|weekday|time|century|decade)s?\b|"
        r"\bhow (?:recently|soon)\b|^\W*(?:date|day|month|year) of\b",
        "when",
    ),
    (
        r"\bwho(?:m|se)?\b|\b(?:which|what) (?:\w+ )?(?:person|people|official|minister|expert|spokes\w+|leader|"
        r"professor|author|reporter|analyst|scholar|specialist|critic|envoy|diplomat|politician|president|general|"
        r"journalist|researcher|ambassador|adviser|executive|director|member)s?\b",
        "who",
    ),
    (
        r"\bwhere\b|\b(?:which|what) (?:city|cities|country|countries|place|region|town|state|location|site|river|"
        r"building|province|district|village|port|venue|capital)s?\b",
        "where",
    ),
    (
        r"\bwhy\b|\bhow come\b|\b(?:what|which) (?:reason|purpose|grounds?|motiv\w+)s?\b|"
        r"\bwhat (?:caused|drove|made|prompted|led)\b",
        "why",
    ),
    (r"\bhow\b", "how"),
    (r"^\W*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might)\b", "whether"),
)
_KINDS = tuple((re.compile(pattern), kind) for pattern, kind in _KIND_PATTERNS)


def fits(kind: Asks, text: str, question: str) -> bool:
    """Whether a sentence holds what kind of thing a question asks for, and the question does not say itself."""
    if kind == "when":
        return has_date(text)
    if kind == "how_many":
        return bool(numbers(text) - numbers(question)) and has_number(text)
    if kind == "why":
        return has_cause(text)
    known = stems(question)
    if kind == "who":
        return any(term.name and term.stem not in known for term in terms(text))
    if kind == "where":
        return has_place(text)
    return True
