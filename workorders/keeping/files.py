"""Files that belong to an order: what may come in, where the bytes lie, and that history knows their digest.

The bytes say what a file is, not its name: a type that lies is refused. A file is reached by its id alone; who opened
which is audited by whoever serves it.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any, Final

from sqlalchemy import bindparam
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from core.db import storable
from core.ids import new_id
from workorders.errors import NotFound
from workorders.keeping.keeper import Keeper
from workorders.keeping.tables import Attachment
from workorders.life.acts import Actor, Wish
from workorders.life.errors import BadContent, LimitReached
from workorders.life.words import Do

LARGEST: Final = 20 * 1024 * 1024  # bytes
MOST: Final = 50  # files of one order
_ID = re.compile(r"att-[0-9a-f]{16}")
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OFFICE = "application/vnd.openxmlformats-officedocument."
# media type → extensions, by which a name is checked against the bytes
TYPES: Final[dict[str, tuple[str, ...]]] = {
    "application/pdf": ("pdf",), "image/png": ("png",), "image/jpeg": ("jpg", "jpeg"), "image/gif": ("gif",),
    "image/webp": ("webp",), "image/heic": ("heic",), "audio/wav": ("wav",), "audio/mpeg": ("mp3",),
    "audio/ogg": ("ogg", "oga"), "audio/amr": ("amr",), "audio/mp4": ("m4a",), "video/mp4": ("mp4", "mov"),
    f"{_OFFICE}wordprocessingml.document": ("docx",), f"{_OFFICE}spreadsheetml.sheet": ("xlsx",),
    f"{_OFFICE}presentationml.presentation": ("pptx",), "application/msword": ("doc",),
    "application/vnd.ms-excel": ("xls",), "text/plain": ("txt", "csv", "log")}
_ALIASES: Final = {"image/jpg": "image/jpeg", "audio/x-wav": "audio/wav", "audio/wave": "audio/wav",
                   "audio/mp3": "audio/mpeg", "audio/x-m4a": "audio/mp4", "video/quicktime": "video/mp4",
                   "text/csv": "text/plain", "image/heif": "image/heic"}
_UNTOLD = frozenset({"", "application/octet-stream"})
_MAGIC: Final = ((b"%PDF-", "application/pdf"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"),
                 (b"GIF87a", "image/gif"), (b"GIF89a", "image/gif"), (b"ID3", "audio/mpeg"),
                 (b"\xff\xfb", "audio/mpeg"), (b"OggS", "audio/ogg"), (b"#!AMR", "audio/amr"))
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_PARTS: Final = {b"word/": "wordprocessingml.document", b"xl/": "spreadsheetml.sheet",
                 b"ppt/": "presentationml.presentation"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it comes: the name and the type are what the sender says."""

    name: str
    media_type: str
    data: bytes


def sniffed(data: bytes) -> str:
    """Return what the bytes are, "" for what is not taken: programs, pages, pictures that can run script."""
    for magic, media_type in _MAGIC:
        if data.startswith(magic):
            return media_type
    if data.startswith(b"RIFF"):
        return _RIFF.get(data[8:12], "")
    if data[4:8] == b"ftyp":
        return {b"M4A ": "audio/mp4", b"heic": "image/heic", b"mif1": "image/heic"}.get(data[8:12], "video/mp4")
    if data.startswith(_ZIP):
        return next((_OFFICE + kind for part, kind in _PARTS.items() if part in data), "")
    return "application/msword" if data.startswith(_OLE) else _text(data)


def _text(data: bytes) -> str:
    try:
        words = data.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    running = re.search(r"<\s*(!doctype|html|script|svg|\?xml)", words[:4096], re.IGNORECASE)
    return "" if running or "\0" in words or not data else "text/plain"


def checked(upload: Upload) -> tuple[str, str]:
    """Return the name and media type a file is kept under. Raises BadContent, LimitReached."""
    if len(upload.data) > LARGEST:
        most = LARGEST // 1024 // 1024
        raise LimitReached(f"附件有 {len(upload.data) // 1024 // 1024} MB，最多 {most} MB", "压缩或分成几份")
    if not upload.data:
        raise BadContent("附件是空的", "重新选择文件")
    name, kind = _plain_name(upload.name), sniffed(upload.data)
    if not kind:
        raise BadContent("不接收这种附件", "可以用 PDF、图片、录音、视频、Word、Excel 或文本文件")
    said = upload.media_type.partition(";")[0].strip().lower()
    ending = PurePosixPath(name).suffix.lstrip(".").lower()
    kind = _office_of(kind, ending)
    if said not in _UNTOLD and _ALIASES.get(said, said) != kind:
        raise BadContent(f"附件自称 {said[:80]}，内容却是 {kind}", "按文件的真实类型上传")
    if ending not in TYPES[kind]:
        fix = "把扩展名改成真实类型：" + "、".join(TYPES[kind])
        raise BadContent(f"附件名以 .{ending[:20]} 结尾，内容却是 {kind}", fix)
    return name, kind


def _office_of(kind: str, ending: str) -> str:
    """Old Office files look alike from outside; the name says which it is."""
    return "application/vnd.ms-excel" if kind == "application/msword" and ending == "xls" else kind


def _plain_name(name: str) -> str:
    last = re.split(r"[/\\]", storable(name, 1000))[-1].strip()
    plain = re.sub(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\"<>|:*?]", "_", last).lstrip(".")
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[:150]}{dot}{ending[:20]}" if stem else plain[:150]


def path_of(folder: Path, attachment_id: str) -> Path:
    """Return where the bytes of an attachment lie. Raises NotFound for what is no id."""
    if not _ID.fullmatch(attachment_id):
        raise NotFound("没有这个附件", "核对附件编号")
    return folder / attachment_id[4:6] / attachment_id


@dataclass(slots=True)
class Written:
    """A file whose bytes are on the disk. `named`: a row has been written that names it."""

    id: str
    name: str
    media_type: str
    size: int
    sha256: str
    named: bool = False


@asynccontextmanager
async def on_disk(folder: Path, upload: Upload) -> AsyncIterator[Written]:
    """Have the bytes on the disk before a transaction begins: nobody waits for the disk while it holds a lock.

    They go again when no row comes to name them; a crash, or a commit that fails, leaves bytes for `hotline tidy`.
    Raises BadContent, LimitReached.
    """
    name, kind = checked(upload)
    made = Written(new_id("att"), name, kind, len(upload.data), hashlib.sha256(upload.data).hexdigest())
    path = path_of(folder, made.id)
    await asyncio.to_thread(_write, path, upload.data)
    try:
        yield made
    finally:
        if not made.named:
            path.unlink(missing_ok=True)


async def add(keeper: Keeper, session: AsyncSession, number: str, written: Written, by: Actor,
              at: float) -> Attachment:
    """Make a file on the disk one of an order; its digest goes into the history.

    Raises NotFound, LimitReached, LifeError.
    """
    there = select(func.count()).select_from(Attachment).where(col(Attachment.number) == number)
    if (await session.execute(there)).scalar_one() >= MOST:
        raise LimitReached(f"一张工单最多 {MOST} 个附件", "合并后再传")
    made = Attachment(id=written.id, number=number, name=written.name, media_type=written.media_type,
                      size=written.size, sha256=written.sha256, by=by.id, unit=by.unit, at=at)
    told = f"附件 {made.id}(sha256:{made.sha256})"
    file = {"id": made.id, "media_type": made.media_type, "sha256": made.sha256}
    session.add(made)
    await session.flush()
    await keeper.act(session, number, Wish(Do.NOTE, by, at, text=told, data={"file": file}))
    written.named = True
    return made


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    part = path.with_suffix(".part")
    with part.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)


async def of_order(session: AsyncSession, number: str) -> Sequence[Attachment]:
    """Return the files of an order, the oldest first."""
    return (await session.execute(_of_order(), {"number": number})).scalars().all()


@cache
def _of_order() -> Any:
    query = select(Attachment).where(col(Attachment.number) == bindparam("number"))
    return query.order_by(col(Attachment.at), col(Attachment.id))


async def find(session: AsyncSession, number: str, attachment_id: str) -> Attachment:
    """Return a file of this very order. Raises NotFound."""
    made = await session.get(Attachment, attachment_id)
    if made is None or made.number != number:
        raise NotFound("没有这个附件", "核对工单和附件编号")
    return made


async def read(folder: Path, made: Attachment) -> bytes:
    """Return the bytes, as they were when they came. Raises NotFound when they are gone or were changed."""
    path = path_of(folder, made.id)
    try:
        data = await asyncio.to_thread(path.read_bytes)
    except OSError as error:
        raise NotFound("附件的内容已不在", "可能已按保存期限删除") from error
    if hashlib.sha256(data).hexdigest() != made.sha256:
        raise NotFound("附件的内容与登记的摘要不符，不予提供", "从备份恢复")
    return data


async def remove(folder: Path, made: Attachment, now: float) -> None:
    """Remove the bytes for retention; the row stays and says when."""
    await asyncio.to_thread(path_of(folder, made.id).unlink, missing_ok=True)
    made.gone_at = now
