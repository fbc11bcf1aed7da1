"""Adding, removing and looking up articles, over a store that is really there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from index.pipeline import index_source
from index.store import Store
from tests.fakes import TINY, HashEmbedding, build_store
from tests.index.files import PROSE, TITLE, message, page, pdf, word
from tests.ui.scripted import ScriptedEngine, build_application
from ui.collection import CLOSED, Collection, Indexer, Step, safe_name
from ui.config import Settings, load_settings
from ui.guard import MOST_BODY_BYTES

FERRY = "The ferry to Bergen runs again.\n\nIt carries 300 cars a day, the harbour master said on Monday.\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Make a store of three small articles."""
    made = build_store(tmp_path / "index", TINY)
    yield made
    made.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Make settings that keep files in a folder of the test."""
    return load_settings(
        ui={"uploads": tmp_path / "uploads", "feedback": tmp_path / "f.jsonl"}, index={"max_file_bytes": 400_000}
    )


@pytest.fixture
def index(store: Store, settings: Settings) -> Indexer:
    """Make what indexes a file, as the command does."""
    return lambda path, progress: index_source(path, store, HashEmbedding(), settings.index, progress=progress)


@pytest.fixture
def collection(store: Store, settings: Settings, index: Indexer) -> Collection:
    """Make the corpus page's side of the server."""
    return Collection(store, settings, index)


def add(collection: Collection, name: str, text: str | bytes) -> list[Step]:
    """Put a file where the page would, and take all steps."""
    path = collection.place(name)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(collection.add(path))


def documents(store: Store) -> list[str]:
    """Name what is published."""
    return [each.document for each in store.articles()]


def test_a_file_becomes_an_article(collection: Collection, store: Store) -> None:
    """It tells each document and what changed; the same again changes nothing; another version replaces it."""
    assert add(collection, "ferry.txt", FERRY) == [Step("Read ferry.txt"), Step("1 added.", done=True)]
    assert documents(store) == ["bridge", "ferry.txt", "harbour", "museum"]
    assert add(collection, "ferry.txt", FERRY) == [Step("It is indexed already.", done=True)]
    assert add(collection, "ferry.txt", FERRY.replace("300", "400"))[-1] == Step("1 changed.", done=True)
    assert documents(store) == ["bridge", "ferry.txt", "harbour", "museum"]


def test_rows_become_articles_and_broken_ones_are_told(collection: Collection, store: Store) -> None:
    """A corpus of rows is one file; what could not be read of it is named with its reason."""
    rows = [{"id": "one", "text": FERRY}, {"id": "two"}, {"id": "three", "text": "The quay is new."}]
    steps = add(collection, "more.jsonl", "\n".join(map(json.dumps, rows)))
    assert steps[-1] == Step("2 added. more.jsonl:2: text is missing", done=True, bad=True)
    assert documents(store) == ["bridge", "harbour", "museum", "one", "three"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.txt", "", "a.txt: no words in it"),
        ("a.txt", b"Caf\xe9 closed.", "a.txt: not UTF-8: 0xe9 at byte 3; save it as UTF-8"),
        ("a.txt", "w" * 400_001, "a.txt: 400,001 bytes; at most 400,000 are read, see max_file_bytes"),
    ],
)
def test_what_can_not_be_an_article_is_listed_with_the_reason(
    collection: Collection, store: Store, name: str, text: str | bytes, said: str
) -> None:
    """The words are those of the command; the others stay."""
    assert add(collection, name, text) == [Step("Read a.txt"), Step(said, done=True, bad=True)]
    assert documents(store) == ["bridge", "harbour", "museum"]
    [failure] = [each for each in store.listed() if each.state == "failed"]
    assert collection.remove(failure.id) == ""
    assert [each.state for each in store.listed()] == ["published"] * 3


@pytest.mark.parametrize(
    ("name", "content", "document", "origin"),
    [
        ("Port (1).html", page(), "Port_(1).html", "page"),
        ("port.pdf", pdf([PROSE], title=TITLE), "port.pdf", "properties"),
        ("port.docx", word(), "port.docx", "properties"),
        ("port.md", f"# {TITLE}\n\n{PROSE[0]}\n".encode(), "port.md", "text"),
        ("port.eml", message(PROSE[0]), "port.eml", "mail"),
        ("port.csv", f"title,text\n{TITLE},{PROSE[1]}\n".encode(), "port.csv:2", "column"),
    ],
)
def test_every_kind_that_the_command_reads_is_taken(
    collection: Collection, store: Store, name: str, content: bytes, document: str, origin: str
) -> None:
    """Whatever kind of file it is, it becomes an article with its title."""
    assert add(collection, name, content)[-1] == Step("1 added.", done=True)
    article = store.article(document)
    assert (article.about.title, article.origins.title) == (TITLE, origin)


def test_a_file_of_a_kind_that_is_not_read_is_refused(collection: Collection, settings: Settings) -> None:
    """The reason is the one of the index, without the folder that nobody chose; nothing of the file is kept."""
    [step] = add(collection, "picture.xyz", b"\x89PNG")
    assert (step.done, step.bad) == (True, True)
    assert step.words.startswith("picture.xyz")
    assert str(settings.ui.uploads) not in step.words
    assert list(settings.ui.uploads.iterdir()) == []


def test_removing_takes_the_pages_own_copy_too(collection: Collection, store: Store, settings: Settings) -> None:
    """A file that was added goes; one that was not stays where it is."""
    add(collection, "ferry.txt", FERRY)
    rows = [{"id": "one", "text": FERRY + "One."}, {"id": "two", "text": FERRY + "Two."}]
    add(collection, "more.jsonl", "\n".join(map(json.dumps, rows)))
    assert len(list(settings.ui.uploads.iterdir())) == 2
    assert collection.remove(store.article("ferry.txt").id) == ""
    assert collection.remove(store.article("one").id) == ""
    assert [path.name for path in settings.ui.uploads.rglob("*.*")] == ["more.jsonl"]
    assert collection.remove(store.article("two").id) == ""
    assert list(settings.ui.uploads.iterdir()) == []
    bridge = store.article("bridge")
    assert collection.remove(bridge.id) == ""
    assert Path(bridge.source).is_file()
    assert documents(store) == ["harbour", "museum"]
    assert collection.remove("not there") == ""
    assert collection.remove({"id": 1}) == ""


@pytest.mark.parametrize("upload", [False, None])
def test_a_closed_page_says_so(store: Store, settings: Settings, index: Indexer, *, upload: bool | None) -> None:
    """It is closed by the setting, and by default where other machines reach the page."""
    closed = settings.ui.model_copy(update={"upload": upload, "allow_remote": upload is None})
    collection = Collection(store, settings.model_copy(update={"ui": closed}), index)
    assert (collection.view()["open"], collection.view()["rules"]) == (False, CLOSED)
    assert "Remove" not in str(collection.view()["html"])
    assert collection.remove(store.article("bridge").id) == CLOSED
    assert documents(store) == ["bridge", "harbour", "museum"]


def test_the_view_says_what_there_is(collection: Collection) -> None:
    """State and dates of each article, and how large a file may be."""
    view = collection.view()
    assert (view["open"], view["most"], view["failures"]) == (True, 400_000, 0)
    assert view["counts"] == "3 articles · 2 named publishers · Jun 2023 to Mar 2024"
    assert "The Bergen Times · 5 Mar 2024 · bridge" in str(view["html"])


def test_words_are_looked_up(collection: Collection, store: Store) -> None:
    """What was found, what is only near, and what can't be looked up."""
    found = collection.look_up({"words": "“We lost our berths,”"})
    assert ("Word for word" in found["html"], found["said"]) == (True, "")
    assert f'data-open="{store.article("harbour").id}"' in found["html"]
    near = collection.look_up({"words": "The museum of Lima bought a statue for 70 million soles."})["html"]
    assert "Not these words, but near them" in near
    assert "No article holds these words" in collection.look_up({"words": "zzz"})["html"]
    assert collection.look_up({"words": " … "})["said"].startswith("There are no words to look up.")
    assert collection.look_up({"words": "x" * 10_001})["said"] == "At most 10,000 characters can be looked up."
    assert collection.look_up(None)["said"] == "At most 10,000 characters can be looked up."


def test_what_was_taken_out_is_shown(collection: Collection, store: Store) -> None:
    """As a list; of an article that is gone nothing."""
    text = "Share this article\nSubscribe to our newsletter\n" + FERRY
    add(collection, "ferry.txt", text)
    article = store.article("ferry.txt")
    assert collection.taken_out(article.id).count("<li>") == len(article.removed)
    assert "Nothing: all of the file is text" in collection.taken_out(store.article("museum").id)
    assert collection.taken_out("gone") == ""


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.txt", "report.txt"),
        ("../../etc/passwd", "etc_passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/", "unnamed"),
        ("", "unnamed"),
        (".txt", "txt"),
        ("a\nb\x00c.txt", "a_b_c.txt"),
        ("\u202etxt.exe", "txt.exe"),
        ("x" * 300 + ".txt", "x" * 60 + ".txt"),
        ("Überblick – März.txt", "Überblick_–_März.txt"),
        ("<img src=x onerror=alert(1)>.txt", "img_src_x_onerror_alert(1)_.txt"),
        ("-rf.txt", "-rf.txt"),
    ],
)
def test_a_browsers_name_is_only_a_name(name: str, safe: str) -> None:
    """No folder, no control character, no markup, not too long, and the ending stays."""
    assert safe_name(name) == safe


def test_names_never_leave_the_folder(collection: Collection, settings: Settings) -> None:
    """Wherever a name points to, the file lies two levels below the folder of the page."""
    for name in ("../x.txt", "/etc/passwd", "..", "a/b/c.txt", "\x00", "\ud800.txt"):
        path = collection.place(name)
        assert path.resolve().parent.parent == settings.ui.uploads.resolve()


OWN = {"origin": "http://127.0.0.1"}


@pytest.fixture
def client(store: Store, settings: Settings, index: Indexer) -> Iterator[TestClient]:
    """Make a client of the application over the store."""
    engine = ScriptedEngine()
    engine.store = store  # type: ignore[assignment]  # a real one
    app = build_application(engine, settings, index=index)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


def test_a_file_is_taken_by_the_server(client: TestClient, store: Store, settings: Settings) -> None:
    """The answer is a line of JSON for each step; a file may be larger than other requests, up to its own limit."""
    text = FERRY + "Nothing else is known. " * 15_000
    assert MOST_BODY_BYTES < len(text) < 400_000
    response = client.post("/ui/upload?name=a%2Fferry.txt", content=text.encode(), headers=OWN)
    assert [json.loads(line) for line in response.text.splitlines()] == [
        {"words": "Read a_ferry.txt", "done": False, "bad": False},
        {"words": "1 added.", "done": True, "bad": False},
    ]
    assert "a_ferry.txt" in documents(store)
    assert client.post("/ui/upload?name=b.txt", content=b"x" * 400_001, headers=OWN).status_code == 413
    assert (
        client.post("/ui/upload?name=b.txt", content=(b"x" * 99_999 for _ in range(5)), headers=OWN).status_code == 413
    )
    assert [path.name for path in settings.ui.uploads.rglob("*.*")] == ["a_ferry.txt"]
    assert (
        client.post("/ui/upload?name=b.txt", content=b"x", headers={"origin": "http://evil.example"}).status_code == 403
    )


def test_a_closed_server_takes_nothing(store: Store, settings: Settings, tmp_path: Path) -> None:
    """Without an indexer the answer is the reason, and nothing is written."""
    engine = ScriptedEngine()
    engine.store = store  # type: ignore[assignment]  # a real one
    with TestClient(build_application(engine, settings), base_url="http://127.0.0.1") as client:
        response = client.post("/ui/upload?name=a.txt", content=b"Words.", headers=OWN)
    assert json.loads(response.text) == {"words": CLOSED, "done": True, "bad": True}
    assert not (tmp_path / "uploads").exists()
