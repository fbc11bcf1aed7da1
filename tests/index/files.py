"""Files as newsrooms have them, written byte by byte, so that the tests know what is in them."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence

import docx

PROSE = (
    "The harbour of Aldmere will close for the winter, the port authority said on Friday.",
    "Ships of more than forty metres are to use the terminal at Brenning instead.",
    "“We have no choice,” said harbour master Ida Holm, who has run the port since 2011.",
)
TITLE = "Harbour of Aldmere to close for the winter"


def page(*, head: str = "", header: str = "", body: Sequence[str] = PROSE) -> bytes:
    """Make a news page with menu, article, related stories and footer."""
    paragraphs = "".join(f"<p>{each}</p>" for each in body)
    return f"""<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>{TITLE} - The Courier</title>{head}
</head><body><nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav>
<main><article><h1>{TITLE}</h1>{header}{paragraphs}</article></main>
<aside><h2>Most read</h2><ul><li><a href="/x">Ferry runs aground</a></li></ul></aside>
<footer>© The Courier. All rights reserved.</footer><script>track("you")</script></body></html>""".encode()


def pdf(pages: Sequence[Sequence[str]], *, title: str = "") -> bytes:
    """Make a PDF file with lines of text a page."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for lines in pages:
        shown = "".join(f"({line}) Tj T* " for line in lines)
        stream = zlib.compress(f"BT /F1 10 Tf 14 TL 50 780 Td {shown}ET".encode("cp1252"))
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {len(objects) + 2} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        head = f"<< /Length {len(stream)} /Filter /FlateDecode >>".encode()
        objects.append(head + b"\nstream\n" + stream + b"\nendstream")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    objects.append(f"<< /Title ({title}) /Author (Ida Holm) /CreationDate (D:20200101000000Z) >>".encode())
    return _numbered(objects)


def _numbered(objects: Sequence[bytes]) -> bytes:
    data = bytearray(b"%PDF-1.4\n")
    places = []
    for number, each in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n".encode() + each + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    trailer = f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>"
    start = len(data)
    data += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(data)


def word(*, title: str = TITLE) -> bytes:
    """Make a Word file of a heading, prose and a table."""
    document = docx.Document()
    document.core_properties.title = title
    document.core_properties.author = "Ida Holm"
    document.add_heading(TITLE)
    for each in PROSE:
        document.add_paragraph(each)
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Aldmere", "closed"
    packed = io.BytesIO()
    document.save(packed)
    return packed.getvalue()


def bomb(size: int) -> bytes:
    """Make a Word file that unpacks to so many bytes of blanks."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * size)
    return packed.getvalue()


def message(body: str, *, subtype: str = "plain") -> bytes:
    """Make a message with an attachment."""
    return f"""From: "Ida Holm" <ida@harbour.org>\r
To: desk@courier.com\r
Subject: {TITLE}\r
Date: Fri, 17 May 2024 23:30:00 -0700\r
MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary="edge"\r
\r
--edge\r
Content-Type: text/{subtype}; charset="utf-8"\r
\r
{body}\r
--edge\r
Content-Type: application/pdf; name="map.pdf"\r
Content-Disposition: attachment; filename="map.pdf"\r
\r
%PDF\r
--edge--\r
""".encode()
