"""How fast it is: figures of ours, each beside the bare engine's on the same input. What `eval.measure` measures.

Measured on the machine as it is: the load is written down with the figures. The gate judges none of them.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

OWN = "Verbatim's own"
"""The part of an answer that no engine takes: our code, and the catalog."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of ours beside the bare engine's on the same input; None where there is no such engine."""

    name: str
    unit: str
    ours: float
    bare: float | None
    means: str

    @property
    def ratio(self) -> float | None:
        """How many times the bare engine's figure it is; of rates, how many times slower."""
        if not self.bare or not self.ours:
            return None
        return self.bare / self.ours if "a " in self.unit else self.ours / self.bare


@dataclass(frozen=True, slots=True)
class Part:
    """An engine's share of an answer's seconds; `own` is what is left: Verbatim's own code and its catalog."""

    writer: str
    name: str
    seconds: float
    share: float


@dataclass(frozen=True, slots=True)
class Size:
    """Asking a corpus of so many passages: median seconds to evidence, and those of the engines alone."""

    passages: int
    evidence: float
    bare: float
    stored_a_second: float


@dataclass(frozen=True, slots=True)
class Speed:
    """All of it, and what it was measured on. `load` is the mean number of busy processes before and after."""

    machine: str
    load: tuple[float, float]
    figures: tuple[Figure, ...]
    parts: tuple[Part, ...]
    growth: tuple[Size, ...]

    def overhead(self, writer: str) -> float | None:
        """The share of an answer's seconds that no engine took."""
        return next((each.share for each in self.parts if each.writer == writer and each.name == OWN), None)


def speed_json(speed: Speed) -> str:
    """The figures as JSON, ratios and overheads included."""
    told = asdict(speed)
    told["figures"] = [{**asdict(each), "ratio": each.ratio} for each in speed.figures]
    told["overhead"] = {writer: speed.overhead(writer) for writer in dict.fromkeys(each.writer for each in speed.parts)}
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def speed_lines(speed: Speed) -> tuple[str, ...]:
    """The figures in plain text."""
    rows = [
        f"  {each.name}: {each.ours:.3g} {each.unit}"
        + (f"; bare {each.bare:.3g}, ratio {each.ratio:.2f}" if each.bare and each.ratio else "")
        for each in speed.figures
    ]
    shares = [f"  {each.writer}: {each.name} {100 * each.share:.1f} %" for each in speed.parts]
    sizes = [
        f"  {each.passages:,} passages: evidence after {each.evidence:.3f} s; engines alone {each.bare:.3f} s"
        for each in speed.growth
    ]
    return (f"Speed on {speed.machine}, load {speed.load[0]:.1f} to {speed.load[1]:.1f}", *rows, *shares, *sizes)
