"""The store's health: catalog, vectors and BM25 index held against each other, and made again where they differ.

The indexes are read in a child process: a damaged Chroma can take the process that opens it down
with it. What is damaged there is made again from the catalog, and nothing is embedded. The catalog
itself can't be made again from anything but the sources.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from index.article import content_id
from index.catalog import Catalog, Listed
from index.config import StoreConfig
from index.errors import StoreError, StoreMissing
from index.indexes import (
    BATCH,
    catalog_url,
    has_catalog,
    indexes_folder,
    only_writer,
    open_indexes,
    rebuild_indexes,
    words_torn,
)
from index.queries import left_over, muted_echoes, without_passages
from index.store import WRITING
from index.tables import Indexed

Part = Literal["catalog", "vectors", "words"]

_SAME = 0.999
"""Cosine similarity below which a vector is not the one that was stored; Chroma keeps 32 bits of each number."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a part of the store, and what was done about it; None where nothing could be done."""

    part: Part
    problem: str
    mended: str | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """What a check-up found, in a store of so many published articles and passages."""

    articles: int
    passages: int
    findings: tuple[Finding, ...] = field(default=())

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong any more."""
        return all(each.mended for each in self.findings)


def check_up(config: StoreConfig) -> Health:
    """Check a whole store, and mend what can be mended.

    Raises StoreMissing where there is none, StoreLocked while a writer is at work, and StoreError where the
    catalog can't be read at all.
    """
    if not has_catalog(config):
        raise StoreMissing(f"There is no index in {config.path}. Make one with: verbatim index [SOURCE…]")
    catalog = Catalog(catalog_url(config))
    try:
        with only_writer(config, catalog, seconds=config.lock_seconds):
            findings = [*_check_catalog(catalog), *_mend_indexes(config, catalog)]
            coverage = catalog.coverage()
            return Health(coverage.articles, coverage.passages, tuple(findings))
    finally:
        catalog.close()


def _check_catalog(catalog: Catalog) -> Iterator[Finding]:
    damage = catalog.damage()
    if damage:
        yield Finding("catalog", f"the database says: {damage}; restore it from a copy, or index again with --fresh")
    widths: set[int] = set()
    lost = set(catalog.ids(without_passages()))
    for rows in catalog.indexed(batch=BATCH):
        widths |= {len(row.vector) for row in rows}
        lost |= {
            row.passage.article
            for row in rows
            if not len(row.vector) or not np.isfinite(row.vector).all() or not row.text.strip()
        }
    if len(widths) > 1:
        yield Finding("catalog", f"vectors of {len(widths)} lengths; index again with --fresh")
    for each in [each for each in catalog.listed(states=("published",)) if each.id in lost]:
        _take_out(catalog, each)
        yield Finding("catalog", f"{each.document} lost its words or vectors and was taken out; index its source again")


def _take_out(catalog: Catalog, listed: Listed) -> None:
    """Make a published article a failed one, so that the next indexing of its source makes it again."""
    catalog.publish((), removed=[listed.id], voiced=catalog.successors([listed.id]))
    identity = content_id("failed", listed.source, listed.document)
    reason = "the index lost its words or vectors; index its source again"
    catalog.record_failure(
        identity, source=listed.source, document=listed.document, raw_hash=listed.raw_hash, reason=reason
    )


def _mend_indexes(config: StoreConfig, catalog: Catalog) -> list[Finding]:
    muted = catalog.ids(muted_echoes())
    found = [Finding("catalog", f"{len(muted)} passages that no search would find")] if muted else []
    half = catalog.ids(left_over())
    found += [Finding("catalog", f"{len(half)} articles that a killed writer left half done")] if half else []
    if catalog.setting(WRITING):
        found.append(Finding("vectors", "a writer was killed while it wrote"))
    if words_torn(indexes_folder(config, catalog)):
        found.append(Finding("words", "a writer was killed while it wrote them"))
    with _child() as child:
        found += _examined(config, child)
        if not found:
            return []
        catalog.publish((), voiced=muted)
        catalog.forget(half)
        rebuild_indexes(config, catalog)
        catalog.set_setting(WRITING, "")
        mended = [Finding(each.part, each.problem, "made again from the catalog") for each in found]
        if _ENDS in found:
            with _child() as other:
                return [*mended, *_examined(config, other)]
        return [*mended, *_examined(config, child)]


_ENDS = Finding("vectors", "reading them ends the process that reads")


def _child() -> ProcessPoolExecutor:
    """A process of its own to read in, which takes seconds to start."""
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))


def _examined(config: StoreConfig, child: ProcessPoolExecutor) -> list[Finding]:
    """Examine the indexes in a child process."""
    try:
        return child.submit(examine, config).result()
    except BrokenProcessPool:
        return [_ENDS]


def examine(config: StoreConfig) -> list[Finding]:
    """Hold both indexes, every passage of them, against the catalog; changes nothing.

    Reading a damaged index can end the process.
    """
    catalog = Catalog(catalog_url(config))
    try:
        return _compared(config, catalog)
    except StoreError as error:
        return [Finding("vectors", f"they can't be read: {error}")]
    finally:
        catalog.close()


def _compared(config: StoreConfig, catalog: Catalog) -> list[Finding]:
    indexes = open_indexes(config, catalog)
    in_words = indexes.words.passages()
    expected = 0
    lacking = {"vectors": 0, "words": 0}
    other = 0
    for rows in catalog.indexed(batch=BATCH):
        expected += len(rows)
        held = indexes.vectors.vectors(rows)
        lacking["vectors"] += len(rows) - len(held)
        lacking["words"] += sum(row.passage.id not in in_words for row in rows)
        other += sum(row.passage.id in held and not _same(row, held[row.passage.id]) for row in rows)
    counts = {"vectors": indexes.vectors.count(), "words": len(in_words)}
    findings = []
    for part in ("vectors", "words"):
        extra = counts[part] - (expected - lacking[part])
        findings += [Finding(part, f"{lacking[part]} of {expected} passages are missing")] if lacking[part] else []
        findings += [Finding(part, f"{extra} passages that no article has")] if extra else []
    if other:
        findings.append(Finding("vectors", f"{other} of {expected} vectors are not those of the catalog"))
    if not indexes.fit(catalog, expected=expected) and not findings:
        findings.append(Finding("vectors", "searches do not find what is there"))
    return findings


def _same(row: Indexed, held: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> bool:
    """Whether two vectors, of unit length but for a zero one, are the same but for rounding."""
    if held.shape != row.vector.shape:
        return False
    return bool(held @ row.vector >= _SAME) or np.array_equal(held, row.vector)
