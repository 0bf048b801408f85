"""Passwords: argon2id, a few rules, and a check that costs the same whether the login exists or not."""

from __future__ import annotations

import asyncio
import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from api.problems import Problem

SHORTEST, LONGEST = 10, 200  # characters
_LEAST_OWN = 4  # different characters that are left of a password without what everybody takes
_EVERYBODYS = ("password", "passw0rd", "hotline", "admin", "welcome", "iloveyou", "woaini", "qwerty", "asdfgh",
               "zxcvbn", "1q2w3e4r", "abcdef", "abc123", "123456789", "12345678", "123456", "12345", "987654321",
               "112233", "666666", "888888", "520", "1314", "密码", "热线")
_AT_ONCE = 2  # each check takes 64 MiB and a core for some 50 ms
_PATIENCE = 10.0  # s to wait for one's turn


class Passwords:
    """Hashes and checks (RFC 9106, second recommended option: 64 MiB, three passes). One in a process."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._nobody = ""

    def hash(self, password: str) -> str:
        """Return the hash to store. Takes some 50 ms."""
        return self._hasher.hash(_plain(password))

    async def hashed(self, password: str) -> str:
        """Return the hash to store, off the loop. Raises Problem when too many wait."""
        return str(await self._in_turn(self.hash, password))

    async def right(self, stored: str | None, password: str) -> bool:
        """Tell whether `password` is the one of `stored`; None costs as much and is always wrong."""
        return bool(await self._in_turn(self._check, stored, password))

    def _check(self, stored: str | None, password: str) -> bool:
        self._nobody = self._nobody or self.hash(secrets.token_hex(16))  # by whoever is first, known or not
        try:
            return self._hasher.verify(stored or self._nobody, _plain(password)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False

    def is_old(self, stored: str) -> bool:
        """Tell whether `stored` was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    async def _in_turn(self, work: object, *args: object) -> object:
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._turns.acquire()
        except TimeoutError as error:
            raise Problem(503, "busy", "登录的人太多，请稍候", "几秒后重试") from error
        try:
            return await asyncio.to_thread(work, *args)  # type: ignore[arg-type]
        finally:
            self._turns.release()


def refuse_weak(password: str, login: str) -> None:
    """Raise Problem when a new password is too short, too plain or says the login."""
    plain = _plain(password)
    if not SHORTEST <= len(plain) <= LONGEST:
        raise Problem(422, "weak_password", "密码太短或太长", f"密码应有 {SHORTEST} 到 {LONGEST} 个字符，可以用一句话")
    if len(set(plain)) < 5 or len(set(_own(plain.lower(), login))) < _LEAST_OWN:
        raise Problem(422, "weak_password", "密码太容易猜到", "不要用登录名、连续的数字和常见的词，可以用一句话")


def _own(plain: str, login: str) -> str:
    """Return what is left of a password without the login and what everybody takes."""
    for word in (login.lower(), *_EVERYBODYS):
        plain = plain.replace(word, "") if word else plain
    return plain


def new_password() -> str:
    """Return a password to be shown once and changed at the first log-in."""
    return secrets.token_urlsafe(12)


def _plain(password: str) -> str:
    """The same password typed by another keyboard or input method is the same."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode("utf-8")
