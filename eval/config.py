"""The settings of `[eval]`: which questions, and what an accepted run must reach."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from index.config import Section


class EvalConfig(Section):
    """What `verbatim eval` runs and what its gate asks for."""

    questions: Path = Path(__file__).with_name("questions.jsonl")
    """The question set that is used when none is named."""
    corpus: Path | None = None
    """The corpus of that set; None is the one that comes with Verbatim."""
    floors: dict[str, float] = Field(
        default={"right": 0.75, "abstention_precision": 0.8, "abstention_recall": 0.8, "citation_recall": 0.9}
    )
    """Least value of a metric, by its name in the report; below it the gate fails."""
    tolerance: float = Field(default=0.02, ge=0, le=1)
    """How far below its baseline a metric may fall before the gate fails."""
