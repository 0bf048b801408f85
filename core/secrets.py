"""Secrets of one installation: made at first use, kept in one file of mode 0600, never a default, never logged.

Every process of the house reads the same file; the first one to come makes it. Phones' SIP secrets are derived
from one key, so a phone added to the directory has a secret at once and the file need not change.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets as random_source
import stat
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from core.settings import Settings

SHORTEST = 24  # characters; a generated secret has 43


class SecretsError(RuntimeError):
    """The file of secrets cannot be read or made; the message says how to mend it."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets; none of them shows in a repr.

    `ami_secret_events` and `ami_secret_actions` belong to the AMI users ``events`` and ``actions``, `api_token` opens
    the HTTP interface, `phones_key` is what phones' SIP secrets are derived from.
    """

    ami_secret_events: str = field(repr=False)
    ami_secret_actions: str = field(repr=False)
    api_token: str = field(repr=False)
    phones_key: str = field(repr=False)

    @property
    def ami_secret_recorder(self) -> str:
        """The secret of the AMI user ``recorder``; derived: a file made before there was one need not change."""
        return self.phone("ami:recorder")

    def phone(self, endpoint: str, mark: str = "") -> str:
        """Return the SIP secret of the agent's phone `endpoint`: 32 letters and digits. Another `mark`, another one."""
        made_of = f"{endpoint}\0{mark}" if mark else endpoint
        digest = hmac.new(self.phones_key.encode(), made_of.encode(), hashlib.sha256).digest()
        return base64.b32encode(digest)[:32].decode().lower()


NAMES = tuple(f.name for f in fields(Secrets))


def load_secrets(settings: Settings) -> Secrets:
    """Return the secrets of this installation, making the file if there is none.

    Raises SecretsError if the file is no readable JSON object of the known names.
    """
    path = settings.secrets_file
    if not path.exists():
        _make(path)
    return _read(path)


def faults_of_secrets(path: Path) -> list[str]:
    """Return in plain words what is wrong with the file: who may read it, names missing, secrets too weak."""
    if not path.exists():
        return []
    faults = []
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        faults.append(f"others on this machine can read {path}; mend with: chmod 600 {path}")
    try:
        values = asdict(_read(path))
    except SecretsError as error:
        return [*faults, str(error)]
    weak = weak_names(values.items())
    if weak:
        faults.append(f"weak secrets in {path}: {', '.join(weak)}; delete the file, the next start makes new ones")
    return faults


def weak_names(items: Iterable[tuple[str, str]]) -> list[str]:
    """Return the names whose secret is too short or says too little (fewer than 8 different characters)."""
    return [name for name, value in items if len(value) < SHORTEST or len(set(value)) < 8]


def _make(path: Path) -> None:
    """Write new secrets; if two processes come at once the first one's file stays."""
    values = {name: random_source.token_urlsafe(32) for name in NAMES}
    draft = path.with_name(f".{path.name}.{os.getpid()}.{random_source.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(values, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        _publish(draft, path)
    except OSError as error:
        raise SecretsError(f"cannot write the secrets to {path}: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)


def _publish(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)  # unlike rename, link never replaces what another process has just made
    except FileExistsError:
        return


def _read(path: Path) -> Secrets:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SecretsError(f"cannot read the secrets in {path}: {error.strerror}") from error
    except ValueError as error:
        raise SecretsError(f"{path} is no readable JSON; delete it, new secrets are made at the next start") from error
    if not isinstance(values, dict) or any(not isinstance(values.get(name), str) for name in NAMES):
        raise SecretsError(f"{path} lacks one of {', '.join(NAMES)}; delete it, new ones are made at the next start")
    return Secrets(**{name: values[name] for name in NAMES})
