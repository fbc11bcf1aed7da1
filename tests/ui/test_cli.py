"""The commands print what they promise and end with the right code."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from index.catalog import Catalog
from tests.fakes import BRIDGE, HARBOUR, TINY, verbatim, write_corpus

QUESTION = "What did the bridge in Bergen cost a day?"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Index the tiny articles, by the command."""
    folder = tmp_path_factory.mktemp("cli")
    ran = verbatim("index", write_corpus(folder / "corpus", TINY), "--store", folder / "store")
    assert ran.code == 0, ran.err
    return folder / "store"


@pytest.fixture(autouse=True)
def _quotes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in an empty folder, and let nothing but quotes write."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VERBATIM_RAG__WRITER", "quotes")
    monkeypatch.setenv("VERBATIM_RAG__ANSWER_FROM", "0")


def test_index_counts_what_it_did(tmp_path: Path) -> None:
    """Indexing says what was added, changed, removed and left, and names each document on the way."""
    corpus = write_corpus(tmp_path / "corpus", TINY)
    first = verbatim("index", corpus, "--store", "store")
    write_corpus(tmp_path / "corpus", [BRIDGE])
    second = verbatim("index", corpus, "--store", "store", "--json")

    assert (first.code, first.out) == (0, f"{corpus}: 3 added, 0 changed, 0 removed, 0 unchanged, 0 failed\n")
    assert sorted(first.err.split()) == sorted(each.id for each in TINY)
    assert (second.code, second.json) == (
        0,
        [{"added": 0, "changed": 0, "removed": 2, "unchanged": 1, "failures": []}],
    )


def test_index_fails_for_a_bad_file_and_keeps_the_others(tmp_path: Path) -> None:
    """A file that can't be an article is named, with the reason, and the code is 1; the others are indexed."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_text("The falcon was seen over the old town.")
    (tmp_path / "corpus" / "b.txt").write_bytes(b"\xff")

    ran = verbatim("index", "corpus", "--store", "store")

    assert (ran.code, ran.out) == (1, "corpus: 1 added, 0 changed, 0 removed, 0 unchanged, 1 failed\n")
    assert "failed: b.txt: not UTF-8: 0xff at byte 0; save it as UTF-8\n" in ran.err


def test_fresh_index_drops_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--fresh` makes the index anew, also one of other settings, and leaves other files of the folder alone."""
    corpus = write_corpus(tmp_path / "corpus", [BRIDGE])
    assert verbatim("index", corpus, "--store", "store").code == 0
    (tmp_path / "store" / "models").mkdir()
    (tmp_path / "store" / "models" / "mine.gguf").write_text("mine")
    other = write_corpus(tmp_path / "other", [HARBOUR])
    monkeypatch.setenv("VERBATIM_INDEX__PASSAGE_TOKENS", "100")

    refused = verbatim("index", other, "--store", "store")
    # In a process of its own, as it is run: within one process Chroma keeps what it has open.
    command = [sys.executable, "-m", "ui.cli", "index", str(other), "--store", "store", "--fresh"]
    fresh = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)

    assert refused.code == 1
    assert "verbatim index --fresh" in refused.err
    assert (fresh.returncode, fresh.stdout) == (0, f"{other}: 1 added, 0 changed, 0 removed, 0 unchanged, 0 failed\n")
    catalog = Catalog(f"sqlite:///{tmp_path / 'store' / 'catalog.sqlite'}")
    assert [each.document for each in catalog.listed()] == ["harbour"]
    catalog.close()
    assert (tmp_path / "store" / "models" / "mine.gguf").read_text() == "mine"


def test_articles_are_listed(place: Path) -> None:
    """The listing has an article a line, and ends with what is covered."""
    ran = verbatim("articles", "--store", place)

    *lines, total = ran.out.splitlines()
    assert [line.split()[1:3] for line in lines] == [["published", each.id] for each in TINY]
    assert lines[0].endswith("The Bergen Times · 2024-03-05 · Bridge in Bergen closed")
    assert total == "3 articles, 3 passages, published 2023-06 to 2024-03-05"


def test_one_article_is_printed(place: Path) -> None:
    """An article's text is printed as it is, by name or id; with --json whole."""
    rows = verbatim("articles", "--store", place, "--json").json
    identity = next(each["id"] for each in rows if each["document"] == "bridge")

    by_name = verbatim("articles", "--store", place, "--text", "bridge")
    whole = verbatim("articles", "--store", place, "--text", identity, "--json").json

    assert by_name.out == f"{BRIDGE.text}\n"
    assert (whole["text"], whole["id"], whole["outlet"]) == (BRIDGE.text, identity, "The Bergen Times")
    assert verbatim("articles", "--store", place, "--removed", "bridge").out == "\n"


def test_removed_articles_are_gone(tmp_path: Path) -> None:
    """Articles are removed by name or id; a name that is not there removes nothing."""
    corpus = write_corpus(tmp_path / "corpus", TINY)
    verbatim("index", corpus, "--store", "store")

    missing = verbatim("remove", "bridge", "nothing", "--store", "store")
    done = verbatim("remove", "bridge", "harbour", "--store", "store")

    assert (missing.code, missing.err) == (
        1,
        "verbatim: No article 'nothing' is indexed. `verbatim articles` lists what is.\n",
    )
    assert (done.code, done.out) == (0, "2 removed\n")
    assert [each["document"] for each in verbatim("articles", "--store", "store", "--json").json] == ["museum"]


def test_doctor_says_whether_the_index_is_sound(tmp_path: Path) -> None:
    """A sound index ends with code 0; a damaged one is mended, and what was mended is printed."""
    verbatim("index", write_corpus(tmp_path / "corpus", TINY), "--store", "store")
    sound = verbatim("doctor", "--store", "store")
    shutil.rmtree(tmp_path / "store" / "indexes-1" / "bm25")
    mended = verbatim("doctor", "--store", "store", "--json")

    last = "sound: 3 articles, 3 passages, all vectors and words compared\n"
    assert (sound.code, sound.out) == (0, last)
    finding = {"part": "words", "problem": "3 of 3 passages are missing", "mended": "made again from the catalog"}
    assert (mended.code, mended.json) == (
        0,
        {"sound": True, "articles": 3, "passages": 3, "findings": [finding]},
    )


def test_search_prints_passages(place: Path) -> None:
    """A search prints the best passages, as many as asked for."""
    rows = verbatim("search", "bridge crowns", "--k", "2", "--store", place, "--json").json

    assert [len(rows), rows[0]["document"]] == [2, "bridge"]
    assert rows[0]["text"] == BRIDGE.text[rows[0]["start"] : rows[0]["end"]]
    printed = verbatim("search", "bridge crowns", "--k", "1", "--store", place).out
    assert printed.startswith(f"{rows[0]['score']:.4f}  bridge[{rows[0]['start']}:{rows[0]['end']}]\n  ")


def test_quote_finds_pasted_words(place: Path) -> None:
    """Pasted words are found in their article; words that none has are said to be in none."""
    exact = verbatim("quote", "We lost our berths", "--store", place)
    none = verbatim("quote", "Quarterly profits doubled in the year before", "--store", place)

    start = HARBOUR.text.index("We lost")
    assert (
        exact.out
        == f"exact  harbour[{start}:{start + 18}]  The Cork Post · 2023-06 · New quay in Cork\n  We lost our berths\n"
    )
    assert (none.code, none.out) == (0, "No article holds these words, nor any like them.\n")
    assert verbatim("quote", "We lost our berths", "--store", place, "--json").json[0]["match"] == "exact"


def test_ask_prints_the_answer_and_its_sources(place: Path) -> None:
    """An answer is printed with the quotes that it stands on; with --json as the contract's row."""
    printed = verbatim("ask", QUESTION, "--store", place)
    row = verbatim("ask", QUESTION, "--store", place, "--json").json

    assert printed.code == 0
    assert "“The bridge cost 900 crowns a day,” said Mayor Ada Alt." in printed.out
    cited = row["citations"][0]
    assert BRIDGE.text[cited["start"] : cited["end"]] == cited["quote"]
    assert (row["question"], row["writer"], row["model"]) == (QUESTION, "quotes", None)


def test_ask_takes_filters(place: Path) -> None:
    """Dates and outlets limit which articles answer."""
    row = verbatim("ask", QUESTION, "--store", place, "--json", "--outlet", "The Cork Post", "--after", "2023").json

    assert {each["document"] for each in row["retrieved"]} == {"harbour"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Usage: verbatim"),
        (("no-such-command",), "No such command 'no-such-command'"),
        (("ask",), "Missing argument 'question'"),
        (("ask", "Who?", "--writer", "poet"), "'poet' is not one of 'quotes', 'model'"),
        (("search", "bridge", "--k", "0"), "Invalid value for '--k'"),
        (("chat", "--port", "70000"), "Invalid value for '--port'"),
    ],
)
def test_wrong_usage_is_code_2(words: tuple[str, ...], said: str) -> None:
    """Wrong usage says what is wrong and ends with code 2."""
    ran = verbatim(*words)

    assert ran.code == 2
    assert said in " ".join((ran.out + ran.err).replace("│", " ").split())


@pytest.mark.parametrize(
    "command", [("articles",), ("remove", "a"), ("doctor",), ("search", "a"), ("quote", "a"), ("ask", "a")]
)
def test_commands_without_an_index_name_the_one_that_makes_it(command: tuple[str, ...]) -> None:
    """Without an index each command ends with code 1 and says how to make one."""
    ran = verbatim(*command, "--store", "nowhere")

    assert (ran.code, ran.err) == (
        1,
        "verbatim: There is no index in nowhere. Make one with: verbatim index [SOURCE…]\n",
    )


def test_config_prints_every_setting_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """The effective settings are printed by section; a key is masked."""
    monkeypatch.setenv("VERBATIM_MODELS__API_KEY", "secret-key-123")

    printed, row = verbatim("config"), verbatim("config", "--json")

    assert list(row.json) == ["index", "store", "models", "rag", "eval", "ui"]
    assert row.json["rag"]["writer"] == "quotes"
    assert 'writer = "quotes"' in printed.out
    assert "[models]" in printed.out
    assert "secret-key-123" not in printed.out + printed.err + row.out + row.err


def test_eval_asks_a_set_over_a_corpus(tmp_path: Path) -> None:
    """`eval` asks a question set over a corpus and writes a row a question, in the order asked."""
    corpus = write_corpus(tmp_path / "corpus", TINY)
    questions = tmp_path / "questions.jsonl"
    asked = [{"id": "q1", "question": QUESTION, "facts": [["900"]]}, {"id": "q2", "question": "Who lost their berths?"}]
    questions.write_text("\n".join(json.dumps(each) for each in asked))

    ran = verbatim("eval", questions, "--corpus", corpus, "--writer", "quotes", "--out", "out")

    rows = [json.loads(line) for line in (tmp_path / "out" / "answers.jsonl").read_text("utf-8").splitlines()]
    assert ran.code in (0, 1), ran.err
    assert [each["id"] for each in rows] == ["q1", "q2"]
    assert "900 crowns" in rows[0]["answer"]


def test_help_needs_no_index() -> None:
    """Help names every command of the contract."""
    ran = verbatim("--help")

    assert ran.code == 0
    for command in ("index", "articles", "remove", "doctor", "search", "quote", "ask", "chat", "eval", "config"):
        assert f" {command} " in ran.out
