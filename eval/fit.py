"""Fit the two logistic models of `rag` on public sets: `python -m eval.fit SET…`, folders of corpus and questions.

The first learns which sentence holds the answer, the second whether the evidence answers at all. The
coefficients go to one small file that people can read and that `rag` loads. Of the project's own set the
rows that are not marked `unseen` teach the second one too; the unseen ones are never fitted on. Needs
scikit-learn, from the extra `dev`.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]  # publishes no types
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]  # publishes no types

from eval.config import OWN_QUESTIONS
from eval.questions import Question, load_questions
from index.config import IndexConfig, ModelsConfig, StoreConfig
from index.embed import make_embedding
from index.pipeline import fingerprint, index_source, seeds
from index.store import Store
from rag.answer import Turn
from rag.config import RagConfig
from rag.decide import ANSWER_FEATURES, answer_features
from rag.evidence import rank, within_question
from rag.features import SENTENCE_FEATURES, Candidate, WordVectors, candidates
from rag.logistic import COEFFICIENTS, describe, load_logistic
from rag.retrieve import search
from rag.understand import Query, understand

_INVERSE_REGULARISATION = 0.1
_SEED = 7


class Seen(NamedTuple):
    """A question, what it was understood as, and the sentences that were read for it."""

    question: Question
    query: Query
    candidates: list[Candidate]


def see(folder: Path, stores: Path, *, most: int) -> Iterator[Seen]:
    """Index a set once, and read what is retrieved for a fixed sample of its questions."""
    questions = load_questions(folder / "questions.jsonl", literal=True)
    chosen = np.random.default_rng(_SEED).permutation(len(questions))[:most]
    yield from read_for([questions[each] for each in sorted(chosen)], folder / "corpus.jsonl", stores / folder.name)


def see_own(stores: Path) -> Iterator[Seen]:
    """Likewise for the project's own questions, but for the unseen ones and false premises, which a rule finds."""
    own = [each for each in load_questions(OWN_QUESTIONS) if not each.unseen and each.kind != "false_premise"]
    yield from read_for(own, seeds(), stores / "own")


def read_for(questions: Sequence[Question], corpus: Path, store_at: Path) -> Iterator[Seen]:
    """What is read for each question, of which something is."""
    embedding, config, rag = make_embedding(ModelsConfig()), IndexConfig(), RagConfig()
    store = Store(StoreConfig(path=store_at), fingerprint=fingerprint(embedding, config), create=True)
    index_source(corpus, store, embedding, config)
    words = WordVectors(embedding, most=5_000)
    for question in questions:
        turns = [Turn(each) for each in question.turns[:-1]]
        query = understand(question.turns[-1], turns, embedding=embedding, frequency=store.frequency)
        found = search(store, words=query.text, vector=query.vector, config=rag)
        read = candidates(query, found[: rag.passages], words)
        if read:
            yield Seen(question, query, read)


def holds_answer(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence lies in an evidence document and holds its quote or, without quotes, a fact."""
    text = " ".join(candidate.found.article.words(candidate.sentence).split())
    for evidence in question.evidence:
        if evidence.document != candidate.found.article.document:
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
        gold = [holds_answer(each.question, candidate) for candidate in each.candidates]
        if each.question.answerable and any(gold):
            features.append(within_question(np.array([candidate.features for candidate in each.candidates])))
            labels.extend(gold)
    return _fit(np.vstack(features), np.array(labels), SENTENCE_FEATURES)


def fit_answers(sets: Sequence[Sequence[Seen]]) -> dict[str, object]:
    """Learn whether what was read answers the question, each set weighing the same."""
    rows = np.array([answer_features(each.query, rank(each.candidates)) for seen in sets for each in seen])
    labels = np.array([each.question.answerable for seen in sets for each in seen])
    weights = np.concatenate([np.full(len(seen), 1.0 / len(seen)) for seen in sets if seen])
    return _fit(rows, labels, ANSWER_FEATURES, weights / weights.mean())


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
    parser.add_argument("--only", choices=("sentence", "answer"), help="fit this model, and leave the other as it is")
    options = parser.parse_args()
    sets = [list(see(folder, options.stores, most=options.most)) for folder in options.sets]
    names = [folder.name for folder in options.sets]
    if options.only != "answer":
        _write("sentence", names, fit_sentences([each for seen in sets for each in seen]))
    if options.only != "sentence":
        _write("answer", [*names, OWN_QUESTIONS.name], fit_answers([*sets, list(see_own(options.stores))]))


def _write(name: str, fitted_on: Sequence[str], fitted: dict[str, object]) -> None:
    """Put a model beside the other, all or nothing."""
    found = json.loads(COEFFICIENTS.read_text(encoding="utf-8"))
    found[name] = {"fitted_on": fitted_on, **fitted}
    partial = COEFFICIENTS.with_suffix(".part")
    partial.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    partial.replace(COEFFICIENTS)
    load_logistic.cache_clear()


if __name__ == "__main__":
    main()
