"""Sources → published articles: read, clean, describe, split, embed, publish, batch by batch.

A run changes only what changed: an unchanged file is not touched, a changed one replaces its
article, a removed one leaves, and one that fails keeps its reason and stops nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from llama_index.core.base.embeddings.base import BaseEmbedding

from index.article import Article, Passage, content_id
from index.catalog import Listed, Prepared
from index.clean import clean
from index.config import IndexConfig
from index.describe import describe
from index.embed import Span, embed_spans
from index.errors import ArticleError, Stopped
from index.passages import make_passages
from index.read import Raw, Unreadable, read
from index.sentences import split_sentences
from index.store import Store

CLEANING_VERSION = 1
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


class Made(NamedTuple):
    """What became of a batch: articles ready to be published, and what could not become one."""

    prepared: tuple[Prepared, ...]
    failed: tuple[Unreadable, ...]


class Engine(Protocol):
    """Who does the work of reading's results: cleaning, splitting and embedding, a batch at a time."""

    def work(self, batches: Iterable[Sequence[Raw]]) -> Iterator[Made]:
        """Give what becomes of each batch, in the order of the batches."""


class PlainEngine:
    """One batch after the other, in this process."""

    def __init__(self, embedding: BaseEmbedding, config: IndexConfig) -> None:
        self._embedding, self._config = embedding, config

    def work(self, batches: Iterable[Sequence[Raw]]) -> Iterator[Made]:
        """Give what becomes of each batch, in the order of the batches."""
        for batch in batches:
            yield make_batch(batch, self._embedding, self._config)


def fingerprint(embedding: BaseEmbedding, config: IndexConfig) -> str:
    """What an index must agree on with who uses it: the model, the splitting and the cleaning."""
    return f"{embedding.model_name}, passages of {config.passage_tokens} tokens, cleaning {CLEANING_VERSION}"


def index_source(
    source: Path,
    store: Store,
    embedding: BaseEmbedding,
    config: IndexConfig,
    *,
    progress: Progress = lambda _: None,
    engine: Engine | None = None,
) -> Report:
    """Bring the store in line with one source; without an engine the work is done in this process.

    Raises SourceError when the source can't be read at all, and Stopped when it is interrupted.
    """
    with store.writing():
        run = _Run(source, store, engine or PlainEngine(embedding, config), config, progress)
        try:
            return run.whole()
        except KeyboardInterrupt:
            raise Stopped(
                f"Stopped. {run.done} articles of {source} were indexed before that and stay; "
                "the same command goes on with the others."
            ) from None


class _Run:
    """One pass over a source, with what the catalog knew of it before."""

    def __init__(self, source: Path, store: Store, engine: Engine, config: IndexConfig, progress: Progress) -> None:
        self._source, self._store, self._engine, self._config = source, store, engine, config
        self._progress = progress
        self._seen: set[str] = set()
        self._known: dict[str, Listed] = {}
        self._failed: dict[str, Listed] = {}
        self._counts = {"added": 0, "changed": 0, "removed": 0, "unchanged": 0}
        self._failures: list[Failure] = []

    @property
    def done(self) -> int:
        """How many articles were published so far."""
        return self._counts["added"] + self._counts["changed"]

    def whole(self) -> Report:
        """Read everything, publish what is new, remove what is gone."""
        for made in self._engine.work(self._batches()):
            self._publish(made)
        gone = [
            each.id for document, each in (*self._known.items(), *self._failed.items()) if document not in self._seen
        ]
        self._counts["removed"] = sum(document not in self._seen for document in self._known)
        self._store.remove(gone)
        return Report(**self._counts, failures=tuple(self._failures))

    def _batches(self) -> Iterator[list[Raw]]:
        """What is new or changed, in batches; what can't be read is recorded on the way."""
        batch: list[Raw] = []
        for item in read(self._source, self._config):
            if not self._seen:
                self._look_up(item.source)
            self._seen.add(item.document)
            known = self._known.get(item.document)
            if known and known.raw_hash == item.raw_hash:
                self._counts["unchanged"] += 1
                self._forget_failure(item.document)
            elif isinstance(item, Unreadable):
                self._fail(item)
            else:
                batch.append(item)
            if len(batch) >= self._config.batch_articles:
                yield batch
                batch = []
        if batch:
            yield batch

    def _look_up(self, name: str) -> None:
        for each in self._store.listed(source=name, states=("published", "failed")):
            (self._known if each.state == "published" else self._failed)[each.document] = each

    def _forget_failure(self, document: str) -> None:
        failed = self._failed.pop(document, None)
        if failed:
            self._store.remove([failed.id])

    def _fail(self, item: Unreadable) -> None:
        """Keep the reason; an article that was published from the same document stays as it was."""
        identity = content_id("failed", item.source, item.document)
        self._store.record_failure(
            identity, source=item.source, document=item.document, raw_hash=item.raw_hash, reason=item.reason
        )
        self._failures.append(Failure(item.document, item.reason))
        self._progress(item.document)

    def _publish(self, made: Made) -> None:
        for each in made.failed:
            self._fail(each)
        documents = [each.article.document for each in made.prepared]
        fresh = {each.article.id for each in made.prepared}
        replaced = [self._known[each].id for each in documents if each in self._known]
        if made.prepared:
            self._store.publish(made.prepared, replaced=[each for each in replaced if each not in fresh])
        self._counts["changed"] += len(replaced)
        self._counts["added"] += len(documents) - len(replaced)
        for document in documents:
            self._forget_failure(document)
            self._progress(document)


def make_batch(batch: Sequence[Raw], embedding: BaseEmbedding, config: IndexConfig) -> Made:
    """Clean, describe, split and embed a batch; what can't become an article is kept with its reason."""
    articles: list[Article] = []
    failed: list[Unreadable] = []
    for raw in batch:
        try:
            articles.append(make_article(raw))
        except ArticleError as error:
            failed.append(Unreadable(raw.document, raw.source, raw.raw_hash, str(error)))
    return Made(tuple(prepare(articles, embedding, config)), tuple(failed))


def make_article(raw: Raw) -> Article:
    """Clean, describe and split what was read. Raises ArticleError when no words are left."""
    cleaned = clean(raw.text)
    sentences = split_sentences(cleaned.text)
    if not any(character.isalnum() for character in cleaned.text):
        raise ArticleError(
            f"There are no words in it ({len(raw.text)} characters before cleaning). Expected the text of an article."
        )
    return Article(
        document=raw.document,
        source=raw.source,
        text=cleaned.text,
        sentences=sentences,
        raw_hash=raw.raw_hash,
        about=describe(raw),
        removed=cleaned.removed,
    )


class ToEmbed(NamedTuple):
    """Texts of passages, each with its title before it, and the spans of its sentences in that text."""

    texts: list[str]
    spans: list[list[Span]]


def to_embed(articles: Sequence[Article], passages: Sequence[Sequence[Passage]]) -> ToEmbed:
    """What is embedded of the passages of articles, in their order."""
    made = ToEmbed([], [])
    for article, own in zip(articles, passages, strict=True):
        title = (article.about.title or "")[:_TITLE_CHARACTERS]
        head = f"{title}\n" if title else ""
        for passage in own:
            made.texts.append(head + article.text[passage.start : passage.end])
            shift = len(head) - passage.start
            inside = article.sentences[passage.first : passage.last + 1]
            made.spans.append([Span(each.start + shift, each.end + shift) for each in inside])
    return made


def prepare(articles: Sequence[Article], embedding: BaseEmbedding, config: IndexConfig) -> list[Prepared]:
    """Split articles into passages and embed those, each with its title before it."""
    passages = [make_passages(each, config.passage_tokens) for each in articles]
    vectors = iter(embed_spans(embedding, *to_embed(articles, passages)))
    return [
        Prepared(article, own, tuple(next(vectors) for _ in own))
        for article, own in zip(articles, passages, strict=True)
    ]
