"""The figures of cleaning on real news pages, which lie beside the project and not in it."""

from __future__ import annotations

from pathlib import Path
from statistics import mean

import pytest

from tests.index.news_pages import Page, measure

PAGES = Path(__file__).parents[3] / "shared" / "bench" / "article_html"


@pytest.fixture(scope="module")
def pages() -> list[Page]:
    """Clean the benchmark's pages."""
    if not PAGES.is_dir():
        pytest.skip(f"{PAGES} is not here: 102 news pages of the article-extraction benchmark")
    return list(measure(PAGES))


def test_text_is_the_article(pages: list[Page]) -> None:
    """The mean F1 of words against the texts that people marked is 0.95 or more, and no page is lost."""
    assert len(pages) == 102
    assert mean(each.f1 for each in pages) >= 0.95
    assert [each.url for each in pages if each.article is None] == []


def test_titles_are_found(pages: list[Page]) -> None:
    """At least 95 % of the titles are words that a heading, or the page's title, prints."""
    assert mean(each.title for each in pages) >= 0.95


def test_days_are_those_that_are_stated(pages: list[Page]) -> None:
    """A day in the address is the day of publication; a printed day is one of the article's, nine times of ten."""
    stated = [each for each in pages if each.address_day is not None]
    printed = [each.printed_day for each in pages if each.printed_day is not None]
    assert (len(stated), [each.url for each in stated if not each.address_day]) == (21, [])
    assert len(printed) >= 50
    assert mean(map(bool, printed)) >= 0.9
