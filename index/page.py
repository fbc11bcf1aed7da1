"""A web page becomes the article in it, what the page says of itself, and the lines that are not the article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import trafilatura
from lxml.html import HtmlElement

from index.article import first_known
from index.errors import ArticleError
from index.marks import is_ended
from index.metadata import self_description
from index.raw import Parsed

_UNSEEN = frozenset("script style noscript template svg iframe head title option textarea".split())
_LONG = 80
_INLINE = frozenset(
    (
        "a abbr acronym b bdi bdo big br cite code del dfn em font i ins kbd label mark q s samp small span strong"
        " sub sup time tt u var wbr"
    ).split()
)


def parse_page(data: bytes) -> Parsed:
    """Find the article of an HTML page. Raises ArticleError where there is none."""
    tree = trafilatura.load_html(data)
    if tree is None:
        raise ArticleError("not HTML that can be read: no element in it")
    lines = list(_lines(tree))
    given = self_description(tree, lines)
    paragraphs = list(_paragraphs(tree))
    # Measured on 102 news pages (tests/index/test_news_pages.py): `fast` with `favor_recall` is best of all options.
    text = trafilatura.extract(tree, fast=True, favor_recall=True, include_comments=False, include_tables=True)
    if not text:
        raise ArticleError(f"no article in this page: {len(lines)} lines of text, none of them reads as one")
    text = _with_missed(_without_title(text, first_known(given).about.title), paragraphs)
    kept = "".join(text.split())
    return Parsed(text, given, tuple(line for line in lines if "".join(line.split()) not in kept))


def _without_title(text: str, title: str | None) -> str:
    """The text without the headline above it, where trafilatura keeps that."""
    first, _, rest = text.partition("\n")
    return rest if rest and title and first.split() == title.split() else text


class _Paragraph(NamedTuple):
    """A `p` of a page: its words in one line, and the tag and class of the element around it."""

    line: str
    around: tuple[str, str]


def _paragraphs(tree: HtmlElement) -> Iterator[_Paragraph]:
    for each in tree.iter("p"):
        parent = each.getparent()
        linked = sum(len(link.text_content()) for link in each.iter("a"))
        line = " ".join(each.text_content().split())
        if parent is not None and each.find(".//script") is None and each.find(".//style") is None:
            yield _Paragraph("" if linked * 2 > len(line) else line, (str(parent.tag), parent.get("class") or ""))


def _with_missed(text: str, paragraphs: Sequence[_Paragraph]) -> str:
    """Put in what trafilatura missed of an article that stands in several containers of one class.

    It takes the first such container, or the largest. Where most of what it took stands in one class, long paragraphs
    of whole sentences in that class are the article as well.
    """
    kept = text.split("\n")
    places = {"".join(line.split()): at for at, line in enumerate(kept)}
    held = [each for each in paragraphs if len(each.line) >= _LONG and "".join(each.line.split()) in places]
    counted = Counter(each.around for each in held).most_common(1)
    if not counted or not counted[0][0][1] or counted[0][1] < 3 or counted[0][1] * 2 <= len(held):
        return text
    after = -1
    missed: list[tuple[int, str]] = []
    whole = "".join(text.split())
    for each in paragraphs:
        joined = "".join(each.line.split())
        after = places.get(joined, after) if joined else after
        is_prose = each.around == counted[0][0] and len(each.line) >= _LONG and is_ended(each.line)
        if is_prose and after >= 0 and joined not in whole:
            missed.append((after, each.line))
    for at, line in reversed(missed):
        kept.insert(at + 1, line)
    return "\n".join(kept)


def _lines(tree: HtmlElement) -> Iterator[str]:
    """The lines of a page as they are seen: what stands together in one block is one line."""
    pieces = ((_block(each), each) for each in tree.xpath("//text()[normalize-space()]"))
    for block, group in groupby(pieces, key=lambda piece: piece[0]):
        if block is not None and (line := " ".join("".join(piece for _, piece in group).split())):
            yield line


def _block(piece: Any) -> HtmlElement | None:  # noqa: ANN401  # lxml's texts know their element
    """The block that a piece of text stands in; None where it is not seen."""
    element = piece.getparent()
    element = element.getparent() if piece.is_tail and element.tag not in _UNSEEN else element
    while element is not None and element.tag in _INLINE:
        element = element.getparent()
    return None if element is None or element.tag in _UNSEEN else element
