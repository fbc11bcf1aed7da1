"""Language models behind LlamaIndex's LLM interface: a GGUF file in the process, or any OpenAI-compatible server.

A model in the process is loaded once, in the background; until then, and whenever it fails, who asks gets
None and writes quotes instead.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.llms import LLM

from index.config import ModelsConfig
from index.errors import ModelError, WeightsError
from rag.gguf import CONTEXT_TOKENS, WEIGHTS, GgufModel, installed, joined

State = Literal["none", "loading", "ready", "failed"]

_FAILURES_BEFORE_PAUSE = 5
_PAUSE_SECONDS = 30.0
_WORDS = 20
"""How many words a model is asked for that it may begin with: each figure, and some to spare."""


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
        context_window=CONTEXT_TOKENS,
        max_retries=0,
    )
    return model


def local_model(config: ModelsConfig, folder: Path) -> LLM:
    """The configured GGUF file, joined in `folder` where it comes in parts. Raises WeightsError."""
    if config.language in WEIGHTS:
        path = joined(WEIGHTS[config.language], folder)
    elif config.language == "auto":
        path = joined(installed(), folder)
    else:
        path = Path(config.language)
        if not path.is_file():
            known = ", ".join(["auto", "none", *WEIGHTS])
            raise WeightsError(
                f"[models] language is {config.language!r}: expected {known}, or the path of a GGUF file."
            )
    return GgufModel(path, threads=config.threads)


def stream_text(model: LLM, messages: Sequence[ChatMessage], *, seconds: float, **options: Any) -> Iterator[str]:
    """The pieces of a model's answer as it writes them.

    Raises ModelError for whatever goes wrong behind the interface, and for an answer that takes longer than
    `seconds`: a server can refuse, hang, break off or answer in any shape.
    """
    deadline = time.monotonic() + seconds
    with as_model_error():
        for piece in model.stream_chat(messages, **options):
            if time.monotonic() > deadline:
                raise ModelError(f"it took longer than {seconds:.0f} s ([rag] model_seconds)")
            yield piece.delta or ""


def first_word(model: LLM, messages: Sequence[ChatMessage], **options: Any) -> dict[str, float]:
    """What a model may begin its answer with, and the probability of each word, 0 to 1; empty where it does not say.

    Raises ModelError for whatever goes wrong behind the interface.
    """
    with as_model_error():
        reply = model.chat(messages, max_tokens=1, temperature=0.0, logprobs=True, top_logprobs=_WORDS, **options)
    first = reply.logprobs[0] if reply.logprobs else []
    return {each.token.strip(): math.exp(each.logprob) for each in reversed(first)}


@contextmanager
def as_model_error() -> Iterator[None]:
    """Raise as ModelError what can go wrong behind LlamaIndex's interface: a server answers in any shape."""
    try:
        yield
    except _foreign_errors() as error:
        raise ModelError(f"{type(error).__name__}: {error}") from error


def _foreign_errors() -> tuple[type[Exception], ...]:
    import httpx  # noqa: PLC0415  # heavy, as the next
    from openai import OpenAIError  # noqa: PLC0415

    return (OpenAIError, httpx.HTTPError, OSError, RuntimeError, ValueError, TypeError, AttributeError, LookupError)


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
            weights = installed()
        except WeightsError:
            return ModelSlot(None, name="none")
        name = next(key for key, value in WEIGHTS.items() if value is weights)
        return ModelSlot(lambda: local_model(config, folder), name=name)
    return ModelSlot(lambda: local_model(config, folder), name=Path(config.language).name)
