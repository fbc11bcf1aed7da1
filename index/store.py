"""The store: one catalog that is the truth, and the Chroma and BM25 indexes that are made from it.

An article is written to the catalog as pending, put into both indexes, read back, and published in
one transaction. Hits that are not published are dropped, so that an article appears, changes and
disappears whole, whatever happens in between. One writer at a time, by a lock that dies with its
process.
"""

from __future__ import annotations

import functools
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from index.article import Article, Coverage, Filters, Passage
from index.catalog import Catalog, Indexed, Listed, Prepared, State
from index.config import StoreConfig
from index.embed import Vector, Vectors
from index.errors import StoreError, StoreLocked, StoreMismatch, StoreMissing
from index.lexical import Hit, LexicalIndex
from index.lock import make_folder, writer_lock
from index.store_vectors import VectorIndex, forget_open_clients

_CATALOG = "catalog.sqlite"
_WRITING = "writing"
"""The setting that a writer raises while it is at work."""
_BATCH = 2_000
_PROBES = 8
"""Passages that must be found by their own vectors when the store is opened."""
_SAME = 0.99
"""Cosine similarity from which two vectors are the same, but for rounding."""


class Store:
    """Articles that can be found by meaning, by words and by id; reads see published articles only.

    `fingerprint` names the embedding model, the splitting and the cleaning; None takes what is there.
    Raises StoreMissing where there is no store and `create` is not asked for, StoreMismatch where it
    was made with another fingerprint, StoreError where it can't be opened.
    """

    def __init__(self, config: StoreConfig, *, fingerprint: str | None = None, create: bool = False) -> None:
        self._config = config
        self._guard = threading.Lock()
        if not create and not (config.path / _CATALOG).is_file():
            raise StoreMissing(f"There is no index in {config.path}. Make one with: verbatim index [SOURCE…]")
        make_folder(config.path)
        self._catalog = Catalog(f"sqlite:///{config.path / _CATALOG}")
        self._check(fingerprint, create=create)
        self._article = functools.lru_cache(maxsize=512)(self._load_article)
        self._open_indexes()

    def close(self) -> None:
        """Give back connections; the store can't be used afterwards."""
        self._catalog.close()

    # Reading

    def articles(self) -> tuple[Article, ...]:
        """All published articles, by document name."""
        return self._catalog.articles()

    def article(self, key: str) -> Article:
        """The published article of this id or document name; StoreError when there is none or several."""
        found = self._catalog.find(key)
        if not found:
            raise StoreError(f"No article {key!r} is indexed. `verbatim articles` lists what is.")
        if len(found) > 1:
            ids = ", ".join(each.id for each in found)
            raise StoreError(f"{len(found)} articles are called {key!r}; name one of them by its id: {ids}")
        return found[0]

    def listed(
        self, *, source: str | None = None, states: Sequence[State] = ("published", "failed")
    ) -> tuple[Listed, ...]:
        """Articles and failures, with their state, without texts."""
        return self._catalog.listed(source=source, states=states)

    def coverage(self) -> Coverage:
        """What the published articles cover."""
        return self._catalog.coverage()

    def by_meaning(self, vector: Vector, *, most: int, filters: Filters = Filters()) -> list[Hit]:
        """The passages nearest to a vector, with cosine similarity from -1 to 1, best first."""
        self._refresh()
        return self._vectors.search(vector, most=most, filters=filters)

    def by_words(self, words: str, *, most: int, filters: Filters = Filters()) -> list[Hit]:
        """The passages that share words with `words`, with BM25 scores, best first."""
        self._refresh()
        return self._lexical.search(words, most=most, filters=filters)

    def passages(self, ids: Sequence[str]) -> dict[str, tuple[Passage, Vectors]]:
        """Passages of published articles, with their sentences' vectors of shape (sentences, dimensions).

        Ids that are not published are left out.
        """
        return self._catalog.passages(ids)

    def texts(self, ids: Sequence[str]) -> dict[str, Article]:
        """Articles by id; one that was removed in the meantime is left out."""
        found = {each: self._article(each) for each in dict.fromkeys(ids)}
        return {each: article for each, article in found.items() if article is not None}

    def frequency(self, word: str) -> float:
        """The share of passages, from 0 to 1, that hold this word or another one of its stem."""
        return self._lexical.frequency(word) / max(1, self._lexical.count())

    # Writing

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the writer's lock, and first clear away what a killed writer left half done.

        Raises StoreLocked, naming the other writer, after `lock_seconds`.
        """
        with writer_lock(self._config.path, seconds=self._config.lock_seconds):
            if self._was_killed():
                self.rebuild()
            self._catalog.set_setting(_WRITING, "yes")
            self._clear_leftovers()
            try:
                yield
            finally:
                self._catalog.set_setting(_WRITING, "")

    def publish(self, prepared: Sequence[Prepared], *, replaced: Sequence[str] = ()) -> None:
        """Make articles findable and visible, and those that they replace invisible, as one step.

        Only inside `writing`. When it returns, the articles survive the death of the process.
        """
        ids = [each.article.id for each in prepared]
        self._catalog.add_pending(prepared)
        for rows in self._catalog.indexed(ids, batch=_BATCH):
            self._put(rows)
        self._read_back(prepared)
        self._catalog.publish(ids, retire=replaced)
        self._drop(replaced)

    def remove(self, ids: Sequence[str]) -> None:
        """Make published articles or recorded failures disappear. Only inside `writing`."""
        self._catalog.publish((), retire=ids)
        self._drop(ids)

    def record_failure(self, identity: str, *, source: str, document: str, raw_hash: str, reason: str) -> None:
        """Keep why a file or row could not become an article. Only inside `writing`."""
        self._catalog.record_failure(identity, source=source, document=document, raw_hash=raw_hash, reason=reason)

    def rebuild(self) -> None:
        """Make both indexes again from the catalog, in a new folder, and switch to it. Only inside `writing`.

        Nothing is embedded again; readers keep the old indexes until the switch.
        """
        old = self._indexes_folder()
        name = f"indexes-{int(old.name.rpartition('-')[2]) + 1}"
        shutil.rmtree(self._config.path / name, ignore_errors=True)
        self._use_indexes(self._config.path / name)
        for rows in self._catalog.indexed(batch=_BATCH):
            self._put(rows)
        self._catalog.set_setting("indexes", name)
        # A new generation, for readers that hold the old folder open.
        self._catalog.publish(())
        self._seen = self._catalog.setting("generation")
        if not self._config.url:
            shutil.rmtree(old, ignore_errors=True)

    # Inside

    def _check(self, fingerprint: str | None, *, create: bool) -> None:
        stored = self._catalog.setting("fingerprint")
        if stored is None and not create:
            raise StoreMissing(
                f"The catalog in {self._config.path} is empty. Make the index with: verbatim index [SOURCE…]"
            )
        if stored is None and fingerprint is not None:
            self._catalog.set_setting("fingerprint", fingerprint)
        elif fingerprint is not None and stored != fingerprint:
            raise StoreMismatch(
                f"The index in {self._config.path} was made with «{stored}», the settings ask for «{fingerprint}». "
                "Make it again with: verbatim index --fresh [SOURCE…], or put the settings back."
            )

    def _indexes_folder(self) -> Path:
        return self._config.path / (self._catalog.setting("indexes") or "indexes-1")

    def _open_indexes(self) -> None:
        self._seen = self._catalog.setting("generation")
        if self._was_killed() and self._mended():
            return
        if self._unusable():
            with writer_lock(self._config.path, seconds=self._config.lock_seconds):
                # Another process may have mended it in the meantime.
                if self._unusable():
                    self.rebuild()

    def _was_killed(self) -> bool:
        """Whether the last writer, or one that is at work, has not come to its end.

        What a killed one leaves of an embedded Chroma can take the process that opens it down with it, so it is
        never opened again.
        """
        return not self._config.url and bool(self._catalog.setting(_WRITING))

    def _mended(self) -> bool:
        """Make the indexes of a killed writer again; False when the writer is alive and holds its lock."""
        try:
            with writer_lock(self._config.path, seconds=0.0):
                if self._was_killed():
                    self.rebuild()
                    self._catalog.set_setting(_WRITING, "")
                    return True
        except StoreLocked:
            pass
        return False

    def _unusable(self) -> bool:
        # Counted before and after: another process may publish or remove while the indexes are being opened.
        before = self._catalog.passage_count()
        try:
            self._use_indexes(self._indexes_folder())
            expected = min(before, self._catalog.passage_count())
            short = self._vectors.count() < expected or self._lexical.count() < expected
            return short or not self._found_again()
        except StoreError:
            if self._config.url:
                raise
            return True

    def _found_again(self) -> bool:
        """Whether both indexes find passages by what they hold.

        Chroma still counts when its vectors' files are gone, and finds what is in its log: only searches tell.
        """
        probes = next(self._catalog.indexed(batch=_PROBES), [])
        nearest = [self._vectors.search(row.vector, most=1, filters=Filters()) for row in probes]
        same = sum(bool(hits) and hits[0].score > _SAME for hits in nearest)
        # Half of them: one or the other may have been published just now.
        return 2 * same >= len(probes) and (
            not probes or any(self._lexical.search(row.text, most=1, filters=Filters()) for row in probes)
        )

    def _use_indexes(self, folder: Path) -> None:
        make_folder(folder)
        self._lexical = LexicalIndex(folder / "bm25")
        self._vectors = VectorIndex(folder / "chroma", url=self._config.url, name=f"verbatim-{folder.name}")

    def _refresh(self) -> None:
        """See what another process has published: an embedded Chroma that stays open never would."""
        generation = self._catalog.setting("generation")
        if generation == self._seen:
            return
        with self._guard:
            if not self._config.url:
                forget_open_clients()
            self._use_indexes(self._indexes_folder())
            self._lexical.reload()
            self._seen = generation

    def _put(self, rows: Sequence[Indexed]) -> None:
        self._lexical.put(rows)
        self._vectors.put(rows)

    def _drop(self, articles: Sequence[str]) -> None:
        if not articles:
            return
        self._lexical.drop(articles)
        self._vectors.drop(articles)
        self._catalog.forget(articles)
        self._seen = self._catalog.setting("generation")

    def _read_back(self, prepared: Sequence[Prepared]) -> None:
        ids = [passage.id for each in prepared for passage in each.passages]
        found = self._vectors.holds(ids)
        if found != len(ids):
            raise StoreError(
                f"Chroma holds {found} of {len(ids)} passages just written; nothing was published. Try again."
            )

    def _clear_leftovers(self) -> None:
        ids = [each.id for each in self._catalog.listed(states=("pending", "retired"))]
        self._drop(ids)

    def _load_article(self, identity: str) -> Article | None:
        return next(iter(self._catalog.articles([identity])), None)
