"""Files are made into articles within limits: whatever one of them does, the others are indexed."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.article import Description, Origins
from index.config import IndexConfig
from index.errors import ArticleError
from index.make import SHORT, Maker, make_article
from index.pipeline import Report, index_source
from index.raw import Raw
from tests.fakes import HashEmbedding, open_store
from tests.index.files import PROSE, TITLE, bomb, message, page, pdf, word
from tests.index.misbehave import misbehave

CONFIG = IndexConfig(file_seconds=20, file_memory_bytes=4_000_000_000)
LIMITS = IndexConfig(file_seconds=3, file_memory_bytes=3_000_000_000)


def file(name: str) -> Raw:
    """Make a file that is parsed in the other process."""
    return Raw(name, "/corpus", PROSE[0], "0", kind="html", data=b"-")


def reason(maker: Maker, name: str) -> str:
    """Give the reason why a file is no article."""
    with pytest.raises(ArticleError) as error:
        maker(file(name))
    return str(error.value)


def test_file_that_passes_a_limit_is_told_and_the_next_is_made() -> None:
    """A file that is broken, too slow, too large or deadly for its parser has a reason; those after it are made."""
    with Maker(LIMITS, misbehave) as maker:
        assert reason(maker, "broken") == "it is broken"
        assert reason(maker, "dead") == "reading it ended its process (exit code 3)"
        assert reason(maker, "large") == "it takes more than 3,000,000,000 bytes, see file_memory_bytes"
        assert reason(maker, "slow") == "it takes more than 3 s, see file_seconds"
        assert maker(file("good")).text == PROSE[0]


def test_short_text_needs_no_other_process() -> None:
    """A short text is made here, a long one there, with the same result."""
    long = "\n\n".join(PROSE * (SHORT // 200))
    with Maker(CONFIG) as maker:
        assert maker(Raw("a", "/c", PROSE[0], "0")) == make_article(Raw("a", "/c", PROSE[0], "0"))
        assert maker(Raw("a", "/c", long, "0")) == make_article(Raw("a", "/c", long, "0"))


def test_folder_of_all_kinds_is_indexed(tmp_path: Path) -> None:
    """Each file of a folder becomes an article with its description, or a failure with its reason."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    files = {
        "a.txt": "\n\n".join(PROSE).encode(),
        "b.html": page(head='<meta property="og:site_name" content="The Courier">'),
        "c.pdf": pdf([PROSE], title=TITLE),
        "d.docx": word(),
        "e.md": f"# {TITLE}\n\n{PROSE[0]}".encode(),
        "f.eml": message(PROSE[0]),
        "g.csv": f'id,headline,body\n1,{TITLE},"{PROSE[1]}"\n'.encode(),
        "h.pdf": pdf([PROSE])[:200],
        "i.docx": bomb(200_000_000),
        "j\nk.txt": PROSE[2].encode(),
    }
    for name, data in files.items():
        (corpus / name).write_bytes(data)
    store = open_store(tmp_path / "store")

    report = index_source(corpus, store, HashEmbedding(), CONFIG)

    assert [(each.document, each.reason.partition(" (")[0]) for each in report.failures] == [
        ("h.pdf", "a broken PDF file"),
        ("i.docx", "200,000,000 bytes unpacked; at most 100,000,000 are read, see max_unpacked_bytes"),
    ]
    titles = {each.document: each.about.title for each in store.articles()}
    assert titles == {
        **dict.fromkeys(("b.html", "c.pdf", "d.docx", "e.md", "f.eml", "g.csv#1"), TITLE),
        **dict.fromkeys(("a.txt", "j\nk.txt")),
    }
    assert store.article("b.html").about == Description(TITLE, "The Courier", language="en")
    assert store.article("b.html").origins == Origins("page", "opengraph", language="meta")
    listed = {each.document: each.origins.title for each in store.listed()}
    assert (listed["c.pdf"], listed["f.eml"], listed["g.csv#1"], listed["h.pdf"]) == (
        "properties",
        "mail",
        "column",
        None,
    )

    again = index_source(corpus, store, HashEmbedding(), CONFIG)
    assert again == Report(unchanged=8, failures=report.failures)
    store.close()
