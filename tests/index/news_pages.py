"""Measures cleaning and description on the news pages of the article-extraction benchmark.

`python -m tests.index.news_pages FOLDER` prints the figures. The benchmark gives the articles' texts; titles and days
are compared with what the pages print, read here without the code that is measured.
"""

from __future__ import annotations

import gzip
import json
import logging
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import mean
from typing import NamedTuple

from lxml import html as lxml_html

from index.article import Article
from index.config import IndexConfig
from index.dates import iso_date
from index.errors import ArticleError
from index.make import parse_and_make
from index.parse import to_raw
from index.raw import Raw

_WORD = re.compile(r"\w+")
_ADDRESS_DAY = re.compile(r"/(20\d\d)/(\d\d?)/(\d\d?)/")
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December|[JFMASOND][a-z]{2})"
_PRINTED = re.compile(rf"\b(?:{_MONTH}\.? \d\d?, 20\d\d|\d\d? {_MONTH} 20\d\d|20\d\d-\d\d-\d\d)\b")
_SHORT = 60


class Page(NamedTuple):
    """A page of the benchmark, its article, and what comparing them gave.

    `precision`, `recall` and `f1` count words. `title` is whether the title stands in a heading or the page's title;
    `address_day` and `printed_day` are whether the article's days have that of the address, or one of the short lines
    that print a day; None where there is none to compare with.
    """

    url: str
    article: Article | None
    precision: float
    recall: float
    f1: float
    title: bool
    address_day: bool | None
    printed_day: bool | None


def measure(folder: Path) -> Iterator[Page]:
    """Clean each page of the benchmark and compare it."""
    for line in (folder / "gold.jsonl").read_text("utf-8").splitlines():
        gold = json.loads(line)
        data = gzip.decompress((folder / f"{gold['id']}.html.gz").read_bytes())
        raw = to_raw(data, "page.html", str(folder))
        assert isinstance(raw, Raw), raw.reason
        try:
            article = parse_and_make(raw, IndexConfig())
        except ArticleError:
            yield Page(gold["url"], None, 0, 0, 0, title=False, address_day=False, printed_day=False)
            continue
        seen = lxml_html.fromstring(
            data.decode("utf-8", "replace").encode(), parser=lxml_html.HTMLParser(encoding="utf-8")
        )
        days = {article.about.published, article.about.updated} - {None}
        printed = set(_printed_days(seen))
        found = _ADDRESS_DAY.search(gold["url"])
        yield Page(
            gold["url"],
            article,
            *_compared(article.text, gold["text"]),
            title=_is_printed_title(article.about.title or "", seen),
            address_day=iso_date("-".join(found.groups())) == article.about.published if found else None,
            printed_day=bool(days & printed) if printed else None,
        )


def _compared(found: str, wanted: str) -> tuple[float, float, float]:
    one, two = (Counter(_WORD.findall(text.lower())) for text in (found, wanted))
    both = sum((one & two).values())
    precision, recall = both / max(1, one.total()), both / max(1, two.total())
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def _is_printed_title(title: str, page: lxml_html.HtmlElement) -> bool:
    words = _WORD.findall(title.lower())
    places = [" ".join(each.itertext()) for each in page.iter("h1", "h2", "title")]
    return bool(words) and any(" ".join(words) in " ".join(_WORD.findall(place.lower())) for place in places)


def _printed_days(page: lxml_html.HtmlElement) -> Iterator[str]:
    for each in page.iter("p", "span", "div", "time", "li", "small"):
        line = " ".join((each.text or "").split())
        if len(line) <= _SHORT:
            yield from filter(None, (iso_date(day) for day in _PRINTED.findall(line)))


def report(pages: Sequence[Page]) -> Iterator[str]:
    """The pages that fall behind, and the figures."""
    for page in sorted(pages, key=lambda page: page.f1)[:10]:
        yield f"{page.f1:.3f}  P {page.precision:.3f}  R {page.recall:.3f}  {page.url}"
    for page in pages:
        if not page.title or page.address_day is False or page.printed_day is False:
            yield f"title {page.title}  address {page.address_day}  printed {page.printed_day}  {page.url}"
            yield f"    {page.article.about if page.article else None}"
    yield f"{len(pages)} pages"
    for name in ("precision", "recall", "f1", "title", "address_day", "printed_day"):
        told = [getattr(page, name) for page in pages if getattr(page, name) is not None]
        yield f"{name}: {mean(told):.4f} of {len(told)}"


if __name__ == "__main__":
    logging.disable()
    print("\n".join(report(list(measure(Path(sys.argv[1]))))))  # noqa: T201  # a command
