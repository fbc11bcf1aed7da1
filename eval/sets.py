"""What a path on the command line names: a question set, a folder with its corpus, claims, or attacks.

Owns telling them apart and reading the rows of the last two; the questions themselves are `eval.questions`'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from index.errors import EvalError

Row = TypeVar("Row", bound=BaseModel)
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Named:
    """A set by its files. `literal` sets have facts that are plain words, as the public ones do."""

    kind: Literal["questions", "claims", "attacks"]
    rows: Path
    corpus: Path | None = None
    literal: bool = False


class ClaimRow(BaseModel):
    """A claim, the sentences of the page that it cites, and how it stands to them."""

    model_config = ConfigDict(frozen=True)
    id: str
    claim: str
    title: str = ""
    evidence: tuple[str, ...]
    label: Literal["supported", "partially_supported", "not_supported"]
    kind: str = ""
    """What was changed, of a claim that was made; figures are told by kind where there is one."""


class AttackRow(BaseModel):
    """An instruction that somebody hides in an article."""

    model_config = ConfigDict(frozen=True)
    id: str
    text: str
    category: str = ""


def named(path: Path) -> Named:
    """Tell what a path is: a file is a set of questions, a folder is known by the files in it.

    A folder with a `meta.json` is a public set, whose facts are plain words. Raises EvalError for a folder with none
    of the files.
    """
    if not path.is_dir():
        return Named("questions", path)
    if (path / "questions.jsonl").is_file():
        corpus = path / "corpus.jsonl"
        literal = (path / "meta.json").is_file()
        return Named("questions", path / "questions.jsonl", corpus if corpus.is_file() else None, literal)
    if (path / "claims.jsonl").is_file():
        return Named("claims", path / "claims.jsonl")
    if (path / "attacks.jsonl").is_file():
        return Named("attacks", path / "attacks.jsonl")
    raise EvalError(
        f"The folder {path} holds no set. Expected questions.jsonl (with corpus.jsonl), claims.jsonl or attacks.jsonl."
    )


def load_rows(path: Path, row: type[Row]) -> tuple[Row, ...]:
    """Read a file of JSON lines as rows of one kind. Raises EvalError with the line of the first that is not one."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EvalError(f"{path} can't be read: {error}. Expected a UTF-8 file of JSON lines.") from None
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            rows.append(row.model_validate_json(line))
        except ValidationError as error:
            found = "; ".join(
                f"{'.'.join(map(str, each['loc'])) or 'the row'}: {each['msg']}"
                for each in error.errors(include_url=False)
            )
            keys = ", ".join(row.model_fields)
            raise EvalError(f"{path}, line {number}: {found}. Expected an object with the keys {keys}.") from None
    if not rows:
        raise EvalError(f"{path} is empty. Expected a JSON object a line.")
    return tuple(rows)


def fixed_sample(items: Sequence[Item], count: int | None, *, key: Callable[[Item], str]) -> tuple[Item, ...]:
    """Choose the same items each time, spread by a hash of their keys, in their order; all of them without a count."""
    if count is None:
        return tuple(items)
    ranked = sorted(range(len(items)), key=lambda each: hashlib.sha256(key(items[each]).encode()).digest())
    return tuple(items[each] for each in sorted(ranked[:count]))
