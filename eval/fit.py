"""Fit the logistic models of `rag` on public sets: `python -m eval.fit SET…`, folders of corpus and questions.

The first learns which sentence holds the answer, the second whether the evidence answers at all; a third,
with `--only reading`, what a language model's reading of the evidence adds to that. The coefficients go to one
small file that people can read and that `rag` loads. Of the project's own sets, the questions and the hard ones, the
rows that are not marked `unseen` teach the second too; the unseen ones are never fitted on. The third is learnt from
questions that did not teach the language model to read (`eval.teach`): those it reads too surely. Needs scikit-learn,
from the extra `dev`, and for the third the language model.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import LLM
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]  # publishes no types
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]  # publishes no types

from eval.config import OWN_QUESTIONS
from eval.questions import Question, load_questions
from index.article import Filters
from index.config import IndexConfig, ModelsConfig, StoreConfig
from index.embed import make_embedding
from index.pipeline import fingerprint, index_source, seeds
from index.store import Store
from rag.answer import Turn
from rag.config import RagConfig
from rag.decide import ANSWER_FEATURES, answer_features
from rag.evidence import rank, within_question
from rag.features import SENTENCE_FEATURES, Candidate, WordVectors, candidates
from rag.gguf import READ_WITH
from rag.logistic import COEFFICIENTS, describe, load_logistic
from rag.look import Looked, look
from rag.models import local_model
from rag.reading import READING_FEATURES, may_be_read, read, reading_features
from rag.understand import Query
from rag.weigh import Weighed, weigh

_INVERSE_REGULARISATION = 0.1
_SEED = 7
OWN_SETS = (OWN_QUESTIONS, OWN_QUESTIONS.with_name("hard.jsonl"))
TAUGHT = Path(__file__).with_name("taught.json")
"""The ids of the questions that taught the language model to read, by set."""


class Asked(NamedTuple):
    """A set by name: its questions, their corpus, and the name of the folder in which that is indexed."""

    name: str
    questions: Sequence[Question]
    corpus: Path
    store: str


class Seen(NamedTuple):
    """A question, what it was understood as, and the sentences that were read for it."""

    question: Question
    query: Query
    candidates: list[Candidate]


class Reading(NamedTuple):
    """A question, how likely its evidence was to answer, and how surely a language model found that none of it does."""

    question: Question
    likely: float
    none: float


def read_for(asked: Asked, stores: Path) -> Iterator[Seen]:
    """Index a set's corpus once, and read what is found for each of its questions; where nothing is, it is left out."""
    store, embedding = _opened(asked, stores)
    rag, words = RagConfig(), WordVectors(embedding, most=5_000)
    for question in asked.questions:
        looked = _looked(question, store, words, rag)
        sentences = candidates(looked.query, looked.found[: rag.passages], words)
        if sentences:
            yield Seen(question, looked.query, sentences)


def weighed_for(asked: Asked, stores: Path) -> Iterator[tuple[Question, Query, Weighed]]:
    """How the engine understands and weighs each question of a set."""
    store, embedding = _opened(asked, stores)
    rag, words = RagConfig(), WordVectors(embedding)
    for question in asked.questions:
        looked = _looked(question, store, words, rag)
        yield question, looked.query, weigh(looked, words, rag)


def see_readings(asked: Asked, stores: Path, model: LLM) -> Iterator[Reading]:
    """What a language model reads in the evidence for each question, as the engine asks it, if it may be read."""
    for question, query, weighed in weighed_for(asked, stores):
        if may_be_read(weighed) and (shares := read(model, query.text, weighed.evidence)) is not None:
            yield Reading(question, weighed.probability, shares[0])


def _looked(question: Question, store: Store, words: WordVectors, config: RagConfig) -> Looked:
    turns = [Turn(each) for each in question.turns[:-1]]
    return look(question.turns[-1], turns, store=store, words=words, config=config, filters=Filters())


def public_set(folder: Path, most: int, *, without: Collection[str] = ()) -> Asked:
    """A fixed sample of a public set, a folder of questions and their corpus, but for the questions of some ids."""
    questions = [each for each in load_questions(folder / "questions.jsonl", literal=True) if each.id not in without]
    chosen = sorted(np.random.default_rng(_SEED).permutation(len(questions))[:most])
    return Asked(folder.name, [questions[each] for each in chosen], folder / "corpus.jsonl", folder.name)


def own_set(path: Path) -> Asked:
    """A set of the project's own, but for its unseen questions and false premises, which a rule finds."""
    taught = [each for each in load_questions(path) if not each.unseen and each.kind != "false_premise"]
    return Asked(path.stem, taught, seeds(), "own")


def _opened(asked: Asked, stores: Path) -> tuple[Store, BaseEmbedding]:
    embedding, config = make_embedding(ModelsConfig()), IndexConfig()
    place = StoreConfig(path=stores / asked.store)
    store = Store(place, fingerprint=fingerprint(embedding, config), create=True)
    index_source(asked.corpus, store, embedding, config)
    return store, embedding


def holds_answer(question: Question, document: str, sentence: str) -> bool:
    """Whether a sentence of a document holds a quote of the evidence or, where that has no quotes, a fact."""
    text = " ".join(sentence.split())
    for evidence in question.evidence:
        if evidence.document != document:
            continue
        if evidence.quote is None:
            return any(re.search(each, text, re.IGNORECASE) for group in question.facts for each in group)
        quote = " ".join(evidence.quote.split())
        if quote in text or text in quote:
            return True
    return False


def fit_sentences(seen: Sequence[Seen]) -> dict[str, object]:
    """Learn which of the sentences read for a question holds its answer."""
    features, labels = [], []
    for each in seen:
        gold = [
            holds_answer(each.question, article.document, article.words(sentence))
            for article, sentence in ((one.found.article, one.sentence) for one in each.candidates)
        ]
        if each.question.answerable and any(gold):
            features.append(within_question(np.array([candidate.features for candidate in each.candidates])))
            labels.extend(gold)
    return _fit(np.vstack(features), np.array(labels), SENTENCE_FEATURES)


def fit_answers(sets: Sequence[Sequence[Seen]]) -> dict[str, object]:
    """Learn whether what was read answers the question, each set weighing the same."""
    rows = np.array([answer_features(each.query, rank(each.candidates)) for seen in sets for each in seen])
    return _fit(rows, _answerable(sets), ANSWER_FEATURES, _weights(sets))


def fit_readings(sets: Sequence[Sequence[Reading]]) -> dict[str, object]:
    """Learn what a reading adds to how likely the evidence was to answer.

    Each set weighs the same, and in each those that are answered as much as those that are not.
    """
    halves = [[each for each in seen if each.question.answerable == answered] for seen in sets for answered in (0, 1)]
    rows = np.array([reading_features(each.likely, each.none) for half in halves for each in half])
    return _fit(rows, _answerable(halves), READING_FEATURES, _weights(halves))


def _answerable(sets: Sequence[Sequence[Seen | Reading]]) -> npt.NDArray[np.bool_]:
    return np.array([each.question.answerable for seen in sets for each in seen])


def _weights(sets: Sequence[Sequence[Seen | Reading]]) -> npt.NDArray[np.float64]:
    weights = np.concatenate([np.full(len(seen), 1.0 / len(seen)) for seen in sets if seen])
    return np.asarray(weights / weights.mean())


def _fit(
    features: npt.NDArray[np.float64],
    labels: npt.NDArray[np.bool_],
    names: tuple[str, ...],
    rows_weigh: npt.NDArray[np.float64] | None = None,
) -> dict[str, object]:
    """Fit on standardised features, and give the coefficients of the features as they are."""
    mean, deviation = np.average(features, axis=0, weights=rows_weigh), features.std(axis=0)
    deviation = np.where(deviation > 1e-9, deviation, 1.0)
    model = LogisticRegression(C=_INVERSE_REGULARISATION, max_iter=5_000)
    model.fit((features - mean) / deviation, labels, sample_weight=rows_weigh)
    weights = model.coef_[0] / deviation
    print(f"  ROC area on what it was fitted on: {roc_auc_score(labels, features @ weights):.3f} of {len(labels)} rows")  # noqa: T201
    return describe(names, weights.tolist(), float(model.intercept_[0] - (weights * mean).sum()))


def main() -> None:
    """Fit on the sets named on the command line, and write the coefficients."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--most", type=int, default=2_000, help="questions of each set")
    parser.add_argument("--stores", type=Path, default=Path(".verbatim/fit"), help="where the sets are indexed")
    parser.add_argument(
        "--only", choices=("sentence", "answer", "reading"), help="fit this model, and leave the others"
    )
    options = parser.parse_args()
    names, own_names = [each.name for each in options.sets], [each.name for each in OWN_SETS]
    if options.only == "reading":
        taught = json.loads(TAUGHT.read_text(encoding="utf-8"))
        untaught = [public_set(each, options.most, without=taught.get(each.name, ())) for each in options.sets]
        model = local_model(ModelsConfig(language=READ_WITH), options.stores / "models")
        _write("reading", names, fit_readings([list(see_readings(each, options.stores, model)) for each in untaught]))
        return
    sets = [list(read_for(public_set(each, options.most), options.stores)) for each in options.sets]
    if options.only != "answer":
        _write("sentence", names, fit_sentences([each for seen in sets for each in seen]))
    if options.only != "sentence":
        own = [list(read_for(own_set(each), options.stores)) for each in OWN_SETS]
        _write("answer", [*names, *own_names], fit_answers([*sets, *own]))


def _write(name: str, fitted_on: Sequence[str], fitted: dict[str, object]) -> None:
    """Put a model beside the others, all or nothing."""
    found = json.loads(COEFFICIENTS.read_text(encoding="utf-8"))
    found[name] = {"fitted_on": fitted_on, **fitted}
    partial = COEFFICIENTS.with_suffix(".part")
    partial.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    partial.replace(COEFFICIENTS)
    load_logistic.cache_clear()


if __name__ == "__main__":
    main()
