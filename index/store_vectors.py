"""The store's vector index: Chroma, embedded or as a server. Only here and in `index.store` may chromadb be named.

It answers with ids of passages; whether they are published is for the store to say.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import chromadb
import httpx
import numpy as np
from chromadb.api import ClientAPI
from chromadb.api.models.Collection import Collection
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import Settings
from chromadb.errors import ChromaError

from index.article import Filters
from index.embed import Vector
from index.errors import StoreError
from index.lexical import Hit, day_number, day_range
from index.tables import Indexed

_BATCH = 2_000
_SEARCHED = 300
"""Neighbours that a search keeps in view, at least: with Chroma's 100, crowds of alike passages hide others."""
_OPENING = threading.Lock()
"""Chroma keeps its open clients in one table of the process, and does not guard it."""


class VectorIndex:
    """Passages by the vectors of their texts, with cosine similarity.

    Echoes lie in a collection of their own: among over a thousand vectors that are nearly the same, the graph of
    neighbours loses its way to the others (measured: 78 of 100 missed). Searches with filters look into both.
    `url` names a server; without one Chroma runs inside the process, in `folder`.
    """

    def __init__(self, folder: Path, *, url: str | None, name: str) -> None:
        self._guard = threading.Lock()
        with _OPENING:
            if not url:
                # A client that another store of this process opened would never see what was written since.
                SharedSystemClient.clear_system_cache()
            self._client = _client(url, folder)
        self._main, self._echoes = (self._collection(each) for each in _names(name))

    def _collection(self, name: str) -> Collection:
        with _errors():
            return self._client.get_or_create_collection(
                name, configuration={"hnsw": {"space": "cosine", "ef_search": _SEARCHED}}, embedding_function=None
            )

    def count(self) -> int:
        """How many passages it holds."""
        with _errors():
            return self._main.count() + self._echoes.count()

    def search(self, vector: Vector, *, most: int, filters: Filters) -> list[Hit]:
        """The passages nearest to a vector, with cosine similarity from -1 to 1, best first."""
        where = _where(filters)
        hits = [
            hit
            for collection in ((self._main, self._echoes) if where else (self._main,))
            for hit in self._nearest(collection, vector, most=most, where=where)
        ]
        return sorted(hits, key=lambda each: -each.score)[:most]

    def _nearest(self, collection: Collection, vector: Vector, *, most: int, where: Any) -> list[Hit]:  # noqa: ANN401  # Chroma's own nested type
        with self._guard, _errors():
            found = collection.query(
                query_embeddings=[vector.tolist()], n_results=most, where=where, include=["distances"]
            )
        distances = found["distances"] or [[]]
        hits = [Hit(each, 1.0 - distance) for each, distance in zip(found["ids"][0], distances[0], strict=True)]
        # So few that the filters admit no more, or that the graph lost its way to the rest, as among vectors that are
        # all the same (measured: once in 200 stores of copies).
        return self._admitted(collection, vector, where)[:most] if where and len(hits) < most else hits

    def _admitted(self, collection: Collection, vector: Vector, where: Any) -> list[Hit]:  # noqa: ANN401  # Chroma's own nested type
        """All passages that filters admit, compared one by one, best first."""
        with self._guard, _errors():
            found = collection.get(where=where, include=["embeddings"])
        if not found["ids"]:
            return []
        scores = np.asarray(found["embeddings"], dtype=np.float32) @ vector
        return sorted(map(Hit, found["ids"], scores.tolist()), key=lambda each: -each.score)

    def put(self, rows: Sequence[Indexed]) -> None:
        """Add passages, or replace those of the same ids."""
        size = min(_BATCH, self._client.get_max_batch_size())
        for collection, echo in ((self._main, False), (self._echoes, True)):
            for part in _parts([row for row in rows if row.echo == echo], size):
                self._upsert(collection, part)

    def place(self, rows: Sequence[Indexed]) -> None:
        """Put passages into the collection where they belong, and take them out of the other one."""
        self.put(rows)
        for collection, echo in ((self._main, True), (self._echoes, False)):
            for part in _parts([row.passage.id for row in rows if row.echo == echo], _BATCH):
                with self._guard, _errors():
                    collection.delete(ids=list(part))

    def _upsert(self, collection: Collection, rows: Sequence[Indexed]) -> None:
        with self._guard, _errors():
            collection.upsert(
                ids=[row.passage.id for row in rows],
                embeddings=np.array([row.vector for row in rows]),
                metadatas=[_metadata(row) for row in rows],
            )

    def drop(self, articles: Sequence[str]) -> None:
        """Take the passages of these articles out."""
        for part in _parts(articles, _BATCH):
            for collection in (self._main, self._echoes):
                with self._guard, _errors():
                    collection.delete(where=_any_of("article", part))

    def holds(self, passages: Sequence[str]) -> int:
        """How many of these passages it holds."""
        found = 0
        for part in _parts(passages, _BATCH):
            for collection in (self._main, self._echoes):
                with self._guard, _errors():
                    found += len(collection.get(ids=list(part), include=[])["ids"])
        return found

    def vectors(self, rows: Sequence[Indexed]) -> dict[str, Vector]:
        """The vectors that it holds of these passages, by passage; those it lacks are left out."""
        found: dict[str, Vector] = {}
        for collection, echo in ((self._main, False), (self._echoes, True)):
            ids = [row.passage.id for row in rows if row.echo == echo]
            if ids:
                with self._guard, _errors():
                    got = collection.get(ids=ids, include=["embeddings"])
                vectors = np.asarray(got["embeddings"], dtype=np.float32)
                found.update(zip(got["ids"], vectors, strict=True))
        return found

    def delete(self) -> None:
        """Take the whole index off its server."""
        for collection in (self._main, self._echoes):
            with self._guard, _errors():
                self._client.delete_collection(collection.name)


def _names(name: str) -> tuple[str, str]:
    return name, f"{name}-echoes"


def _client(url: str | None, folder: Path) -> ClientAPI:
    settings = Settings(anonymized_telemetry=False)
    try:
        if url:
            where = urlsplit(url)
            return chromadb.HttpClient(
                host=where.hostname or "", port=where.port or 8000, ssl=where.scheme == "https", settings=settings
            )
        return chromadb.PersistentClient(path=str(folder.resolve()), settings=settings)
    # AttributeError, KeyError: Chroma's own clean-up after a start that failed.
    except (ValueError, OSError, AttributeError, KeyError, ChromaError, httpx.HTTPError) as error:
        raise StoreError(f"Chroma can't be opened at {url or folder}: {error}") from error


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except (ChromaError, httpx.HTTPError) as error:
        raise StoreError(
            f"Chroma failed: {error}. Is there room on the disk, and does its server answer, if it has one? "
            "`verbatim doctor` mends the index from the catalog."
        ) from error


def _where(filters: Filters) -> Any:  # noqa: ANN401  # Chroma's own nested type
    conditions: list[Any] = []
    if filters.outlets:
        conditions.append(_any_of("outlet", filters.outlets))
    if filters.after or filters.before:
        first, last = day_range(filters)
        dated: dict[str, Any] = {"$and": [{"published": {"$gte": first}}, {"published": {"$lte": last}}]}
        conditions.append({"$or": [dated, {"published": 0}]} if filters.undated else dated)
    if len(conditions) > 1:
        return {"$and": conditions}
    return conditions[0] if conditions else None


def _any_of(field: str, values: Sequence[str]) -> Any:  # noqa: ANN401  # Chroma's own nested type
    return {field: {"$in": list(values)}}


def _metadata(row: Indexed) -> dict[str, str | int]:
    return {
        "article": row.passage.article,
        "outlet": row.about.outlet or "",
        "published": day_number(row.about.published),
    }


def _parts(rows: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
