"""Claims made to be refused, and paraphrases made to pass: what verification does with them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from eval.alter import KINDS, MOST, Sentence, altered, made, main
from eval.claims import claim_figures, judge_claims
from eval.sets import ClaimRow, load_rows
from index.config import ModelsConfig
from index.embed import make_embedding

CLAPNQ = Path(__file__).parents[3] / "shared" / "bench" / "clapnq" / "corpus.jsonl"
SAID = Sentence("On Monday Ada Alt said the 40 miles of road to Bergen were closed in March 2024.", "Ada Alt, mayor")
OTHERS = (Sentence("The famous Cleo Corbyn and the daring Benno Blyton never came to see Limone.", ""),)


def test_each_kind_changes_one_detail() -> None:
    """A claim differs from its sentence where its kind says, and cites that sentence with what is known of it."""
    rows = {row.kind: row for row in altered((SAID, *OTHERS), most=1) if row.evidence == (SAID.text,)}
    assert {"number", "date", "unit", "speaker"} <= set(rows)
    assert rows["number"].claim != SAID.text
    assert "40 miles" not in rows["number"].claim
    assert "miles" not in rows["unit"].claim
    assert "Ada Alt said" not in rows["speaker"].claim
    assert {(row.title, row.label) for row in rows.values()} == {("Ada Alt, mayor", "not_supported")}
    assert list(altered((SAID, *OTHERS), most=1)) == list(altered((SAID, *OTHERS), most=1))


def test_a_negation_is_dropped_or_put_in() -> None:
    """A sentence that denies comes out as saying, another one as denying."""
    claims = {row.evidence[0]: row.claim for row in altered((SAID, *OTHERS)) if row.kind == "negation"}
    assert claims[SAID.text] == SAID.text.replace("were closed", "were not closed")
    assert claims[OTHERS[0].text] == OTHERS[0].text.replace("never came", "came")


def test_the_command_writes_a_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is one that `verbatim eval` takes."""
    monkeypatch.setattr("sys.argv", ["alter", "--out", str(tmp_path / "set")])
    main()
    rows = load_rows(tmp_path / "set" / "claims.jsonl", ClaimRow)
    assert {row.kind for row in rows} == {*KINDS, "paraphrase"}
    assert len({row.id for row in rows}) == len(rows)


@pytest.mark.timeout(1_800)
def test_altered_claims_are_refused_and_paraphrases_pass() -> None:
    """Of each kind at least 95 % are refused, and of the paraphrases at least 85 % pass."""
    rows = made([CLAPNQ] if CLAPNQ.is_file() else [])
    counts = Counter(row.kind for row in rows)
    figures = claim_figures(judge_claims(rows, make_embedding(ModelsConfig())))
    if CLAPNQ.is_file():
        assert min(counts.values()) >= 20
    assert max(counts.values()) <= 2 * MOST
    assert {kind: share for kind, share in figures.let_pass.items() if kind in KINDS and share > 0.05} == {}
    assert figures.let_pass["paraphrase"] >= 0.85
