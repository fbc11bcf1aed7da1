"""Indexing brings a store in line with its source, and touches nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import PrivateAttr

from index.config import IndexConfig
from index.errors import ArticleError, SourceError, Stopped
from index.pipeline import Failure, Report, fingerprint, index_source, make_article, prepare
from index.read import Raw
from index.store import Store
from tests.fakes import BRIDGE, HashEmbedding, Told, open_store, write_corpus

CONFIG = IndexConfig(passage_tokens=32)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Write a folder of two articles."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "a.txt").write_text("The falcon was seen over the old town. It left in the evening.")
    (folder / "b.txt").write_text("A heron stood by the river. Nobody knew why.")
    return folder


@pytest.fixture
def embedding() -> HashEmbedding:
    """Make an embedding that keeps what it embeds."""
    return HashEmbedding()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open an empty store."""
    opened = open_store(tmp_path / "store")
    yield opened
    opened.close()


def states(store: Store) -> dict[str, list[str]]:
    """Give the states of each document."""
    found: dict[str, list[str]] = {}
    for each in store.listed(states=("pending", "published", "retired", "failed")):
        found.setdefault(each.document, []).append(each.state)
    return found


def test_indexing_twice_changes_nothing(corpus: Path, store: Store, embedding: HashEmbedding) -> None:
    """A second run finds everything unchanged, embeds nothing, and the articles stay the same."""
    first = index_source(corpus, store, embedding, CONFIG)
    before, embedded = (store.articles(), store.listed()), len(embedding.texts)

    second = index_source(corpus, store, embedding, CONFIG)

    assert (first, second) == (Report(added=2), Report(unchanged=2))
    assert (store.articles(), store.listed()) == before
    assert len(embedding.texts) == embedded > 0


def test_changed_file_replaces_its_article(corpus: Path, store: Store, embedding: HashEmbedding) -> None:
    """A changed file's new article takes the place of the old; only it is embedded."""
    index_source(corpus, store, embedding, CONFIG)
    embedding.texts.clear()
    (corpus / "a.txt").write_text("The owl was seen over the old town.")

    assert index_source(corpus, store, embedding, CONFIG) == Report(changed=1, unchanged=1)

    assert store.article("a.txt").text == "The owl was seen over the old town."
    assert states(store) == {"a.txt": ["published"], "b.txt": ["published"]}
    assert store.by_words("falcon", most=5) == []
    assert all("owl" in text for text in embedding.texts)


def test_removed_file_leaves(corpus: Path, store: Store, embedding: HashEmbedding) -> None:
    """An article whose file is gone is removed, the others stay."""
    index_source(corpus, store, embedding, CONFIG)
    (corpus / "a.txt").unlink()

    assert index_source(corpus, store, embedding, CONFIG) == Report(removed=1, unchanged=1)
    assert states(store) == {"b.txt": ["published"]}


def test_other_sources_are_not_touched(corpus: Path, store: Store, embedding: HashEmbedding, tmp_path: Path) -> None:
    """Indexing one source leaves the articles of another one alone."""
    index_source(corpus, store, embedding, CONFIG)
    other = write_corpus(tmp_path / "other", [BRIDGE])

    assert index_source(other, store, embedding, CONFIG) == Report(added=1)
    assert states(store) == {"a.txt": ["published"], "b.txt": ["published"], "bridge": ["published"]}


def test_failing_file_keeps_its_reason_and_stops_nothing(corpus: Path, store: Store, embedding: HashEmbedding) -> None:
    """A file that can't be read is listed with its reason, the others are indexed; mended, it is an article."""
    (corpus / "c.txt").write_bytes(b"Words \xff\xfe and more")
    reason = "not UTF-8: 0xff at byte 6; save it as UTF-8"
    done: list[str] = []

    report = index_source(corpus, store, embedding, CONFIG, progress=done.append)

    assert report == Report(added=2, failures=(Failure("c.txt", reason),))
    assert sorted(done) == ["a.txt", "b.txt", "c.txt"]
    assert [(each.document, each.reason) for each in store.listed(states=("failed",))] == [("c.txt", reason)]
    assert index_source(corpus, store, embedding, CONFIG) == Report(unchanged=2, failures=(Failure("c.txt", reason),))

    (corpus / "c.txt").write_text("The owl was seen over the old town.")
    assert index_source(corpus, store, embedding, CONFIG) == Report(added=1, unchanged=2)
    assert states(store) == {"a.txt": ["published"], "b.txt": ["published"], "c.txt": ["published"]}


def test_published_article_survives_its_file_going_bad(corpus: Path, store: Store, embedding: HashEmbedding) -> None:
    """An article whose file can no longer be read stays, beside the failure; when the file is back, that goes."""
    good = (corpus / "a.txt").read_bytes()
    index_source(corpus, store, embedding, CONFIG)
    before = store.article("a.txt")
    (corpus / "a.txt").write_bytes(b"\xff")

    report = index_source(corpus, store, embedding, CONFIG)

    assert [each.document for each in report.failures] == ["a.txt"]
    assert store.article("a.txt") == before
    assert sorted(states(store)["a.txt"]) == ["failed", "published"]

    (corpus / "a.txt").write_bytes(good)
    assert index_source(corpus, store, embedding, CONFIG) == Report(unchanged=2)
    assert states(store)["a.txt"] == ["published"]


def test_failure_whose_file_is_gone_leaves(corpus: Path, store: Store, embedding: HashEmbedding) -> None:
    """A recorded failure goes with its file, and is no removed article."""
    (corpus / "c.txt").write_bytes(b"\xff")
    index_source(corpus, store, embedding, CONFIG)
    (corpus / "c.txt").unlink()

    assert index_source(corpus, store, embedding, CONFIG) == Report(unchanged=2)
    assert "c.txt" not in states(store)


def test_broken_row_is_named_and_the_others_are_indexed(store: Store, embedding: HashEmbedding, tmp_path: Path) -> None:
    """A row that is no JSON is named by its line; the rows around it become articles."""
    path = write_corpus(tmp_path, [BRIDGE, Told("two", "The owl was seen over the old town.")])
    first, second = path.read_text().splitlines()
    path.write_text("\n".join([first, '{"id": "broken', second]))

    report = index_source(path, store, embedding, CONFIG)

    assert (report.added, [each.document for each in report.failures]) == (2, ["corpus.jsonl:2"])
    assert report.failures[0].reason.startswith("not JSON: ")


def test_small_batches_give_the_same(corpus: Path, store: Store, embedding: HashEmbedding) -> None:
    """How many articles are published at once makes no difference."""
    assert index_source(corpus, store, embedding, IndexConfig(passage_tokens=32, batch_articles=1)) == Report(added=2)
    assert states(store) == {"a.txt": ["published"], "b.txt": ["published"]}


def test_missing_source_is_an_error_and_nothing_is_removed(
    corpus: Path, store: Store, embedding: HashEmbedding
) -> None:
    """A source that is not there raises; what was indexed from it stays."""
    index_source(corpus, store, embedding, CONFIG)
    moved = corpus.rename(corpus.with_name("moved"))

    with pytest.raises(SourceError, match=f"{corpus} can't be read"):
        index_source(corpus, store, embedding, CONFIG)

    assert moved.exists()
    assert len(store.articles()) == 2


def test_superseded_versions_are_listed_and_go_with_their_document(
    corpus: Path, store: Store, embedding: HashEmbedding
) -> None:
    """Each version that was replaced stays listed, with when; none of them is found, and removing takes them along."""
    for bird in ("owl", "crow", "finch"):
        (corpus / "a.txt").write_text(f"The {bird} was seen over the old town. It left in the evening.")
        index_source(corpus, store, embedding, CONFIG)
    rows = [each for each in store.listed() if each.document == "a.txt"]

    assert sorted(each.state for each in rows) == ["published", "superseded", "superseded"]
    reasons = [each.reason or "" for each in rows if each.state == "superseded"]
    assert all(each.startswith("replaced by a newer version on 20") for each in reasons)
    assert all(each.characters > 0 for each in rows)
    assert [store.by_words(bird, most=5) for bird in ("owl", "crow")] == [[], []]

    with store.writing():
        store.remove([store.article("a.txt").id])
    assert [each.document for each in store.listed()] == ["b.txt"]


def test_former_content_can_come_back(corpus: Path, store: Store, embedding: HashEmbedding) -> None:
    """A file that is changed and changed back is the article that it was, and the version between is superseded."""
    index_source(corpus, store, embedding, CONFIG)
    first, words = store.article("a.txt"), (corpus / "a.txt").read_text()
    (corpus / "a.txt").write_text("The owl was seen over the old town.")
    index_source(corpus, store, embedding, CONFIG)
    (corpus / "a.txt").write_text(words)

    assert index_source(corpus, store, embedding, CONFIG) == Report(changed=1, unchanged=1)

    assert store.article("a.txt") == first
    assert len(store.by_words("falcon", most=5)) == 1
    assert sorted(each.state for each in store.listed() if each.document == "a.txt") == ["published", "superseded"]


@pytest.mark.parametrize("moment", ["between batches", "while embedding"])
def test_interrupted_run_keeps_what_is_done_and_goes_on(corpus: Path, store: Store, moment: str) -> None:
    """Ctrl-C stops with what was published so far, nothing half done, nothing to mend; the next run does the rest."""
    one_by_one = IndexConfig(passage_tokens=32, batch_articles=1)

    def interrupt(_document: str) -> None:
        raise KeyboardInterrupt

    embedding = Interrupted(after=3 if moment == "while embedding" else 1_000)
    progress = interrupt if moment == "between batches" else lambda _: None

    with pytest.raises(Stopped, match=rf"Stopped\. 1 articles of {corpus} were indexed before that and stay"):
        index_source(corpus, store, embedding, one_by_one, progress=progress)

    assert [each.document for each in store.articles()] == ["a.txt"]
    assert index_source(corpus, store, HashEmbedding(), one_by_one) == Report(added=1, unchanged=1)
    assert states(store) == {"a.txt": ["published"], "b.txt": ["published"]}
    assert [each.name for each in corpus.parent.glob("store/indexes-*")] == ["indexes-1"]


class Interrupted(HashEmbedding):
    """An embedding during which somebody presses Ctrl-C, after so many texts and sentences."""

    _left: int = PrivateAttr()

    def __init__(self, *, after: int) -> None:
        super().__init__()
        self._left = after

    def _get_text_embedding(self, text: str) -> list[float]:
        self._left -= 1
        if self._left < 0:
            raise KeyboardInterrupt
        return super()._get_text_embedding(text)


def test_article_of_no_words_is_refused() -> None:
    """A text without a letter or digit is no article."""
    with pytest.raises(ArticleError, match=r"There are no words in it \(5 characters before cleaning\)"):
        make_article(Raw("a.txt", "tests", "– … –", "0"))


def test_passages_are_embedded_with_their_title(embedding: HashEmbedding) -> None:
    """Each passage is embedded under its title; its sentences by their own words, as the article has them."""
    article = make_article(Raw("a", "tests", BRIDGE.text, "0"))
    titled = type(article)(
        article.document,
        article.source,
        article.text,
        article.sentences,
        "0",
        type(article.about)(title="Bridge closed"),
    )

    (made,) = prepare([titled], embedding, CONFIG)

    passages = [f"Bridge closed\n{article.text[each.start : each.end]}" for each in made.passages]
    assert embedding.texts == [*passages, *(article.words(each) for each in article.sentences)]
    assert [len(each.spans) for each in made.vectors] == [each.last - each.first + 1 for each in made.passages]


def test_fingerprint_tells_models_and_splitting_apart() -> None:
    """Another model, or other passages, is another fingerprint; batches make none."""
    base = fingerprint(HashEmbedding(), CONFIG)

    assert fingerprint(HashEmbedding(model_name="other"), CONFIG) != base
    assert fingerprint(HashEmbedding(), IndexConfig(passage_tokens=33)) != base
    assert fingerprint(HashEmbedding(), IndexConfig(passage_tokens=32, batch_articles=1)) == base
