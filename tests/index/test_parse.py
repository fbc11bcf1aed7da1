"""Files of every kind are told apart by their content and become text with what they say of themselves."""

from __future__ import annotations

import contextlib
import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.article import Article, Description, Given
from index.config import IndexConfig
from index.errors import ArticleError
from index.kinds import kind_of
from index.make import parse_and_make
from index.parse import parse, to_raw
from index.raw import Kind, Raw, Unreadable
from tests.index.files import PROSE, TITLE, bomb, message, page, pdf, word

CONFIG = IndexConfig(max_unpacked_bytes=1_000_000, max_pages=5)
TEXT = "\n\n".join(PROSE)
MARKDOWN = f"---\ntitle: {TITLE}\ndate: 2024-05-17\nauthors: [Ida Holm, Ann Ek]\ntags: [sea]\n---\n\n{TEXT}\n"


def parsed(data: bytes, name: str = "a") -> Raw:
    """Parse a file's bytes."""
    raw = to_raw(data, name, "/corpus")
    assert isinstance(raw, Raw), raw
    return parse(raw, CONFIG)


def made(data: bytes, name: str = "a") -> Article:
    """Make the article of a file's bytes."""
    raw = to_raw(data, name, "/corpus")
    assert isinstance(raw, Raw), raw
    return parse_and_make(raw, CONFIG)


def reason(data: bytes, name: str = "a") -> str:
    """Give the reason why a file is no article."""
    raw = to_raw(data, name, "/corpus")
    if isinstance(raw, Unreadable):
        return raw.reason
    with pytest.raises(ArticleError) as error:
        parse_and_make(raw, CONFIG)
    return str(error.value)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (page(), "html"),
        (b"\n<!-- a --> <!-- b -->\n<html><p>Words.", "html"),
        (pdf([PROSE]), "pdf"),
        (word(), "docx"),
        (message(TEXT), "mail"),
        (b"id,title,text\n1,T,Words.\n", "csv"),
        (b'{"id": 1, "text": "Words."}\n', "jsonl"),
        (b'<?xml version="1.0"?>\n<rss version="2.0"><channel/></rss>', "feed"),
        (b'<?xml version="1.0"?><?style?><feed xmlns="http://www.w3.org/2005/Atom"/>', "feed"),
        (MARKDOWN.encode(), "markdown"),
        (TEXT.encode(), "text"),
        (TEXT.encode("utf-16"), "text"),
        (b"From the harbour: nothing.\n\nSubject to change.", "text"),
        (b"{not json}\nWords.", "text"),
        (b"Text, as they say, is text.\nWords.", "text"),
    ],
)
@pytest.mark.parametrize("name", ["a", "a.txt"])
def test_kind_is_told_by_content(data: bytes, kind: Kind, name: str) -> None:
    """A file is what is in it, without an ending and with a wrong one."""
    assert kind_of(data, name) == kind


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.doc", "an old Office file: save it as .docx"),
        (b"{\\rtf1 Words.}", "a", "a rich text file: save it as .docx"),
        (gzip.compress(b"Words.", mtime=0), "a", "a compressed file: unpack it"),
        (b"\x89PNG\r\n", "a.txt", "not text but an image"),
        (b"Words.", "a.pdf", "not a PDF file, which its ending says it is: nothing in it says so"),
        (b"Words.", "a.docx", "not a Word file, which its ending says it is: nothing in it says so"),
        (b"PK\x03\x04 and no more", "a.docx", "a broken zip archive, or a broken Word file: file is not a zip file"),
        (b'<rss version="2.0"/>', "a.xml", "a feed: index its address, and its entries are fetched"),
        (bomb(2_000_000), "a.docx", "2,000,000 bytes unpacked; at most 1,000,000 are read, see max_unpacked_bytes"),
        (bomb(10), "a.docx", "a broken Word file"),
        (pdf([["Words."]] * 6), "a.pdf", "6 pages; at most 5 are read, see max_pages"),
        (pdf([[]]), "a.pdf", "no text in its 1 pages: it may be a scan, which is not read"),
        (b"%PDF-1.4 and no more", "a.pdf", "a broken PDF file"),
        (pdf([PROSE])[:200], "a.pdf", "a broken PDF file"),
        (b"<html><script>x()</script></html>", "a.html", "no article in this page: 0 lines of text"),
        (b"---\ntitle: [\n---\nWords.", "a.md", "front matter that is no YAML"),
        (b"From: a@b.c\nSubject: S\nDate: today\n\n", "a.eml", "no words in it"),
    ],
)
def test_what_can_not_be_parsed_says_why(data: bytes, name: str, words: str) -> None:
    """A file that is broken, too large or of no known kind has a reason that says what to do."""
    assert words in reason(data, name)


def test_page_gives_its_article_and_lists_the_rest() -> None:
    """Of a page the article's paragraphs stay; menus, headline, related stories and footer are listed."""
    article = made(page())
    assert article.text == TEXT
    assert set(article.removed) >= {
        "Home",
        "Sport",
        "Most read",
        "Ferry runs aground",
        "© The Courier. All rights reserved.",
    }
    assert not any("track" in line for line in article.removed)


def test_page_is_described_by_what_it_says_of_itself() -> None:
    """JSON-LD counts before OpenGraph, that before named meta elements, those before markup."""
    story = {
        "@type": ["NewsArticle"],
        "headline": f"{TITLE} | The Courier",
        "datePublished": "2024-05-17T10:00:00+02:00",
        "author": [{"@type": "Person", "name": "By Ann Ek"}, {"name": "Bo Alm"}],
        "publisher": {"name": "The Courier"},
    }
    linked = {"@graph": [{"@type": "WebSite", "name": "Courier"}, story]}
    head = (
        f'<script type="application/ld+json">{json.dumps(linked)}</script>'
        '<meta property="og:title" content="Other"><meta property="og:site_name" content="Other">'
        '<meta property="article:modified_time" content="2024-05-19T08:00:00Z">'
        '<meta name="author" content="Nobody"><link rel="canonical" href="https://courier.com/harbour">'
    )
    article = made(page(head=head))
    assert article.about == Description(
        TITLE, "The Courier", "Ann Ek, Bo Alm", "2024-05-17", "2024-05-19", "en", "https://courier.com/harbour"
    )
    origins = article.origins
    assert (origins.title, origins.outlet, origins.author, origins.published) == ("json-ld",) * 4
    assert (origins.updated, origins.language, origins.url) == ("opengraph", "meta", "meta")


@pytest.mark.parametrize(
    ("header", "published", "updated"),
    [
        ('<time datetime="2024-05-17T10:00:00Z">Friday</time>', "2024-05-17", None),
        ('<span class="publish-date">Published: May 17, 2024</span>', "2024-05-17", None),
        ('<time class="updated" datetime="2024-05-18">Saturday</time>', None, "2024-05-18"),
        ('<time datetime="2024-05-17">x</time><time datetime="2023-01-01">y</time>', None, None),
    ],
)
def test_dates_of_markup_need_a_name(header: str, published: str | None, updated: str | None) -> None:
    """A day counts where markup says what it is the day of; where several differ, or none is named, it is unknown."""
    about = made(page(header=f"<div>{header}</div>")).about
    assert (about.published, about.updated) == (published, updated)


@pytest.mark.parametrize(
    ("url", "header", "day", "origin"),
    [
        ("https://courier.com/2024/05/16/harbour/", "", "2024-05-16", "address"),
        ("https://courier.com/2024/may/16/harbour/", "", "2024-05-16", "address"),
        ("https://courier.com/harbour", "<p>May 16, 2024</p>", "2024-05-16", "page"),
        ("https://courier.com/2023/05/16/harbour/", "<p>Updated May 16, 2024</p>", "2024-05-17", "opengraph"),
    ],
)
def test_printed_day_counts_before_that_of_world_time(url: str, header: str, day: str, origin: str) -> None:
    """A moment that falls on the next day in world time is told by the day that is printed, or in the address."""
    head = (
        '<meta property="article:published_time" content="2024-05-17T01:00:00Z">'
        f'<meta property="og:url" content="{url}"><meta property="og:title" content="{TITLE}">'
    )
    article = made(page(head=head, header=header))
    assert (article.about.published, article.origins.published) == (day, origin)


def test_pdf_gives_paragraphs_without_running_heads() -> None:
    """Lines of print become paragraphs, words broken at a line's end are whole, page numbers and heads go."""
    head = "The Courier"
    first = (
        head,
        "The harbour of Aldmere will close for the winter, the port author-",
        "ity said on Friday. Nobody was asked.",
        "Ships are to use the other terminal until the spring, when the",
        "1",
    )
    middle = (head, "harbour opens again, if it does, which is more than", "anybody knows.", "2")
    last = (head, "It was built in 1902 by the town.", "3")
    raw = parsed(pdf([first, middle, last], title=TITLE), "a.pdf")
    assert raw.text.split("\n\n") == [
        "The harbour of Aldmere will close for the winter, the port authority said on Friday. Nobody was asked.",
        "Ships are to use the other terminal until the spring, when the harbour opens again, if it does, which is more"
        " than anybody knows.",
        "It was built in 1902 by the town.",
    ]
    assert raw.removed == ("The Courier", "1", "The Courier", "2", "The Courier", "3")
    assert raw.given == (Given("properties", Description(title=TITLE, author="Ida Holm")),)


def test_word_file_gives_paragraphs_and_tables() -> None:
    """A Word file's paragraphs and rows of tables are its text; its properties say title and author."""
    raw = parsed(word())
    assert raw.text == "\n\n".join((TITLE, *PROSE, "Aldmere closed"))
    assert [(each.origin, each.about.title, each.about.author) for each in raw.given] == [
        ("properties", TITLE, "Ida Holm")
    ]


def test_markdown_gives_plain_text() -> None:
    """Marks, links and raw HTML go, the front matter describes, the first heading is the title."""
    raw = parsed(MARKDOWN.encode())
    told = Description(title=TITLE, author="Ida Holm, Ann Ek", published="2024-05-17")
    assert (raw.text, raw.given[0]) == (TEXT, Given("front-matter", told))

    marked = f"# {TITLE}\n\n<div>menu</div>\n\n*{PROSE[0]}* See [the map](https://x.y).\n\n- one\n- `two`\n"
    raw = parsed(marked.encode(), "a.md")
    assert raw.text == f"{PROSE[0]} See the map.\n\none\n\ntwo"
    assert (raw.removed, raw.given) == ((TITLE, "<div>menu</div>"), (Given("text", Description(title=TITLE)),))


def test_message_gives_its_text_and_header() -> None:
    """A message's text is the article, in its sender's day; what is attached is named; HTML is read as a page."""
    told = Given("mail", Description(title=TITLE, author="Ida Holm", published="2024-05-17"))
    raw = parsed(message(TEXT))
    assert (raw.text.replace("\r\n", "\n").strip(), raw.given, raw.removed) == (TEXT, (told,), ("attachment: map.pdf",))

    raw = parsed(message(page().decode(), subtype="html"))
    assert (raw.text, raw.given[0]) == (TEXT.replace("\n\n", "\n"), told)


FILES = {"a.html": page(), "a.pdf": pdf([PROSE]), "a.docx": word(), "a.eml": message(TEXT), "a.md": MARKDOWN.encode()}


@given(st.binary(max_size=400), st.floats(0, 1), st.sampled_from(sorted(FILES)), st.booleans())
@settings(deadline=None, max_examples=150)
def test_no_bytes_make_parsing_fail(noise: bytes, part: float, name: str, named: bool) -> None:  # noqa: FBT001
    """Random bytes, and files that are cut or overwritten anywhere, become an article or a reason."""
    base = FILES[name]
    at = int(len(base) * part)
    for broken in (noise, base[:at], base[:at] + noise, base[:at] + noise + base[at + len(noise) :]):
        raw = to_raw(broken, name if named else "a", "/corpus")
        if isinstance(raw, Raw):
            with contextlib.suppress(ArticleError):
                assert any(sign.isalnum() for sign in parse_and_make(raw, CONFIG).text)


def test_deep_page_is_an_article_or_a_reason() -> None:
    """A page of elements within elements, 10,000 deep, ends nothing."""
    for tag in ("div", "b", "table"):
        data = f"<html><body>{f'<{tag}>' * 10_000}{TEXT}</body></html>".encode()
        raw = to_raw(data, "a.html", "/corpus")
        assert isinstance(raw, Raw)
        with contextlib.suppress(ArticleError):
            assert PROSE[0] in parse_and_make(raw, CONFIG).text


def test_article_in_several_containers_is_whole() -> None:
    """Paragraphs in containers of one class, with advertisements between, are one article in their order."""
    parts = [[f"{sentence} It was part {part} of the story." for sentence in PROSE] for part in ("one", "two", "three")]
    chunks = [f'<div class="article-body">{"".join(f"<p>{each}</p>" for each in part)}</div>' for part in parts]
    promotion = "Buy this book now, it is the best book that anybody has ever written, or so we think."
    between = f'<div class="promo"><p>{promotion}</p></div>'
    article = made(f"<html><body><main>{between.join(chunks)}</main></body></html>".encode())
    assert article.text.split("\n\n") == [each for part in parts for each in part]
    assert promotion in article.removed
