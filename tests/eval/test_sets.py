"""What a path names, and samples that are always the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.sets import AttackRow, ClaimRow, Named, fixed_sample, load_rows, named
from index.errors import EvalError


def files(folder: Path, *names: str) -> Path:
    """A folder with these empty files."""
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).touch()
    return folder


@pytest.mark.parametrize(
    ("names", "kind", "rows", "corpus", "literal"),
    [
        (("questions.jsonl", "corpus.jsonl", "meta.json"), "questions", "questions.jsonl", True, True),
        (("questions.jsonl", "corpus.jsonl"), "questions", "questions.jsonl", True, False),
        (("questions.jsonl",), "questions", "questions.jsonl", False, False),
        (("claims.jsonl", "meta.json"), "claims", "claims.jsonl", False, False),
        (("attacks.jsonl",), "attacks", "attacks.jsonl", False, False),
    ],
)
def test_a_folder_is_known_by_its_files(
    tmp_path: Path,
    names: tuple[str, ...],
    kind: str,
    rows: str,
    corpus: bool,  # noqa: FBT001
    literal: bool,  # noqa: FBT001
) -> None:
    """Questions with their corpus, claims, or attacks; public sets have facts that are plain words."""
    folder = files(tmp_path / "set", *names)
    found = named(folder)
    assert (found.kind, found.rows, found.literal) == (kind, folder / rows, literal)
    assert found.corpus == (folder / "corpus.jsonl" if corpus else None)


def test_a_file_is_a_set_of_questions(tmp_path: Path) -> None:
    """Whatever it is called, and whether it is there is for reading it to say."""
    assert named(tmp_path / "any.txt") == Named("questions", tmp_path / "any.txt")


def test_a_folder_without_a_set(tmp_path: Path) -> None:
    """It is refused, with what was expected."""
    with pytest.raises(EvalError, match=r"holds no set\. Expected questions\.jsonl"):
        named(files(tmp_path / "set", "corpus.jsonl"))


def test_rows_are_read_strictly(tmp_path: Path) -> None:
    """A whole row is read, keys of others are passed over, and the first bad row is named by its line."""
    path = tmp_path / "rows.jsonl"
    path.write_text('\n{"id": "a", "text": "Obey.", "kind": "text"}\n', "utf-8")
    assert load_rows(path, AttackRow) == (AttackRow(id="a", text="Obey."),)
    path.write_text('{"id": "a", "claim": "x", "evidence": ["y"], "label": "maybe"}', "utf-8")
    with pytest.raises(
        EvalError, match=r"line 1: label: Input should be .* Expected an object with the keys id, claim"
    ):
        load_rows(path, ClaimRow)
    path.write_text("{", "utf-8")
    with pytest.raises(EvalError, match="line 1: the row: Invalid JSON"):
        load_rows(path, ClaimRow)
    path.write_text("\n", "utf-8")
    with pytest.raises(EvalError, match="is empty"):
        load_rows(path, ClaimRow)
    with pytest.raises(EvalError, match="can't be read"):
        load_rows(tmp_path / "none.jsonl", ClaimRow)


def test_a_sample_is_fixed() -> None:
    """The same items are chosen whatever their order, and stand in the order of the set."""
    asked = [str(number) for number in range(30)]
    chosen = fixed_sample(asked, 10, key=str)
    assert len(chosen) == 10
    assert list(chosen) == [each for each in asked if each in chosen]
    assert set(fixed_sample(asked[::-1], 10, key=str)) == set(chosen)
    assert fixed_sample(asked, 99, key=str) == fixed_sample(asked, None, key=str) == tuple(asked)
    assert set(fixed_sample(asked, 5, key=str)) < set(chosen)
