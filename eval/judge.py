"""A language model's opinion of the answers, beside the figures that code decides and never in the gate.

LlamaIndex's evaluators ask it whether an answer is faithful to what it cites, and how near it comes, from 1 to 5, to
the words of the articles that the question set names as evidence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from llama_index.core.llms import LLM

from eval import metrics
from eval.citing import cited, silent
from eval.match import unmarked
from eval.questions import Question
from eval.run import Row, Run
from index.errors import ModelError
from rag.answer import Answer
from rag.models import as_model_error


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the judge says of one answer; None where it was not asked, or said nothing that can be read."""

    faithful: bool | None = None
    correct: float | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The opinions by question, and who gave them. `failed` answers could not be judged: the last reason is kept."""

    judge: str
    opinions: dict[str, Opinion]
    failed: int = 0
    reason: str | None = None

    @property
    def faithful(self) -> float | None:
        """The share of the answers that it calls faithful."""
        return metrics.mean([float(each.faithful) for each in self.opinions.values() if each.faithful is not None])

    @property
    def correct(self) -> float | None:
        """The mean of its marks, 1 to 5."""
        return metrics.mean([each.correct for each in self.opinions.values() if each.correct is not None])


def opinions(run: Run, model: LLM, *, progress: Callable[[str], None] = lambda _: None) -> Judgement:
    """Ask the judge about each answer that says something; those that it fails on are counted, and the run goes on."""
    found, failed, reason = {}, 0, None
    for number, row in enumerate(run.rows, 1):
        if row.answer is None or silent(row.answer):
            continue
        progress(f"  judging {number}/{len(run.rows)} {row.question.id}")
        try:
            found[row.question.id] = _opinion(row, row.answer, model)
        except ModelError as error:
            failed, reason = failed + 1, str(error)
    return Judgement(model.metadata.model_name, found, failed, reason)


def judgement_lines(judgement: Judgement) -> tuple[str, ...]:
    """What the judge says, in plain text."""
    faithful, correct = judgement.faithful, judgement.correct
    said = [
        f"{100 * faithful:.1f} % faithful to what they cite" if faithful is not None else "",
        f"marks {correct:.2f} of 5 against the articles' words" if correct is not None else "",
    ]
    told = "; ".join(each for each in said if each) or "nothing that can be read"
    failed = (f"The judge failed on {judgement.failed} answers: {judgement.reason}",) if judgement.failed else ()
    return (f"{judgement.judge} on {len(judgement.opinions)} answers (not in the gate): {told}", *failed)


def _opinion(row: Row, answer: Answer, model: LLM) -> Opinion:
    from llama_index.core.evaluation import CorrectnessEvaluator, FaithfulnessEvaluator  # noqa: PLC0415  # heavy

    text, question = unmarked(answer.text), row.question.text
    contexts = [each.quote for each in cited(answer)]
    reference = _reference(row.question)
    # What LlamaIndex does on replies that it did not expect is an error of the model too.
    with as_model_error():
        faithful = FaithfulnessEvaluator(llm=model).evaluate(question, text, contexts) if contexts else None
        marks = CorrectnessEvaluator(llm=model, parser_function=_mark)
        correct = marks.evaluate(question, text, reference=reference) if reference else None
    return Opinion(faithful.passing if faithful else None, correct.score if correct else None)


def _reference(question: Question) -> str | None:
    return " ".join(each.quote for each in question.evidence if each.quote) or None


def _mark(said: str) -> tuple[float | None, str]:
    """The mark of the judge's reply; LlamaIndex's own reading fails where nothing follows the mark."""
    first, _, rest = said.strip().partition("\n")
    try:
        return float(first.strip().removesuffix("/5")), rest
    except ValueError:
        return None, said
