"""What a language model reads in the evidence: which sentence answers the question, and how surely one does.

An embedding holds a question for much the same as another on its topic; a language model that reads both tells them
apart. It is asked for one number before it writes. It was taught to (`eval.teach`), as an adapter of one file of
weights, so no other is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt

import numpy as np
import numpy.typing as npt
from llama_index.core.llms import LLM

from rag.answer import Evidence
from rag.gguf import READ_WITH, READING, WEIGHTS
from rag.logistic import load_logistic
from rag.models import first_word
from rag.prompts import choosing
from rag.weigh import Weighed
from rag.words import Asks

READING_FEATURES = ("likely", "read")
MOST_READ = 5
"""Sentences that the model was taught to choose among."""
_FROM = 0.1
"""What is less likely than this to be answered is not read: a model may not overrule that the evidence speaks of others
(`rag.decide`), which is below."""
_SURE = 0.7
"""What is at least this likely is answered as it is: a reading takes as long as writing, and would seldom change it."""
_LEAST = 1e-4
"""A probability nearer to 0 or 1 than this counts as if it were this near."""


def may_be_read(weighed: Weighed) -> bool:
    """Whether a model's reading of the evidence tells anything that a rule has not told."""
    return bool(weighed.evidence) and not weighed.wrong and weighed.probability >= _FROM


def worth_reading(weighed: Weighed) -> bool:
    """Whether it is worth the seconds too."""
    return may_be_read(weighed) and weighed.probability < _SURE


def reads(model: LLM) -> bool:
    """Whether this is the model that was taught to read."""
    return model.metadata.model_name == WEIGHTS[READ_WITH].file


def read(model: LLM, question: str, evidence: Sequence[Evidence]) -> tuple[float, ...] | None:
    """The probability that no sentence answers, and then that each of them does, shape (1 + sentences); sums to 1.

    None where the model gives no number. Raises ModelError when it fails.
    """
    shown = evidence[:MOST_READ]
    found = first_word(model, choosing(question, [each.citation.quote for each in shown]), **READING)
    shares = [found.get(str(number), 0.0) for number in range(len(shown) + 1)]
    total = sum(shares)
    return tuple(share / total for share in shares) if total else None


def reread(weighed: Weighed, shares: Sequence[float], *, asks: Asks) -> Weighed:
    """What was weighed, with the probability and the order of the evidence as the model reads it.

    A why takes something for granted. Where the articles deny that, their denial is the answer, and none to a model
    that looks for a reason: its reading makes a why likelier to be answered, never less likely.

    A sentence's score is the geometric mean of what it was and of the share that it is read to have: either is wrong
    where the other is not. Sentences that are half an answer each stay first. Numbers stay what they are.
    """
    features = reading_features(weighed.probability, shares[0])[None, :]
    probability = float(load_logistic("reading", READING_FEATURES).probability(features)[0])
    if asks == "why":
        probability = max(weighed.probability, probability)
    evidence = weighed.evidence
    if not weighed.halves:
        some = sum(shares[1:]) or 1.0
        pairs = zip(evidence, shares[1:], strict=False)
        read_ones = [replace(each, score=sqrt(each.score * share / some)) for each, share in pairs]
        evidence = tuple(sorted(read_ones, key=lambda each: -each.score)) + evidence[len(read_ones) :]
    return replace(weighed, probability=probability, evidence=evidence)


def reading_features(likely: float, none: float) -> npt.NDArray[np.float64]:
    """What that probability is read from, in the order of READING_FEATURES: the log-odds of both."""
    within = np.clip([likely, 1.0 - none], _LEAST, 1.0 - _LEAST)
    return np.asarray(np.log(within / (1.0 - within)))
