"""Takes a file from a browser, as it comes, and tells what becomes of it line by line, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from index.errors import VerbatimError
from ui.collection import Collection, Step

UPLOAD = "/ui/upload"


async def take_file(request: Request, collection: Collection) -> Response:
    """Keep the body under the name that the address gives, and index it; how much it may be is the guard's matter."""
    try:
        path = collection.place(request.query_params.get("name", ""))
    except VerbatimError as error:
        return _told([Step(str(error), done=True, bad=True)])
    await _keep(request, path)
    return _told(collection.add(path))


async def _keep(request: Request, path: Path) -> None:
    """Write the body beside the file, and put it in its place when it is whole."""
    part = path.with_name(".part")
    try:
        with part.open("wb") as file:
            async for chunk in request.stream():
                file.write(chunk)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
        if not any(path.parent.iterdir()):
            path.parent.rmdir()


def _told(steps: Iterable[Step]) -> Response:
    lines: Iterator[str] = (json.dumps(asdict(each), ensure_ascii=False) + "\n" for each in steps)
    return StreamingResponse(lines, media_type="application/x-ndjson")
