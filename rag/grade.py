"""How well a language model finds that sentences answer a question, and how likely that makes it that they do.

An embedding holds a question for much the same as another on its topic; a language model that reads both tells them
apart. It is asked for one figure, before it writes, where the rest leaves it open whether the evidence answers. What
its figures are worth was measured for one file of weights, so no other is asked.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from llama_index.core.llms import LLM

from index.errors import ModelError
from rag.answer import Evidence
from rag.gguf import GRADED_WITH, GRADING_SLOT, WEIGHTS
from rag.logistic import load_logistic
from rag.models import first_word
from rag.prompts import grading
from rag.weigh import Weighed

GRADED_FEATURES = ("likely", "grade")
_FROM, _TO = 0.1, 0.7
"""What is less or more likely than this to be answered is not worth the seconds that a model takes. Nor may it overrule
that the evidence speaks of others (`rag.decide`), which is below."""
_BEST = 9
_LEAST = 1e-4
"""A probability nearer to 0 or 1 than this counts as if it were this near."""


def in_doubt(weighed: Weighed) -> bool:
    """Whether it is open if the evidence answers, so that a model's opinion of it is worth the seconds."""
    return bool(weighed.evidence) and not weighed.wrong and _FROM <= weighed.probability <= _TO


def grade(model: LLM, question: str, told: Sequence[Evidence]) -> float | None:
    """The mean of the figures from 0 to 9 that a model may give the sentences, each by its probability.

    None where it gives no figure. Raises ModelError when it fails.
    """
    found = first_word(model, grading(question, told), id_slot=GRADING_SLOT)
    figures = [(int(token), share) for token, share in found.items() if token.isdecimal() and len(token) == 1]
    total = sum(share for _, share in figures)
    return sum(figure * share for figure, share in figures) / total if total else None


def read_ahead(model: LLM) -> None:
    """Have a model read now what it is told before every question, so that the first need not wait for it."""
    if grades(model):
        with contextlib.suppress(ModelError):
            grade(model, "", ())


def grades(model: LLM) -> bool:
    """Whether it is known what this model's grades are worth."""
    return model.metadata.model_name == WEIGHTS[GRADED_WITH].file


def graded(likely: float, given: float) -> float:
    """The probability, 0 to 1, that sentences answer, from what it was without the model and the model's grade."""
    return float(load_logistic("grade", GRADED_FEATURES).probability(graded_features(likely, given)[None, :])[0])


def graded_features(likely: float, given: float) -> npt.NDArray[np.float64]:
    """What that probability is read from, in the order of GRADED_FEATURES: its log-odds, and the grade from 0 to 1."""
    within = np.clip(likely, _LEAST, 1.0 - _LEAST)
    return np.array([np.log(within / (1.0 - within)), given / _BEST])
