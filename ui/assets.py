"""The page's own files: read once, named by their content, compressed once, cached for a year."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

STATIC = Path(__file__).parent / "static"
FONTS = ("inter.woff2", "source-serif-4.woff2")
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".woff2": "font/woff2",
}
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent; `packed` is its compressed form by name of encoding."""

    name: str
    kind: str
    body: bytes
    packed: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Assets:
    """All files by hashed name, and what the page's head and body are made of."""

    files: dict[str, Asset]
    head: str
    template: str
    favicon: Path

    def respond(self, name: str, request: Request) -> Response:
        """Send a file in the smallest form that the client takes, or 404."""
        asset = self.files.get(name)
        if asset is None:
            return Response("There is no such file.", status_code=404, media_type="text/plain")
        accepted = request.headers.get("accept-encoding", "")
        headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
        for encoding, packed in asset.packed.items():
            if encoding in accepted:
                return Response(packed, media_type=asset.kind, headers={**headers, "Content-Encoding": encoding})
        return Response(asset.body, media_type=asset.kind, headers=headers)


def load_assets() -> Assets:
    """Read the page's files; the stylesheet gets the fonts' hashed names."""
    fonts = {name: _asset(name, (STATIC / "fonts" / name).read_bytes()) for name in FONTS}
    style_text = (STATIC / "app.css").read_text("utf-8")
    for name, font in fonts.items():
        style_text = style_text.replace(f"fonts/{name}", font.name)
    style = _asset("app.css", style_text.encode())
    script = _asset("app.js", (STATIC / "app.js").read_bytes())
    preloads = "".join(
        f'<link rel="preload" href="/ui/{font.name}" as="font" type="font/woff2" crossorigin>'
        for font in fonts.values()
    )
    return Assets(
        files={each.name: each for each in (*fonts.values(), style, script)},
        head=f'{preloads}<link rel="stylesheet" href="/ui/{style.name}"><script src="/ui/{script.name}"></script>',
        template=(STATIC / "page.html").read_text("utf-8"),
        favicon=STATIC / "favicon.svg",
    )


def _asset(name: str, body: bytes) -> Asset:
    """Name a file by its content and compress it, unless it is compressed already."""
    path = Path(name)
    digest = hashlib.sha256(body).hexdigest()[:12]
    packed = {} if path.suffix == ".woff2" else _packed(body)
    return Asset(name=f"{path.stem}.{digest}{path.suffix}", kind=TYPES[path.suffix], body=body, packed=packed)


def _packed(body: bytes) -> dict[str, bytes]:
    import brotli  # type: ignore[import-untyped]  # noqa: PLC0415  # comes with gradio and has no types

    return {"br": brotli.compress(body), "gzip": gzip.compress(body, mtime=0)}
