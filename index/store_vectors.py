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
import numpy as np
from chromadb.api import ClientAPI
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import Settings
from chromadb.errors import ChromaError

from index.article import Filters
from index.catalog import Indexed
from index.embed import Vector
from index.errors import StoreError
from index.lexical import Hit, day_number, day_range

_BATCH = 2_000


class VectorIndex:
    """Passages by the vectors of their texts, with cosine similarity.

    `url` names a server; without one Chroma runs inside the process, in `folder`.
    """

    def __init__(self, folder: Path, *, url: str | None, name: str) -> None:
        self._guard = threading.Lock()
        self._client = _client(url, folder)
        with _errors():
            self._collection = self._client.get_or_create_collection(
                name, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
            )

    def count(self) -> int:
        """How many passages it holds."""
        with _errors():
            return self._collection.count()

    def search(self, vector: Vector, *, most: int, filters: Filters) -> list[Hit]:
        """The passages nearest to a vector, with cosine similarity from -1 to 1, best first."""
        total = self.count()
        if not total:
            return []
        with self._guard, _errors():
            found = self._collection.query(
                query_embeddings=[vector.tolist()],
                n_results=min(most, total),
                where=_where(filters),
                include=["distances"],
            )
        distances = found["distances"] or [[]]
        return [Hit(each, 1.0 - distance) for each, distance in zip(found["ids"][0], distances[0], strict=True)]

    def put(self, rows: Sequence[Indexed]) -> None:
        """Add passages, or replace those of the same ids."""
        size = min(_BATCH, self._client.get_max_batch_size())
        for part in _parts(rows, size):
            with self._guard, _errors():
                self._collection.upsert(
                    ids=[row.passage.id for row in part],
                    embeddings=np.array([row.vector for row in part]),
                    metadatas=[_metadata(row) for row in part],
                )

    def drop(self, articles: Sequence[str]) -> None:
        """Take the passages of these articles out."""
        for part in _parts(articles, _BATCH):
            with self._guard, _errors():
                self._collection.delete(where=_any_of("article", part))

    def holds(self, passages: Sequence[str]) -> int:
        """How many of these passages it holds."""
        found = 0
        for part in _parts(passages, _BATCH):
            with self._guard, _errors():
                found += len(self._collection.get(ids=list(part), include=[])["ids"])
        return found


def forget_open_clients() -> None:
    """Let the next embedded index see what another process has written: one that stays open never would."""
    SharedSystemClient.clear_system_cache()


def _client(url: str | None, folder: Path) -> ClientAPI:
    settings = Settings(anonymized_telemetry=False)
    try:
        if url:
            where = urlsplit(url)
            return chromadb.HttpClient(
                host=where.hostname or "", port=where.port or 8000, ssl=where.scheme == "https", settings=settings
            )
        return chromadb.PersistentClient(path=str(folder.resolve()), settings=settings)
    # AttributeError: Chroma's own clean-up after a start that failed.
    except (ValueError, OSError, AttributeError, ChromaError) as error:
        raise StoreError(f"Chroma can't be opened at {url or folder}: {error}") from error


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except ChromaError as error:
        raise StoreError(f"Chroma failed: {error}. `verbatim index` mends the index from the catalog.") from error


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
