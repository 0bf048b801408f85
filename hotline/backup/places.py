"""What belongs to an installation besides its database, and under which name it stands in an archive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.settings import Settings

RECORDING_MANIFESTS = ".json"
ANCHORS = "anchors/anchors.jsonl"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked to be in an archive. Sound is large and secrets are secret: neither comes unasked."""

    recordings: bool = False
    secrets: bool = False


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of the installation: its name in the archive, where it is, and which of its files are taken."""

    name: str
    path: Path
    endings: tuple[str, ...] = ()  # empty: all

    def files(self) -> Iterator[tuple[str, Path]]:
        """Yield the files by their names in the archive, in order; hidden and half-written ones are none."""
        for path in sorted(self.path.rglob("*")):
            below = path.relative_to(self.path)
            shown = not any(part.startswith(".") for part in below.parts)
            if shown and path.is_file() and not path.is_symlink() and (not self.endings or path.suffix in self.endings):
                yield f"{self.name}/{below.as_posix()}", path


def folders(settings: Settings, wanted: Wanted) -> list[Folder]:
    """Return the folders in the order in which they are read: the journal after the database that refers to it."""
    sound = () if wanted.recordings else (RECORDING_MANIFESTS,)
    return [Folder("journal", settings.journal_dir), Folder("cel", settings.cel_file.parent),
            Folder("attachments", settings.attachments_dir), Folder("release", settings.release_dir),
            Folder("recordings", settings.recordings_dir, sound)]


def single_files(settings: Settings, wanted: Wanted) -> Iterator[tuple[str, Path]]:
    """Yield single files. The settings may hold the database's password: they count as secret."""
    yield ANCHORS, settings.anchors_file
    if wanted.secrets:
        yield "secret/secrets.json", settings.secrets_file
        yield "secret/hotline.toml", settings.home / "hotline.toml"


def target_of(settings: Settings, name: str) -> Path:
    """Return where a single file of an archive goes."""
    return settings.anchors_file if name == ANCHORS else settings.home / name.removeprefix("secret/")
