"""The archive: a tar of plain files, and as its last member ``manifest.json`` with the size and hash of each.

Nothing in an archive is believed before all of it has been read and compared. Names are checked against the folders
that this package writes; a link, a device or a path that leads elsewhere makes the archive broken.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from hotline.backup.errors import BackupError, BrokenArchiveError

MANIFEST = "manifest.json"
FORMAT = 1
FOLDERS = frozenset({"database", "journal", "cel", "attachments", "release", "recordings", "secret", "anchors"})
_CHUNK = 1 << 20
_LONGEST_MANIFEST = 256 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in the archive."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself. `tables`: rows of each table when the database was read."""

    made_at: float
    database: str  # sqlite | postgresql
    tables: Mapping[str, int]
    head: str  # the migration the database was at
    format: int = FORMAT
    city: str = ""
    files: Mapping[str, Entry] = field(default_factory=dict)


class Writer:
    """Adds files to an archive while others go on writing to them: each is read up to the size it had at first."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.files: dict[str, Entry] = {}

    def add(self, name: str, path: Path) -> bool:
        """Add a file; tell whether it was still there. Raises BackupError for a name no archive may have."""
        if not _is_name(name):
            raise BackupError(f"文件名无法归档：{name!r}；请改名后重试")
        try:
            with path.open("rb") as source:
                self._copy(name, source, os.fstat(source.fileno()).st_size)
        except FileNotFoundError:
            return False
        return True

    def _copy(self, name: str, source: IO[bytes], size: int) -> None:
        told = tarfile.TarInfo(name)
        told.size, told.mode, told.mtime = size, 0o600, int(time.time())
        hashed = _Hashed(source, size)
        self._tar.addfile(told, hashed)
        if hashed.left:
            raise BackupError(f"{name} 在备份时变短了；请重试")
        self.files[name] = Entry(size, hashed.digest.hexdigest())

    def close(self, manifest: Manifest) -> Manifest:
        """Write the manifest, the last member."""
        whole = Manifest(**{**_plain(manifest), "files": dict(self.files)})
        body = json.dumps({**_plain(whole), "files": {name: asdict(e) for name, e in whole.files.items()}},
                          ensure_ascii=False, indent=1, sort_keys=True).encode()
        told = tarfile.TarInfo(MANIFEST)
        told.size, told.mode, told.mtime = len(body), 0o600, int(time.time())
        self._tar.addfile(told, io.BytesIO(body))
        return whole


def _is_name(name: str) -> bool:
    """Tell whether a member may have this name: below one of our folders, and nowhere else."""
    first, *rest = name.split("/")
    plain = name.isprintable() and "\\" not in name
    return plain and first in FOLDERS and bool(rest) and not {"", ".", ".."} & set(rest)


def _plain(manifest: Manifest) -> dict[str, Any]:
    return {name: getattr(manifest, name) for name in Manifest.__dataclass_fields__}


class _Hashed(io.RawIOBase):
    """Reads at most `left` bytes and hashes what it gives."""

    def __init__(self, source: IO[bytes], left: int) -> None:
        self._source, self.left, self.digest = source, left, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        block = self._source.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(block)
        self.digest.update(block)
        return block


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Give a writer; the archive is at `path` only when it is whole, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    file = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(file, "w+b") as out:
            with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
                yield Writer(tar)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def verify(path: Path) -> Manifest:
    """Read an archive to its end and compare everything. Raises BrokenArchiveError with the first fault."""
    seen: dict[str, Entry] = {}
    manifest: Manifest | None = None
    for member, source in _members(path):
        if manifest is not None:
            raise BrokenArchiveError(f"归档损坏：清单之后还有 {member.name}")
        if member.name == MANIFEST:
            manifest = _read_manifest(source, member.size)
        elif member.name in seen:
            raise BrokenArchiveError(f"归档损坏：{member.name} 出现了两次")
        else:
            seen[member.name] = Entry(member.size, _hash(source))
    if manifest is None:
        raise BrokenArchiveError("归档不完整：没有清单；请换一份备份")
    _compare(seen, manifest.files)
    return manifest


def _members(path: Path) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    with _told(), tarfile.open(path, mode="r:") as tar:
        for member in tar:
            if not member.isreg() or (member.name != MANIFEST and not _is_name(member.name)):
                raise BrokenArchiveError(f"归档里有不该有的内容：{member.name!r}")
            source = tar.extractfile(member)
            assert source is not None
            yield member, source


@contextmanager
def _told() -> Iterator[None]:
    """Say in our words what a broken or missing file is."""
    try:
        yield
    except (tarfile.TarError, EOFError) as error:
        raise BrokenArchiveError(f"归档无法读取：{error}") from error
    except FileNotFoundError as error:
        raise BackupError(f"没有归档 {error.filename}") from error


def _read_manifest(source: IO[bytes], size: int) -> Manifest:
    if size > _LONGEST_MANIFEST:
        raise BrokenArchiveError("归档的清单太大")
    try:
        told = json.loads(source.read())
        files = {name: Entry(int(one["size"]), str(one["sha256"])) for name, one in told.pop("files").items()}
        manifest = Manifest(**told, files=files)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BrokenArchiveError(f"归档的清单无法读取：{error}") from error
    if manifest.format != FORMAT:
        raise BrokenArchiveError(f"归档的格式是 {manifest.format}，本版本只认识 {FORMAT}；用做备份的那个版本恢复")
    return manifest


def _hash(source: IO[bytes]) -> str:
    digest = hashlib.sha256()
    with _told():
        while block := source.read(_CHUNK):
            digest.update(block)
    return digest.hexdigest()


def _compare(seen: Mapping[str, Entry], told: Mapping[str, Entry]) -> None:
    for name in sorted(seen.keys() | told.keys()):
        if name not in seen:
            raise BrokenArchiveError(f"归档不完整：缺 {name}")
        if name not in told:
            raise BrokenArchiveError(f"归档里有清单之外的文件 {name}")
        if seen[name] != told[name]:
            raise BrokenArchiveError(f"归档损坏：{name} 与清单不符")


def unpack(path: Path, manifest: Manifest, to: Path, *, prefix: str = "") -> None:
    """Write the members below `prefix` into `to`, each compared once more while it is written.

    The archive may have been changed since it was verified; a member that is not what the manifest says ends it.
    """
    for member, source in _members(path):
        if member.name == MANIFEST or not member.name.startswith(prefix):
            continue
        target = to / member.name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        digest = hashlib.sha256()
        file = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with _told(), os.fdopen(file, "wb") as out:
            while block := source.read(_CHUNK):
                digest.update(block)
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
        if manifest.files.get(member.name) != Entry(member.size, digest.hexdigest()):
            raise BrokenArchiveError(f"归档在恢复时变了：{member.name}")
