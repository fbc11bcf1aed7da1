"""What a page says of itself: JSON-LD, OpenGraph, named meta elements, and its markup, each told apart.

A date counts only under a name that says which date it is: published is never taken from a modified one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date

from lxml.html import HtmlElement
from trafilatura.metadata import extract_metadata

from index.article import Description, Given, first_known
from index.dates import iso_date, language_code, plain_line

_TITLES = "dc.title dcterms.title sailthru.title parsely-title twitter:title".split()
_AUTHORS = "author dc.creator dcterms.creator sailthru.author parsely-author byl article_author".split()
_PUBLISHED = (
    "datepublished article:published article.published parsely-pub-date sailthru.date dc.date.issued dcterms.created"
    " pubdate pub_date publish-date publication_date published_at article_date_original citation_publication_date"
    " date.release dcsext.articlefirstpublished published"
).split()
_UPDATED = (
    "datemodified article:modified article.updated dcterms.modified dc.date.modified updated-date article_date_updated"
    " last-modified"
).split()
_ARTICLES = ("Article", "BlogPosting", "Report", "ClaimReview")
_MOST_OBJECTS = 5_000
_NO_SEARCH = {"extensive_search": False, "original_date": True, "max_date": "1995-01-02"}
_CHANGED = re.compile(r"modif|updat|revis|dateModified", re.IGNORECASE)
_POSTED = re.compile(rf"^(?!.*(?:{_CHANGED.pattern}|upcoming|event)).*(?:date|publish|posted|\btime\b)", re.IGNORECASE)
_LABEL = re.compile(r"^(?:first )?(?:published|posted)(?: on| at)?\s*:?\s*", re.IGNORECASE)
_DAY = re.compile(r"/(20\d\d)([/-])(\d\d|[a-z]{3})\2(\d\d)/", re.IGNORECASE)
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
_WRITTEN_DAY = re.compile(
    rf"\b(?:{_MONTH} \d{{1,2}},? 20\d\d|\d{{1,2}} {_MONTH},? 20\d\d|20\d\d-\d\d-\d\d)\b", re.IGNORECASE
)
_HEADER_LINES = 15
_SHORT = 120


def self_description(tree: HtmlElement, lines: Sequence[str]) -> tuple[Given, ...]:
    """What a page tells, the most trusted origin first; `lines` are those that are seen."""
    told = (
        Given("json-ld", _linked_data(tree)),
        Given("opengraph", _opengraph(tree)),
        Given("meta", _named(tree)),
        Given("page", _marked(tree)),
    )
    known = first_known(told).about
    # A moment told in world time can have another day than where it was printed: the printed one counts.
    printed = _printed_days(lines, known.title or "")
    beside = [day for day in printed - {known.updated} if _are_neighbours(day, known.published)]
    if known.published not in printed and len(beside) == 1:
        return (Given("page", Description(published=beside[0])), *told)
    day = _address_day(known.url or "")
    if day and known.published not in printed and (known.published is None or _are_neighbours(day, known.published)):
        return (Given("address", Description(published=day)), *told)
    return told


def _printed_days(lines: Sequence[str], title: str) -> set[str | None]:
    """The days in the short lines below a page's headline."""
    at = next((at for at, line in enumerate(lines) if line == title), None)
    below = lines[at : at + _HEADER_LINES] if at is not None else ()
    posted = (line for line in below if len(line) <= _SHORT and not _CHANGED.search(line))
    return {iso_date(written[0]) for line in posted for written in _WRITTEN_DAY.finditer(line)} - {None}


def _address_day(url: str) -> str | None:
    """The day in an address such as `https://paper.com/2019/11/18/…` or `…/2019/nov/18/…`."""
    found = _DAY.search(url)
    return iso_date(f"{found[1]}-{found[3]}-{found[4]}") if found else None


def _are_neighbours(day: str | None, other: str | None) -> bool:
    if day is None or other is None or len(day) != 10 or len(other) != 10:
        return False
    return abs((date.fromisoformat(day) - date.fromisoformat(other)).days) == 1


def _linked_data(tree: HtmlElement) -> Description:
    objects = list(_objects(tree))
    found = [each for kinds in (_ARTICLES, ("WebPage",)) for each in objects if _is_a(each, kinds)]
    if not found:
        return Description()
    # A page may list other stories by their headline alone; its own has a date as well.
    article = next((each for each in found if "datePublished" in each), found[0])
    outlet = _name(article.get("publisher"))
    return Description(
        title=_without_outlet(_name(article.get("headline")) or _name(article.get("name")), outlet),
        outlet=outlet,
        author=_byline(_name(article.get("author"))),
        published=iso_date(_name(article.get("datePublished")) or ""),
        updated=iso_date(_name(article.get("dateModified")) or ""),
        language=language_code(_name(article.get("inLanguage")) or ""),
        url=_address(_name(article.get("url"))),
    )


def _objects(tree: HtmlElement) -> Iterator[dict[str, object]]:
    """All objects of the page's linked data, outer ones first."""
    waiting: list[object] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or ""):
            try:
                waiting.append(json.loads(script.text or "", strict=False))
            except (ValueError, RecursionError):
                continue  # what can't be read says nothing; other origins may
    for _ in range(_MOST_OBJECTS):
        if not waiting:
            return
        value = waiting.pop(0)
        if isinstance(value, dict):
            yield value
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _is_a(value: dict[str, object], kinds: tuple[str, ...]) -> bool:
    told = value.get("@type")
    return any(isinstance(name, str) and name.endswith(kinds) for name in (told if isinstance(told, list) else [told]))


def _name(value: object) -> str | None:
    """A text, the name of an object, or the names of several in one line."""
    if isinstance(value, dict):
        return _name(value.get("name"))
    if isinstance(value, list):
        return ", ".join(dict.fromkeys(filter(None, map(_name, value[:20])))) or None
    return plain_line(value) if isinstance(value, str) else None


def _opengraph(tree: HtmlElement) -> Description:
    meta = _meta(tree, "property")
    outlet = _byline(plain_line(meta.get("og:site_name")))
    return Description(
        title=_without_outlet(plain_line(meta.get("og:title")), outlet),
        outlet=outlet,
        author=_byline(plain_line(meta.get("article:author"))),  # most pages put an address there
        published=iso_date(meta.get("article:published_time", "")),
        updated=iso_date(meta.get("article:modified_time", "") or meta.get("og:updated_time", "")),
        language=language_code(meta.get("og:locale", "")),
        url=_address(meta.get("og:url")),
    )


def _named(tree: HtmlElement) -> Description:
    meta = _meta(tree, "property") | _meta(tree, "itemprop") | _meta(tree, "name")
    canonical = next((link.get("href") for link in tree.iter("link") if link.get("rel") == "canonical"), None)
    return Description(
        title=_first(meta, _TITLES),
        outlet=plain_line(meta.get("dc.publisher")) or plain_line(meta.get("application-name")),
        author=_byline(_first(meta, _AUTHORS)),
        published=_first_date(meta, _PUBLISHED),
        updated=_first_date(meta, _UPDATED),
        language=language_code(tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or ""),
        url=_address(canonical),
    )


def _marked(tree: HtmlElement) -> Description:
    """What headings and other markup tell; title and author by trafilatura, where nothing surer does.

    Not its date: 5 of the 17 that it found on pages without a named one were days of tweets, of updates, or of what
    the article speaks of.
    """
    heading = [plain_line(each.text_content()) for each in tree.iter("h1")]
    found = extract_metadata(tree, date_config=_NO_SEARCH)
    return Description(
        title=heading[0] if len(heading) == 1 and heading[0] else plain_line(found.title),
        outlet=None,  # trafilatura takes the host where no name is told; the address already says that
        author=_byline(plain_line(found.author)),
        published=_only_date(tree, _POSTED),
        updated=_only_date(tree, _CHANGED),
    )


def _only_date(tree: HtmlElement, named: re.Pattern[str]) -> str | None:
    """The day of the elements that are named for it, by itemprop or class, if they agree on one."""
    days: set[str] = set()
    for each in tree.iter("time", "span", "div", "p", "li", "small", "abbr"):
        name = f"{each.get('itemprop') or ''} {each.get('class') or ''} {'time' if each.tag == 'time' else ''}"
        if len(name) > 2 and named.search(name):
            written = each.get("datetime") or each.get("content") or _LABEL.sub("", " ".join(each.itertext()).strip())
            days.add(iso_date(" ".join(written.split())) or "")
    days.discard("")
    return days.pop() if len(days) == 1 else None


def _meta(tree: HtmlElement, key: str) -> dict[str, str]:
    """The page's meta elements by name in small letters; of several with one name the first."""
    found: dict[str, str] = {}
    for each in tree.iter("meta"):
        name, content = each.get(key), each.get("content")
        if name and content and content.strip():
            for each_name in name.lower().split():
                found.setdefault(each_name, content.strip())
    return found


def _first(meta: dict[str, str], names: list[str]) -> str | None:
    return next((value for name in names if (value := plain_line(meta.get(name)))), None)


def _first_date(meta: dict[str, str], names: list[str]) -> str | None:
    return next((day for name in names if (day := iso_date(meta.get(name, "")))), None)


def _byline(author: str | None) -> str | None:
    """A name without a leading "By"; None where it is an address or an account and no name."""
    if author is None or "://" in author or "@" in author or author.lower() in ("admin", "administrator"):
        return None
    return re.sub(r"^by:?\s+", "", author, flags=re.IGNORECASE).replace("; ", ", ") or None


def _without_outlet(title: str | None, outlet: str | None) -> str | None:
    """A title without the outlet's name that pages put behind it."""
    if title is None or not outlet:
        return title
    return re.sub(rf"\s+[|–—•·-]\s+{re.escape(outlet)}$", "", title, flags=re.IGNORECASE) or title


def _address(text: str | None) -> str | None:
    address = (text or "").strip()
    return address if address.startswith(("https://", "http://")) and len(address) <= 2_000 else None
