"""What differs between two versions of the policy, place by place, for people to read before and after a change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from web.texts import Texts

Path = tuple[str, ...]
ORDER: Final = "order"  # the place that tells in which order named rules are read
_TERM: Final = {"amount", "unit"}
_SHARES: Final = ("share", "follow_up_share", "refusal_review_share")


@dataclass(frozen=True, slots=True)
class Change:
    """A place that differs. None: it is not there on that side."""

    path: Path
    before: Any
    after: Any


def leaves(document: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield the places of a document with what stands there. A term is one thing; rules go by their names."""
    if isinstance(document, Mapping) and set(document) != _TERM:
        for name, value in document.items():
            yield from leaves(value, (*path, str(name)))
    elif isinstance(document, list | tuple) and any(isinstance(one, Mapping) for one in document):
        names = _names(document)
        if any("name" in one for one in document):
            yield (*path, ORDER), names
        for name, value in zip(names, document, strict=True):
            yield from leaves(value, (*path, name))
    else:
        yield path, document


def _names(rules: Sequence[Mapping[str, Any]]) -> list[str]:
    seen: Counter[str] = Counter()
    names = []
    for n, rule in enumerate(rules, 1):
        name = str(rule.get("name") or rule.get("do") or n)
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return what differs, in the order of `after`, then what is gone."""
    old, new = dict(leaves(before)), dict(leaves(after))
    return [Change(path, old.get(path), new.get(path)) for path in {**new, **old} if old.get(path) != new.get(path)]


def place_in_words(texts: Texts, path: Path) -> str:
    """Return a place as people read it: 办理时限 · 一般 · 答复."""
    inner = ("when", "terms")  # what a rule is asked and gives goes without saying
    return " · ".join(_word(texts, part) for n, part in enumerate(path) if not n or part not in inner)


def _word(texts: Texts, part: str) -> str:
    if not part:
        return texts("policy.kind_untold")
    for prefix in ("policy.field.", "policy.media.", "policy.tag.", "order_state.", "do.", "kind."):
        if prefix + part in texts:
            return texts(prefix + part)
    return part


def value_in_words(texts: Texts, path: Path, value: Any) -> str:
    """Return what stands at a place as people read it."""
    if value is None or value in ([], ()):
        return texts("policy.nothing")
    if isinstance(value, Mapping):
        return texts(f"policy.term.{value['unit']}", n=value["amount"])
    if isinstance(value, list | tuple):
        return " · ".join(_word(texts, str(one)) for one in value)
    if path and path[-1] == "urgency":
        return texts("policy.urgent_from", word=texts(f"urgency.{value}"))
    if isinstance(value, bool):
        return texts("policy.yes" if value else "policy.no")
    if path and path[-1] in _SHARES:
        return f"{value * 100:g} %"
    return str(value)
