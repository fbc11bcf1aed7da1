"""The engines under a stopwatch: embedding model, Chroma, BM25 and language model, as Verbatim calls them.

What is timed is noted with its input, so that the same calls can be made again without Verbatim around them: that is
the bare engine's figure on the same input. One question at a time: the notes know no threads.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
)
from llama_index.core.llms import LLM, CustomLLM
from pydantic import PrivateAttr

from index.article import Filters
from index.config import StoreConfig
from index.embed import MiniLmEmbedding, Tokens, Vector
from index.lexical import Hit
from index.store import Store


@dataclass(slots=True)
class Watch:
    """The seconds that each engine took since the last `take`, and the calls that were made of it."""

    clock: Callable[[], float] = time.perf_counter
    seconds: dict[str, float] = field(default_factory=dict)
    calls: list[Callable[[], object]] = field(default_factory=list)

    @contextmanager
    def __call__(self, engine: str, again: Callable[[], object]) -> Iterator[None]:
        """Time what is done inside; `again` does the same once more."""
        self.calls.append(again)
        started = self.clock()
        try:
            yield
        finally:
            self.seconds[engine] = self.seconds.get(engine, 0.0) + self.clock() - started

    def take(self) -> tuple[dict[str, float], list[Callable[[], object]]]:
        """What was noted so far; the next notes begin anew."""
        taken = self.seconds, self.calls
        self.seconds, self.calls = {}, []
        return taken


class TimedEmbedding(MiniLmEmbedding):
    """The embedding model in the process, timed."""

    _watch: Watch = PrivateAttr()

    def __init__(self, watch: Watch, *, threads: int = 0) -> None:
        super().__init__(threads=threads)
        self._watch = watch

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Read texts: every use of the model comes through here."""
        plain = super().tokens
        with self._watch("embedding", lambda: plain(texts)):
            return plain(texts)


class TimedStore(Store):
    """A store whose two indexes are timed; the catalog is Verbatim's own."""

    def __init__(self, config: StoreConfig, *, fingerprint: str, watch: Watch) -> None:
        self._watch = watch
        super().__init__(config, fingerprint=fingerprint)

    def by_meaning(self, vector: Vector, *, most: int, filters: Filters = Filters()) -> list[Hit]:
        """Ask Chroma."""
        plain = super().by_meaning
        with self._watch("Chroma", lambda: plain(vector, most=most, filters=filters)):
            return plain(vector, most=most, filters=filters)

    def by_words(self, words: str, *, most: int, filters: Filters = Filters(), echoes: bool = False) -> list[Hit]:
        """Ask BM25."""
        plain = super().by_words
        with self._watch("BM25", lambda: plain(words, most=most, filters=filters, echoes=echoes)):
            return plain(words, most=most, filters=filters, echoes=echoes)


class TimedModel(CustomLLM):
    """A language model whose reading and writing is timed, from the prompt to the last piece that was wanted."""

    _model: LLM = PrivateAttr()
    _watch: Watch = PrivateAttr()

    def __init__(self, model: LLM, watch: Watch) -> None:
        super().__init__()
        self._model, self._watch = model, watch

    @property
    def metadata(self) -> LLMMetadata:
        """The model's own."""
        return self._model.metadata

    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseGen:  # noqa: ANN401  # LlamaIndex's signature
        """Stream an answer; only the waiting for each piece is timed."""
        pieces = self._model.stream_chat(messages, **kwargs)
        while True:
            with self._watch("language model", lambda: None):
                piece = next(pieces, None)
            if piece is None:
                return
            yield piece

    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:  # noqa: ANN401  # LlamaIndex's signature
        """Answer at once."""
        with self._watch("language model", lambda: None):
            return self._model.chat(messages, **kwargs)

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:  # noqa: ANN401, FBT001, FBT002  # LlamaIndex's signature
        """Answer a prompt, untimed: no engine of ours asks so."""
        return self._model.complete(prompt, formatted, **kwargs)

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:  # noqa: ANN401, FBT001, FBT002  # LlamaIndex's signature
        """Stream the answer to a prompt, untimed."""
        return self._model.stream_complete(prompt, formatted, **kwargs)
