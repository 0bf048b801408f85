"""Which Debian mirrors this machine already trusts, read from its own apt configuration.

No mirror's address stands in this project: a city's network has its own. Formats: sources.list(5), one-line and
deb822.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

APT = Path("/etc/apt")
_ONE_LINE = re.compile(r"deb\s+(?:\[[^\]]*\]\s*)?(\S+)\s+(\S+)\s+(.+)")
_TRUE = {"", "yes", "true", "1", "on", "with", "enable"}
# suites that a mirror of Debian itself has; security and third parties' archives have others
_DEBIAN = re.compile(
    r"(bullseye|bookworm|trixie|forky|sid|oldstable|stable|testing|unstable)(-updates|-backports|-proposed-updates)?"
)


@dataclass(frozen=True, slots=True)
class Source:
    """One binary source of apt: an address, its suites and components."""

    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]


def machine_mirrors(apt: Path = APT) -> list[str]:
    """Return the addresses of Debian mirrors in this machine's apt configuration, in its order, each once."""
    listed = [*sorted((apt / "sources.list.d").glob("*.sources")), apt / "sources.list",
              *sorted((apt / "sources.list.d").glob("*.list"))]
    found: list[Source] = []
    for path in listed:
        if path.is_file():
            text = path.read_text("utf-8", "replace")
            found.extend(deb822_sources(text) if path.suffix == ".sources" else one_line_sources(text))
    return list(dict.fromkeys(source.uri for source in found if is_debian(source)))


def is_debian(source: Source) -> bool:
    """Tell whether a source is a mirror of Debian's main archive, which has every suite."""
    return "main" in source.components and any(_DEBIAN.fullmatch(suite) for suite in source.suites)


def one_line_sources(text: str) -> Iterator[Source]:
    """Yield the binary sources of a sources.list; comments and deb-src lines are passed over."""
    for line in text.splitlines():
        found = _ONE_LINE.match(line.split("#", 1)[0].strip())
        if found:
            yield Source(found[1].rstrip("/"), (found[2],), tuple(found[3].split()))


def deb822_sources(text: str) -> Iterator[Source]:
    """Yield the enabled binary sources of a deb822 file: one for each address of a stanza."""
    for stanza in re.split(r"\n[ \t]*\n", _without_comments(text)):
        fields = _fields(stanza)
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "").lower() not in _TRUE:
            continue
        for uri in fields.get("uris", "").split():
            yield Source(uri.rstrip("/"), tuple(fields.get("suites", "").split()),
                         tuple(fields.get("components", "").split()))


def _without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith("#"))


def _fields(stanza: str) -> dict[str, str]:
    """Return the fields of one stanza, names in lower case; a line that begins with a blank goes on with the last."""
    fields: dict[str, str] = {}
    name = ""
    for line in stanza.splitlines():
        if line[:1] in (" ", "\t"):
            fields[name] = f"{fields.get(name, '')} {line.strip()}".strip()
        elif ":" in line:
            name, value = line.split(":", 1)
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields
