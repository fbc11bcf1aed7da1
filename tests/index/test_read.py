"""Reading of folders, files and corpora."""

import hashlib
import json
import os
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.article import Description, Given
from index.config import IndexConfig
from index.errors import SourceError
from index.kinds import READ
from index.raw import Raw, Unreadable
from index.read import read

SEEDS = Path(__file__).parents[2] / "seeds"
CONFIG = IndexConfig(max_file_bytes=1_000)
ENDINGS = ", ".join(READ)


def sha(data: bytes) -> str:
    """Hash bytes as the reader does."""
    return hashlib.sha256(data).hexdigest()


def rows(folder: Path, *lines: str | bytes) -> list[Raw | Unreadable]:
    """Write a corpus and read it."""
    path = folder / "corpus.jsonl"
    path.write_bytes(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines))
    return list(read(path, CONFIG))


def reasons(found: list[Raw | Unreadable]) -> dict[str, str]:
    """Give the reasons by document; empty for what could be read."""
    return {item.document: item.reason if isinstance(item, Unreadable) else "" for item in found}


def test_seeds_are_read_whole_and_sorted() -> None:
    """Every seed is read, in the order of names, with its text and the hash of its bytes."""
    paths = sorted(SEEDS.glob("*.txt"))
    assert list(read(SEEDS, IndexConfig())) == [
        Raw(path.name, str(SEEDS), path.read_text("utf-8"), sha(path.read_bytes())) for path in paths
    ]


def test_folder_tells_what_it_leaves_out(tmp_path: Path) -> None:
    """A folder gives its files by their relative names, says why others can't be, and passes over notes."""
    (tmp_path / "b" / "c").mkdir(parents=True)
    (tmp_path / ".hidden").mkdir()
    files = [
        "a.txt",
        "b/c/d.TXT",
        "b/e.txt",
        ".f.txt",
        ".hidden/g.txt",
        "SOURCES.md",
        "README.md",
        "x.png",
        "y",
        "corpus.jsonl",
    ]
    for name in files:
        (tmp_path / name).write_text("Words.")
    found = list(read(tmp_path, CONFIG))
    root = tmp_path.resolve()
    assert {item.source for item in found} == {str(root)}
    assert reasons(found) == {
        "a.txt": "",
        "b/c/d.TXT": "",
        "b/e.txt": "",
        "corpus.jsonl": f"a corpus beside other files: index it by itself, verbatim index {root}/corpus.jsonl",
        "x.png": f"a .png file; {ENDINGS} can be indexed",
        "y": "",
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_with_a_mark_are_read(tmp_path: Path, encoding: str) -> None:
    """UTF-8 with and without a mark, and UTF-16 with one, give the same text."""
    path = tmp_path / "a.txt"
    path.write_bytes("Gov’t\r\nsaid".encode(encoding))
    assert list(read(path, CONFIG)) == [Raw("a.txt", str(tmp_path.resolve()), "Gov’t\r\nsaid", sha(path.read_bytes()))]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"caf\xe9 said", "not UTF-8: 0xe9 at byte 3; save it as UTF-8"),
        (b"a\0b", "not text: a NUL at byte 1"),
        ("a\0b".encode("utf-16"), "not text: a NUL at character 1"),
        (b"\xff\xfea\0b", "not UTF-16, as its mark says: 0x62 at byte 4; save it as UTF-8"),
        (b"", "no words in it"),
        (b" .\n", "no words in it"),
        (b"x" * 1_001, "1,001 bytes; at most 1,000 are read, see max_file_bytes"),
    ],
)
def test_what_is_no_text_is_told(tmp_path: Path, data: bytes, reason: str) -> None:
    """A file that is no text, or too much of it, is unreadable for a reason that says what was found."""
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    raw_hash = sha(reason.encode()) if len(data) > 1_000 else sha(data)
    assert list(read(path, CONFIG)) == [Unreadable("a.txt", str(tmp_path.resolve()), raw_hash, reason)]


def test_links_stay_inside(tmp_path: Path) -> None:
    """A link inside the folder is read; one that leaves it, loops or names a folder, and a pipe are not."""
    folder = tmp_path / "corpus"
    (folder / "sub").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("Secret.")
    (folder / "a.txt").write_text("Words.")
    (folder / "in.txt").symlink_to(folder / "a.txt")
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    (folder / "up").symlink_to(tmp_path)
    (folder / "device.txt").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe.txt")
    found = reasons(list(read(folder, CONFIG)))
    assert found.pop("loop.txt").startswith("it can't be opened: ")
    leaves = "a link that leaves the folder; links are followed only inside of it"
    assert found == {
        "a.txt": "",
        "in.txt": "",
        "out.txt": leaves,
        "device.txt": leaves,
        "pipe.txt": "not a regular file",
        "up": "a link to a folder; links are followed to files only",
    }


def test_vanished_file_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    """A file that is removed while the folder is read is unreadable; the next one is read."""
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text("Words.")
    found = read(tmp_path, CONFIG)
    first = next(found)
    (tmp_path / "b.txt").unlink()
    assert reasons([first, *found]) == {
        "a.txt": "",
        "b.txt": "it can't be opened: no such file or directory",
        "c.txt": "",
    }


def test_odd_names_are_kept(tmp_path: Path) -> None:
    """Names with newlines, quotes, dashes and emoji are kept; bytes that are not UTF-8 are shown escaped."""
    names = ["-rf.txt", "a\nb.txt", "'\".txt", "😀.txt", "x" * 251 + ".txt"]
    for name in names:
        (tmp_path / name).write_text("Words.")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_text("Words.")
    assert reasons(list(read(tmp_path, CONFIG))) == {
        **dict.fromkeys(names, ""),
        "caf\\xe9.txt": "its name is not UTF-8",
    }


def test_sources_that_are_nothing_raise_at_once(tmp_path: Path) -> None:
    """A missing source, a folder without articles, and a file of another type raise before anything is read."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "c.jsonl").write_text('{"id": "a", "text": "Words."}')
    (tmp_path / "out" / "corpus.jsonl").symlink_to(tmp_path / "c.jsonl")
    (tmp_path / "a.png").write_bytes(b"\x89PNG")
    (tmp_path / "a.csv").write_text("name,age\nKim,5\n")
    (tmp_path / "b.jsonl").write_bytes("{}".encode("utf-16"))
    cases = {
        "missing": "can't be read",
        "empty": "holds no article",
        "out": "holds no article",
        "a.png": "a .png file",
        "a.csv": "has no column of texts: its first row is name, age; name one text, body or content",
        "b.jsonl": "is UTF-16",
        "nul\0": "can't be read",
    }
    for name, message in cases.items():
        with pytest.raises(SourceError, match=message):
            read(tmp_path / name, CONFIG)


def test_row_keeps_what_came_with_it(tmp_path: Path) -> None:
    """A row gives its text, its metadata with an ISO date, and a hash that does not depend on its order."""
    row = {
        "id": 7,
        "title": "T",
        "text": "Some words.",
        "date": "16 Sept 2023",
        "source": "Donga",
        "url": "https://x.y/z",
    }
    shuffled = json.dumps(dict(reversed(row.items())), indent=None)
    canonical = json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    given_with = Given("column", Description(title="T", outlet="Donga", published="2023-09-16", url="https://x.y/z"))
    expected = Raw("7", str(tmp_path.resolve() / "corpus.jsonl"), "Some words.", sha(canonical), (given_with,))
    assert rows(tmp_path, "\ufeff" + json.dumps(row)) == [expected]
    assert rows(tmp_path, shuffled) == [expected]
    assert list(read(tmp_path, CONFIG)) == [expected]


def test_broken_rows_are_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    """Each broken row is unreadable under its number, for a reason that says what was found."""
    good = '{"id": "%s", "text": "Words.", "date": "rubbish", "title": null}'
    found = rows(
        tmp_path,
        good % "a",
        "",
        "{broken",
        '{"id": "c"}',
        '{"id": "d", "text": 5}',
        '{"id": "", "text": "Words.", "author": ["A", {"name": "B"}]}',
        '{"id": true, "text": "Words."}',
        good % "a",
        '{"id": "e", "text": "\\ud800 words"}',
        '{"id": "f", "text": "a\\u0000b"}',
        '{"id": "g", "text": " "}',
        '["h"]',
        b'{"id": "i", "text": "caf\xe9"}',
        good % ("j" * 1_000),
        '{"id": "k", "text": "Words.", "author": [5]}',
        "[" * 990,
        good % "z",
    )
    told = reasons(found)
    assert told.pop("corpus.jsonl:3").startswith("not JSON: ")
    assert told.pop("corpus.jsonl:16").startswith("not JSON: ")
    assert told == {
        "a": "",
        "corpus.jsonl:4": "text is missing",
        "corpus.jsonl:5": "text must be a text, found a number",
        "corpus.jsonl:7": "id must be a text, found true",
        "corpus.jsonl:8": "the id 'a' is that of row 1 already",
        "corpus.jsonl:9": "text holds half a character (a lone surrogate) at 0",
        "corpus.jsonl:10": "not text: a NUL at character 1",
        "corpus.jsonl:11": "no words in it",
        "corpus.jsonl:12": "a row must be an object, found a list",
        "corpus.jsonl:13": "not UTF-8: 0xe9 at byte 24 of the row",
        "corpus.jsonl:14": "a row of more than 1,000 bytes, see max_file_bytes",
        "corpus.jsonl:15": "author must be a text, found a number",
        "corpus.jsonl:6": "",
        "z": "",
    }
    given_with = [item.given[0].about for item in found if isinstance(item, Raw)]
    assert given_with == [Description(), Description(author="A, B"), Description()]


@given(st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_bytes_make_reading_fail(tmp_path: Path, data: bytes) -> None:
    """Whatever bytes a file, a corpus or a table holds, each becomes an article or a reason."""
    (tmp_path / "a.txt").write_bytes(data)
    (item,) = read(tmp_path / "a.txt", CONFIG)
    assert item.document == "a.txt"
    (tmp_path / "b.jsonl").write_bytes(b"\n" + data)
    assert all(item.document for item in read(tmp_path / "b.jsonl", CONFIG))
    (tmp_path / "c.csv").write_bytes(b"id,text\n" + data)
    assert all(item.document for item in read(tmp_path / "c.csv", CONFIG))


TABLE = "ID;Headline;Body;Published At;Last-Modified;Source;Link;Byline;Crawled\n{rows}"


def test_csv_columns_are_known_by_their_usual_names(tmp_path: Path) -> None:
    """Columns are found under other names and signs; when something was crawled is no date of publication."""
    row = 'n1;"No arms; none";"He said ""no"".\nNothing more.";17 May 2024;2024-05-18;The Paper;https://p.com/1;Kim;2026-01-01'
    path = tmp_path / "news.csv"
    path.write_text(TABLE.format(rows=row), "utf-8-sig")
    (found,) = read(path, CONFIG)
    assert isinstance(found, Raw)
    told = Description("No arms; none", "The Paper", "Kim", "2024-05-17", "2024-05-18", None, "https://p.com/1")
    assert (found.document, found.source) == ("n1", str(path.resolve()))
    assert (found.text, found.given) == ('He said "no".\nNothing more.', (Given("column", told),))


def test_broken_csv_rows_are_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    """A row of too few cells, of another encoding, with a broken quote or an id again is named by its line."""
    path = tmp_path / "news.csv"
    lines = [
        b"id,text",
        b"a,Words.",
        b"b",
        b"c,caf\xe9",
        b'd,"open" end',
        b"a,Again.",
        b"e,",
        b",Without.",
        b'f,"never closed',
    ]
    path.write_bytes(b"\n".join(lines))
    assert reasons(list(read(path, CONFIG))) == {
        "a": "",
        "news.csv:3": "a row of 1 cells, the first row has 2",
        "news.csv:4": "not UTF-8: 0xe9 in the row",
        "news.csv:5": "not CSV: ',' expected after '\"'",
        "news.csv:6": "the id 'a' is that of row 2 already",
        "news.csv:7": "text is missing",
        "news.csv:8": "",
        "news.csv:9": "not CSV: unexpected end of data",
    }


def test_tables_in_a_folder_give_their_rows(tmp_path: Path) -> None:
    """Rows of tables beside other files are articles, named by file and id; a table without texts is told."""
    (tmp_path / "a.txt").write_text("Words.")
    (tmp_path / "b.csv").write_text("id,text\n1,Words.\n")
    (tmp_path / "c.jsonl").write_text('{"text": "Words."}\n')
    (tmp_path / "d.txt").write_text("title\tcontent\nT\tWords.\n")
    (tmp_path / "e.csv").write_text("name,age\n")
    found = reasons(list(read(tmp_path, CONFIG)))
    assert found.pop("e.csv").endswith("name one text, body or content")
    assert found == {"a.txt": "", "b.csv#1": "", "c.jsonl#1": "", "d.txt#2": ""}


def test_file_that_changes_while_it_is_read_is_told(tmp_path: Path) -> None:
    """A file that another process keeps writing to is not half an article, but a reason."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"Words. " * 2_000_000)
    stop = threading.Event()

    def write() -> None:
        with path.open("ab") as file:
            while not stop.is_set():
                file.write(b"More. ")
                file.flush()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        found = [reasons(list(read(path, IndexConfig(max_file_bytes=2_000_000_000))))["a.txt"] for _ in range(20)]
    finally:
        stop.set()
        writer.join()
    assert "it changed while it was read: index it again when it is whole" in found
