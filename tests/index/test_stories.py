"""Articles that carry the same text are one story; what a story says twice is found once."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.article import Article, Description, Filters
from index.catalog import Prepared
from index.config import IndexConfig
from index.embed import embed_question
from index.pipeline import make_article, prepare
from index.read import Raw
from index.store import Store
from index.stories import Story, bands, same_story, signature, words_id
from tests.fakes import HashEmbedding, open_store

SMALL = IndexConfig(passage_tokens=32)
WIRE = (
    "The ferry to Bergen ran aground on Monday with ninety people on board. Nobody was hurt, the coast guard said. "
    "Captain Ida Moe blamed a strong current near the northern pier. The ship was towed to the harbour before noon. "
    "An inquiry will begin next week and look into the maintenance of the rudder. The company that owns the ferry did "
    "not answer questions. Last year two other ships touched ground at the same place. Fishermen have asked for a "
    "light on the rocks since the spring of 2019."
)
OTHER = (
    "Bergen wants to build a tunnel so that fewer people depend on ships. The council will vote in May. Engineers call "
    "the rock difficult, and the price is unknown. Captain Ida Moe is against it."
)


def article(text: str, name: str = "one", outlet: str | None = None) -> Article:
    """Make an article of an outlet."""
    return make_article(Raw(name, "tests", text, text, Description(outlet=outlet)))


def prepared(text: str, name: str, outlet: str | None = None) -> Prepared:
    """Make an article ready to be published."""
    return prepare([article(text, name, outlet)], HashEmbedding(), SMALL)[0]


def altered(text: str, every: int) -> str:
    """Change one word of so many."""
    words = text.split()
    return " ".join(f"{word}x" if at % every == every - 1 else word for at, word in enumerate(words))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open an empty store."""
    opened = open_store(tmp_path / "store")
    yield opened
    opened.close()


def publish(store: Store, *rows: Prepared, replaced: tuple[str, ...] = ()) -> None:
    """Publish articles one after the other."""
    with store.writing():
        for each in rows:
            store.publish([each], replaced=replaced)


def nearest(store: Store, words: str, filters: Filters = Filters()) -> dict[str, set[str]]:
    """Give the documents of the passages that are nearly the same, and of those that share words."""
    vector = embed_question(HashEmbedding(), words)
    hits = {
        "meaning": [hit for hit in store.by_meaning(vector, most=50, filters=filters) if hit.score > 0.9],
        "words": store.by_words(words, most=50, filters=filters),
    }
    passages = {kind: store.passages([hit.passage for hit in own]) for kind, own in hits.items()}
    return {
        kind: {store.article(passage.article).document for passage, _ in own.values()} for kind, own in passages.items()
    }


@pytest.mark.parametrize(
    "copy",
    [
        WIRE,
        f"BERGEN, Norway (Wire) – {WIRE}",
        f"{WIRE} Reporting by Ola Nord. This story was first published elsewhere.",
        WIRE[: int(len(WIRE) * 0.75)],
        WIRE.upper().replace(" – ", " - "),
        altered(WIRE, 24),
    ],
    ids=["same", "dateline", "credits", "cut", "capitals", "a word of 24 changed"],
)
def test_copy_belongs_to_the_story(copy: str) -> None:
    """A copy with a line more, a quarter less or a few other words belongs to the first one, and has a common band."""
    first, own = signature(article(WIRE)), signature(article(copy))

    assert same_story(own, [Story("other", signature(article(OTHER))), Story("first", first)]) == "first"
    assert set(bands(own)) & set(bands(first))


@pytest.mark.parametrize("text", [OTHER, altered(WIRE, 4)], ids=["same matter", "a word of 4 changed"])
def test_other_text_is_another_story(text: str) -> None:
    """What is told in other words is another story, though it is the same matter."""
    assert same_story(signature(article(text)), [Story("first", signature(article(WIRE)))]) is None


def test_likeness_is_that_of_the_shingles() -> None:
    """The share of equal values estimates the share of common shingles, counted by hand, within 12 points."""
    chance = random.Random(3)  # no secret
    words = [f"word{number}" for number in range(400)]
    for kept in (0.9, 0.7, 0.4):
        own = [word if chance.random() < kept else f"{word}x" for word in words]
        sets = [{tuple(each[at : at + 3]) for at in range(len(each) - 2)} for each in (words, own)]
        share = len(sets[0] & sets[1]) / len(sets[0] | sets[1])
        found = (signature(article(" ".join(words))) == signature(article(" ".join(own)))).mean()
        assert found == pytest.approx(share, abs=0.12)


def test_article_of_a_word_has_a_signature() -> None:
    """Fewer words than a shingle are one shingle."""
    assert np.array_equal(signature(article("Flood.")), signature(article("flood")))
    assert not np.array_equal(signature(article("Flood.")), signature(article("Fire.")))


def test_words_are_the_same_whatever_their_signs() -> None:
    """Case, signs and blanks make no other words; a changed word does."""
    assert words_id("“Nobody was hurt,”  he said.") == words_id('"nobody was hurt" — he said')
    assert words_id("Nobody was hurt.") != words_id("Nobody was not hurt.")


def test_store_counts_articles_to_stories_and_names_the_other_outlets(store: Store) -> None:
    """Copies share a story, another article has its own; each one's other outlets are named once, by name."""
    rows = [
        prepared(WIRE, "a", "The Post"),
        prepared(f"{WIRE} More soon.", "b", "Daily News"),
        prepared(WIRE, "c", "The Post"),
        prepared(altered(WIRE, 24), "d"),
        prepared(OTHER, "e", "Tunnel Times"),
    ]
    publish(store, *rows)
    ids = [each.article.id for each in rows]

    stories = {each.document: each.story for each in store.articles()}
    assert stories == {**dict.fromkeys("abcd", ids[0]), "e": ids[4]}
    assert store.also(ids) == {
        ids[0]: ("Daily News",),
        ids[1]: ("The Post",),
        ids[2]: ("Daily News",),
        ids[3]: ("Daily News", "The Post"),
        ids[4]: (),
    }


def test_what_a_story_says_twice_is_found_once(store: Store) -> None:
    """Passages of the same words are found in one article only; with a filter in each that the filter admits."""
    publish(store, *(prepared(WIRE, name, f"Outlet {name}") for name in "abc"), prepared(OTHER, "other"))
    words = " ".join(WIRE.split()[:17])

    assert nearest(store, words)["meaning"] == {"a"}
    assert nearest(store, "captain blamed current")["words"] == {"a", "other"}
    assert nearest(store, words, Filters(outlets=("Outlet b",))) == {"meaning": {"b"}, "words": {"b"}}
    assert nearest(store, words, Filters(outlets=("Outlet b", "Outlet c")))["words"] == {"b", "c"}


def test_changed_words_of_a_copy_are_found(store: Store) -> None:
    """A copy that says something else somewhere is found there, and nowhere else."""
    changed = WIRE.replace("Nobody was hurt", "Forty were hurt")
    publish(store, prepared(WIRE, "a"), prepared(changed, "b"))

    assert nearest(store, "Forty were hurt")["words"] == {"a", "b"}
    assert nearest(store, "fishermen rocks spring")["words"] == {"a"}


@pytest.mark.parametrize("leave", ["removed", "replaced"])
def test_another_copy_speaks_when_the_first_one_leaves(store: Store, leave: str) -> None:
    """When the article that spoke for its story is removed or replaced, another one is found instead, and only one."""
    first = prepared(WIRE, "a", "A")
    publish(store, first, prepared(WIRE, "b", "B"), prepared(WIRE, "c", "C"))
    if leave == "removed":
        with store.writing():
            store.remove([first.article.id])
    else:
        publish(store, prepared(OTHER, "a", "A"), replaced=(first.article.id,))

    hits = nearest(store, "blamed strong current northern")["words"]
    assert hits in ({"b"}, {"c"})
    assert nearest(store, " ".join(WIRE.split()[:17]))["meaning"] == hits
    assert {each.story for each in store.articles() if each.document in "bc"} == {first.article.id}


def test_corrected_article_of_a_story_keeps_being_found(store: Store) -> None:
    """An article that replaces itself with a few words more still speaks for itself."""
    first = prepared(WIRE, "a")
    publish(store, first)
    publish(store, prepared(f"{WIRE} Correction: the pier is the southern one.", "a"), replaced=(first.article.id,))

    assert nearest(store, "fishermen rocks spring")["words"] == {"a"}
    assert nearest(store, " ".join(WIRE.split()[:17]))["meaning"] == {"a"}


def test_story_goes_with_its_last_article(store: Store) -> None:
    """When no article carries a story any more, the next one begins it anew."""
    first = prepared(WIRE, "a")
    publish(store, first)
    with store.writing():
        store.remove([first.article.id])
    again = prepared(WIRE, "b")
    publish(store, again)

    assert store.article("b").story == again.article.id


def test_a_thousand_copies_hide_nothing(store: Store) -> None:
    """Each passage of other articles is the nearest to its own words, though a thousand copies stand among them."""
    chance = random.Random(5)  # no secret
    topics = [
        " ".join(f"{chance.choice('bdfgklmnprst')}{chance.choice('aeiou')}{at}{n}" for n in range(9))
        for at in range(60)
    ]
    others = [prepared(f"{topic.capitalize()}.", f"other{at}") for at, topic in enumerate(topics)]
    copies = [prepared("The same words stand in a thousand papers.", f"copy{at}") for at in range(1_100)]
    rows = [*copies[:550], *others, *copies[550:]]
    random.Random(6).shuffle(rows)
    with store.writing():
        store.publish(rows)

    found = {name: nearest(store, each.article.text)["meaning"] for name, each in zip(topics, others, strict=True)}
    assert found == {name: {each.article.document} for name, each in zip(topics, others, strict=True)}
    assert len(nearest(store, "The same words stand in a thousand papers.")["meaning"]) == 1
    assert store.coverage().passages == len(rows)


def test_story_is_no_part_of_what_an_article_is() -> None:
    """Two articles that differ in their story only are equal: the store decides on it, not the file."""
    assert replace(article(WIRE), story="x") == article(WIRE)
