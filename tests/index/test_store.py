"""Articles appear, change and disappear whole, for every reader, whatever happens to a writer."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from chromadb.api.models.Collection import Collection

from index.article import Coverage, Filters
from index.catalog import Catalog, Prepared
from index.config import IndexConfig, StoreConfig
from index.embed import embed_question
from index.errors import StoreError, StoreLocked, StoreMismatch, StoreMissing
from index.lexical import LexicalIndex
from index.pipeline import fingerprint, make_article, prepare
from index.read import Raw
from index.store import Store
from tests.fakes import BRIDGE, TINY, HashEmbedding, Told, build_store, open_store

ROOT = Path(__file__).parents[2]
SMALL = IndexConfig(passage_tokens=32)


def prepared(document: str, text: str) -> Prepared:
    """Make an article ready to be published."""
    return prepare([make_article(Raw(document, "tests", text, text))], HashEmbedding(), SMALL)[0]


def story(topic: str, *, sentences: int = 4) -> str:
    """Write an article of several passages, each with the topic in it."""
    return " ".join(
        f"The {topic} was seen {number} times by the people of the old town." for number in range(sentences)
    )


def found(store: Store, words: str, filters: Filters = Filters()) -> dict[str, set[str]]:
    """Give the documents that each index finds."""
    hits = {
        "meaning": [
            hit
            for hit in store.by_meaning(embed_question(HashEmbedding(), words), most=5_000, filters=filters)
            if hit.score > 0.1
        ],
        "words": store.by_words(words, most=5_000, filters=filters),
    }
    return {kind: documents(store, [each.passage for each in own]) for kind, own in hits.items()}


def documents(store: Store, passages: Sequence[str]) -> set[str]:
    """Give the documents of those passages that are published."""
    known = store.passages(passages)
    return {store.article(passage.article).document for passage, _ in known.values()}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open an empty store."""
    opened = open_store(tmp_path / "store")
    yield opened
    opened.close()


def test_published_article_is_found_by_id_by_name_by_meaning_and_by_words(store: Store) -> None:
    """What is published can be read whole, and both indexes find it."""
    one = prepared("one", story("falcon"))
    with store.writing():
        store.publish([one])

    assert store.articles() == (one.article,)
    assert (store.article("one"), store.article(one.article.id)) == (one.article, one.article)
    assert store.texts([one.article.id]) == {one.article.id: one.article}
    assert found(store, "falcon") == {"meaning": {"one"}, "words": {"one"}}
    assert store.coverage() == Coverage(1, len(one.passages), (), None, None)


def test_sentence_vectors_come_back_with_their_passages(store: Store) -> None:
    """A passage comes back with a vector for each of its sentences, as exact as 16 bits hold."""
    one = prepared("one", story("falcon"))
    with store.writing():
        store.publish([one])

    back = store.passages([each.id for each in one.passages])

    assert [back[each.id][0] for each in one.passages] == list(one.passages)
    for passage, vectors in zip(one.passages, one.vectors, strict=True):
        assert back[passage.id][1] == pytest.approx(vectors.spans, abs=1e-3)


def test_replaced_article_gives_way_whole(store: Store) -> None:
    """After a replacement only the new text is found, read and counted."""
    old, new = prepared("one", story("falcon")), prepared("one", story("heron"))
    with store.writing():
        store.publish([old])
        store.publish([new], replaced=[old.article.id])

    assert store.articles() == (new.article,)
    assert store.by_words("falcon", most=10) == []
    assert found(store, "heron") == {"meaning": {"one"}, "words": {"one"}}
    assert store.coverage().passages == len(new.passages)


def test_removed_article_is_gone_from_everywhere(store: Store) -> None:
    """A removed article is neither listed, nor read, nor found."""
    one, two = prepared("one", story("falcon")), prepared("two", story("heron"))
    with store.writing():
        store.publish([one, two])
        store.remove([one.article.id])

    assert [each.document for each in store.listed()] == ["two"]
    assert store.passages([each.id for each in one.passages]) == {}
    assert found(store, "The heron was seen by the people") == {"meaning": {"two"}, "words": {"two"}}
    with pytest.raises(StoreError, match=r"No article 'one' is indexed\. `verbatim articles` lists what is\."):
        store.article("one")


def test_two_articles_of_one_name_are_told_apart_by_id(store: Store) -> None:
    """A document name that two sources share is refused, with the ids that tell them apart."""
    one = prepare([make_article(Raw("same", "here", story("falcon"), "1"))], HashEmbedding(), SMALL)[0]
    two = prepare([make_article(Raw("same", "there", story("heron"), "2"))], HashEmbedding(), SMALL)[0]
    with store.writing():
        store.publish([one, two])

    with pytest.raises(StoreError, match="2 articles are called 'same'") as refused:
        store.article("same")

    assert one.article.id in str(refused.value)
    assert two.article.id in str(refused.value)


def test_article_that_failed_on_the_way_is_never_seen_and_its_leftovers_are_cleared(store: Store) -> None:
    """When an index refuses an article it stays unseen, the others stay, and the next writer clears it away."""
    one = prepared("one", story("falcon"))
    two = prepared("two", story("falcon", sentences=5))
    short = Prepared(two.article, two.passages, tuple(each._replace(whole=each.whole[:3]) for each in two.vectors))
    with store.writing():
        store.publish([one])
        with pytest.raises(StoreError, match="Chroma failed"):
            store.publish([short])

    assert store.articles() == (one.article,)
    assert found(store, "falcon") == {"meaning": {"one"}, "words": {"one"}}
    assert [each.document for each in store.listed(states=("pending",))] == ["two"]

    with store.writing():
        pass

    assert store.listed(states=("pending", "retired")) == ()
    with store.writing():
        store.publish([two])
    assert found(store, "falcon") == {"meaning": {"one", "two"}, "words": {"one", "two"}}


def test_what_a_killed_writer_retired_is_cleared_by_the_next(store: Store, tmp_path: Path) -> None:
    """An article that was made invisible but never dropped from the indexes is not found, and then cleared."""
    one = prepared("one", story("falcon"))
    with store.writing():
        store.publish([one])
    catalog = Catalog(f"sqlite:///{tmp_path / 'store' / 'catalog.sqlite'}")
    catalog.publish((), removed=[one.article.id])
    catalog.close()

    assert found(store, "falcon") == {"meaning": set(), "words": set()}
    with store.writing():
        pass
    assert store.listed(states=("retired",)) == ()
    assert store.by_words("falcon", most=10) == []


def test_second_writer_is_told_who_holds_the_lock(store: Store, tmp_path: Path) -> None:
    """A second writer gets StoreLocked with the number of the process, while reading goes on."""
    other = open_store(tmp_path / "store", lock_seconds=0.1)
    with store.writing():
        store.publish([prepared("one", story("falcon"))])
        held = rf"Another process is writing to .* \(process {os.getpid()}\)"
        with pytest.raises(StoreLocked, match=held), other.writing():
            pass
        assert found(other, "falcon") == {"meaning": {"one"}, "words": {"one"}}
    with other.writing():
        other.publish([prepared("two", story("falcon", sentences=5))])
    assert found(store, "falcon") == {"meaning": {"one", "two"}, "words": {"one", "two"}}
    other.close()


def test_missing_store_is_named_with_the_command(tmp_path: Path) -> None:
    """Opening what is not there names the place and the command that makes it, and makes nothing."""
    place = tmp_path / "nowhere"

    with pytest.raises(StoreMissing, match=f"There is no index in {place}. Make one with: verbatim index"):
        Store(StoreConfig(path=place))

    assert not place.exists()


def test_index_of_another_embedding_is_refused_with_the_command(tmp_path: Path) -> None:
    """A store made with other settings names both fingerprints and how to make it again; a mere look is allowed."""
    build_store(tmp_path).close()
    config = StoreConfig(path=tmp_path / "store")
    other = HashEmbedding(model_name="other")

    with pytest.raises(StoreMismatch) as refused:
        Store(config, fingerprint=fingerprint(other, IndexConfig()))

    made, asked = fingerprint(HashEmbedding(), IndexConfig()), fingerprint(other, IndexConfig())
    assert str(refused.value) == (
        f"The index in {config.path} was made with «{made}», the settings ask for «{asked}». "
        "Make it again with: verbatim index --fresh [SOURCE…], or put the settings back."
    )
    look = Store(config)
    assert len(look.articles()) == len(TINY)
    look.close()


def test_file_where_the_folder_should_be_is_an_error(tmp_path: Path) -> None:
    """A store can't be made where a file lies; the file stays."""
    place = tmp_path / "taken"
    place.write_text("mine")

    with pytest.raises(StoreError, match=rf"The store folder {place} can't be written: .*Choose another with --store"):
        open_store(place)

    assert place.read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_read_only_folder_is_an_error(tmp_path: Path) -> None:
    """A folder without permission to write is named, with what to do."""
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(StoreError, match="can't be written"):
            open_store(tmp_path / "store")
    finally:
        tmp_path.chmod(0o700)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "emptied": lambda _: b"",
    "halved": lambda whole: whole[: len(whole) // 2],
    "cut to a page": lambda whole: whole[:4096],
    "zeroed": lambda whole: bytes(len(whole)),
    "another file": lambda _: b"This is not a database, but words that go on for a while." * 20,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_damaged_catalog_is_a_clear_error(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    """A catalog that is not what was written raises StoreError that speaks of the catalog, at the latest when read."""
    build_store(tmp_path).close()
    catalog = tmp_path / "store" / "catalog.sqlite"
    for journal in (tmp_path / "store").glob("catalog.sqlite-*"):
        journal.unlink()
    catalog.write_bytes(damage(catalog.read_bytes()))

    with pytest.raises(StoreError, match=r"(?i)catalog"):
        Store(StoreConfig(path=tmp_path / "store")).articles()


def cut(path: Path) -> None:
    """Cut a file in half."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty_vectors(indexes: Path) -> None:
    """Leave the vectors' files empty, as a kill at the wrong moment can."""
    for path in indexes.glob("chroma/*/*"):
        path.write_bytes(b"")


def remove_vectors(indexes: Path) -> None:
    """Remove the folder of the vectors."""
    for path in indexes.glob("chroma/*/"):
        shutil.rmtree(path)


def remove_words(indexes: Path) -> None:
    """Remove the files of the words."""
    for path in indexes.glob("bm25/*.term"):
        path.unlink()


LOSSES: dict[str, Callable[[Path], object]] = {
    "both removed": shutil.rmtree,
    "chroma removed": lambda indexes: shutil.rmtree(indexes / "chroma"),
    "bm25 removed": lambda indexes: shutil.rmtree(indexes / "bm25"),
    "chroma's database truncated": lambda indexes: cut(indexes / "chroma" / "chroma.sqlite3"),
    "chroma's database empty": lambda indexes: (indexes / "chroma" / "chroma.sqlite3").write_bytes(b""),
    "chroma's vectors removed": remove_vectors,
    "chroma's vectors empty": empty_vectors,
    "bm25's list of segments truncated": lambda indexes: cut(indexes / "bm25" / "meta.json"),
    "bm25's words removed": remove_words,
}


def chronicle() -> str:
    """Write an article of over a thousand passages that differ, as near copies make a poor graph of neighbours."""
    chance = random.Random(7)  # no secret
    words = [
        f"{one}{two}" for one in ("al", "be", "co", "du", "em") for two in ("mar", "nis", "pol", "rud", "tek", "vos")
    ]
    return " ".join(f"The falcon saw {' '.join(chance.sample(words, 8))}." for _ in range(1_100))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a store that damaged copies are made of."""
    folder = tmp_path_factory.mktemp("small")
    build_store(folder, [*TINY, Told("chronicle", story("falcon"))]).close()
    return folder / "store"


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build one that is large enough for Chroma to write its vectors' files."""
    folder = tmp_path_factory.mktemp("large")
    build_store(folder, [*TINY, Told("chronicle", chronicle())]).close()
    assert any(folder.glob("store/indexes-1/chroma/*/*.bin"))
    return folder / "store"


@pytest.mark.parametrize("lose", LOSSES.values(), ids=LOSSES)
def test_lost_indexes_are_built_again_without_embedding(
    lose: Callable[[Path], object], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """An index that is lost or damaged is made again from the catalog when the store is opened; nothing is embedded."""
    whole: Path = request.getfixturevalue("large" if lose in (remove_vectors, empty_vectors) else "small")
    place = tmp_path / "store"
    shutil.copytree(whole, place)
    (indexes,) = place.glob("indexes-*")
    lose(indexes)

    # No embedding is within its reach.
    opened = Store(StoreConfig(path=place))

    everything = {each.id for each in TINY}
    hits = found(opened, "bridge quay painting")
    assert {kind: own - {"chronicle"} for kind, own in hits.items()} == {"meaning": everything, "words": everything}
    assert found(opened, "falcon")["words"] == {"chronicle"}
    assert "chronicle" in found(opened, "falcon")["meaning"]
    opened.close()


def test_words_that_a_killed_process_left_torn_are_made_again(store: Store, tmp_path: Path) -> None:
    """When the file lies there that only a process at work leaves, the next writer makes the words anew."""
    one, two = prepared("one", story("falcon")), prepared("two", story("heron"))
    reader = open_store(tmp_path / "store")
    with store.writing():
        store.publish([one])
        folder = tmp_path / "store" / "indexes-1"
        (folder / "writing").touch()
        LexicalIndex(folder / "bm25").drop([one.article.id])
        store.publish([two])

    assert found(store, "falcon")["words"] == found(reader, "falcon")["words"] == {"one"}
    assert found(reader, "heron")["words"] == {"two"}
    assert sorted(path.name.partition("-")[0] for path in folder.iterdir()) == [
        "bm25",
        "chroma",
        "words",
        "writer.json",
        "writer.lock",
    ]
    reader.close()


def test_rebuilding_keeps_what_is_found(tmp_path: Path) -> None:
    """Indexes made again from the catalog find the same, with no text embedded, also for a store that stays open."""
    embedding = HashEmbedding()
    store = build_store(tmp_path, embedding=embedding)
    reader = open_store(tmp_path / "store")
    vector = embed_question(embedding, "bridge quay painting")
    before = store.by_meaning(vector, most=20), store.by_words("bridge quay painting", most=20)
    embedded = len(embedding.texts)

    with store.writing():
        store.rebuild()

    after = store.by_meaning(vector, most=20), store.by_words("bridge quay painting", most=20)
    assert [{hit.passage for hit in each} for each in after] == [{hit.passage for hit in each} for each in before]
    assert len(embedding.texts) == embedded
    assert {hit.passage for hit in reader.by_words("bridge quay painting", most=20)} == {
        hit.passage for hit in before[1]
    }
    assert {hit.passage for hit in reader.by_meaning(vector, most=20)} == {hit.passage for hit in before[0]}
    store.close()
    reader.close()


# Filters

DATED = {
    "day": ("2024-05-17", "A"),
    "next": ("2024-06-01", "B"),
    "month": ("2024-05", "A"),
    "year": ("2024", "B"),
    "old": ("2022-12-31", "A"),
    "none": (None, "B"),
    "bare": (None, None),
}
ALL = set(DATED)
CASES: dict[str, tuple[Filters, set[str]]] = {
    "nothing asked": (Filters(), ALL),
    "undated alone asks for nothing": (Filters(undated=True), ALL),
    "after a day, which counts": (Filters(after="2024-05-17"), {"day", "next"}),
    "after the next day": (Filters(after="2024-05-18"), {"next"}),
    "before a day, which counts": (Filters(before="2024-05-17"), {"day", "month", "year", "old"}),
    "before the day before": (Filters(before="2024-05-16"), {"month", "year", "old"}),
    "after a month, from its first day": (Filters(after="2024-05"), {"day", "next", "month"}),
    "before a month, to its last day": (Filters(before="2024-05"), {"day", "month", "year", "old"}),
    "after a year, from its first day": (Filters(after="2024"), {"day", "next", "month", "year"}),
    "before a year, to its last day": (Filters(before="2022"), {"old"}),
    "between": (Filters(after="2023", before="2024-05-31"), {"day", "month", "year"}),
    "between, or undated": (
        Filters(after="2023", before="2024-05-31", undated=True),
        {"day", "month", "year", "none", "bare"},
    ),
    "outlet": (Filters(outlets=("A",)), {"day", "month", "old"}),
    "one of two outlets": (Filters(outlets=("A", "B")), ALL - {"bare"}),
    "an outlet that is not there": (Filters(outlets=("C",)), set()),
    "outlets are whole names": (Filters(outlets=("a",)), set()),
    "outlet and dates": (Filters(after="2024", outlets=("B",)), {"next", "year"}),
    "outlet and dates, or undated": (Filters(after="2024-05-20", outlets=("B",), undated=True), {"next", "none"}),
    "no such time": (Filters(after="2030"), set()),
}


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Index articles of every kind of date and outlet."""
    # Other words in each: copies would be one story, of which a search without filters gives one article.
    rows = [
        Told(
            name,
            f"The falcon of {name} crossed {name} hills while {name} crowds in {name} cheered.",
            None,
            outlet,
            date,
        )
        for name, (date, outlet) in DATED.items()
    ]
    opened = build_store(tmp_path_factory.mktemp("dated"), rows)
    yield opened
    opened.close()


class FilterConformance:
    """What each index of the store must make of filters."""

    def search(self, store: Store, filters: Filters) -> set[str]:
        """Give the documents that the index finds."""
        raise NotImplementedError

    @pytest.mark.parametrize(("filters", "expected"), CASES.values(), ids=CASES)
    def test_filters(self, dated: Store, filters: Filters, expected: set[str]) -> None:
        """An index finds the articles that the filters admit, and no other."""
        assert self.search(dated, filters) == expected


class TestByMeaning(FilterConformance):
    """Chroma's filters."""

    def search(self, store: Store, filters: Filters) -> set[str]:
        """Search by a vector."""
        return found(store, "falcon", filters)["meaning"]


class TestByWords(FilterConformance):
    """Tantivy's filters."""

    def search(self, store: Store, filters: Filters) -> set[str]:
        """Search by a word."""
        return found(store, "falcon", filters)["words"]


def test_what_filters_admit_is_found_where_the_graph_loses_its_way(
    dated: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vectors that are all the same can cut others off: what the graph does not give is looked for one by one."""
    vector = embed_question(HashEmbedding(), "falcon day")
    filters = Filters(outlets=("A",))
    expected = dated.by_meaning(vector, most=9, filters=filters)
    monkeypatch.setattr(Collection, "query", lambda *_rest, **_named: {"ids": [[]], "distances": [[]]})

    hits = dated.by_meaning(vector, most=9, filters=filters)

    assert [each.passage for each in hits] == [each.passage for each in expected]
    assert [each.score for each in hits] == pytest.approx([each.score for each in expected], abs=1e-4)
    assert len(dated.by_meaning(vector, most=2, filters=filters)) == 2


# Other processes


def program(name: str, *arguments: object) -> list[str]:
    """Give the command that runs one of this module's functions in a new process."""
    code = f"import sys; from tests.index.test_store import {name} as run; run(*sys.argv[1:])"
    return [sys.executable, "-c", code, *map(str, arguments)]


def in_another_process(name: str, *arguments: object) -> object:
    """Run one of this module's functions in a new process and read what it prints."""
    ran = subprocess.run(program(name, *arguments), cwd=ROOT, capture_output=True, text=True, timeout=500, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:]
    return json.loads(ran.stdout or "null")


def watch(folder: str) -> None:
    """Open a store and keep it open: for each line of input, print what is found."""
    opened = Store(StoreConfig(path=Path(folder) / "store"))
    for line in sys.stdin:
        hits = found(opened, line.strip())
        print(json.dumps([sorted(hits["meaning"]), sorted(hits["words"])]), flush=True)  # noqa: T201  # read by the test


def test_reader_in_another_process_sees_what_is_written(tmp_path: Path) -> None:
    """A process that keeps the store open sees new, changed and removed articles, as soon as they are published."""
    store = build_store(tmp_path, [BRIDGE])
    seen = []
    with subprocess.Popen(
        program("watch", tmp_path), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdin
        assert reader.stdout

        def see(words: str) -> object:
            assert reader.stdin
            assert reader.stdout
            reader.stdin.write(f"{words}\n")
            reader.stdin.flush()
            return json.loads(reader.stdout.readline())

        seen.append(see("falcon bridge"))
        one, other = prepared("one", story("falcon")), prepared("one", story("heron"))
        with store.writing():
            store.publish([one])
            seen.append(see("falcon bridge"))
            store.publish([other], replaced=[one.article.id])
            seen.append(see("heron bridge"))
            store.remove([other.article.id])
            seen.append(see("heron bridge"))
            store.rebuild()
            seen.append(see("heron bridge"))
        reader.stdin.close()
        assert reader.wait(60) == 0
    store.close()

    both = [["bridge", "one"]] * 2
    assert seen[0] == seen[3] == seen[4] == [["bridge"]] * 2
    assert seen[1:3] == [both, both]
