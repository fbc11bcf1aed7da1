"""The two indexes over the passages, Chroma's by meaning and BM25's by words: both made from the catalog.

Owns where they lie, whether they can be used, and how they are made again. Which articles are
published is for `index.store` to say.
"""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from index.article import Filters
from index.catalog import Catalog, Prepared
from index.config import StoreConfig
from index.errors import StoreError
from index.lexical import LexicalIndex
from index.lock import leave_note, make_folder, writer_lock
from index.queries import in_state
from index.store_vectors import VectorIndex
from index.tables import Indexed

BATCH = 2_000
"""Passages that are read from the catalog at once."""
_WORDS_SECONDS = 60.0
"""How long a batch waits for another process of this machine to write its words."""
_WRITING = "writing"
"""A file that lies beside the words while they are written."""
_VOICING = "voicing"
"""The setting that names the passages that are given a voice, and no longer are echoes."""
_POINTER = "words"
"""A file that names the folder of the words, once they were made again."""
_PROBES = 8
"""Passages that must be found by their own vectors when a store is opened."""
_SAME = 0.99
"""Cosine similarity from which two vectors are the same, but for rounding."""


class Indexes:
    """The pair of indexes in one folder; with a server's address Chroma's half lies there, under `name`."""

    def __init__(self, folder: Path, *, url: str | None, name: str, catalog: Catalog) -> None:
        make_folder(folder)
        self.folder = folder
        self._catalog = catalog
        self.words = LexicalIndex(_words_folder(folder))
        self.vectors = VectorIndex(folder / "chroma", url=url, name=name)

    def put(self, rows: Sequence[Indexed]) -> None:
        """Add passages, or replace those of the same ids."""
        with self._writing_words():
            self.words.put(rows)
        self.vectors.put(rows)

    def voice(self, passages: Sequence[str]) -> None:
        """Let passages that were echoes be found by every search, before the catalog says so."""
        if not passages:
            return
        # Told first: killed before the catalog says so too, `settle` knows which ones to put back.
        self._catalog.set_setting(_VOICING, " ".join(passages))
        self._place(passages, echo=False)

    def settle(self) -> None:
        """Put the passages that were last given a voice where the catalog has them: their writer may have failed."""
        passages = (self._catalog.setting(_VOICING) or "").split()
        if passages:
            self._place(passages)
            self._catalog.set_setting(_VOICING, "")
            # A new generation, for readers that hold the words open.
            self._catalog.publish(())

    def _place(self, passages: Sequence[str], *, echo: bool | None = None) -> None:
        for found in self._catalog.indexed(passages=passages, batch=BATCH):
            rows = found if echo is None else [row._replace(echo=echo) for row in found]
            with self._writing_words():
                self.words.put(rows)
            self.vectors.place(rows)

    def drop(self, articles: Sequence[str]) -> None:
        """Take the passages of these articles out."""
        with self._writing_words():
            self.words.drop(articles)
        self.vectors.drop(articles)

    @contextmanager
    def _writing_words(self) -> Iterator[None]:
        """Be the one process of this machine that writes the words; what a killed one left of them is made again.

        Killed between two of its files, Tantivy refuses every later commit (measured: 1 of 25 kills).
        """
        with writer_lock(self.folder, seconds=_WORDS_SECONDS):
            if words_torn(self.folder):
                self._make_words_again()
            leave_note(self.folder / _WRITING, "")
            yield
            (self.folder / _WRITING).unlink()

    def _make_words_again(self) -> None:
        old = _words_folder(self.folder)
        folder = self.folder / f"bm25-{time.time_ns()}"
        self.words = LexicalIndex(folder)
        for rows in self._catalog.indexed(batch=BATCH):
            self.words.put(rows)
        leave_note(self.folder / _POINTER, folder.name)
        # A new generation, for readers that hold the old folder open.
        self._catalog.publish(())
        shutil.rmtree(old, ignore_errors=True)

    def catch_up(self) -> None:
        """Bring the words, which each machine has its own of, in line with a catalog that machines share."""
        held = self.words.articles()
        published = set(self._catalog.ids(in_state("published")))
        # What a writer of this machine is about to publish stays.
        gone = sorted(held - published - set(self._catalog.ids(in_state("pending"))))
        lacking = sorted(published - held)
        if not gone and not lacking:
            return
        with self._writing_words():
            self.words.drop(gone)
            for start in range(0, len(lacking), BATCH):
                for rows in self._catalog.indexed(lacking[start : start + BATCH], batch=BATCH):
                    self.words.put(rows)

    def read_back(self, prepared: Sequence[Prepared]) -> None:
        """Raise StoreError unless Chroma holds every passage of these articles."""
        ids = [passage.id for each in prepared for passage in each.passages]
        found = self.vectors.holds(ids)
        if found != len(ids):
            raise StoreError(
                f"Chroma holds {found} of {len(ids)} passages just written; nothing was published. Try again."
            )

    def fit(self, catalog: Catalog, *, expected: int) -> bool:
        """Whether both hold as many passages as expected, and find some by what they hold.

        Chroma still counts when its vectors' files are gone, and finds what is in its log: only searches tell.
        """
        if self.vectors.count() < expected or self.words.count() < expected:
            return False
        probes = [row for row in next(catalog.indexed(batch=_PROBES), []) if not row.echo]
        nearest = [self.vectors.search(row.vector, most=1, filters=Filters()) for row in probes]
        same = sum(bool(hits) and hits[0].score > _SAME for hits in nearest)
        # Half of them: one or the other may have been published just now.
        return 2 * same >= len(probes) and (
            not probes or any(self.words.search(row.text, most=1, filters=Filters()) for row in probes)
        )


def _words_folder(folder: Path) -> Path:
    """The folder of the words that is in use; a pointer names it where they were made again."""
    pointer = folder / _POINTER
    return folder / (pointer.read_text(encoding="utf-8") if pointer.is_file() else "bm25")


def words_torn(folder: Path) -> bool:
    """Whether a process was killed, or failed, while it wrote the words; or is writing them."""
    return (folder / _WRITING).exists()


def indexes_folder(config: StoreConfig, catalog: Catalog) -> Path:
    """The folder of the indexes that are in use."""
    return config.path / (catalog.setting("indexes") or "indexes-1")


_CATALOG = "catalog.sqlite"


def catalog_url(config: StoreConfig) -> str:
    """The address of a store's catalog."""
    return config.catalog.get_secret_value() if config.catalog else f"sqlite:///{config.path / _CATALOG}"


def has_catalog(config: StoreConfig) -> bool:
    """Whether there may be a catalog where the settings say; a shared one can only be asked."""
    return config.catalog is not None or (config.path / _CATALOG).is_file()


@contextmanager
def only_writer(config: StoreConfig, catalog: Catalog, *, seconds: float) -> Iterator[None]:
    """Be the one writer of a store, on this machine and on all that share the catalog. Raises StoreLocked."""
    with writer_lock(config.path, seconds=seconds), catalog.lock(seconds=seconds):
        yield


def drop_store(config: StoreConfig) -> None:
    """Remove a store, and nothing else that lies in its folder, or on the servers that it uses."""
    if config.catalog or (config.url and has_catalog(config)):
        catalog = Catalog(catalog_url(config))
        folder = indexes_folder(config, catalog)
        if config.url:
            VectorIndex(folder / "chroma", url=config.url, name=index_name(catalog, folder)).delete()
        catalog.drop()
        catalog.close()
    for path in (*config.path.glob("catalog.sqlite*"), *config.path.glob("indexes-*")):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def index_name(catalog: Catalog, folder: Path) -> str:
    """What the indexes of this folder are called on a server, which other stores may share."""
    return f"verbatim-{catalog.setting('store') or 'local'}-{folder.name}"


def name_store(catalog: Catalog) -> None:
    """Give a new store a name that no other one has."""
    if catalog.setting("store") is None:
        catalog.set_setting("store", uuid.uuid4().hex[:12])


def open_indexes(config: StoreConfig, catalog: Catalog) -> Indexes:
    """Open the indexes that are in use, as they are. Raises StoreError where they can't be opened."""
    folder = indexes_folder(config, catalog)
    opened = Indexes(folder, url=config.url, name=index_name(catalog, folder), catalog=catalog)
    if config.catalog:
        opened.catch_up()
    return opened


def rebuild_indexes(config: StoreConfig, catalog: Catalog) -> Indexes:
    """Make both indexes again from the catalog, in a new folder, and switch to it; the old ones are not opened.

    Nothing is embedded again, and readers keep the old indexes until the switch. Only under the writer's lock.
    """
    old = indexes_folder(config, catalog)
    folder = config.path / f"indexes-{int(old.name.rpartition('-')[2]) + 1}"
    shutil.rmtree(folder, ignore_errors=True)
    if config.url:
        # What a rebuilding that was killed has left there.
        Indexes(folder, url=config.url, name=index_name(catalog, folder), catalog=catalog).vectors.delete()
    made = Indexes(folder, url=config.url, name=index_name(catalog, folder), catalog=catalog)
    for rows in catalog.indexed(batch=BATCH):
        made.put(rows)
    catalog.set_setting("indexes", folder.name)
    # A new generation, for readers that hold the old folder open.
    catalog.publish(())
    if config.url:
        VectorIndex(old / "chroma", url=config.url, name=index_name(catalog, old)).delete()
    shutil.rmtree(old, ignore_errors=True)
    return made
