"""Stand-ins of the tests: LlamaIndex's interfaces implemented without weights, and stores of tiny made-up articles."""

from __future__ import annotations

import contextlib
import io
import json
import math
import re
import sys
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
    LogProb,
    MessageRole,
)
from llama_index.core.llms import CustomLLM
from pydantic import PrivateAttr

from index.config import IndexConfig, StoreConfig
from index.errors import ModelError
from index.pipeline import fingerprint, index_source
from index.store import Store
from rag.gguf import READ_WITH, WEIGHTS
from rag.models import ModelSlot
from ui.cli import main

DIMENSIONS = 64
_PIECE = 7


class HashEmbedding(BaseEmbedding):
    """Words hashed into 64 dimensions, unit length: texts that share words are near. `texts` keeps what it embedded."""

    model_name: str = "hash"
    _texts: list[str] = PrivateAttr(default_factory=list)

    @property
    def texts(self) -> list[str]:
        """All texts, but no questions, that were embedded so far."""
        return self._texts

    @classmethod
    def class_name(cls) -> str:
        """LlamaIndex's name of this embedding."""
        return "HashEmbedding"

    def _get_text_embedding(self, text: str) -> list[float]:
        self._texts.append(text)
        return _hashed(text)

    def _get_query_embedding(self, query: str) -> list[float]:
        return _hashed(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return _hashed(query)


def _hashed(text: str) -> list[float]:
    vector = np.zeros(DIMENSIONS)
    for word in re.findall(r"\w+", text.lower()):
        digest = zlib.crc32(word.encode())
        vector[digest % DIMENSIONS] += 1.0 if digest & 1024 else -1.0
    # Never zero, which has no direction.
    vector[0] += 1e-3
    unit: list[float] = (vector / np.linalg.norm(vector)).tolist()
    return unit


class ScriptedModel(CustomLLM):
    """A language model that gives written replies, a few characters at a time; `prompts` keeps what it was told.

    A reply that is an error is raised, after the words before it in the same tuple. Out of replies is an error too.
    """

    _replies: list[Reply] = PrivateAttr()
    _prompts: list[str] = PrivateAttr(default_factory=list)

    def __init__(self, *replies: Reply) -> None:
        super().__init__()
        self._replies = list(replies)

    @property
    def prompts(self) -> list[str]:
        """Every prompt so far."""
        return self._prompts

    @classmethod
    def class_name(cls) -> str:
        """LlamaIndex's name of this model."""
        return "ScriptedModel"

    @property
    def metadata(self) -> LLMMetadata:
        """What LlamaIndex wants to know of the model."""
        return LLMMetadata(model_name="scripted", is_chat_model=True)

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:  # noqa: FBT001, FBT002  # LlamaIndex's signature
        """Give the next reply whole."""
        *_, last = self.stream_complete(prompt, formatted, **kwargs)
        return last

    def stream_complete(self, prompt: str, formatted: bool = False, **_kwargs: Any) -> CompletionResponseGen:  # noqa: FBT001, FBT002  # LlamaIndex's signature
        """Give the next reply in pieces."""
        self._prompts.append(prompt)
        if not self._replies:
            raise ModelError("out of replies")
        return _pieces(self._replies.pop(0))


class ReadingModel(ScriptedModel):
    """A scripted model that is asked first which sentence answers; `gives` has the probabilities of its words.

    It has the name of the model that was taught to read. Where `gives` is an error it is raised.
    """

    _gives: dict[str, float] | Exception = PrivateAttr()
    _asked: list[Sequence[ChatMessage]] = PrivateAttr(default_factory=list)

    def __init__(self, gives: dict[str, float] | Exception, *replies: Reply) -> None:
        super().__init__(*replies)
        self._gives = gives

    @property
    def asked(self) -> list[Sequence[ChatMessage]]:
        """Every conversation in which it was to say how likely its next word is."""
        return self._asked

    @property
    def metadata(self) -> LLMMetadata:
        """What LlamaIndex wants to know of the model."""
        return LLMMetadata(model_name=WEIGHTS[READ_WITH].file, is_chat_model=True)

    def chat(self, messages: Sequence[ChatMessage], **_: Any) -> ChatResponse:
        """Give the likeliest word with the probabilities of all."""
        self._asked.append(messages)
        if isinstance(self._gives, Exception):
            raise self._gives
        words = [LogProb(token=word, logprob=math.log(share)) for word, share in self._gives.items()]
        return ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT), logprobs=[words] if words else [])


Reply = str | ModelError | tuple[str, ModelError]


def _pieces(reply: Reply) -> CompletionResponseGen:
    words, error = reply if isinstance(reply, tuple) else (reply, None) if isinstance(reply, str) else ("", reply)
    for start in range(0, len(words), _PIECE):
        end = start + _PIECE
        yield CompletionResponse(text=words[:end], delta=words[start:end])
    if error:
        raise error


def ready_slot(*replies: Reply) -> ModelSlot:
    """Make a slot whose model is loaded and gives these replies."""
    return slot_of(ScriptedModel(*replies))


def slot_of(model: ScriptedModel) -> ModelSlot:
    """Make a slot in which this model is loaded."""
    slot = ModelSlot(lambda: model, name="scripted")
    slot.wait()
    return slot


@dataclass(frozen=True, slots=True)
class Told:
    """A row of a corpus."""

    id: str
    text: str
    title: str | None = None
    source: str | None = None
    date: str | None = None


BRIDGE = Told(
    "bridge",
    "The bridge in Bergen was closed on Monday after engineers found cracks. “The bridge cost 900 crowns a day,” "
    "said Mayor Ada Alt. The ferry carried 4,000 passengers in March.",
    title="Bridge in Bergen closed",
    source="The Bergen Times",
    date="2024-03-05",
)
HARBOUR = Told(
    "harbour",
    "The harbour of Cork opened a new quay in June. Fishermen did not welcome the quay. “We lost our berths,” said "
    "fisherman Ben Bly.",
    title="New quay in Cork",
    source="The Cork Post",
    date="2023-06",
)
MUSEUM = Told(
    "museum",
    "The museum of Lima bought a painting for 70 million soles. Curator Cleo Cox said the painting shows a llama. "
    "It will hang in the main hall until autumn.",
)
TINY = (BRIDGE, HARBOUR, MUSEUM)
"""Three small articles: a dated one, one of a month, and one of which nothing is known."""


def write_corpus(folder: Path, rows: Iterable[Told]) -> Path:
    """Write a corpus of JSON lines and give its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "corpus.jsonl"
    fields = ("id", "text", "title", "source", "date")
    lines = [json.dumps({name: getattr(row, name) for name in fields}, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def open_store(folder: Path, *, embedding: BaseEmbedding | None = None, lock_seconds: float = 0.0) -> Store:
    """Open, or begin, a store of the hashing embedding."""
    config = StoreConfig(path=folder, lock_seconds=lock_seconds)
    return Store(config, fingerprint=fingerprint(embedding or HashEmbedding(), IndexConfig()), create=True)


def build_store(
    folder: Path, rows: Sequence[Told] = TINY, *, embedding: BaseEmbedding | None = None, passage_tokens: int = 32
) -> Store:
    """Index rows into a store in `folder`; small passages, so that a tiny article has several."""
    own = embedding or HashEmbedding()
    store = open_store(folder / "store", embedding=own)
    index_source(write_corpus(folder / "corpus", rows), store, own, IndexConfig(passage_tokens=passage_tokens))
    return store


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What was printed, read as JSON."""
        return json.loads(self.out)


def verbatim(*words: object) -> Ran:
    """Run the command `verbatim` in this process."""
    out, err = io.StringIO(), io.StringIO()
    before, sys.argv = sys.argv, ["verbatim", *map(str, words)]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    finally:
        sys.argv = before
    return Ran(code, out.getvalue(), err.getvalue())
