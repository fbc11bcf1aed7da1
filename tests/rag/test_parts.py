"""Questions that join several matters are taken apart; those that ask one thing are not."""

from __future__ import annotations

import pytest

from rag.parts import clauses, parts, without_outlets


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "What did the harbour envoys and Bergen officials say about the quay?",
            ("What did the harbour envoys say about the quay?", "What did Bergen officials say about the quay?"),
        ),
        (
            "What help has Alt offered Cork, and what fuel is Lima shipping there?",
            ("What help has Alt offered Cork", "what fuel is Lima shipping there?"),
        ),
        (
            "When did the bridge in Bergen close; who reopened the quay in Cork?",
            ("When did the bridge in Bergen close", "who reopened the quay in Cork?"),
        ),
        (
            "How many ships and how many trains did Alt sell in May?",
            ("How many ships did Alt sell in May?", "how many trains did Alt sell in May?"),
        ),
        (
            "Which ships has Cork got from Alt, and which from Lima?",
            ("Which ships has Cork got from Alt", "Which ships has Cork got from Lima?"),
        ),
        (
            "What did the museum buy in May and in June?",
            ("What did the museum buy in May", "What did the museum buy in June?"),
        ),
    ],
)
def test_joined_questions_are_taken_apart(question: str, expected: tuple[str, ...]) -> None:
    """Each speaker of a list, and each clause with a question word of its own, is a question."""
    assert parts(question) == expected


@pytest.mark.parametrize(
    "question",
    [
        "What did the bridge cost a day?",
        "How have relations between Bergen and Cork changed?",
        "How did Bergen react to the summit of Cork and Lima?",
        "Who said that the bridge closed and what was it?",
        "",
        "and",
        "And what about the quay?",
        "Is the trade in steel and in coal legal?",
    ],
)
def test_one_question_stays_one(question: str) -> None:
    """What names two things but asks one, or has a part too short to stand alone, is left as it is."""
    assert parts(question) == ()


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "Does the article from The Cork Times say that the old quay closed, while Bergen’s museum got a painting?",
            ("old quay closed", "Bergen’s museum got a painting"),
        ),
        (
            "Which port, reported by Alt Daily and The Lima Post, closed its old quay in May and lost two ferries?",
            ("closed its old quay", "lost two ferries"),
        ),
        ("How did Bergen react to the summit?", ()),
        ("", ()),
        (", ".join(f"the long red ship {row}" for row in range(20)), ()),
    ],
)
def test_clauses_name_a_matter_each(question: str, expected: tuple[str, ...]) -> None:
    """Each stretch is searched for by itself; one alone, or a list of many, is not taken apart."""
    found = [question[each.start : each.end] for each in clauses(question)]

    assert len(found) == len(expected)
    assert all(words in clause for words, clause in zip(expected, found, strict=True))


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What does the Cork Times report say about ships?", "What does say about ships?"),
        ("What did 'The Lima Post' article claim about ships?", "What did claim about ships?"),
        ("Which ship, as reported by Alt Daily, sank?", "Which ship , sank?"),
        ("Which ship sank in the story from The Age?", "Which ship sank in ?"),
        ("Who reports on ships in Cork?", "Who reports on ships in Cork?"),
    ],
)
def test_outlets_are_blanked(question: str, words: str) -> None:
    """Words that only say which outlet told something go; what is left stays at its place."""
    bare = without_outlets(question)

    assert " ".join(bare.split()) == words
    assert len(bare) == len(question)
    assert all(now in (" ", was) for now, was in zip(bare, question, strict=True))
