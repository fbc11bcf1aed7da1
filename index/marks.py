"""What a single line of a pasted page can be, by its words alone; its place is `index.layout`'s business.

The rules know no site, no article and no person. A line that no rule is sure of is prose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from index.dates import iso_date

Kind = Literal[
    "headline",
    "repeat",
    "byline",
    "date",
    "posted",
    "updated",
    "outlet",
    "section",
    "credit",
    "furniture",
    "related",
    "caption",
    "prose",
]

LONGEST = 300
"""No rule looks at a line of more characters: it is prose."""

_ENDED = re.compile(r"[.!?…:;,。！？][\"'”’»)\]]*$")
_ASKED = re.compile(r"[!?][\"'”’»)\]]*$")
_DECORATION = " -–—=*#•·|<>«»[]():!"

_FURNITURE = re.compile(
    r"""advertisements? | sponsored(\ content)? | (story|article)\ continues\ below(\ (this\ )?advertisement)?
    | (skip|go|jump|back)\ to\ (the\ )?(main\ )?(contents?|navigation|menu|search|footer|top)
    | no\ menu\ items | (main|open|close|toggle)?\ ?(menu|navigation)
    | share | tweet | copy\ (the\ )?link | (share|print|email|save|bookmark)\ this(\ (post|article|story|page))?
    | share\ (on|via|to)\ \w+ | listen\ to\ this\ article | \d+\ min(ute)?s?\ read
    | (sign|log)\ ?in | sign\ up | subscribe(\ (now|today|here))?
    | (subscribe|sign\ up)\ (to|for)\ (our|the)\ [\w\ ]{0,40}newsletters?
    | follow\ us(\ on\ .{1,60})? | leave\ a\ (comment|reply) | post\ a\ comment | (\d+\ )?comments? | read\ more
    | (copyright\ )?(©|\(c\)|copyright\ \d{4}).{1,120} | .{0,120}all\ rights\ reserved.{0,40}""",
    re.VERBOSE | re.IGNORECASE,
)
_RELATED = re.compile(
    r"""(related|recommended|similar)\ (posts?|articles?|stories|news|content|coverage|links|reading|topics)
    | you\ (may|might)\ also\ (like|be\ interested\ in) | recommended\ for\ you
    | (most|also)\ read | most\ (viewed|popular|shared)""",
    re.VERBOSE | re.IGNORECASE,
)
_READ_ALSO = re.compile(
    r"(read (also|more|next)|also read|see also|related( (post|article|story))?)\s*[:|]\s*\S", re.IGNORECASE
)
_STAMPED = re.compile(
    r"(?P<head>\S.*?)\s\d{4}[-./]\d{1,2}[-./]\d{1,2}"
    r"(?P<time>\s\d{1,2}:\d{2}(:\d{2})?)?(?P<section>\s?\|\s?\w[\w &'’-]{1,30})?"
)
_CAPTION = re.compile(
    r"""file(\ (photo|picture|image))?\s?[:–—-].*
    | (?P<said>.*)[(\[]((provided|photo|photograph|image|picture)\ by|(photo\ |image\ )?courtesy\ of
      |(photo|image|picture|credit)\s?[:/])[^)\]]*[)\]][\d./\ -]*
    | .*\b(file|handout|pool|undated)\ (photo|image|picture|photograph)\b.*
    | ((photo|image|picture|photograph)(\ credit|s)?(\ by|(\ courtesy)?\ of)?\s?[:/]|photo\ by\b).{1,60}""",
    re.VERBOSE | re.IGNORECASE,
)
_BYLINE = re.compile(r"(?:(?:written|reported|posted) )?by:? (?P<name>[^,|]+)(?:,.*)?", re.IGNORECASE)
_GLUED_BYLINE = re.compile(r"(?P<head>.*\S.*[a-z0-9”’\"'.)?!])(?P<tail>By (?P<name>[^,|]+))")
_MAIL = re.compile(r"(?P<name>[^@]*?)[\s(<|/,:-]*(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)[)>]?")
_LABELLED_DATE = re.compile(
    r"(?P<label>(?:first )?(?:posted|published)|(?:last )?(?P<late>updated|modified))(?: on| at)?\s?[:–-]?\s?"
    r"(?P<date>\d.*|[a-z].*\d.*)",
    re.IGNORECASE,
)
_CREDIT = re.compile(r"sources?\s?: ?(?P<name>\S.*)", re.IGNORECASE)
_PARTICLE = re.compile(r"al|and|bin|da|de|del|der|di|dos|el|la|le|van|von|y")
_ARTICLE = re.compile(r"An?|The")
_PRESS = re.compile(
    r"""advertiser|agency|broadcasting|bulletin|chronicle|courier|daily|dispatch|examiner|gazette|globe|guardian|herald
    |independent|inquirer|journal|ledger|magazine|mail|mirror|monitor|news|observer|post|press|radio|review|sentinel
    |standard|star|sun|telegraph|television|times|tribune|weekly|wire""",
    re.VERBOSE | re.IGNORECASE,
)
_NO_OUTLET = re.compile(
    r"\b(breaking|business|financial|good|hard|international|latest|local|national|sports|top|world)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page without its surplus blanks, what it is, and what it tells.

    `value` is the name of a byline, outlet or credit, the ISO date of a date, the words of a
    headline; empty where there is none to trust.
    """

    kind: Kind
    text: str
    value: str = ""


def is_ended(row: str) -> bool:
    """Whether a line ends as a sentence, or as the beginning of one, does."""
    return len(row) > LONGEST or bool(_ENDED.search(row))


def is_heading(row: str) -> bool:
    """Whether a line reads as a headline: four to thirty words that don't end as a sentence."""
    return 4 <= len(row.split()) <= 30 and not is_ended(row)


def is_short(row: str) -> bool:
    """Whether a line can stand in a header: a heading of any length, or a question."""
    return len(row) <= LONGEST and len(row.split()) <= 30 and (not is_ended(row) or bool(_ASKED.search(row)))


def is_related_heading(row: str) -> bool:
    """Whether a line such as "Related Posts" stands above headlines of other stories."""
    return bool(_RELATED.fullmatch(row.strip(_DECORATION)))


def is_section(row: str) -> bool:
    """Whether a line can be a section's name: up to three words, each with a capital."""
    return _is_capitalised(row, 3)


def is_outlet(row: str) -> bool:
    """Whether a line can be the name of a paper or station, such as "The Manila Times"."""
    words = row.split()
    named = _is_capitalised(row, 5) and len(words) > 1 and "The" not in words[1:]
    return named and bool(_PRESS.fullmatch(words[-1])) and not _NO_OUTLET.search(row)


def anywhere(row: str) -> Line:
    """Tell what a line is wherever it stands."""
    if len(row) > LONGEST:
        return Line("prose", row)
    if _FURNITURE.fullmatch(row.strip(_DECORATION)) or _FURNITURE.fullmatch(row):
        return Line("furniture", row)
    if half := _half(row):
        return Line("related", row, half)
    if is_ended(row):
        return Line("prose", row)
    if is_related_heading(row) or _READ_ALSO.match(row) or _is_stamped(row):
        return Line("related", row)
    return Line("caption" if _is_caption(row) else "prose", row)


def at_edge(row: str) -> tuple[Line, ...]:
    """Tell what a line is in a header or footer; nothing where it may be prose.

    Several facts in one line, `By Name | Posted 16 May 2024`, are several lines.
    """
    if len(row) > LONGEST:
        return ()
    if glued := _GLUED_BYLINE.fullmatch(row):
        name = glued["name"].strip()
        return (Line("prose", glued["head"]), Line("byline", glued["tail"], name)) if _is_name(name) else ()
    facts = [_fact(part) for part in re.split(r"\s[|·•]\s", row)]
    known = tuple(fact for fact in facts if fact is not None)
    return known if len(known) == len(facts) else ()


def lone_date(row: str) -> str | None:
    """Give the day of a line that is a date and nothing else but a time."""
    day = iso_date(row) if len(row) <= 60 and any(sign.isdigit() for sign in row) else None
    return day if day and len(day) == len("2024-05-17") else None


def _fact(part: str) -> Line | None:
    words = part.split()
    if (byline := _BYLINE.fullmatch(part)) and len(words) <= 12 and _is_name(byline["name"].strip()):
        return Line("byline", part, byline["name"].strip())
    if (mail := _MAIL.fullmatch(part)) and len(words) <= 8:
        name = mail["name"].removeprefix("By ").strip()
        return Line("byline", part, name if _is_name(name) else "")
    if labelled := _LABELLED_DATE.fullmatch(part):
        day = iso_date(labelled["date"])
        if day or labelled["date"].endswith(" ago"):
            return Line("updated" if labelled["late"] else "posted", part, day or "")
    if (credit := _CREDIT.fullmatch(part)) and len(words) <= 7 and not is_ended(part):
        return Line("credit", part, credit["name"])
    return Line("date", part, day) if (day := lone_date(part)) else None


def _is_stamped(row: str) -> bool:
    stamp = _STAMPED.fullmatch(row)
    return bool(stamp and (stamp["time"] or stamp["section"]) and is_heading(stamp["head"]) and not at_edge(row))


def _is_caption(row: str) -> bool:
    """Tell a caption by its credit; a whole sentence before the credit may be the article's own."""
    caption = _CAPTION.fullmatch(row)
    said = (caption["said"] or "").strip() if caption else ""
    return caption is not None and not (is_ended(said) and len(said.split()) >= 8)


def _half(row: str) -> str:
    """Give the half of a line that is a heading twice in a row, with or without a blank between."""
    middle = len(row) // 2
    half = row[:middle]
    rest = row[middle:].removeprefix(" ") if len(row) % 2 else row[middle:]
    return half if half == rest and is_heading(half) and not half[0].islower() else ""


def _is_name(text: str) -> bool:
    words = text.split()
    capitals = sum(word[0].isupper() for word in words)
    if not 2 <= capitals <= 6 or _ARTICLE.fullmatch(words[0]) or any(sign.isdigit() for sign in text):
        return False
    return all(word[0].isupper() or _PARTICLE.fullmatch(word) for word in words)


def _is_capitalised(row: str, most: int) -> bool:
    words = row.split()
    named = all(word[0].isupper() or word == "&" for word in words)
    return len(words) <= most and named and not any(sign.isdigit() or sign in ",;:" for sign in row)
