"""Sources → published articles: read, clean, describe, split, embed, publish, batch by batch.

A run changes only what changed: an unchanged file is not touched, a changed one replaces its
article, a removed one leaves, and one that fails keeps its reason and stops nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from llama_index.core.base.embeddings.base import BaseEmbedding

from index.article import Article, content_id
from index.catalog import Listed, Prepared
from index.config import IndexConfig
from index.embed import Span, embed_spans
from index.errors import ArticleError
from index.make import Maker, make_article
from index.passages import make_passages
from index.read import Raw, Unreadable, is_address, read
from index.store import Store

__all__ = ["Failure", "Progress", "Report", "fingerprint", "index_source", "make_article", "prepare", "seeds"]

CLEANING_VERSION = 2
"""Raised whenever reading, cleaning, describing or splitting gives other results for the same file."""

_TITLE_CHARACTERS = 200


def seeds() -> Path:
    """The corpus that comes with Verbatim: in the wheel it lies inside this package, in a checkout beside it."""
    here = Path(__file__).parent
    return next(each for each in (here / "seeds", here.parent / "seeds") if each.is_dir())


@dataclass(frozen=True, slots=True)
class Failure:
    """A file or row that did not become an article, and why."""

    document: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a run of indexing did, in articles."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    failures: tuple[Failure, ...] = ()


Progress = Callable[[str], None]
"""Called with the name of each document once it is done."""


def fingerprint(embedding: BaseEmbedding, config: IndexConfig) -> str:
    """What an index must agree on with who uses it: the model, the splitting and the cleaning."""
    return f"{embedding.model_name}, passages of {config.passage_tokens} tokens, cleaning {CLEANING_VERSION}"


def index_source(
    source: Path | str,
    store: Store,
    embedding: BaseEmbedding,
    config: IndexConfig,
    *,
    progress: Progress = lambda _: None,
) -> Report:
    """Bring the store in line with one source: a folder, a file, a web address or a feed.

    Raises SourceError when the source can't be read at all.
    """
    with store.writing(), Maker(config) as maker:
        return _Run(source, store, embedding, maker, config, progress).whole()


class _Run:
    """One pass over a source, with what the catalog knew of it before."""

    def __init__(
        self,
        source: Path | str,
        store: Store,
        embedding: BaseEmbedding,
        maker: Maker,
        config: IndexConfig,
        progress: Progress,
    ) -> None:
        self._source, self._store, self._embedding, self._config = source, store, embedding, config
        self._make = maker
        self._progress = progress
        self._batch: list[Article] = []
        self._known: dict[str, Listed] = {}
        self._failed: dict[str, Listed] = {}
        self._counts = {"added": 0, "changed": 0, "removed": 0, "unchanged": 0}
        self._failures: list[Failure] = []

    def whole(self) -> Report:
        """Read everything, publish what is new, remove what is gone."""
        seen: set[str] = set()
        fetched = is_address(self._source)
        if fetched:
            self._look_up(str(self._source))
        for item in read(self._source, self._config, known=self._known):
            if not seen and not fetched:
                self._look_up(item.source)
            seen.add(item.document)
            self._take(item)
            if len(self._batch) >= self._config.batch_articles:
                self._publish()
        self._publish()
        if fetched:
            # A feed names what is new: what it no longer names is not gone.
            return Report(**self._counts, failures=tuple(self._failures))
        gone = [each.id for document, each in (*self._known.items(), *self._failed.items()) if document not in seen]
        self._counts["removed"] = sum(document not in seen for document in self._known)
        self._store.remove(gone)
        return Report(**self._counts, failures=tuple(self._failures))

    def _look_up(self, name: str) -> None:
        for each in self._store.listed(source=name):
            (self._known if each.state == "published" else self._failed)[each.document] = each

    def _take(self, item: Raw | Unreadable) -> None:
        known = self._known.get(item.document)
        if known and known.raw_hash == item.raw_hash:
            self._counts["unchanged"] += 1
            self._forget_failure(item.document)
            return
        try:
            if isinstance(item, Unreadable):
                raise ArticleError(item.reason)
            self._batch.append(self._make(item))
        except ArticleError as error:
            self._fail(item, str(error))
        else:
            self._forget_failure(item.document)

    def _forget_failure(self, document: str) -> None:
        failed = self._failed.pop(document, None)
        if failed:
            self._store.remove([failed.id])

    def _fail(self, item: Raw | Unreadable, reason: str) -> None:
        """Keep the reason; an article that was published from the same document stays as it was."""
        identity = content_id("failed", item.source, item.document)
        self._store.record_failure(
            identity, source=item.source, document=item.document, raw_hash=item.raw_hash, reason=reason
        )
        self._failures.append(Failure(item.document, reason))
        self._progress(item.document)

    def _publish(self) -> None:
        if not self._batch:
            return
        replaced = [self._known[each.document].id for each in self._batch if each.document in self._known]
        fresh = {each.id for each in self._batch}
        self._store.publish(
            prepare(self._batch, self._embedding, self._config),
            replaced=[each for each in replaced if each not in fresh],
        )
        self._counts["changed"] += len(replaced)
        self._counts["added"] += len(self._batch) - len(replaced)
        for each in self._batch:
            self._progress(each.document)
        self._batch = []


def prepare(articles: Sequence[Article], embedding: BaseEmbedding, config: IndexConfig) -> list[Prepared]:
    """Split articles into passages and embed those, each with its title before it."""
    passages = [make_passages(each, config.passage_tokens) for each in articles]
    texts: list[str] = []
    spans: list[list[Span]] = []
    for article, own in zip(articles, passages, strict=True):
        title = (article.about.title or "")[:_TITLE_CHARACTERS]
        head = f"{title}\n" if title else ""
        for passage in own:
            texts.append(head + article.text[passage.start : passage.end])
            shift = len(head) - passage.start
            inside = article.sentences[passage.first : passage.last + 1]
            spans.append([Span(each.start + shift, each.end + shift) for each in inside])
    vectors = iter(embed_spans(embedding, texts, spans))
    return [
        Prepared(article, own, tuple(next(vectors) for _ in own))
        for article, own in zip(articles, passages, strict=True)
    ]
