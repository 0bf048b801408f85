"""A file of an order is what its bytes say, is reached by its id alone, and the history knows its digest."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from tests.life.lives import AGENT, HOUSING
from tests.workorders.office import Office
from workorders.errors import NotFound
from workorders.keeping import files
from workorders.keeping.files import LARGEST, Upload, checked
from workorders.keeping.tables import Attachment
from workorders.life.errors import BadContent, LimitReached, Unseen

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
PDF = b"%PDF-1.7\n..."


def docx(part: str = "word/document.xml") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr(part, "<x/>")
    return made.getvalue()


def kept_in(folder: Path) -> list[str]:
    """Return the names of the files of orders under a folder."""
    return [path.name for path in folder.rglob("att-*")]


@pytest.mark.parametrize(("name", "said", "data", "kind"), [
    ("现场.png", "image/png", PNG, "image/png"), ("a.PDF", "", PDF, "application/pdf"),
    ("a.jpg", "image/jpg", b"\xff\xd8\xff\xe0" + bytes(9), "image/jpeg"),
    ("录音.wav", "audio/x-wav", b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
    ("表.xlsx", "application/octet-stream", docx("xl/workbook.xml"),
     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("旧.xls", "application/vnd.ms-excel", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(9), "application/vnd.ms-excel"),
    ("说明.txt", "text/plain; charset=utf-8", "漏水".encode(), "text/plain")])
def test_a_file_that_is_what_it_says_is_taken(name: str, said: str, data: bytes, kind: str) -> None:
    assert checked(Upload(name, said, data)) == (name, kind)


@pytest.mark.parametrize(("name", "said", "data"), [
    ("a.png", "image/png", PDF), ("a.pdf", "application/pdf", b"MZ\x90\0"), ("a.txt", "text/plain", b"<html><script>"),
    ("a.svg", "image/svg+xml", b"<svg onload=alert(1)>"), ("a.exe", "", PNG), ("a", "", PNG), ("a.txt", "", b"a\0b"),
    ("a.txt", "text/plain", "市民反映楼上漏水".encode("gbk")), ("a.zip", "application/zip", docx("x")),
    ("a.png", "image/png", b""),
    ("a.docx", "application/pdf", docx()), ("a.jpg", "image/jpeg", PNG)])
def test_a_file_that_lies_about_its_type_or_is_none_of_ours_is_refused(name: str, said: str, data: bytes) -> None:
    with pytest.raises(BadContent) as caught:
        checked(Upload(name, said, data))
    assert caught.value.fix


def test_a_file_that_is_too_large_is_refused_and_names_lead_nowhere() -> None:
    with pytest.raises(LimitReached):
        checked(Upload("a.png", "", PNG + bytes(LARGEST)))
    assert checked(Upload("../../etc/passwd.png", "", PNG))[0] == "passwd.png"
    assert checked(Upload("..\\..\\x\u202egnp.png", "", PNG))[0] == "x_gnp.png"


async def test_a_file_is_kept_named_by_its_id_and_sealed_in_the_history(office: Office, tmp_path: Path) -> None:
    number, other = await office.accept(), await office.accept()
    folder = tmp_path / "attachments"
    async with files.on_disk(folder, Upload("现场.png", "", PNG)) as written:
        assert kept_in(folder) == [written.id]  # before anything is locked
        async with office.db.writing() as session:
            made = await files.add(office.keeper, session, number, written, AGENT, office.now)
    async with office.db.reading() as session:
        assert [one.id for one in await files.of_order(session, number)] == [made.id]
        found = await files.find(session, number, made.id)
        for wrong in ((other, made.id), (number, "../../etc/passwd"), (number, "att-0000000000000000")):
            with pytest.raises(NotFound):
                await files.find(session, *wrong)
        kept = await office.keeper.load(session, number)
    assert await files.read(folder, found) == PNG
    assert found.sha256 in kept.acts[-1].text
    assert kept_in(folder) == [made.id]
    files.path_of(folder, made.id).write_bytes(PDF)
    with pytest.raises(NotFound):
        await files.read(folder, found)
    await files.remove(folder, found, office.now)
    with pytest.raises(NotFound):
        await files.read(folder, found)
    with pytest.raises(NotFound):
        files.path_of(folder, "../x")


async def test_a_unit_without_the_order_leaves_no_file(office: Office, tmp_path: Path) -> None:
    number = await office.accept()
    with pytest.raises(Unseen):
        async with files.on_disk(tmp_path, Upload("a.png", "", PNG)) as written, office.db.writing() as session:
            await files.add(office.keeper, session, number, written, HOUSING, office.now)
    assert await office.rows(Attachment, number) == []
    assert kept_in(tmp_path) == []
