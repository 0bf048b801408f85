"""The built files: kept by browsers for good, and sent packed where the browser takes it.

Packed once, when they are built (web/build.mjs): beside ``desk.js`` stand ``desk.js.br`` and ``desk.js.gz``. A packed
file is another form of the same thing (RFC 9110, 8.8.3): it has an ETag of its own, and Vary says that there are
several. A part of a file (Range) is a part of the plain one. Pages are never packed: ADR 45.
"""

from __future__ import annotations

import os
from mimetypes import guess_type
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

CODINGS: Final = {"br": ".br", "gzip": ".gz"}  # as HTTP says it → ending of the file, the smallest first
_ENDINGS: Final = tuple(CODINGS.values())
_PLAIN: Final = "application/octet-stream"


class Built(StaticFiles):
    """The built files; their addresses change with their content, so browsers may keep them for good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if path.endswith(_ENDINGS):
            raise HTTPException(status_code=404)  # no file of its own, and by itself it would be taken for a plain one
        answer = await super().get_response(path, scope)
        if b"v=" in scope["query_string"]:
            answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer

    def file_response(self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope,
                      status_code: int = 200) -> Response:
        """Return the file, in the smallest form that whoever asks takes."""
        asked = Headers(scope=scope)
        answer = _packed(Path(full_path), asked, status_code) or FileResponse(
            full_path, status_code=status_code, stat_result=stat_result)
        answer.headers["Vary"] = "Accept-Encoding"
        return NotModifiedResponse(answer.headers) if self.is_not_modified(answer.headers, asked) else answer


def _packed(path: Path, asked: Headers, status_code: int) -> FileResponse | None:
    """Return the packed form of a file, or None where there is none, it is not taken, or a part is asked for."""
    if "range" in asked:
        return None
    taken = accepted(asked.get("accept-encoding", ""))
    for coding, ending in CODINGS.items():
        packed = path.with_name(path.name + ending)
        if coding in taken and packed.is_file():
            answer = FileResponse(packed, status_code, {"Content-Encoding": coding},
                                  guess_type(path.name)[0] or _PLAIN, stat_result=packed.stat())
            del answer.headers["accept-ranges"]  # what a part would be of is the plain file
            return answer
    return None


def accepted(header: str) -> frozenset[str]:
    """Return the codings that an Accept-Encoding names and does not refuse (``q=0``); a mere ``*`` names none."""
    named = (one.partition(";") for one in header.lower().split(","))
    return frozenset(name.strip() for name, _, weight in named if not _refused(weight))


def _refused(weight: str) -> bool:
    """Tell whether a weight, ``q=0.5``, is none at all; what is not understood is taken as a refusal."""
    value = weight.strip().removeprefix("q=")
    try:
        return bool(value) and not float(value) > 0
    except ValueError:
        return True
