"""Claims against the pages that they cite."""

from __future__ import annotations

from eval.claims import ClaimFigures, JudgedClaim, claim_figures, claim_lines, judge_claims
from eval.sets import ClaimRow
from tests.fakes import HashEmbedding

PAGE = (
    "Skip to content",
    "",
    "The bridge in Bergen was closed on Monday after engineers found cracks.",
    "The ferry carried 4,000 passengers in March.",
    "The mayor was not pleased.",
)


def row(claim: str, label: str, *, evidence: tuple[str, ...] = PAGE) -> ClaimRow:
    """A claim about that page."""
    return ClaimRow.model_validate({"id": claim[:9], "claim": claim, "evidence": evidence, "label": label})


def test_verification_tells_what_cosine_does_not() -> None:
    """What the page says passes; a changed number, a dropped denial and a page without words do not."""
    rows = (
        row("The ferry carried 4,000 passengers in March.", "supported"),
        row("The ferry carried 9,000 passengers in March.", "not_supported"),
        row("The mayor was pleased.", "not_supported"),
        row("The bridge in Bergen was closed on Monday.", "supported", evidence=("", " ")),
    )
    judged = judge_claims(rows, HashEmbedding())
    assert [each.passed for each in judged] == [True, False, False, False]
    assert judged[1].meaning > 0.8
    assert judged[0].share > judged[3].share == 0.0
    assert judged[3].meaning == 0.0
    told: list[str] = []
    judge_claims(rows[:1], HashEmbedding(), progress=told.append)
    assert told == ["1/1 The ferry"]


def claim(label: str, *, passed: bool, share: float, meaning: float) -> JudgedClaim:
    """A judged claim."""
    return JudgedClaim("c", label, passed, meaning, share)


SOME = (
    claim("supported", passed=True, share=0.5, meaning=0.6),
    claim("supported", passed=False, share=0.8, meaning=0.9),
    claim("partially_supported", passed=True, share=0.4, meaning=0.5),
    claim("not_supported", passed=False, share=0.3, meaning=0.7),
)


def test_figures_by_hand() -> None:
    """Shares by label, and areas in which what passes stands above what does not."""
    assert claim_figures(SOME) == ClaimFigures(
        claims=4,
        let_pass={"not_supported": 0.0, "partially_supported": 1.0, "supported": 0.5},
        # Scores 1.5 and 0.8 against 1.4 and 0.3: three of four pairs; cosines 0.6 and 0.9 against 0.5 and 0.7 too.
        area=3 / 4,
        cosine_area=3 / 4,
        clear_area=1.0,
        clear_cosine_area=1 / 2,
    )
    assert claim_figures(SOME[::-1]) == claim_figures(SOME)


def test_what_can_not_be_told() -> None:
    """Without claims, or with one kind of them, there is no area."""
    assert claim_figures(()) == ClaimFigures(0, {}, None, None, None, None)
    assert claim_figures(SOME[:2]).area is None
    assert claim_lines(claim_figures(SOME[:2]))[-1].endswith("verification –, cosine –")


def test_lines() -> None:
    """Every figure is told."""
    assert claim_lines(claim_figures(SOME)) == (
        "4 claims held against the pages that they cite",
        "  not supported: 0.0 % let pass",
        "  partially supported: 100.0 % let pass",
        "  supported: 50.0 % let pass",
        "ROC area, supported against the rest: verification 0.750, cosine 0.750",
        "ROC area, supported against not supported at all: verification 1.000, cosine 0.500",
    )
