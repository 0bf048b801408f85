"""The history of an order: append-only acts, each sealed to the one before; folded, it is the order.

A seal is the digest of the act in canonical JSON with the seal before it. Words (`why`, `text`) enter by their own
digest, so retention may take the words and leave the proof (`erase`). One order's chain shows any change inside it;
that its end was not cut off is shown by `anchor` over the heads of many, kept elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from workorders.life.acts import Act, Wish
from workorders.life.errors import BrokenHistory, LifeError
from workorders.life.fold import apply
from workorders.life.order import Order
from workorders.life.perform import perform
from workorders.life.policy import Rules
from workorders.life.words import Do, Role, State

Digest = Callable[[bytes], str]
WORDS = ("why", "text")
STRONG = ("sha256", "sha384", "sha512", "sha3_256", "sha3_512", "sm3")
_UNFOLDABLE = (LifeError, AssertionError, LookupError, TypeError, ValueError, AttributeError)  # what a forgery meets


def digest_named(name: str) -> Digest:
    """Return a digest (``sha256``, ``sm3`` …) whose results carry its name. Raises BrokenHistory if it is missing."""
    if name not in STRONG or name not in hashlib.algorithms_available:
        raise BrokenHistory(f"本机没有可用的 {name} 算法", "改用 sha256，或换一个带 SM3 的 OpenSSL")
    return lambda blob: f"{name}:{hashlib.new(name, blob).hexdigest()}"


SHA256 = digest_named("sha256")
_NAMES = tuple(field.name for field in fields(Act))


def act_fields(act: Act) -> dict[str, Any]:
    """Return an act as plain data for storage or the wire."""
    return {name: _plain(getattr(act, name)) for name in _NAMES}


def act_from(data: Mapping[str, Any]) -> Act:
    """Read an act back. Raises BrokenHistory when it is none."""
    try:
        frm = data["frm"]
        read = {**data, "do": Do(data["do"]), "role": Role(data["role"]), "to": State(data["to"]),
                "frm": None if frm is None else State(frm), "unsure": tuple(data["unsure"])}
        return Act(**read)
    except (KeyError, TypeError, ValueError) as error:
        raise BrokenHistory(f"这一步的记录不完整：{error}", "用 audit verify 查历史") from error


def _plain(value: Any) -> Any:
    """Return JSON values only; whole floats as integers, since stores may give either back."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    return getattr(value, "value", value)


def seal_of(act: Act, digest: Digest) -> str:
    """Return the seal an act must have after `act.previous`."""
    body = act_fields(act)
    erased = body.pop("erased")
    del body["digest"]
    for word in WORDS:
        body[word] = erased.get(word) or digest(body[word].encode())
    return digest(json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())


def seal(act: Act, digest: Digest = SHA256) -> Act:
    """Return the act with its seal."""
    return replace(act, digest=seal_of(act, digest))


def advance(order: Order | None, wish: Wish, rules: Rules, digest: Digest = SHA256) -> tuple[Order, Act]:
    """Decide a wish, seal the act, fold it: the order after it and what must be stored. Raises LifeError."""
    done = seal(perform(order, wish, rules), digest)
    return apply(order, done), done


def replay(acts: Iterable[Act]) -> Order:
    """Fold a history. Raises BrokenHistory when it is empty or does not hang together."""
    order: Order | None = None
    for one in acts:
        order = apply(order, one)
    if order is None:
        raise BrokenHistory("历史是空的", "核对工单编号")
    return order


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a chain holds; `broken_at`: seq of the first act that does not, 0 when all do."""

    length: int
    broken_at: int = 0
    why: str = ""

    @property
    def whole(self) -> bool:
        """Tell whether nothing was changed."""
        return self.broken_at == 0


def verify(acts: Sequence[Act]) -> Verdict:
    """Check seals, order and that the acts fold; an act names the digest it was sealed by."""
    previous, order = "", None
    for place, one in enumerate(acts, start=1):
        problem = _fault(one, place, previous)
        if problem:
            return Verdict(len(acts), place, problem)
        try:
            order = apply(order, one)
        except _UNFOLDABLE as error:
            return Verdict(len(acts), place, str(error) or repr(error))
        previous = one.digest
    return Verdict(len(acts))


def _fault(one: Act, place: int, previous: str) -> str:
    if one.seq != place or one.previous != previous:
        return "顺序断了"
    name = one.digest.partition(":")[0]
    if name not in STRONG or name not in hashlib.algorithms_available:
        return f"不认识的算法 {name}"
    if not set(one.erased) <= set(WORDS) or any(getattr(one, word) for word in one.erased):
        return "文字与摘要不符"
    return "" if seal_of(one, digest_named(name)) == one.digest else "内容被改过"


def erase(one: Act, words: Sequence[str] = WORDS) -> Act:
    """Take the words out of a sealed act; its seal stays valid. `words`: which of WORDS."""
    digest = digest_named(one.digest.partition(":")[0])
    gone = {word: digest(getattr(one, word).encode()) for word in words if getattr(one, word)}
    return replace(one, erased={**one.erased, **gone}, why="" if "why" in gone else one.why,
                   text="" if "text" in gone else one.text)


def anchor(heads: Mapping[str, str], digest: Digest = SHA256) -> str:
    """Return one digest over the heads (number → seal) of many orders, to be kept where the orders are not."""
    lines = "".join(f"{number} {head}\n" for number, head in sorted(heads.items()))
    return digest(lines.encode())
