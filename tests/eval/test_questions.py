"""Reading question sets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.questions import Evidence, Question, load_questions, set_hash
from index.errors import EvalError


def write(folder: Path, *rows: object) -> Path:
    """A set of these rows; a string is a line as it stands."""
    path = folder / "set.jsonl"
    path.write_text("\n".join(each if isinstance(each, str) else json.dumps(each) for each in rows), "utf-8")
    return path


def test_a_whole_row(tmp_path: Path) -> None:
    """Every key of the contract is read."""
    row = {
        "id": "f01",
        "turns": ["Who?", "And when?"],
        "kind": "when",
        "answerable": False,
        "facts": [["7,000", "seven"], ["May"]],
        "forbidden": ["June"],
        "evidence": [{"document": "a.txt", "quote": "in May"}, {"document": "b.txt"}],
        "twin": "f02",
        "unseen": True,
        "speaker": ["Ada", "Alt"],
        "published": "2023-05",
        "when": ["2023", "unknown"],
        "todo": "Name the facts.",
    }
    assert load_questions(write(tmp_path, row)) == (
        Question(
            id="f01",
            turns=("Who?", "And when?"),
            kind="when",
            answerable=False,
            facts=(("7,000", "seven"), ("May",)),
            forbidden=("June",),
            evidence=(Evidence("a.txt", "in May"), Evidence("b.txt")),
            twin="f02",
            unseen=True,
            speaker=("Ada", "Alt"),
            published=("2023-05",),
            when=("2023", "unknown"),
            todo="Name the facts.",
        ),
    )


def test_only_id_and_question_are_needed(tmp_path: Path) -> None:
    """The rest has defaults, and empty lines are passed over."""
    assert load_questions(write(tmp_path, {"id": "a", "question": "Who?"}, "")) == (Question("a", ("Who?",)),)


GOOD = {"id": "a", "question": "Who?"}


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([GOOD, "{"], "line 2 is not a question: the row: Invalid JSON"),
        ([GOOD, "[]"], "line 2 is not a question"),
        ([{"question": "Who?"}], "line 1 is not a question: id: Field required"),
        ([{"id": "", "question": "Who?"}], "id: String should have at least 1 character"),
        ([{**GOOD, "anser": 1}], "anser: Extra inputs are not permitted"),
        ([{**GOOD, "answerable": "no"}], "answerable: Input should be a valid boolean"),
        ([{**GOOD, "facts": ["7"]}], "facts.0: Input should be a valid array"),
        ([{**GOOD, "facts": [[]]}], "'a' has a group of facts without an alternative"),
        ([{**GOOD, "evidence": [{"quote": "x"}]}], "evidence.0.document: Field required"),
        ([{**GOOD, "speaker": "("}], "'a' has the invalid pattern '('"),
        ([{**GOOD, "published": "May 2023"}], "String should match pattern"),
        ([{**GOOD, "when": ["2023", 5]}], "when"),
        ([GOOD, GOOD], "line 2: the id 'a' is already taken"),
        ([{"id": "a"}], "'a' has neither of `question` and `turns`"),
        ([{"id": "a", "turns": []}], "'a' has neither of `question` and `turns`"),
        ([{**GOOD, "turns": ["x"]}], "'a' has both of `question` and `turns`"),
        (
            [{**GOOD, "facts": [["ok", "(25 mi"]]}],
            r"'a' has the invalid pattern '(25 mi': missing ), unterminated subpattern",
        ),
        ([{**GOOD, "forbidden": ["*"]}], "'a' has the invalid pattern '*'"),
        ([{**GOOD, "facts": [["a*"]]}], "'a' has the pattern 'a*', which every text meets"),
        ([], "is empty"),
        (["", " "], "is empty"),
    ],
)
def test_what_is_refused(tmp_path: Path, rows: list[object], says: str) -> None:
    """A row that can't be meant as it stands is named by its line, with what is wrong with it."""
    with pytest.raises(EvalError) as caught:
        load_questions(write(tmp_path, *rows))
    assert says in str(caught.value)


def test_a_set_that_can_not_be_read(tmp_path: Path) -> None:
    """A missing file and one that is not UTF-8 are told as such."""
    with pytest.raises(EvalError, match="can't be read"):
        load_questions(tmp_path / "none.jsonl")
    (tmp_path / "latin").write_bytes(b'{"id": "\xe9"}')
    with pytest.raises(EvalError, match="Expected a UTF-8 file"):
        load_questions(tmp_path / "latin")


def test_literal_facts(tmp_path: Path) -> None:
    """Read as plain words, stray parentheses are no mistake."""
    (question,) = load_questions(write(tmp_path, {**GOOD, "facts": [["(25 mi"]]}), literal=True)
    assert question.facts == ((r"(?<!\w)\(25 mi(?!\w)",),)


def test_reference_answers_are_no_literal_facts(tmp_path: Path) -> None:
    """A group keeps its alternatives of ten words and less, and one that has none is left out."""
    long = "one two three four five six seven eight nine ten eleven"
    (question,) = load_questions(
        write(tmp_path, {**GOOD, "facts": [[long, "short"], [long], [long[:-7]]]}), literal=True
    )
    assert [len(group) for group in question.facts] == [1, 1]
    assert load_questions(write(tmp_path, {**GOOD, "facts": [[long]]}))[0].facts == ((long,),)


def test_the_hash_is_that_of_sets_without_the_later_keys() -> None:
    """A key that no question uses does not part a set from its baseline; one that is used does."""
    plain = Question("a", ("Who?",))
    assert set_hash([plain]) == "2af0f439d0e4a52e"
    later = (
        Question("a", ("Who?",), speaker=("Ada",)),
        Question("a", ("Who?",), published=("2023",)),
        Question("a", ("Who?",), when=("2023",)),
        Question("a", ("Who?",), todo="x"),
    )
    assert len({set_hash([each]) for each in (plain, *later)}) == 5


def test_the_hash_knows_the_questions_and_not_their_order() -> None:
    """Shuffled sets are the same set; a changed question makes another."""
    first, second = Question("a", ("Who?",)), Question("b", ("When?",))
    assert set_hash([first, second]) == set_hash([second, first])
    assert set_hash([first]) != set_hash([first, second])
    assert set_hash([first]) != set_hash([Question("a", ("Who?",), unseen=True)])
