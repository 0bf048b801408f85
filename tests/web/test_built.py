"""What the pages are built of and how heavy they are."""

from __future__ import annotations

import gzip
import json
import re

import pytest

from core.settings import PROJECT
from web.site import DIST

MOST = 150_000  # bytes of the desk's script, compressed
EDITOR = 50_000  # of the menu editor's, whose map comes after it


def test_the_lock_names_no_address_and_vouches_for_every_package() -> None:
    lock = json.loads((PROJECT / "package-lock.json").read_text("utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert len(packages) > 5
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if not entry.get("integrity")] == []


def test_what_is_built_is_not_committed() -> None:
    ignored = (PROJECT / ".gitignore").read_text("utf-8").splitlines()
    assert {"/web/static/dist/", "/node_modules/"} <= set(ignored)


def test_everything_that_the_desk_runs_is_light() -> None:
    page = (PROJECT / "web" / "templates" / "desk.html").read_text("utf-8")
    assert "/static/desk_first.js" in page
    assert "/static/sip.js" in page
    together = sum(len(gzip.compress((DIST / f"{one}.js").read_bytes(), 6)) for one in ("desk_first", "desk", "sip"))
    assert together <= MOST


@pytest.mark.parametrize("script", ["admin", "admin_policy", "base", "desk", "telephone", "orders", "wall"])
def test_a_page_s_script_is_light_and_runs_without_eval_of_its_own(script: str) -> None:
    built = (DIST / f"{script}.js").read_bytes()
    assert len(gzip.compress(built, 6)) <= MOST
    own = "".join(path.read_text("utf-8") for path in (PROJECT / "web" / "static" / "src").rglob("*.ts"))
    assert re.findall(r"\beval\(|new Function|\.innerHTML = (?!idle|nobody)", own) == []


def test_the_editor_of_the_menu_does_not_wait_for_what_draws_its_map() -> None:
    built = (DIST / "flow_editor.js").read_bytes()
    assert len(gzip.compress(built, 6)) <= EDITOR
    assert re.search(rb'import\("\./part-map-\w+\.js"\)', built)
