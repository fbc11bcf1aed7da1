"""Who says a sentence, in news prose of many kinds."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.speaker import speakers

CASES: dict[str, list[tuple[str, str | None]]] = {
    "said after a quote": [
        ("The bridge was closed on Monday.", None),
        ("“It was not safe,” said Mayor Ada Alt.", "Mayor Ada Alt"),
        ("Engineers had found cracks.", None),
    ],
    "name before said": [
        ("“We lost our berths,” Ben Bly said.", "Ben Bly"),
        ("The quay opened in June.", None),
    ],
    "reported speech": [
        ("Finance minister Rachel Reeves said the budget would be balanced by 2030.", "Finance minister Rachel Reeves"),
        ("Shares fell in London.", None),
    ],
    "pronouns keep the speaker": [
        ("Maria Lopez told reporters that the dam was full.", "Maria Lopez"),
        ("She added that nobody was in danger.", "Maria Lopez"),
        ("“We are watching it,” she said.", "Maria Lopez"),
    ],
    "a pronoun without anybody before": [("She said nothing was wrong.", None)],
    "an office": [
        ("The White House said on Tuesday that talks would go on.", "The White House"),
        ("The Treasury declined to comment.", None),
    ],
    "a role after the name": [
        (
            "“Rates will stay high,” said Anna Berg, an economist at the central bank.",
            "Anna Berg, an economist at the central bank",
        ),
    ],
    "a role between the name and the verb": [
        ("Tom Reed, a fisherman from Cork, said the quay was too short.", "Tom Reed, a fisherman from Cork"),
    ],
    "a quote over two sentences": [
        ("“The river rose overnight.", "Governor Dan Dow"),
        ("We had no warning,” said Governor Dan Dow.", "Governor Dan Dow"),
        ("Rain is expected.", None),
    ],
    "according to": [
        ("The plant closed in May, according to Prime Minister Eve Eck.", "Prime Minister Eve Eck"),
        ("It employed 300 people.", None),
    ],
    "two speakers": [
        ("“It is a lie,” said Joy Jha.", "Joy Jha"),
        ("“It is the truth,” said Hal Hay.", "Hal Hay"),
    ],
    "straight quotation marks": [('"We will appeal," said lawyer Ivy Ito.', "lawyer Ivy Ito")],
    "an official without a name": [
        ("“We have no comment,” a spokesman for the ministry said.", "a spokesman for the ministry"),
    ],
    "a name with a title, of one who was named in full": [
        ("Defence minister Max Moe said the dam had burst.", "Defence minister Max Moe"),
        ("In return, Mr Moe said, the town was safe.", "Defence minister Max Moe"),
    ],
    "nobody speaks": [
        ("The storm hit the coast at noon.", None),
        ("Thousands of homes lost power.", None),
        ("The road to Lima was blocked.", None),
    ],
    "called is no speech of who is called": [("The storm, called Ada, reached Bergen on Friday.", None)],
}


@pytest.mark.parametrize("told", CASES.values(), ids=CASES)
def test_speakers(told: Sequence[tuple[str, str | None]]) -> None:
    """Each sentence has the one who is sure to say it, or nobody."""
    assert speakers([text for text, _ in told]) == tuple(who for _, who in told)


@given(st.lists(st.text(alphabet='AB ab.,“”"’said She He the', max_size=80), max_size=6))
def test_any_sentences_have_as_many_speakers(sentences: list[str]) -> None:
    """Whatever the sentences, there is one entry for each, and never an empty name."""
    found = speakers(sentences)

    assert len(found) == len(sentences)
    assert "" not in found
