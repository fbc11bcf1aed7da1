"""The BM25 index of passages: a Tantivy folder, updated article by article.

It answers with ids of passages; whether they are published is for the store to say.
"""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import snowballstemmer
import tantivy

from index.article import Filters
from index.errors import StoreError
from index.tables import Indexed

# Without the underscore, which the index's tokenizer splits at: joined words would be a phrase, which it can't search.
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_MOST_WORDS = 64
_HEAP_BYTES = 64_000_000
_LATEST = 99_999_999
LEAST_MISSPELT = 6
"""Letters of the shortest word that is taken for misspelt where no passage holds it."""
_LONG = 8
"""Letters from which two of them may be wrong."""
_NEARLY = 4.0
"""What a word that is spelt nearly so counts for: less than a rare word itself."""


class Hit(NamedTuple):
    """A passage's id and how well it fits; scores compare within one list only."""

    passage: str
    score: float


class LexicalIndex:
    """BM25 over titles and texts, with English stems."""

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._index = tantivy.Index(_schema(), path=str(folder), reuse=True)
        except (OSError, ValueError) as error:
            raise StoreError(
                f"The BM25 index in {folder} can't be opened: {error}. `verbatim doctor` builds it again."
            ) from error

    def put(self, rows: Sequence[Indexed]) -> None:
        """Add passages, or replace those of the same ids."""
        with self._writing() as writer:
            for row in rows:
                writer.delete_documents_by_term("passage", row.passage.id)
                document = tantivy.Document()
                document.add_text("passage", row.passage.id)
                document.add_text("article", row.passage.article)
                document.add_text("title", row.about.title or "")
                document.add_text("text", row.text)
                document.add_text("outlet", row.about.outlet or "")
                document.add_unsigned("published", day_number(row.about.published))
                document.add_unsigned("echo", int(row.echo))
                writer.add_document(document)

    def drop(self, articles: Sequence[str]) -> None:
        """Take the passages of these articles out."""
        with self._writing() as writer:
            for article in articles:
                writer.delete_documents_by_term("article", article)

    def count(self) -> int:
        """How many passages it holds."""
        return int(self._index.searcher().num_docs)

    def passages(self) -> frozenset[str]:
        """The ids of all passages that it holds."""
        searcher = self._index.searcher()
        hits = searcher.search(tantivy.Query.all_query(), max(1, int(searcher.num_docs))).hits
        return frozenset(str(searcher.doc(address).get_first("passage")) for _, address in hits)

    def articles(self) -> frozenset[str]:
        """The ids of all articles that it holds passages of."""
        searcher = self._index.searcher()
        hits = searcher.search(tantivy.Query.all_query(), max(1, int(searcher.num_docs))).hits
        return frozenset(str(searcher.doc(address).get_first("article")) for _, address in hits)

    def frequency(self, word: str) -> int:
        """How many passages hold this word, or another one of the same stem, in their text."""
        return int(self._index.searcher().doc_freq("text", stem(word)))

    def reload(self) -> None:
        """See what another process has written."""
        self._index.reload()

    def search(self, words: str, *, most: int, filters: Filters, echoes: bool = False) -> list[Hit]:
        """The passages that share words with `words`, best first; echoes only with filters, or when asked for.

        A word that no passage holds stands for the words that are spelt nearly so.
        """
        # Lower case makes AND, OR and NOT words like others; nothing else of the query syntax is left.
        terms = [term.lower() for term in _WORD.findall(words)][:_MOST_WORDS]
        if not terms:
            return []
        exact = self._index.parse_query(" ".join(terms), ["title", "text"])
        likely = [self._nearly(term) for term in terms if len(term) >= LEAST_MISSPELT and not self.frequency(term)]
        match = tantivy.Query.boolean_query([(tantivy.Occur.Should, each) for each in (exact, *likely)])
        conditions = self._conditions(filters) or ([] if echoes else [_no_echoes()])
        return self._best(tantivy.Query.boolean_query([(tantivy.Occur.Must, match), *conditions]), most)

    def _nearly(self, word: str) -> tantivy.Query:
        """What is spelt nearly as this word, or as its stem."""
        near = [
            (tantivy.Occur.Should, tantivy.Query.fuzzy_term_query(_schema(), "text", each, edits(word)))
            for each in {word, stem(word)}
        ]
        return tantivy.Query.boost_query(tantivy.Query.boolean_query(near), _NEARLY)

    def holding(self, phrases: Sequence[str], *, most: int) -> list[Hit]:
        """The passages, echoes too, whose text has all words of at least one of these phrases, in any order."""
        schema = _schema()
        each_all = [
            [(tantivy.Occur.Must, tantivy.Query.term_query(schema, "text", stem(word))) for word in _WORD.findall(each)]
            for each in phrases
        ]
        either = [(tantivy.Occur.Should, tantivy.Query.boolean_query(terms)) for terms in each_all if terms]
        return self._best(tantivy.Query.boolean_query(either), most) if either else []

    def _best(self, query: tantivy.Query, most: int) -> list[Hit]:
        searcher = self._index.searcher()
        hits = searcher.search(query, most).hits
        return [Hit(str(searcher.doc(address).get_first("passage")), float(score)) for score, address in hits]

    def _conditions(self, filters: Filters) -> list[tuple[tantivy.Occur, tantivy.Query]]:
        conditions = []
        schema = _schema()
        if filters.outlets:
            conditions.append(tantivy.Query.term_set_query(schema, "outlet", list(filters.outlets)))
        if filters.after or filters.before:
            first, last = day_range(filters)
            dated = tantivy.Query.range_query(schema, "published", tantivy.FieldType.Unsigned, first, last)
            undated = tantivy.Query.term_query(schema, "published", 0)
            either = [(tantivy.Occur.Should, dated), (tantivy.Occur.Should, undated)]
            conditions.append(tantivy.Query.boolean_query(either) if filters.undated else dated)
        return [(tantivy.Occur.Must, tantivy.Query.const_score_query(each, 0.0)) for each in conditions]

    @contextmanager
    def _writing(self) -> Iterator[tantivy.IndexWriter]:
        try:
            writer = self._index.writer(_HEAP_BYTES, 1)
            yield writer
            writer.commit()
            writer.wait_merging_threads()
            self._index.reload()
        except (OSError, ValueError) as error:
            raise StoreError(
                f"The BM25 index can't be written: {error}. Is there room on the disk? "
                "`verbatim doctor` builds it again."
            ) from error


def _no_echoes() -> tuple[tantivy.Occur, tantivy.Query]:
    return tantivy.Occur.MustNot, tantivy.Query.term_query(_schema(), "echo", 1)


def edits(word: str) -> int:
    """How many letters of a misspelt word may be wrong, missing, too many or in each other's place."""
    return 1 if len(word) < _LONG else 2


@functools.lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The English stem of a word, as the index has it."""
    # Remembered: the library takes 0.2 ms a word, and a question meets thousands of words again and again.
    return str(_stemmers.english.stemWord(word.lower()))


class _Stemmers(threading.local):
    """A stemmer for each thread: it keeps the word that it works on in itself."""

    def __init__(self) -> None:
        self.english: Any = snowballstemmer.stemmer("english")  # the library has no types


_stemmers = _Stemmers()


def day_number(date: str | None) -> int:
    """An ISO date as yyyymmdd, a partial one as its first day; 0 for unknown."""
    if not date:
        return 0
    year, month, day = (*date.split("-"), "01", "01")[:3]
    return int(year + month + day)


def day_range(filters: Filters) -> tuple[int, int]:
    """The first and the last day, as yyyymmdd, that the filters admit; a partial bound means its whole period."""
    last = int((filters.before.replace("-", "") + "9999")[:8]) if filters.before else _LATEST
    return max(1, day_number(filters.after)), last


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("passage", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("article", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("title", tokenizer_name="en_stem", index_option="freq")
    builder.add_text_field("text", tokenizer_name="en_stem", index_option="freq")
    builder.add_text_field("outlet", tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("published", indexed=True, fast=True)
    builder.add_unsigned_field("echo", indexed=True)
    return builder.build()
