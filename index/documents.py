"""PDF, Word and Markdown files become their text, in paragraphs, and what the files say of themselves."""

from __future__ import annotations

import io
import re
import statistics
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.article import Description, Given
from index.columns import about, plain
from index.config import IndexConfig
from index.dates import language_code
from index.errors import ArticleError
from index.raw import Parsed

_FRONT = re.compile(r"---[ \t]*\n(?P<head>.*?)\n(?:---|\.\.\.)[ \t]*\n(?P<body>.*)", re.DOTALL)
_ENDED = re.compile(r"[.!?…:;][\"'”’»)\]]*$")
_BROKEN_WORD = re.compile(r"[\u00ad\ufffe\x02]\n?")  # PDFium marks where a word was broken at a line's end
_DIGITS = re.compile(r"\d+")
_EDGE = 2
# python-docx takes a file's parts as they are: a missing or broken one ends in whatever is asked of it.
_BROKEN = (LookupError, ValueError, AttributeError, TypeError, EOFError, OSError, NotImplementedError, RuntimeError)


def parse_pdf(data: bytes, config: IndexConfig) -> Parsed:
    """The text of a PDF file. Raises ArticleError for one that is broken, encrypted, too long or without text."""
    import pypdfium2 as pdfium  # noqa: PLC0415  # a library of its own is loaded with it

    try:
        with pdfium.PdfDocument(data) as document:
            if len(document) > config.max_pages:
                raise ArticleError(f"{len(document):,} pages; at most {config.max_pages:,} are read, see max_pages")
            pages = list(_printed_lines((page.get_textpage().get_text_bounded() for page in document), config))
            told = document.get_metadata_dict()
    except pdfium.PdfiumError as error:
        locked = "password" in str(error).lower()
        words = "encrypted: save it without a password" if locked else f"a broken PDF file ({str(error).lower()})"
        raise ArticleError(words) from error
    kept, removed = _without_running_heads(pages)
    if not any(sign.isalnum() for page in kept for line in page for sign in line):
        raise ArticleError(f"no text in its {len(pages)} pages: it may be a scan, which is not read")
    # A PDF's own dates are those of the file, not of what it tells.
    given = Given("properties", Description(title=_one_line(told.get("Title")), author=_one_line(told.get("Author"))))
    return Parsed("\n\n".join(_paragraphs(kept)), (given,), removed)


def _printed_lines(pages: Iterable[str], config: IndexConfig) -> Iterator[list[str]]:
    read = 0
    for page in pages:
        read += len(page)
        _check_unpacked(read, config)
        yield _BROKEN_WORD.sub("\u00ad\n", page.replace("\r\n", "\n")).split("\n")


def _without_running_heads(pages: Sequence[Sequence[str]]) -> tuple[list[list[str]], tuple[str, ...]]:
    """Take out the lines that stand at the edge of most pages, page numbers among them."""
    filled = [[line.strip() for line in page if line.strip()] for page in pages]
    shapes = Counter(
        shape for page in filled for shape in {_DIGITS.sub("#", line) for line in (*page[:_EDGE], *page[-_EDGE:])}
    )
    running = {shape for shape, count in shapes.items() if count >= 3 and count * 2 > len(filled)}
    kept: list[list[str]] = []
    removed: list[str] = []
    for page in filled:
        edge = {*range(len(page))[:_EDGE], *range(len(page))[-_EDGE:]}
        gone = {at for at in edge if _DIGITS.sub("#", page[at]) in running}
        kept.append([line for at, line in enumerate(page) if at not in gone])
        removed += [page[at] for at in sorted(gone)]
    return kept, tuple(removed)


def _paragraphs(pages: Sequence[Sequence[str]]) -> Iterator[str]:
    """Join the lines of a printed page: a paragraph ends where a sentence ends in a line that is not full."""
    lines = [line for page in pages for line in page]
    full = statistics.quantiles(map(len, lines), n=4)[2] * 0.85 if len(lines) > 1 else 0
    paragraph: list[str] = []
    for line in lines:
        if paragraph and line[0].isupper() and len(paragraph[-1]) < full * 0.6 and not _ENDED.search(paragraph[-1]):
            yield _joined(paragraph)  # a heading above the text
            paragraph = []
        paragraph.append(line)
        if len(line) < full and _ENDED.search(line):
            yield _joined(paragraph)
            paragraph = []
    if paragraph:
        yield _joined(paragraph)


def _joined(lines: Sequence[str]) -> str:
    return " ".join(lines).replace("\u00ad ", "")


def parse_docx(data: bytes, config: IndexConfig) -> Parsed:
    """The text of a Word file, tables row by row. Raises ArticleError for one that is broken or too large unpacked."""
    import docx  # noqa: PLC0415  # half a second
    from docx.opc.exceptions import OpcError  # noqa: PLC0415
    from docx.table import Table  # noqa: PLC0415
    from lxml.etree import LxmlError  # noqa: PLC0415

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_unpacked(sum(each.file_size for each in archive.infolist()), config)
        document = docx.Document(io.BytesIO(data))
        blocks = [
            "\n".join(" ".join(dict.fromkeys(cell.text for cell in row.cells)) for row in block.rows)
            if isinstance(block, Table)
            else block.text
            for block in document.iter_inner_content()
        ]
        told = document.core_properties
        language = language_code(told.language or "")
        given = Description(title=_one_line(told.title), author=_one_line(told.author), language=language)
    except (zipfile.BadZipFile, zlib.error, OpcError, LxmlError, *_BROKEN) as error:
        raise ArticleError(f"a broken Word file ({str(error).lower() or type(error).__name__})") from error
    return Parsed("\n\n".join(blocks), (Given("properties", given),))


def parse_markdown(text: str) -> Parsed:
    """The text of a Markdown file without its marks; its front matter says what it is."""
    front = _FRONT.fullmatch(text.replace("\r\n", "\n"))
    tokens = MarkdownIt("commonmark").parse(front["body"] if front else text)
    blocks: list[str] = []
    title: str | None = None
    removed: list[str] = []
    above = ""
    for token in tokens:
        if token.type == "inline":
            words = "".join(map(_shown, token.children or ()))
            if title is None and above == "h1":
                title = " ".join(words.split())
                removed.append(words)
            else:
                blocks.append(words)
        elif token.content.strip():
            (removed if token.type == "html_block" else blocks).append(token.content.strip())
        above = token.tag
    given = (*_front_matter(front["head"] if front else ""), Given("text", Description(title=title)))
    return Parsed("\n\n".join(blocks), given, tuple(removed))


def _shown(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return " "
    return token.content if token.type in ("text", "code_inline") else ""


def _front_matter(head: str) -> tuple[Given, ...]:
    try:
        told = yaml.safe_load(head)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ArticleError(f"front matter that is no YAML: {' '.join(str(error).split())[:200]}") from error
    if not isinstance(told, dict):
        return ()
    # YAML makes dates and numbers of what looks like them; here all are texts.
    fields = {plain(str(key)): _written(value) for key, value in reversed(told.items())}
    return (Given("front-matter", about(fields)),)


def _written(value: object) -> object:
    if isinstance(value, list):
        return [_written(each) for each in value]
    return value if value is None or isinstance(value, (str, dict)) else str(value)


def _check_unpacked(size: int, config: IndexConfig) -> None:
    if size > config.max_unpacked_bytes:
        most = config.max_unpacked_bytes
        raise ArticleError(f"{size:,} bytes unpacked; at most {most:,} are read, see max_unpacked_bytes")


def _one_line(text: str | None) -> str | None:
    return " ".join((text or "").split())[:400] or None
