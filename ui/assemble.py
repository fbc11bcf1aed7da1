"""Settings → a store and an engine: the one place where the parts of Verbatim are put together."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path

from llama_index.core.base.embeddings.base import BaseEmbedding

from index.config import StoreConfig
from index.embed import make_embedding
from index.errors import StoreMissing
from index.pace import Pace, estimate
from index.pipeline import Engine as IndexEngine
from index.pipeline import Progress, Report, fingerprint, index_source
from index.ray_engine import RayEngine
from index.read import is_address
from index.store import Store
from rag.engine import Engine
from rag.models import ModelSlot, model_slot
from ui.config import Settings


class Workshop:
    """The parts that commands share, each made when it is first asked for."""

    def __init__(self, settings: Settings, *, store: str | None = None) -> None:
        self.settings = settings
        self.where = _store_config(settings.store, store)
        self._embedding: BaseEmbedding | None = None

    @property
    def embedding(self) -> BaseEmbedding:
        """The embedding model; raises WeightsError or ConfigError."""
        if self._embedding is None:
            self._embedding = make_embedding(self.settings.models)
        return self._embedding

    def open(self, *, create: bool = False) -> Store:
        """The store, which must have been made with the settings' embedding, splitting and cleaning."""
        return Store(self.where, fingerprint=fingerprint(self.embedding, self.settings.index), create=create)

    def look(self) -> Store:
        """The store as it is, for commands that need no embedding."""
        return Store(self.where)

    def index(
        self, sources: Sequence[Path | str], store: Store, *, progress: Progress, spread: bool = False
    ) -> list[Report]:
        """Bring the store in line with sources, one after the other; `spread` does the work on Ray's workers."""
        engine = self._ray() if spread else None
        try:
            return [self._index(each, store, progress, engine) for each in sources]
        finally:
            if engine:
                engine.close()

    def _index(self, source: Path | str, store: Store, progress: Progress, engine: IndexEngine | None) -> Report:
        expected = None
        if not is_address(source):
            known = len(store.listed(source=str(Path(source).resolve()), states=("published",)))
            counted = estimate(Path(source))
            expected = None if counted is None else max(0, counted - known)
        pace = Pace(expected, tell=progress)
        return index_source(source, store, self.embedding, self.settings.index, progress=pace, engine=engine)

    def _ray(self) -> RayEngine:
        # Each worker has one core: its model may not take them all.
        models = self.settings.models.model_copy(update={"threads": 1})
        return RayEngine(functools.partial(make_embedding, models), self.settings.index)

    def ready(self, corpus: Path, *, progress: Progress, say: Callable[[str], None]) -> Store:
        """The store, filled from `corpus` when it is missing, and brought up to date when it holds nothing else."""
        try:
            store = self.open()
        except StoreMissing:
            say(f"There is no index in {self.where.path} yet: indexing {corpus} …")
            store = self.open(create=True)
        sources = {each.source for each in store.listed()}
        if not sources or sources == {str(corpus.resolve())}:
            self.index([corpus], store, progress=progress)
        return store

    def engine(self, store: Store, *, model: bool) -> Engine:
        """An engine over the store; its language model begins to load when `model` is asked for."""
        slot = model_slot(self.settings.models, self.where.path / "models") if model else ModelSlot(None, name="none")
        slot.start()
        return Engine(store, self.embedding, slot, self.settings.rag)


def _store_config(config: StoreConfig, store: str | None) -> StoreConfig:
    if store is None:
        return config
    if store.startswith(("http://", "https://")):
        return config.model_copy(update={"url": store})
    return config.model_copy(update={"path": Path(store)})
