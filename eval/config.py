"""The settings of `[eval]`: which questions, and what an accepted run must reach."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from index.config import Section

OWN_QUESTIONS = Path(__file__).with_name("questions.jsonl")
_OWN_FLOORS = {
    "right": 0.76,
    "citation_recall": 0.85,
    "abstention_precision": 0.9,
    "abstention_recall": 0.66,
    "unanswerable.abstention_recall": 0.8,
}


class EvalConfig(Section):
    """What `verbatim eval` runs and what its gate asks for."""

    questions: Path = OWN_QUESTIONS
    """The question set that is used when none is named."""
    corpus: Path | None = None
    """The corpus of that set; None is the one that comes with Verbatim."""
    floors: dict[str, float] | None = None
    """Least value of a metric, by its name in the report or by `kind.metric`. None takes those of the own set."""
    tolerance: float = Field(default=0.02, ge=0, le=1)
    """How far below its baseline a metric may fall before the gate fails."""

    @property
    def asked_floors(self) -> dict[str, float]:
        """The floors that hold: of another set than the own one, those that are named."""
        return (_OWN_FLOORS if self.questions == OWN_QUESTIONS else {}) if self.floors is None else self.floors
