"""The built files go over the line packed, to browsers that take them so."""

from __future__ import annotations

import gzip
import subprocess

import httpx
import pytest

from tests.people.staff import Staff
from tests.web.http import browser
from web.built import accepted
from web.site import DIST

BASE = (DIST / "base.js").read_bytes()


async def _raw(client: httpx.AsyncClient, method: str = "GET", path: str = "/static/base.js",
               **headers: str) -> tuple[httpx.Response, bytes]:
    """Ask with just these headers; return the answer and the bytes as they came over the line."""
    asked = {name.replace("_", "-"): value for name, value in headers.items()}
    async with client.stream(method, path, headers={"Accept-Encoding": "identity"} | asked) as answer:
        return answer, b"".join([part async for part in answer.aiter_raw()])


def _unpacked(coding: str, packed: bytes) -> bytes:
    if coding == "gzip":
        return gzip.decompress(packed)
    program = "process.stdout.write(require('zlib').brotliDecompressSync(require('fs').readFileSync(0)))"
    return subprocess.run(["node", "-e", program], input=packed, capture_output=True, check=True).stdout


@pytest.mark.parametrize(("header", "taken"), [
    ("gzip, deflate, br, zstd", {"gzip", "deflate", "br", "zstd"}), ("BR;q=0.5, gzip ; q=0", {"br"}),
    ("br;q=0.000", set()), ("*", {"*"}), ("br;q=many", set()), ("br;q=nan", set()), ("", {""})])
def test_a_coding_with_no_weight_is_refused(header: str, taken: set[str]) -> None:
    assert accepted(header) == taken


async def test_each_browser_is_sent_the_smallest_form_that_it_takes_and_it_is_the_same_file(staff: Staff) -> None:
    client = await browser(staff)
    sizes, tags = {}, set()
    for header, coding in (("gzip, deflate, br, zstd", "br"), ("gzip, deflate", "gzip"), ("br;q=0, gzip", "gzip"),
                           ("identity", ""), ("zstd", "")):
        answer, body = await _raw(client, Accept_Encoding=header)
        assert (answer.status_code, answer.headers.get("Content-Encoding", "")) == (200, coding)
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["Content-Type"].startswith("text/javascript")
        assert int(answer.headers["Content-Length"]) == len(body)
        assert (_unpacked(coding, body) if coding else body) == BASE
        sizes[coding] = len(body)
        tags.add((coding, answer.headers["ETag"]))
    assert sizes["br"] < sizes["gzip"] < len(BASE) / 3
    assert len(tags) == len({tag for _, tag in tags}) == 3


@pytest.mark.parametrize("coding", ["br", "gzip", "identity"])
async def test_what_a_browser_has_already_is_not_sent_again(staff: Staff, coding: str) -> None:
    client = await browser(staff)
    first, _ = await _raw(client, path="/static/base.js?v=1", Accept_Encoding=coding)
    again, body = await _raw(client, path="/static/base.js?v=1", Accept_Encoding=coding,
                             If_None_Match=first.headers["ETag"])
    assert (again.status_code, body) == (304, b"")
    for name in ("ETag", "Vary", "Cache-Control"):
        assert again.headers[name] == first.headers[name]
    assert "immutable" in again.headers["Cache-Control"]
    other, _ = await _raw(client, Accept_Encoding="gzip" if coding == "br" else "br",
                          If_None_Match=first.headers["ETag"])
    assert other.status_code == 200


@pytest.mark.parametrize("coding", ["br", "gzip", "identity"])
async def test_asking_for_the_head_alone_says_the_same_of_the_file(staff: Staff, coding: str) -> None:
    client = await browser(staff)
    whole, _ = await _raw(client, Accept_Encoding=coding)
    head, body = await _raw(client, "HEAD", Accept_Encoding=coding)
    assert (head.status_code, body) == (200, b"")
    for name in ("ETag", "Content-Length", "Content-Type", "Vary"):
        assert head.headers[name] == whole.headers[name]
    assert head.headers.get("Content-Encoding") == whole.headers.get("Content-Encoding")


async def test_a_part_of_a_file_is_a_part_of_the_plain_one(staff: Staff) -> None:
    client = await browser(staff)
    answer, body = await _raw(client, Accept_Encoding="br", Range="bytes=10-19")
    assert (answer.status_code, body) == (206, BASE[10:20])
    assert answer.headers["Content-Range"] == f"bytes 10-19/{len(BASE)}"
    assert "Content-Encoding" not in answer.headers
    packed, _ = await _raw(client, Accept_Encoding="br")
    assert "Accept-Ranges" not in packed.headers
    changed, body = await _raw(client, Accept_Encoding="br", Range="bytes=10-19", If_Range=packed.headers["ETag"])
    assert (changed.status_code, body) == (200, BASE)  # a part of another form would not fit what it has


@pytest.mark.parametrize("path", ["/static/base.js.br", "/static/base.js.gz", "/static/nowhere.js"])
async def test_the_packed_form_has_no_address_of_its_own(staff: Staff, path: str) -> None:
    answer, _ = await _raw(await browser(staff), path=path, Accept_Encoding="br")
    assert answer.status_code == 404


async def test_a_page_which_carries_secrets_is_never_packed(staff: Staff) -> None:
    answer, body = await _raw(await browser(staff), path="/sign-on", Accept_Encoding="br, gzip")
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers
    assert b"<!doctype html>" in body.lower()


def test_everything_of_weight_that_is_built_is_there_packed_and_holds_the_same() -> None:
    plain = [path for path in DIST.iterdir() if path.suffix in {".js", ".css"}]
    assert len(plain) > 10
    for path in plain:
        assert gzip.decompress(path.with_name(path.name + ".gz").read_bytes()) == path.read_bytes()
        assert path.with_name(path.name + ".br").is_file()
