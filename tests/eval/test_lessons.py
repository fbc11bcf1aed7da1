"""What teaches the language model to read: answered and unanswered questions beside the evidence found for them."""

import json
from pathlib import Path

import pytest

from eval.fit import OWN_SETS, TAUGHT, own_set, public_set
from eval.lessons import lessons, write_taught
from rag.reading import MOST_READ

CORPUS = {
    "ferry": "The ferry carried 240 passengers. It left the harbour of Port Ellen at noon.",
    "bridge": "The bridge was closed on Monday. Engineers were inspecting its cables.",
}
QUESTIONS = [
    ("carried", "How many passengers did the ferry carry?", "ferry", "The ferry carried 240 passengers."),
    ("closed", "When was the bridge closed?", "bridge", "The bridge was closed on Monday."),
    ("elsewhere", "When did the ferry leave the harbour?", "ferry", "Words that no sentence found for it holds."),
    ("paid", "Who paid for the bridge?", None, None),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A public set of two articles and four questions."""
    made = tmp_path_factory.mktemp("set")
    articles = [{"id": name, "text": text, "title": name} for name, text in CORPUS.items()]
    questions = [
        {
            "id": name,
            "question": question,
            "kind": "fact" if document else "unanswerable",
            "answerable": bool(document),
            "facts": [],
            "evidence": [{"document": document, "quote": quote}] if document else [],
        }
        for name, question, document, quote in QUESTIONS
    ]
    for name, rows in (("corpus", articles), ("questions", questions)):
        (made / f"{name}.jsonl").write_text("".join(json.dumps(each) + "\n" for each in rows))
    return made


def test_lessons_name_the_sentences_that_answer(folder: Path, tmp_path: Path) -> None:
    """By their places among those shown; 0 where none does. Where the answer was not found, nothing is learnt."""
    asked = public_set(folder, 9)
    made = {each.id: each for each in lessons([asked], tmp_path)}
    assert sorted(made) == ["carried", "closed", "paid"]
    for name, quote in (("carried", QUESTIONS[0][-1]), ("closed", QUESTIONS[1][-1]), ("paid", None)):
        lesson = made[name]
        assert 1 <= len(lesson.sentences) <= MOST_READ
        if quote:
            assert [lesson.sentences[place - 1] for place in lesson.answers] == [quote]
        else:
            assert lesson.answers == (0,)
    assert made["paid"].weight == pytest.approx(made["carried"].weight + made["closed"].weight)
    assert sum(each.weight for each in made.values()) == pytest.approx(len(made))


def test_what_taught_is_listed(folder: Path, tmp_path: Path) -> None:
    """By set, in a fixed order."""
    asked = public_set(folder, 9)
    write_taught(lessons([asked], tmp_path), tmp_path / "taught.json")
    assert json.loads((tmp_path / "taught.json").read_text()) == {folder.name: ["carried", "closed", "paid"]}


def test_a_sample_leaves_out_what_taught(folder: Path) -> None:
    """A reading is judged by questions that the model was not taught."""
    assert {each.id for each in public_set(folder, 9, without=["paid"]).questions} == {"carried", "closed", "elsewhere"}
    chosen = public_set(folder, 2)
    assert len(chosen.questions) == 2
    assert chosen == public_set(folder, 2)


def test_no_unseen_question_taught() -> None:
    """Of the own sets only rows that are not marked unseen taught the shipped adapter, and none of the unseen set."""
    taught = json.loads(TAUGHT.read_text(encoding="utf-8"))
    for path in OWN_SETS:
        assert taught[path.stem]
        assert set(taught[path.stem]) <= {each.id for each in own_set(path).questions}
    assert "unseen" not in taught
