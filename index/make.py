"""What was read becomes an article: parsed, cleaned, described, split into sentences.

A file that is parsed, and a long text, is given to a process of its own: there a parser that takes too
long, eats the memory or crashes is ended, and is the failure of that one file.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Self

from index.article import Article
from index.clean import clean
from index.config import IndexConfig
from index.describe import describe
from index.errors import ArticleError
from index.parse import parse
from index.raw import Raw
from index.sentences import split_sentences

SHORT = 100_000
"""Characters of a text that is cleaned and split in this process: it takes half a second at most."""
_START_SECONDS = 120.0


def make_article(raw: Raw) -> Article:
    """Clean, describe and split a text that was read. Raises ArticleError when no words are left."""
    cleaned = clean(raw.text)
    sentences = split_sentences(cleaned.text)
    if not any(character.isalnum() for character in cleaned.text):
        raise ArticleError(
            f"There are no words in it ({len(raw.text)} characters before cleaning). Expected the text of an article."
        )
    described = describe(raw)
    return Article(
        document=raw.document,
        source=raw.source,
        text=cleaned.text,
        sentences=sentences,
        raw_hash=raw.raw_hash,
        about=described.about,
        removed=(*raw.removed, *cleaned.removed),
        origins=described.origins,
    )


def parse_and_make(raw: Raw, config: IndexConfig) -> Article:
    """Parse a file and make its article. Raises ArticleError."""
    return make_article(parse(raw, config))


Make = Callable[[Raw, IndexConfig], Article]
"""A function of a module: the other process finds it by its name."""


class Maker:
    """Makes articles within the limits of the settings. Its process starts when the first file asks for it."""

    def __init__(self, config: IndexConfig, make: Make = parse_and_make) -> None:
        self._config, self._make = config, make
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self.close()

    def __call__(self, raw: Raw) -> Article:
        """Make an article. Raises ArticleError with the reason, also when a limit is passed."""
        if raw.kind == "text" and len(raw.text) <= SHORT:
            return make_article(raw)
        try:
            self._run().send(raw)
            made = self._receive(self._config.file_seconds)
        except (EOFError, OSError) as error:
            ending = _ending(self._process)
            self.close()
            raise ArticleError(f"reading it ended its process ({ending})") from error
        if isinstance(made, ArticleError):
            raise made
        assert made is not None
        return made

    def close(self) -> None:
        """End the process, whatever it is doing."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self._process = self._pipe = None

    def _receive(self, seconds: float) -> Article | ArticleError | None:
        assert self._pipe is not None
        if not self._pipe.poll(seconds):
            self.close()
            raise ArticleError(f"it takes more than {seconds:g} s, see file_seconds")
        received: Article | ArticleError | None = self._pipe.recv()
        return received

    def _run(self) -> Connection:
        """The pipe to the process, which is started where there is none."""
        if self._pipe is None:
            # Spawned, not forked: a copy of a process with threads and open databases can hang or spoil them.
            context = multiprocessing.get_context("spawn")
            self._pipe, other = context.Pipe()
            self._process = context.Process(target=_serve, args=(other, self._make, self._config), daemon=True)
            self._process.start()
            other.close()
            self._receive(_START_SECONDS)  # its start is no file's fault
        return self._pipe


def _serve(pipe: Connection, make: Make, config: IndexConfig) -> None:
    """Make articles until the pipe is closed, also by the death of who holds it."""
    logging.disable()  # what a parser logs of a file is told by the file's reason
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who indexes; that one ends this process
    _limit_memory(config.file_memory_bytes)
    with contextlib.suppress(EOFError, OSError):
        pipe.send(None)
        while True:
            raw = pipe.recv()
            try:
                made: Article | ArticleError = make(raw, config)
            except ArticleError as error:
                made = error
            except MemoryError:
                made = ArticleError(f"it takes more than {config.file_memory_bytes:,} bytes, see file_memory_bytes")
            pipe.send(made)


def _limit_memory(most: int) -> None:
    try:
        import resource  # noqa: PLC0415  # not on Windows, where there is only the limit of time
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _ending(process: multiprocessing.process.BaseProcess | None) -> str:
    if process is None:
        return "it was not there"
    process.join(1)
    code = process.exitcode
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
