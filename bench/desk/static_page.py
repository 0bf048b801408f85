"""``python -m bench.desk.static_page FOLDER PORT``: files of a folder, by the server that the web process uses.

`lay_down` puts the desk there as a page that does nothing: the same HTML and style, and scripts of the same bytes
that are parsed and never run.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from web.site import DIST

STYLE, SCRIPTS = "site.css", ("desk_first.js", "desk.js", "sip.js")


def lay_down(folder: Path, html: str) -> None:
    """Write the page and its files; `html` is the desk as it is served."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text(re.sub(r'hx-(get|post|trigger)="[^"]*"', "", html), encoding="utf-8")
    (folder / "static").mkdir(exist_ok=True)
    (folder / "static" / STYLE).write_bytes((DIST / STYLE).read_bytes())
    for name in SCRIPTS:
        whole = (DIST / name).read_text(encoding="utf-8")
        (folder / "static" / name).write_text(f"async function never() {{\n{_spoken(whole)}\n}}\n", encoding="utf-8")


def _spoken(script: str) -> str:
    """Return a script without its export, which may not stand in a function."""
    return re.sub(r"export\s*\{[^}]*\};?", lambda found: "/*" + "-" * (len(found[0]) - 4) + "*/", script)


def application(folder: Path) -> Starlette:
    """Return the server's application."""
    return Starlette(routes=[Mount("/", StaticFiles(directory=folder, html=True))])


if __name__ == "__main__":
    uvicorn.run(application(Path(sys.argv[1])), port=int(sys.argv[2]), log_config=None, access_log=False,
                timeout_graceful_shutdown=1)
