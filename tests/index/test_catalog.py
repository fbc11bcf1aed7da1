"""The catalog keeps articles, passages and vectors as they were given, and shows the published ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from index.article import Article, Coverage, Description, Passage, Sentence
from index.catalog import Catalog, Listed, Prepared
from index.embed import Embedded
from index.errors import StoreError

MANY = [str(number) for number in range(100)]
"""As many ids as a question asks for."""
TEXT = "Kim denied it – “never” 🎉. The end."


def prepared(name: str, **about: str) -> Prepared:
    """Make an article of two sentences in two passages."""
    sentences = (Sentence(0, 26), Sentence(27, 35))
    article = Article(name, "tests", TEXT, sentences, f"raw of {name}", Description(**about), ("Menu", "Share"))
    passages = tuple(
        Passage(f"{name}-{at}", article.id, at, at, each.start, each.end) for at, each in enumerate(sentences)
    )
    vectors = tuple(Embedded(_vector(at), np.array([_vector(at + 2)])) for at in range(2))
    return Prepared(article, passages, vectors)


def _vector(at: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    vector = np.zeros(4, dtype=np.float32)
    vector[at] = 1.0
    return vector


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """Open an empty catalog."""
    opened = Catalog(f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    yield opened
    opened.close()


def publish(catalog: Catalog, *articles: Prepared) -> None:
    """Write and publish."""
    catalog.add_pending(articles)
    catalog.publish([each.article.id for each in articles])


def test_article_comes_back_as_it_was(catalog: Catalog) -> None:
    """Text, spans, description and what was taken out come back as they were given."""
    one = prepared(
        "one",
        title="T",
        outlet="O",
        author="A",
        published="2024-05",
        updated="2024",
        language="en",
        url="https://x.org",
    )
    publish(catalog, one)

    assert catalog.articles() == (one.article,)
    assert catalog.articles([one.article.id]) == catalog.find("one") == catalog.find(one.article.id) == (one.article,)
    assert catalog.articles(["another"]) == catalog.find("another") == ()


def test_passages_come_back_with_their_vectors(catalog: Catalog) -> None:
    """Passages have their spans and sentence vectors, and the indexes get the words and the whole vector."""
    one = prepared("one", outlet="O")
    publish(catalog, one)

    back = catalog.passages(["one-0", "one-1", "none"])
    (rows,) = catalog.indexed()

    assert {key: passage for key, (passage, _) in back.items()} == {each.id: each for each in one.passages}
    assert [back[f"one-{at}"][1].tolist() for at in range(2)] == [[_vector(2).tolist()], [_vector(3).tolist()]]
    assert [(each.passage, each.text, each.about.outlet, each.vector.tolist()) for each in rows] == [
        (passage, TEXT[passage.start : passage.end], "O", _vector(at).tolist())
        for at, passage in enumerate(one.passages)
    ]


def test_passages_come_in_batches(catalog: Catalog) -> None:
    """However small the batches, each passage comes once, in order of ids."""
    publish(catalog, prepared("a"), prepared("b"), prepared("c"))

    batches = [[each.passage.id for each in rows] for rows in catalog.indexed(batch=4)]

    assert batches == [["a-0", "a-1", "b-0", "b-1"], ["c-0", "c-1"]]


def test_states_decide_what_is_seen(catalog: Catalog) -> None:
    """Only published articles are read; pending, superseded and failed ones are listed when asked for."""
    old, new, waiting = prepared("old"), prepared("new"), prepared("waiting")
    publish(catalog, old)
    catalog.add_pending([new, waiting])
    catalog.publish([new.article.id], replaced=[old.article.id])
    catalog.record_failure("f" * 24, source="tests", document="bad", raw_hash="0", reason="no words")

    assert [each.document for each in catalog.articles()] == ["new"]
    assert list(catalog.passages(["old-0", "new-0", "waiting-0"])) == ["new-0"]
    assert (catalog.passage_count(), catalog.coverage()) == (2, Coverage(1, 2, (), None, None))
    assert {each.document: each.state for each in catalog.listed()} == {
        "bad": "failed",
        "new": "published",
        "old": "superseded",
        "waiting": "pending",
    }
    assert [each.document for each in catalog.listed(states=("failed", "pending"))] == ["bad", "waiting"]
    assert catalog.listed(source="elsewhere") == ()


def test_listing_says_what_is_known(catalog: Catalog) -> None:
    """A listed article has its description and length, a failure its reason."""
    one = prepared("one", outlet="O")
    publish(catalog, one)
    catalog.record_failure("f" * 24, source="tests", document="bad", raw_hash="0", reason="no words")
    bad, good = catalog.listed()

    expected = Listed("f" * 24, "bad", "tests", "failed", "no words", "0", bad.indexed, Description(), 0)
    assert bad == expected
    assert (good.id, good.state, good.reason, good.about, good.characters) == (
        one.article.id,
        "published",
        None,
        Description(outlet="O"),
        len(TEXT),
    )


def test_failure_is_recorded_once(catalog: Catalog) -> None:
    """A failure of the same document replaces the one before."""
    for reason in ("no words", "not text"):
        catalog.record_failure("f" * 24, source="tests", document="bad", raw_hash="0", reason=reason)

    assert [each.reason for each in catalog.listed()] == ["not text"]


def test_every_publication_is_a_new_generation(catalog: Catalog) -> None:
    """What others watch to see changes grows with each publication."""
    seen = [catalog.setting("generation")]
    for name in ("one", "two"):
        publish(catalog, prepared(name))
        seen.append(catalog.setting("generation"))

    assert seen == [None, "1", "2"]


def test_forgetting_takes_the_passages_along(catalog: Catalog) -> None:
    """A forgotten article leaves nothing, and can be written again."""
    one = prepared("one")
    publish(catalog, one)
    catalog.forget([one.article.id])

    assert (catalog.listed(), catalog.passages(["one-0"]), catalog.passage_count()) == ((), {}, 0)
    publish(catalog, one)
    assert catalog.articles() == (one.article,)


def test_coverage_is_of_published_articles(catalog: Catalog) -> None:
    """The covered dates and outlets are those of published articles; unknown ones don't count."""
    publish(
        catalog,
        prepared("a", outlet="O", published="2023-06"),
        prepared("b", outlet="N", published="2024-01-02"),
        prepared("c"),
    )
    catalog.add_pending([prepared("d", outlet="P", published="1999")])

    assert catalog.coverage() == Coverage(3, 6, ("N", "O"), "2023-06", "2024-01-02")


def test_settings_are_kept(catalog: Catalog, tmp_path: Path) -> None:
    """A setting survives closing, and can be replaced."""
    assert catalog.setting("fingerprint") is None
    catalog.set_setting("fingerprint", "one")
    catalog.set_setting("fingerprint", "two")
    catalog.close()

    again = Catalog(f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    assert again.setting("fingerprint") == "two"
    again.close()


def test_more_ids_than_a_statement_takes(catalog: Catalog) -> None:
    """Very many ids at once are no error."""
    one = prepared("one")
    publish(catalog, one)
    many = [f"{number:024x}" for number in range(40_000)]
    catalog.publish([], removed=[*many, one.article.id])
    catalog.forget(many)

    assert [each.state for each in catalog.listed()] == ["retired"]


def test_database_that_is_none_is_an_error(tmp_path: Path) -> None:
    """A file that is no database, or a folder that is not there, raises StoreError that says so."""
    (tmp_path / "words").write_text("These are words, not a database. " * 50)
    for name, reason in (("words", "file is not a database"), ("no/folder", "unable to open database file")):
        with pytest.raises(StoreError, match=f"The catalog can't be opened: {reason}"):
            Catalog(f"sqlite:///{tmp_path / name}")


@pytest.mark.parametrize(
    "look",
    [
        lambda catalog: catalog.articles(MANY),
        lambda catalog: catalog.passages(MANY),
        lambda catalog: catalog.other_outlets(MANY),
        lambda catalog: catalog.listed(source="tests"),
    ],
    ids=["articles", "passages", "other outlets", "of a source"],
)
def test_what_a_question_asks_for_is_found_by_an_index(catalog: Catalog, look: Callable[[Catalog], object]) -> None:
    """No table is read through, however many articles it has."""
    asked: list[tuple[str, Any]] = []

    def note(connection: object, cursor: object, statement: str, values: object, *_: object) -> None:
        asked.append((statement, values))

    publish(catalog, prepared("one", outlet="O"), prepared("two", outlet="P"))
    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        look(catalog)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    ((statement, values),) = asked
    with catalog._database.begin() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    read = [each for each in plan if each.startswith(("SCAN", "SEARCH"))]
    assert read
    assert [each for each in read if not each.endswith(("(id=?)", "(story=?)", "(source=?)"))] == []
