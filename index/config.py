"""The settings of `[index]`, `[store]` and `[models]`: what is indexed, where, and with which weights."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class Section(BaseModel):
    """A section of `verbatim.toml`: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class IndexConfig(Section):
    """How files become passages. Changing one of these asks for a new index."""

    passage_tokens: Annotated[int, Field(ge=32, le=230)] = 160
    """Most tokens of a passage, by tiktoken; with the title it must fit the embedding model's 256."""
    max_file_bytes: Annotated[int, Field(ge=1_000)] = 20_000_000
    """Larger files are refused."""
    batch_articles: Annotated[int, Field(ge=1, le=5_000)] = 64
    """Articles published in one transaction."""


class StoreConfig(Section):
    """Where the index lies."""

    path: Path = Path(".verbatim")
    """The folder of the catalog and of the embedded indexes."""
    url: str | None = None
    """A Chroma server, `http://host:port`; without one Chroma runs inside the process."""
    catalog: SecretStr | None = None
    """The address of a database for the catalog, which several machines may share: postgresql+psycopg://…; it may hold
    a password. Without one the catalog is a SQLite file in `path`."""
    lock_seconds: Annotated[float, Field(ge=0, le=3_600)] = 10.0
    """How long a writer waits for another one."""


class ModelsConfig(Section):
    """Which weights are used, and how a language model is reached."""

    embedding: str = "minilm"
    """A name of the embedding table: `minilm`, or `openai-like:MODEL` at `embedding_url`."""
    embedding_url: str | None = None
    """An OpenAI-compatible address of an embeddings server."""
    language: str = "auto"
    """`auto` (the largest installed), `none`, `qwen-1.5b`, `qwen-0.5b`, the path of a GGUF file, a server's model."""
    language_url: str | None = None
    """An OpenAI-compatible address, such as `http://127.0.0.1:11434/v1`; None runs the model in the process."""
    api_key: SecretStr | None = None
    """The key for those addresses; taken from the environment, never printed."""
    threads: Annotated[int, Field(ge=0, le=256)] = 0
    """Threads of the models in the process; 0 leaves it to the machine."""
    connect_seconds: Annotated[float, Field(gt=0, le=60)] = 3.0
    """Longest wait for a connection to a language-model server."""
    first_token_seconds: Annotated[float, Field(gt=0, le=600)] = 20.0
    """Longest wait for a server's next token."""
