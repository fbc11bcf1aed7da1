"""A web page becomes the article in it, what the page says of itself, and the lines that are not the article."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import trafilatura
from lxml.html import HtmlElement

from index.article import first_known
from index.errors import ArticleError
from index.metadata import self_description
from index.raw import Parsed

_UNSEEN = frozenset("script style noscript template svg iframe head title option textarea".split())
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
    # Measured on 102 news pages (tests/index/test_news_pages.py): `fast` with `favor_recall` is best of all options.
    text = trafilatura.extract(tree, fast=True, favor_recall=True, include_comments=False, include_tables=True)
    if not text:
        raise ArticleError(f"no article in this page: {len(lines)} lines of text, none of them reads as one")
    text = _without_title(text, first_known(given).about.title)
    kept = "".join(text.split())
    return Parsed(text, given, tuple(line for line in lines if "".join(line.split()) not in kept))


def _without_title(text: str, title: str | None) -> str:
    """The text without the headline above it, where trafilatura keeps that."""
    first, _, rest = text.partition("\n")
    return rest if rest and title and first.split() == title.split() else text


def _lines(tree: HtmlElement) -> Iterator[str]:
    """The lines of a page as they are seen: what stands together in one block is one line."""
    pieces = ((_block(each), each) for each in tree.xpath("//text()[normalize-space()]"))
    for block, group in groupby(pieces, key=lambda piece: piece[0]):
        if block is not None and (line := " ".join("".join(piece for _, piece in group).split())):
            yield line


def _block(piece: object) -> HtmlElement | None:
    """The block that a piece of text stands in; None where it is not seen."""
    element = piece.getparent()  # type: ignore[attr-defined]  # lxml's text nodes know their element
    element = element.getparent() if piece.is_tail and element.tag not in _UNSEEN else element
    while element is not None and element.tag in _INLINE:
        element = element.getparent()
    return None if element is None or element.tag in _UNSEEN else element
