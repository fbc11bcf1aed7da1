"""What the page draws of questions, events and answers, and the file that it exports."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.article import Article, Description, Sentence
from rag.answer import (
    Answer,
    Citation,
    Claim,
    ClaimVerified,
    Disagreement,
    Done,
    Evidence,
    EvidenceFound,
    Reason,
    Seconds,
    Side,
    Stage,
    record,
)
from ui.export import markdown_export
from ui.verdict import verdict_of
from ui.view import Context, advance, asked, failed, waiting

TEXT = "First. “It was 7,000 containers,” he said. Last."
ARTICLE = Article(
    document="a.txt",
    source="tests",
    text=TEXT,
    sentences=(Sentence(0, 6), Sentence(7, 42), Sentence(43, 48)),
    raw_hash="1",
    about=Description(outlet="The Times", published="2023-09-16"),
)
CITED = Citation(1, ARTICLE.id, "a.txt", 7, 42, TEXT[7:42], outlet="The Times", published="2023-09-16", speaker="Shin")
OTHER = Citation(2, "gone", "b.txt", 0, 4, "Gone", title="B")
CONTEXT = Context(articles={ARTICLE.id: ARTICLE}, total=5, hidden=0)
QUOTE = {
    "number": 1,
    "article": ARTICLE.id,
    "document": "a.txt",
    "start": 7,
    "end": 42,
    "quote": "“It was 7,000 containers,” he said.",
    "shown": "‘It was 7,000 containers,’ he said.",
    "excerpt": "‘It was 7,000 containers,’ he said.",
    "label": "Quote 1, The Times, 16 Sep 2023",
    "title": "First. “It was 7,000 containers,” he said. Last.",
    "outlet": "The Times",
    "also": "",
    "date": "16 Sep 2023",
    "published": "2023-09-16",
    "when": None,
    "speaker": "Shin",
    "exact": True,
}
ANSWER = Answer(
    question="How many?",
    standalone="How many?",
    text="It was 7,000.",
    abstained=False,
    reason=None,
    answerability=0.9,
    claims=(Claim("It was 7,000.", (1,)),),
    citations=(CITED,),
    disagreements=(),
    retrieved=(),
    covered=("2022-09", "2024-09-22"),
    writer="quotes",
    model=None,
    notes=("A note.",),
    seconds=Seconds(0.1, 0.2, 2.44),
)


def test_events_become_views() -> None:
    """Each event adds to the view, which is whole every time."""
    empty = asked("q1", "How many?")
    searching = advance(empty, Stage("search", "5 articles"), CONTEXT)
    found = advance(searching, EvidenceFound((Evidence(CITED, 0.8),)), CONTEXT)
    claimed = advance(found, ClaimVerified(Claim("It was 7,000.", (1,))), CONTEXT)
    assert empty == {
        "id": "q1",
        "question": "How many?",
        "state": "asking",
        "message": "",
        "stages": [],
        "quotes": [],
        "claims": [],
        "outcome": None,
        "drawn": None,
    }
    assert claimed == {
        **empty,
        "stages": [{"name": "search", "words": "Searching 5 articles"}],
        "quotes": [QUOTE],
        "claims": [{"text": "It was 7,000.", "quoted": "", "citations": [1], "removed": False, "fault": ""}],
    }


def test_a_stage_without_a_detail_is_still_a_sentence() -> None:
    """The engine need not say on how much it works."""
    view = advance(asked("q1", "?"), Stage("write", ""), CONTEXT)
    assert view["stages"] == [{"name": "write", "words": "Writing the answer"}]


def test_a_complete_answer_is_a_whole_view() -> None:
    """Verdict, used quotes, announcement and both exports are all there."""
    view = advance(asked("q1", "How many?"), Done(ANSWER), CONTEXT)
    assert view == {
        **asked("q1", "How many?"),
        "state": "done",
        "quotes": [QUOTE],
        "claims": [{"text": "It was 7,000.", "quoted": "", "citations": [1], "removed": False, "fault": ""}],
        "outcome": {
            "verdict": {
                "kind": "supported",
                "words": "Well supported",
                "reason": "1 publisher. The statement matches a sentence in the articles.",
            },
            "absence": None,
            "disagreements": [],
            "undisputed": [],
            "timeline": [],
            "notes": ["A note."],
            "standalone": "",
            "answered": "Answered in 2.4 s",
            "written": "Made of the articles’ own sentences",
            "used": [1],
            "matching": 1,
            "announcement": "Answer ready. Well supported. 1 source, 1 of 1 quote match.",
            "text": "It was 7,000.",
            "markdown": markdown_export(ANSWER),
            "record": record(ANSWER),
        },
    }


@pytest.mark.parametrize(
    "citation",
    [
        OTHER,
        replace(CITED, start=6),
        replace(CITED, quote="“It was not 7,000 containers,” he said."),
        replace(CITED, start=3, end=3, quote=""),
    ],
)
def test_a_quote_that_the_article_does_not_hold_is_not_exact(citation: Citation) -> None:
    """A missing article, a wrong place, changed words and no words at all are all told."""
    view = advance(asked("q1", "?"), EvidenceFound((Evidence(citation, 1.0),)), CONTEXT)
    assert [each["exact"] for each in view["quotes"]] == [False]


def test_quotes_that_do_not_match_are_counted_out() -> None:
    """The page says how many of the used quotes match, whatever the answer claims."""
    answer = replace(ANSWER, claims=(Claim("Both.", (1, 2)),), citations=(CITED, OTHER))
    outcome = advance(asked("q1", "?"), Done(answer), CONTEXT)["outcome"]
    assert outcome is not None
    assert (outcome["used"], outcome["matching"]) == ([1, 2], 1)
    assert outcome["announcement"] == "Answer ready. Well supported. 2 sources, 1 of 2 quotes match."


DISPUTE = Disagreement("Was it?", (Side("Say so", (1,)), Side("Deny it", (2,))))
VERDICTS = [
    (ANSWER, "Well supported", "1 publisher. The statement matches a sentence in the articles."),
    (
        replace(ANSWER, claims=(Claim("A.", (1,)), Claim("B.", (2,))), citations=(CITED, OTHER)),
        "Well supported",
        "2 publishers. All 2 statements match a sentence in the articles.",
    ),
    (
        replace(ANSWER, claims=(Claim("A.", (1,)), Claim("B.", (), "unsupported", removed=True, fault="no_citation"))),
        "Partly supported",
        "1 publisher. 1 of 2 statements match a sentence in the articles; 1 removed.",
    ),
    (
        replace(ANSWER, disagreements=(DISPUTE,), citations=(CITED, OTHER)),
        "Sources disagree",
        "The articles carry both the claim and the denial. This page does not decide who is right.",
    ),
    (
        replace(
            ANSWER,
            disagreements=(Disagreement("How many?", (Side("7,000", (1,)), Side("9,000", (2,)))),),
            citations=(CITED, OTHER),
        ),
        "Sources disagree",
        "The articles carry more than one account. This page does not decide who is right.",
    ),
    (
        replace(ANSWER, abstained=True, reason="not_in_corpus", claims=()),
        "Not in the articles",
        "No answer was written, because none could be backed by a quote.",
    ),
    (
        replace(ANSWER, claims=(Claim("A.", (), "unsupported", removed=True, fault="unsupported"),)),
        "Not in the articles",
        "No answer was written, because none could be backed by a quote.",
    ),
]


@pytest.mark.parametrize(("answer", "words", "reason"), VERDICTS)
def test_the_verdict_is_words_with_a_reason(answer: Answer, words: str, reason: str) -> None:
    """Support, partial support, disagreement and absence are told apart."""
    verdict = verdict_of(answer)
    assert (verdict["words"], verdict["reason"]) == (words, reason)


@pytest.mark.parametrize(
    ("reason", "title"),
    [
        ("not_in_corpus", "None of the 5 articles answers this."),
        ("not_answered", "The articles are about this, but don’t answer it."),
        ("false_premise", "The articles don’t say what the question assumes."),
    ],
)
def test_an_abstention_says_why_and_what_is_near(reason: Reason, title: str) -> None:
    """There is a card with the reason, the covered dates and the closest passages, and no claim."""
    answer = replace(ANSWER, abstained=True, reason=reason, claims=(), text="")
    view = advance(asked("q1", "?"), Done(answer), Context(articles={ARTICLE.id: ARTICLE}, total=5, hidden=2))
    outcome = view["outcome"]
    assert outcome is not None
    assert outcome["absence"] == {
        "title": title,
        "reason": "No answer was written, because none could be backed by a quote.",
        "covered": "The articles cover Sep 2022 to Sep 2024.",
        "hidden": 2,
        "total": 5,
    }
    assert (view["claims"], outcome["used"]) == ([], [1])
    assert outcome["announcement"] == "Not in the articles. 1 close passage."


def test_a_false_premise_is_corrected_by_quotes() -> None:
    """The answer abstains, and shows what the articles say instead; nearest passages are left out."""
    claims = (Claim("It was 7,000.", (1,)),)
    answer = replace(ANSWER, abstained=True, reason="false_premise", claims=claims, citations=(CITED, OTHER))
    view = advance(asked("q1", "?"), Done(answer), replace(CONTEXT, total=5))
    outcome = view["outcome"]
    assert outcome is not None
    assert outcome["verdict"]["words"] == "The articles say otherwise"
    assert outcome["absence"] == {
        "title": "The articles don’t say what the question assumes.",
        "reason": "What the question takes for granted is not what they say. They say:",
        "covered": "",
        "hidden": 0,
        "total": 5,
    }
    assert (outcome["used"], [each["text"] for each in view["claims"]]) == ([1], ["It was 7,000."])
    assert outcome["announcement"] == "Answer ready. The articles say otherwise. 1 source, 1 of 1 quote match."
    assert "Closest passages" not in outcome["markdown"]


def test_quotes_on_no_side_are_not_in_dispute() -> None:
    """They are told apart from those of the sides, where there is a dispute."""
    third = replace(CITED, number=3)
    claims = (Claim("A.", (1, 2, 3)),)
    answer = replace(ANSWER, disagreements=(DISPUTE,), claims=claims, citations=(CITED, OTHER, third))
    outcome = advance(asked("q1", "?"), Done(answer), CONTEXT)["outcome"]
    assert outcome is not None
    assert outcome["undisputed"] == [3]
    assert "Not in dispute: [^3]" in outcome["markdown"]


def test_other_outlets_of_a_story_are_named() -> None:
    """How many carry it, and which."""
    cited = replace(CITED, also=("The Post", "The Herald"))
    [quote] = advance(asked("q1", "?"), EvidenceFound((Evidence(cited, 1.0),)), CONTEXT)["quotes"]
    assert quote["also"] == "also in 2 outlets: The Post, The Herald"


def test_a_sentence_that_is_a_quote_shows_it_without_doubled_marks() -> None:
    """The words that lead to it keep their place; the date is written as everywhere else."""
    claim = Claim(f"Shin (The Times, 2023-09-16): “{CITED.quote}”", (1,))
    view = advance(asked("q1", "?"), EvidenceFound((Evidence(CITED, 1.0),)), CONTEXT)
    assert advance(view, ClaimVerified(claim), CONTEXT)["claims"] == [
        {
            "text": "Shin (The Times, 16 Sep 2023): ",
            "quoted": "‘It was 7,000 containers,’ he said.",
            "citations": [1],
            "removed": False,
            "fault": "",
        }
    ]


def test_the_understood_question_is_no_stage_line() -> None:
    """The engine's first stage carries the completed question, which the answer shows."""
    view = advance(asked("q1", "?"), Stage("understand", "How many containers?"), CONTEXT)
    assert view["stages"] == [{"name": "understand", "words": "Understanding the question"}]


def test_removed_sentences_stay_countable_with_their_fault() -> None:
    """Each fault is a sentence of its own."""
    claims = tuple(
        Claim("B.", (), "unsupported", removed=True, fault=fault)
        for fault in ("no_citation", "wrong_citation", "unsupported")
    )
    view = advance(asked("q1", "?"), Done(replace(ANSWER, claims=claims)), CONTEXT)
    assert [each["fault"] for each in view["claims"]] == [
        "It named no quote.",
        "The quote that it named does not carry it.",
        "No quote carries it.",
    ]


def test_the_completed_question_is_shown_where_it_differs() -> None:
    """A follow-up shows how it was understood."""
    view = advance(asked("q1", "How many?"), Done(replace(ANSWER, standalone="How many containers?")), CONTEXT)
    assert view["outcome"] is not None
    assert view["outcome"]["standalone"] == "How many containers?"


def test_waiting_and_failing_keep_what_was_there() -> None:
    """Both are states of the same view."""
    view = advance(asked("q1", "?"), Stage("search", ""), CONTEXT)
    assert waiting(view, 2) == {
        **view,
        "state": "waiting",
        "message": "Waiting for 2 questions asked before this one…",
    }
    assert failed(view, "No.") == {**view, "state": "failed", "message": "No."}
    assert advance(waiting(view, 1), Stage("read", ""), CONTEXT)["state"] == "asking"


def test_the_export_has_the_verdict_and_a_footnote_for_each_used_quote() -> None:
    """Question, verdict, sentences, sides, notes and footnotes, with markup of the data escaped."""
    answer = replace(
        ANSWER,
        question="How *many*?",
        disagreements=(DISPUTE,),
        citations=(CITED, OTHER, replace(OTHER, number=3)),
        claims=(*ANSWER.claims, Claim("Removed.", (3,), "unsupported", removed=True, fault="unsupported")),
    )
    assert markdown_export(answer) == "\n\n".join(
        [
            r"# How \*many\*?",
            "**Sources disagree.** The articles carry both the claim and the denial. "
            "This page does not decide who is right.",
            "It was 7,000.[^1]",
            "## Was it?",
            "- Say so [^1]\n- Deny it [^2]",
            "A note.",
            "[^1]: “‘It was 7,000 containers,’ he said.” The Times, 16 Sep 2023. a.txt, characters 7–42.",
            "[^2]: “Gone” *B*, Unknown publisher, Date unknown. b.txt, characters 0–4.\n",
        ]
    )


def test_the_export_of_an_abstention_has_no_prose() -> None:
    """Only the closest passages are named."""
    answer = replace(ANSWER, abstained=True, reason="not_in_corpus", claims=(), notes=())
    assert markdown_export(answer) == (
        "# How many?\n\n**Not in the articles.** No answer was written, because none could be backed by a quote.\n\n"
        "Closest passages:[^1]\n\n"
        "[^1]: “‘It was 7,000 containers,’ he said.” The Times, 16 Sep 2023. a.txt, characters 7–42.\n"
    )
