"""The store: one catalog that is the truth, and the Chroma and BM25 indexes that are made from it.

An article is written to the catalog as pending, put into both indexes, read back, and published in
one transaction. Hits that are not published are dropped, so that an article appears, changes and
disappears whole, whatever happens in between. One writer at a time, by a lock that dies with its
process. Only this module imports chromadb.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import chromadb
import numpy as np
from chromadb.api import ClientAPI
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError
from filelock import FileLock, Timeout

from index.article import Article, Coverage, Filters, Passage
from index.catalog import Catalog, Indexed, Listed, Prepared, State
from index.config import StoreConfig
from index.embed import Vector, Vectors
from index.errors import StoreError, StoreLocked, StoreMismatch, StoreMissing
from index.lexical import Hit, LexicalIndex, day_number, day_range

_CATALOG = "catalog.sqlite"
_BATCH = 2_000


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
        _make_folder(config.path)
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

    def listed(self, *, source: str | None = None, states: Sequence[State] = ("published", "failed")) -> tuple[Listed, ...]:
        """Articles and failures, with their state, without texts."""
        return self._catalog.listed(source=source, states=states)

    def coverage(self) -> Coverage:
        """What the published articles cover."""
        return self._catalog.coverage()

    def by_meaning(self, vector: Vector, *, most: int, filters: Filters = Filters()) -> list[Hit]:
        """The passages nearest to a vector, with cosine similarity from -1 to 1, best first."""
        self._refresh()
        total = self._collection.count()
        if not total:
            return []
        with self._guard, _chroma_errors():
            found = self._collection.query(
                query_embeddings=[vector.tolist()],
                n_results=min(most, total),
                where=_where(filters),
                include=["distances"],
            )
        distances = found["distances"] or [[]]
        return [Hit(each, 1.0 - distance) for each, distance in zip(found["ids"][0], distances[0], strict=True)]

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
        """Articles by id; those that passages of one search belong to."""
        return {each: self._article(each) for each in dict.fromkeys(ids)}

    def frequency(self, word: str) -> float:
        """The share of passages, from 0 to 1, that hold this word or another one of its stem."""
        return self._lexical.frequency(word) / max(1, self._lexical.count())

    # Writing

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the writer's lock, and first clear away what a killed writer left half done.

        Raises StoreLocked, naming the other writer, after `lock_seconds`.
        """
        with self._locked():
            self._clear_leftovers()
            yield

    @contextmanager
    def _locked(self) -> Iterator[None]:
        holder = self._config.path / "writer.json"
        lock = FileLock(self._config.path / "writer.lock", timeout=self._config.lock_seconds)
        try:
            lock.acquire()
        except Timeout:
            raise StoreLocked(
                f"Another process is writing to {self._config.path} ({_read_holder(holder)}). Wait for it, or end it; readers go on."
            ) from None
        except OSError as error:
            raise _not_writable(self._config.path, error) from error
        try:
            holder.write_text(json.dumps({"pid": os.getpid()}), encoding="utf-8")
            yield
        finally:
            lock.release()

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

    def damaged(self) -> bool:
        """Whether the indexes lack passages that the catalog has published, or can't be searched."""
        expected = self._catalog.passage_count()
        with _chroma_errors():
            if self._collection.count() < expected or self._lexical.count() < expected:
                return True
        # Chroma still counts when its vectors' files are gone: only a search tells.
        probe = next(self._catalog.indexed(batch=1), [])
        return any(not self.by_meaning(row.vector, most=1) or not self._lexical.search(row.text, most=1, filters=Filters()) for row in probe)

    # Inside

    def _check(self, fingerprint: str | None, *, create: bool) -> None:
        stored = self._catalog.setting("fingerprint")
        if stored is None and not create:
            raise StoreMissing(f"The catalog in {self._config.path} is empty. Make the index with: verbatim index [SOURCE…]")
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
        if self._unusable():
            with self._locked():
                # Another process may have mended it in the meantime.
                if self._unusable():
                    self.rebuild()

    def _unusable(self) -> bool:
        try:
            self._use_indexes(self._indexes_folder())
            return self.damaged()
        except StoreError:
            if self._config.url:
                raise
            return True

    def _use_indexes(self, folder: Path) -> None:
        _make_folder(folder)
        self._lexical = LexicalIndex(folder / "bm25")
        self._client = _client(self._config.url, folder / "chroma")
        with _chroma_errors():
            name = "passages" if not self._config.url else f"verbatim-{folder.name}"
            self._collection = self._client.get_or_create_collection(
                name, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
            )

    def _refresh(self) -> None:
        """See what another process has published: an embedded Chroma that stays open never would."""
        generation = self._catalog.setting("generation")
        if generation == self._seen:
            return
        with self._guard:
            if not self._config.url:
                SharedSystemClient.clear_system_cache()
            self._use_indexes(self._indexes_folder())
            self._lexical.reload()
            self._seen = generation

    def _put(self, rows: Sequence[Indexed]) -> None:
        self._lexical.put(rows)
        size = min(_BATCH, self._client.get_max_batch_size())
        for start in range(0, len(rows), size):
            part = rows[start : start + size]
            with self._guard, _chroma_errors():
                self._collection.upsert(
                    ids=[row.passage.id for row in part],
                    embeddings=np.array([row.vector for row in part]),
                    metadatas=[_metadata(row) for row in part],
                )

    def _drop(self, articles: Sequence[str]) -> None:
        if not articles:
            return
        self._lexical.drop(articles)
        for start in range(0, len(articles), _BATCH):
            with self._guard, _chroma_errors():
                self._collection.delete(where={"article": {"$in": list(articles[start : start + _BATCH])}})
        self._catalog.forget(articles)
        self._seen = self._catalog.setting("generation")

    def _read_back(self, prepared: Sequence[Prepared]) -> None:
        ids = [passage.id for each in prepared for passage in each.passages]
        found = 0
        for start in range(0, len(ids), _BATCH):
            with self._guard, _chroma_errors():
                found += len(self._collection.get(ids=ids[start : start + _BATCH], include=[])["ids"])
        if found != len(ids):
            raise StoreError(f"Chroma holds {found} of {len(ids)} passages just written; nothing was published. Try again.")

    def _clear_leftovers(self) -> None:
        ids = [each.id for each in self._catalog.listed(states=("pending", "retired"))]
        self._drop(ids)

    def _load_article(self, identity: str) -> Article:
        return self._catalog.articles([identity])[0]


def _client(url: str | None, folder: Path) -> ClientAPI:
    settings = ChromaSettings(anonymized_telemetry=False)
    try:
        if url:
            where = urlsplit(url)
            return chromadb.HttpClient(
                host=where.hostname or "", port=where.port or 8000, ssl=where.scheme == "https", settings=settings
            )
        return chromadb.PersistentClient(path=str(folder), settings=settings)
    # AttributeError: Chroma's own clean-up after a start that failed.
    except (ValueError, OSError, AttributeError, ChromaError) as error:
        raise StoreError(f"Chroma can't be opened at {url or folder}: {error}") from error


@contextmanager
def _chroma_errors() -> Iterator[None]:
    try:
        yield
    except ChromaError as error:
        raise StoreError(f"Chroma failed: {error}. `verbatim index` mends the index from the catalog.") from error


def _where(filters: Filters) -> Any:  # noqa: ANN401  # Chroma's own nested type
    conditions: list[dict[str, Any]] = []
    if filters.outlets:
        conditions.append({"outlet": {"$in": list(filters.outlets)}})
    if filters.after or filters.before:
        first, last = day_range(filters)
        dated: dict[str, Any] = {"$and": [{"published": {"$gte": first}}, {"published": {"$lte": last}}]}
        conditions.append({"$or": [dated, {"published": 0}]} if filters.undated else dated)
    if len(conditions) > 1:
        return {"$and": conditions}
    return conditions[0] if conditions else None


def _metadata(row: Indexed) -> dict[str, str | int]:
    return {
        "article": row.passage.article,
        "outlet": row.about.outlet or "",
        "published": day_number(row.about.published),
    }


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _not_writable(path, error) from error


def _not_writable(path: Path, error: OSError) -> StoreError:
    return StoreError(f"The store folder {path} can't be written: {error.strerror}. Choose another with --store or [store] path.")


def _read_holder(path: Path) -> str:
    try:
        return f"process {json.loads(path.read_text(encoding='utf-8'))['pid']}"
    except (OSError, ValueError, KeyError):
        return "process unknown"
