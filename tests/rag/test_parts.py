"""Questions that join several matters are taken apart; those that ask one thing are not."""

from __future__ import annotations

import pytest

from rag.parts import parts


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
    ],
)
def test_one_question_stays_one(question: str) -> None:
    """What names two things but asks one, or has a part too short to stand alone, is left as it is."""
    assert parts(question) == ()
