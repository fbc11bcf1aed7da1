"""The store: one catalog that is the truth, and the Chroma and BM25 indexes that are made from it.

An article is written to the catalog as pending, put into both indexes, read back, and published in
one transaction. Hits that are not published are dropped, so that an article appears, changes and
disappears whole, whatever happens in between. One writer at a time, by a lock that dies with its
process.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from index.article import Article, Coverage, Filters, Passage
from index.catalog import Catalog, Listed, Prepared, State
from index.config import StoreConfig
from index.embed import Vector, Vectors
from index.errors import StoreError, StoreLocked, StoreMismatch, StoreMissing, VerbatimError
from index.indexes import (
    BATCH,
    Indexes,
    catalog_url,
    has_catalog,
    name_store,
    only_writer,
    open_indexes,
    rebuild_indexes,
)
from index.lexical import Hit
from index.lock import make_folder
from index.queries import left_over, versions

WRITING = "writing"
"""The setting that a writer raises while it is at work."""
_READS = 4
"""How often a search is tried: a rebuilding may take the indexes away from under a reader."""
_PAUSE_SECONDS = 0.2
_REMOVED_AT_ONCE = 500
_KEPT = 512
"""Articles that are kept after they were read."""


class Store:
    """Articles that can be found by meaning, by words and by id; reads see published articles only.

    `fingerprint` names the embedding model, the splitting and the cleaning; None takes what is there.
    Raises StoreMissing where there is no store and `create` is not asked for, StoreMismatch where it
    was made with another fingerprint, StoreError where it can't be opened.
    """

    def __init__(self, config: StoreConfig, *, fingerprint: str | None = None, create: bool = False) -> None:
        self._config = config
        self._guard = threading.Lock()
        if not create and not has_catalog(config):
            raise StoreMissing(f"There is no index in {config.path}. Make one with: verbatim index [SOURCE…]")
        make_folder(config.path)
        self._catalog = Catalog(catalog_url(config))
        self._read: dict[str, Article] = {}
        try:
            self._check(fingerprint, create=create)
            name_store(self._catalog)
            self._indexes = self._opened()
        except VerbatimError:
            self._catalog.close()
            raise

    def close(self) -> None:
        """Give back connections; the store can't be used afterwards."""
        self._catalog.close()

    # Reading

    def articles(self, ids: Sequence[str] | None = None) -> tuple[Article, ...]:
        """All published articles, or those among `ids`, by document name."""
        return self._catalog.articles(ids)

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
        self, *, source: str | None = None, states: Sequence[State] = ("published", "superseded", "failed")
    ) -> tuple[Listed, ...]:
        """Articles, failures and superseded versions, with their state, without texts."""
        return self._catalog.listed(source=source, states=states)

    def coverage(self) -> Coverage:
        """What the published articles cover."""
        return self._catalog.coverage()

    def by_meaning(self, vector: Vector, *, most: int, filters: Filters = Filters()) -> list[Hit]:
        """The passages nearest to a vector, with cosine similarity from -1 to 1, best first."""
        return self._search(lambda indexes: indexes.vectors.search(vector, most=most, filters=filters))

    def by_words(self, words: str, *, most: int, filters: Filters = Filters(), echoes: bool = False) -> list[Hit]:
        """The passages that share words with `words`, with BM25 scores, best first.

        Copies within a story are found with filters, or when `echoes` are asked for.
        """
        return self._search(lambda indexes: indexes.words.search(words, most=most, filters=filters, echoes=echoes))

    def holding(self, phrases: Sequence[str], *, most: int) -> list[Hit]:
        """The passages, copies too, that have all words of at least one of these phrases, in any order."""
        return self._search(lambda indexes: indexes.words.holding(phrases, most=most))

    def passages(self, ids: Sequence[str]) -> dict[str, tuple[Passage, Vectors]]:
        """Passages of published articles, with their sentences' vectors of shape (sentences, dimensions).

        Ids that are not published are left out.
        """
        return self._catalog.passages(ids)

    def texts(self, ids: Sequence[str]) -> dict[str, Article]:
        """Articles by id; one that was removed in the meantime is left out."""
        with self._guard:
            known = {each: self._read[each] for each in ids if each in self._read}
        missing = [each for each in dict.fromkeys(ids) if each not in known]
        found = {each.id: each for each in self._catalog.articles(missing)} if missing else {}
        with self._guard:
            self._read.update(found)
            for oldest in list(self._read)[: max(0, len(self._read) - _KEPT)]:
                del self._read[oldest]
        known |= found
        return {each: known[each] for each in dict.fromkeys(ids) if each in known}

    def also(self, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """For each of these articles the other outlets that carry its story, by name."""
        return self._catalog.other_outlets(ids)

    def frequency(self, word: str) -> float:
        """The share of passages, from 0 to 1, that hold this word or another one of its stem."""
        words = self._indexes.words
        return words.frequency(word) / max(1, words.count())

    # Writing

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the writer's lock, and first clear away what a killed writer left half done.

        Raises StoreLocked, naming the other writer, after `lock_seconds`.
        """
        with only_writer(self._config, self._catalog, seconds=self._config.lock_seconds):
            if self._was_killed() and not self._config.url:
                self.rebuild()
            # Another process may have written since: what Chroma has open would write over it.
            self._refresh()
            self._catalog.set_setting(WRITING, "yes")
            self._indexes.settle()
            self._drop(self._catalog.ids(left_over()))
            try:
                yield
            finally:
                self._catalog.set_setting(WRITING, "")

    def publish(self, prepared: Sequence[Prepared], *, replaced: Sequence[str] = ()) -> None:
        """Make articles findable and visible, and those that they replace invisible, as one step.

        Only inside `writing`. When it returns, the articles survive the death of the process.
        """
        ids = [each.article.id for each in prepared]
        self._catalog.add_pending(prepared, replacing=replaced)
        for rows in self._catalog.indexed(ids, batch=BATCH):
            self._indexes.put(rows)
        voiced = self._give_voice(replaced)
        self._indexes.read_back(prepared)
        self._catalog.publish(ids, replaced=replaced, voiced=voiced)
        self._drop(replaced)

    def remove(self, ids: Sequence[str]) -> None:
        """Make articles, with their superseded versions, or recorded failures disappear. Only inside `writing`."""
        for start in range(0, len(ids), _REMOVED_AT_ONCE):
            part = ids[start : start + _REMOVED_AT_ONCE]
            part = tuple(dict.fromkeys((*part, *self._catalog.ids(versions(part)))))
            self._catalog.publish((), removed=part, voiced=self._give_voice(part))
            self._drop(part)

    def _give_voice(self, leaving: Sequence[str]) -> list[str]:
        """Put the echoes that speak for their story once these articles leave where searches find them."""
        voiced = self._catalog.successors(leaving) if leaving else []
        self._indexes.voice(voiced)
        return voiced

    def record_failure(self, identity: str, *, source: str, document: str, raw_hash: str, reason: str) -> None:
        """Keep why a file or row could not become an article. Only inside `writing`."""
        self._catalog.record_failure(identity, source=source, document=document, raw_hash=raw_hash, reason=reason)

    def rebuild(self) -> None:
        """Make both indexes again from the catalog and switch to them; nothing is embedded. Only inside `writing`."""
        self._indexes = rebuild_indexes(self._config, self._catalog)
        self._seen = self._catalog.setting("generation")

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

    def _opened(self) -> Indexes:
        """The indexes, made again where a writer was killed or they are damaged."""
        self._seen = self._catalog.setting("generation")
        if self._was_killed() and (mended := self._after_kill()):
            return mended
        for _ in range(_READS):
            usable = self._usable()
            if usable:
                return usable
            try:
                with only_writer(self._config, self._catalog, seconds=self._config.lock_seconds / _READS):
                    # Another process may have mended it in the meantime.
                    usable = self._usable()
                    if not usable:
                        self.rebuild()
                    return usable or self._indexes
            except StoreLocked:
                # A writer is at work: what looked damaged may have been half of what it was doing.
                continue
        raise StoreLocked(
            f"The indexes in {self._config.path} can't be used, and another process is writing to them. Try again."
        )

    def _was_killed(self) -> bool:
        """Whether the last writer, or one that is at work, has not come to its end."""
        return bool(self._catalog.setting(WRITING))

    def _after_kill(self) -> Indexes | None:
        """Mend the indexes of a killed writer; None when they must still be opened: a living one may be at work.

        What it leaves of an embedded Chroma can take the process that opens it down with it, so it is made again
        unopened. A server has what its requests brought it.
        """
        try:
            with only_writer(self._config, self._catalog, seconds=0.0):
                if not self._was_killed():
                    return None
                if self._config.url:
                    open_indexes(self._config, self._catalog).settle()
                else:
                    self.rebuild()
                self._catalog.set_setting(WRITING, "")
        except StoreLocked:
            return None
        return None if self._config.url else self._indexes

    def _usable(self) -> Indexes | None:
        # Counted before and after: another process may publish or remove while the indexes are being opened.
        before = self._catalog.passage_count()
        try:
            opened = open_indexes(self._config, self._catalog)
            return opened if opened.fit(self._catalog, expected=min(before, self._catalog.passage_count())) else None
        except StoreError:
            if self._config.url:
                raise
            return None

    def _search(self, look: Callable[[Indexes], list[Hit]]) -> list[Hit]:
        """Search what is in use now; when that fails, open it again, as it may have been made anew meanwhile."""
        for _ in range(_READS - 1):
            try:
                self._refresh()
                return look(self._indexes)
            except StoreError:
                time.sleep(_PAUSE_SECONDS)
                self._seen = None
        self._refresh()
        return look(self._indexes)

    def _refresh(self) -> None:
        """See what another process has published: an embedded Chroma that stays open never would."""
        generation = self._catalog.setting("generation")
        if generation == self._seen:
            return
        with self._guard:
            self._indexes = open_indexes(self._config, self._catalog)
            self._seen = generation

    def _drop(self, articles: Sequence[str]) -> None:
        if not articles:
            return
        self._indexes.drop(articles)
        self._catalog.forget(articles)
        self._seen = self._catalog.setting("generation")
