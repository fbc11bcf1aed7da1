"""The corpus page's side of the server: what is indexed, adding and removing articles, looking up quotes.

Files that are added are kept in a folder of their own, each in a folder named by a hash, so that no name of a browser's
becomes a path; they are indexed as `verbatim index FILE` would, with its limits and its messages.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from typing import cast

from pydantic import ValidationError

from index.errors import StoreError, VerbatimError
from index.pipeline import Progress, Report
from index.store import Store
from rag.lookup import look_up
from ui.config import Settings
from ui.corpus import corpus_view, match_view
from ui.desk import Shelf
from ui.render import render_corpus, render_matches, render_removed
from ui.sent import SentWords
from ui.words import counted

MOST_FILES = 10_000
"""Files that the page keeps; beyond them the command line is the way."""
UNFIT = re.compile(r"[^\w.,;()\[\]+&’'–—-]+")
CLOSED = "Adding and removing is switched off on this page ([ui] upload). The command does it: verbatim index FILE"

Indexer = Callable[[Path, Progress], Report]
"""Brings the store in line with one file."""


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to a file that is added, in words; the last one is `done`, and `bad` where it failed."""

    words: str
    done: bool = False
    bad: bool = False


class Collection:
    """The articles of one store, as the corpus page shows and changes them."""

    def __init__(self, store: Shelf, settings: Settings, index: Indexer | None) -> None:
        self._store, self._settings, self._index = store, settings, index
        self._adding = Lock()

    @property
    def is_open(self) -> bool:
        """Whether articles may be added and removed here."""
        return self._index is not None and self._settings.ui.may_upload

    def view(self) -> dict[str, object]:
        """Describe what is indexed and what could not be, as HTML and a few facts."""
        rules = CLOSED
        if self.is_open:
            most = f"{self._settings.index.max_file_bytes / 1e6:,.0f} MB"
            rules = f"Text, web pages, PDF, Word, Markdown, messages and tables, a file of at most {most} at a time."
        view = corpus_view(self._store.listed(), self._store.coverage(), rules=rules, is_open=self.is_open)
        shown = {key: view[key] for key in ("counts", "rules", "open", "failures")}
        return {**shown, "html": render_corpus(view), "most": self._settings.index.max_file_bytes}

    def taken_out(self, key: object) -> str:
        """Draw what cleaning took out of an article; empty when it is not in the index any more."""
        try:
            return render_removed(self._store.article(str(key)).removed)
        except StoreError:
            return ""

    def look_up(self, sent: object) -> dict[str, str]:
        """Draw where these words are, or say what is wrong with them."""
        try:
            words = SentWords.model_validate(sent).words
            found = look_up(words, cast("Store", self._store))
            return {"html": render_matches([match_view(each) for each in found]), "said": ""}
        except ValidationError:
            return {"html": "", "said": "At most 10,000 characters can be looked up."}
        except VerbatimError as error:
            return {"html": "", "said": str(error)}

    def remove(self, key: object) -> str:
        """Take an article, or the record of a failure, out of the index, with the page's own copy of its file.

        Says what is wrong where that can't be done.
        """
        found = next((each for each in self._store.listed() if each.id == key), None)
        if not self.is_open or found is None:
            return "" if self.is_open else CLOSED
        try:
            with self._store.writing():
                self._store.remove([found.id])
        except VerbatimError as error:
            return str(error)
        self._tidy(self._folder_of(found.source))
        return ""

    def place(self, name: str) -> Path:
        """Give the path for a file of this name; VerbatimError when none may be added."""
        if not self.is_open:
            raise VerbatimError(CLOSED)
        uploads = self._settings.ui.uploads
        uploads.mkdir(parents=True, exist_ok=True)
        folder = uploads / hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:16]
        if not folder.exists() and sum(1 for _ in uploads.iterdir()) >= MOST_FILES:
            raise VerbatimError(f"The page keeps at most {MOST_FILES:,} files. Index a folder: verbatim index FOLDER")
        folder.mkdir(exist_ok=True)
        return folder / safe_name(name)

    def add(self, path: Path) -> Generator[Step, None, None]:
        """Index a file that lies there, and tell each article that is done and, last, what came of it."""
        steps: SimpleQueue[Step] = SimpleQueue()
        Thread(target=self._work, args=(path, steps), daemon=True).start()
        while not (step := steps.get()).done:
            yield step
        yield step

    def _work(self, path: Path, steps: SimpleQueue[Step]) -> None:
        last = Step("It could not be indexed: the server failed.", done=True, bad=True)
        try:
            with self._adding:
                last = self._indexed(path, lambda document: steps.put(Step(f"Read {document}")))
        except VerbatimError as error:
            last = Step(str(error).replace(str(path), path.name), done=True, bad=True)
            self._tidy(path.parent.resolve())
        finally:
            steps.put(last)

    def _indexed(self, path: Path, progress: Progress) -> Step:
        if self._index is None:
            raise VerbatimError(CLOSED)
        report = self._index(path, progress)
        if report.failures:
            first = report.failures[0]
            others = len(report.failures) - 1
            more = f", and {counted(others, 'row')} more" if others else ""
            return Step(f"{_changes(report)} {first.document}: {first.reason}{more}".strip(), done=True, bad=True)
        return Step(_changes(report) or "It is indexed already.", done=True)

    def _tidy(self, folder: Path | None) -> None:
        """Drop the copy of a file of which nothing is listed."""
        if folder and not any(self._folder_of(each.source) == folder for each in self._store.listed()):
            shutil.rmtree(folder, ignore_errors=True)

    def _folder_of(self, source: str) -> Path | None:
        """Give the folder that the page keeps a source in, or None for a source from elsewhere."""
        uploads = self._settings.ui.uploads.resolve()
        path = Path(source)
        inside = path.is_relative_to(uploads) and path != uploads
        return uploads / path.relative_to(uploads).parts[0] if inside else None


def safe_name(name: str) -> str:
    """Make of a browser's name of a file one that is only a name, and short, with its ending."""
    plain = UNFIT.sub("_", name).strip("._ ")
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[:60]}.{ending[:10]}" if dot and stem else plain[:60] or "unnamed"


def _changes(report: Report) -> str:
    counts = (("added", report.added), ("changed", report.changed), ("removed", report.removed))
    words = ", ".join(f"{number:,} {verb}" for verb, number in counts if number)
    return f"{words[:1].upper()}{words[1:]}." if words else ""
