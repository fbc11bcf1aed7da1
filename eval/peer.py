"""LlamaIndex's CitationQueryEngine, asked the same questions over the same index with the same weights.

It is set up as its documentation shows: the three passages nearest in Chroma, its own prompt, no streaming. What it
gives is turned into an `Answer`, generously: a passage counts as an exact citation where it stands in its article,
a sentence as supported where our own verification would let it stand, and words that decline as an abstention. It
knows no conversation, so of a follow-up it gets the last turn alone.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.llms.types import CompletionResponse, CompletionResponseGen, LLMMetadata
from llama_index.core.callbacks import CallbackManager
from llama_index.core.llms import LLM, CustomLLM
from llama_index.core.node_parser import TokenTextSplitter
from llama_index.core.query_engine import CitationQueryEngine
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import MetadataMode, NodeWithScore, QueryBundle
from pydantic import PrivateAttr

from index.embed import embed_question
from index.sentences import split_sentences
from index.store import Store
from rag.answer import Answer, Citation, Claim, Done, Event, Retrieved, Seconds, Turn, Writer
from rag.retrieve import Found, as_node
from rag.verify import support

PEERS = ("citation-query-engine",)
"""The peers that there are, by the names of the command line."""

_READ = 3
"""Passages that go into its prompt, as in its documentation."""
_RANKED = 10
"""Passages that are ranked, so that retrieval can be scored alike."""
_TOKENS = 512
"""Most tokens of an answer, as LlamaIndex's own classes ask for where nothing is set."""
_MARKER = re.compile(r"\s*[\[(](?:Sources? )?(\d+(?:\s*(?:,|and)\s*(?:Source )?\d+)*)[\])]")
_DECLINES = re.compile(
    r"\b(?:none of the (?:provided |given )?sources|sources? (?:provided )?(?:do|does) not|"
    r"(?:no|not enough|insufficient) (?:specific )?(?:information|mention)|"
    r"(?:is|are|was|were) not (?:\w+ )?(?:mentioned|provided|specified|stated|given|available|answered)|"
    r"(?:does|do|did) not (?:\w+ )?(?:mention|provide|specify|state|say|contain|give|answer|include)|"
    r"(?:can|could) ?not (?:be )?(?:answer|determin|provid)\w*|not possible to (?:answer|determine)|empty response)\b",
    re.IGNORECASE,
)
_SOURCE = re.compile(r"^Source \d+:\n")


class CitationPeer:
    """The peer as an engine that can be asked."""

    def __init__(
        self, store: Store, embedding: BaseEmbedding, model: LLM, *, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._store, self._embedding, self._clock = store, embedding, clock
        self._name = model.metadata.model_name
        self._nearest = _Nearest(store, embedding)
        self._engine = CitationQueryEngine(
            retriever=self._nearest,
            llm=_Bounded(model),
            # Its own splitter loads NLTK's data; our passages are shorter than its chunks, so neither splits them.
            text_splitter=TokenTextSplitter(chunk_size=512, chunk_overlap=20),
            callback_manager=CallbackManager([]),
        )

    def ask(self, question: str, *, turns: Sequence[Turn] = (), writer: Writer | None = None) -> Iterator[Event]:
        """Ask it; there is one event, the answer. Earlier turns and the writer mean nothing to it."""
        del turns, writer
        started = self._clock()
        response = self._engine.query(question)
        total = self._clock() - started
        text = str(response).strip()
        citations = self._citations(response.source_nodes)
        claims = tuple(self._claims(text, citations))
        abstained = declines(text)
        coverage = self._store.coverage()
        yield Done(
            Answer(
                question=question,
                standalone=question,
                text="" if abstained else text,
                abstained=abstained,
                reason="not_answered" if abstained else None,
                answerability=0.0 if abstained else 1.0,
                claims=() if abstained else claims,
                citations=citations,
                disagreements=(),
                retrieved=tuple(
                    Retrieved(each.article.document, each.passage.start, each.passage.end, each.score)
                    for each in self._nearest.found
                ),
                covered=(coverage.first, coverage.last),
                writer="model",
                model=self._name,
                notes=(),
                seconds=Seconds(self._nearest.ended - started, None, total),
            )
        )

    def _citations(self, nodes: Sequence[NodeWithScore]) -> tuple[Citation, ...]:
        """Its numbered sources, each found again in its article: the engine blanks their places."""
        made = []
        for number, node in enumerate(nodes, 1):
            quote = _SOURCE.sub("", node.node.get_content(metadata_mode=MetadataMode.NONE)).strip()
            known = node.node.metadata
            article = self._store.article(known["document"])
            start = article.text.find(quote)
            made.append(
                Citation(
                    number,
                    article.id,
                    article.document,
                    max(0, start),
                    start + len(quote) if start >= 0 else 0,
                    quote,
                    article.about.title,
                    article.about.outlet,
                    article.about.published,
                )
            )
        return tuple(made)

    def _claims(self, text: str, citations: Sequence[Citation]) -> Iterator[Claim]:
        known = {each.number: each for each in citations}
        for span in split_sentences(text):
            marked = text[span.start : span.end]
            numbers = tuple(dict.fromkeys(int(each) for found in _MARKER.findall(marked) for each in _digits(found)))
            words = _MARKER.sub("", marked).strip()
            if not any(character.isalnum() for character in words):
                continue
            stands = self._supported(words, [known[each] for each in numbers if each in known])
            yield Claim(words, numbers, "supported" if stands else "unsupported")

    def _supported(self, words: str, cited: Sequence[Citation]) -> bool:
        if not cited:
            return False
        vector = embed_question(self._embedding, words)
        meaning = max(float(vector @ embed_question(self._embedding, each.quote)) for each in cited)
        about = " ".join(
            str(part) for each in cited for part in (each.outlet, each.title, each.published) if part is not None
        )
        return support(words, [each.quote for each in cited], context=about, meaning=meaning).supported


def declines(text: str) -> bool:
    """Whether an answer in words says that it has none."""
    return not text.strip() or _DECLINES.search(text) is not None


def _digits(found: str) -> list[str]:
    return re.findall(r"\d+", found)


class _Nearest(BaseRetriever):
    """The passages nearest in Chroma. `found` are the last ones, ranked; `ended` is when they were there."""

    def __init__(self, store: Store, embedding: BaseEmbedding) -> None:
        super().__init__()
        self._store, self._embedding = store, embedding
        self.found: list[Found] = []
        self.ended = 0.0

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        vector = embed_question(self._embedding, query_bundle.query_str)
        hits = self._store.by_meaning(vector, most=_RANKED)
        passages = self._store.passages([hit.passage for hit in hits])
        articles = self._store.texts([passage.article for passage, _ in passages.values()])
        self.found = [
            Found(passage, articles[passage.article], vectors, hit.score, hit.score)
            for hit, (passage, vectors) in ((hit, passages[hit.passage]) for hit in hits if hit.passage in passages)
        ]
        self.ended = time.perf_counter()
        return [as_node(each) for each in self.found[:_READ]]


class _Bounded(CustomLLM):
    """The language model at temperature 0, as ours runs, and with an end to what it writes."""

    _model: LLM = PrivateAttr()

    def __init__(self, model: LLM) -> None:
        super().__init__()
        self._model = model

    @property
    def metadata(self) -> LLMMetadata:
        """What LlamaIndex wants to know of the model."""
        own = self._model.metadata
        return LLMMetadata(
            context_window=own.context_window, num_output=_TOKENS, is_chat_model=False, model_name=own.model_name
        )

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:  # noqa: ANN401, FBT001, FBT002  # LlamaIndex's signature
        """Answer a prompt."""
        return self._model.complete(prompt, formatted, max_tokens=_TOKENS, temperature=0.0, **kwargs)

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:  # noqa: ANN401, FBT001, FBT002  # LlamaIndex's signature
        """Stream the answer to a prompt."""
        return self._model.stream_complete(prompt, formatted, max_tokens=_TOKENS, temperature=0.0, **kwargs)
