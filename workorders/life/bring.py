"""What files a unit's reply must bring by policy, and which of them are there. Pure.

A file is a unit's on an order when it, or a unit it handed the order down to, added it there. It counts for one reply:
what was sent back as not done is not shown done by the same picture.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from workorders.life.errors import NeedsMore
from workorders.life.order import Assignment, Order
from workorders.life.policy import BringRule, Media, Policy

CHINESE_MEDIA: Final[dict[Media, str]] = {"picture": "图片", "film": "视频", "sound": "录音", "document": "文件"}
_FAMILIES: Final[dict[str, Media]] = {"image": "picture", "video": "film", "audio": "sound"}
FIX: Final = "先在本单的“附件”处上传，再答复"


@dataclass(frozen=True, slots=True)
class Bring:
    """A rule of the policy that fits, and whether what it asks for is there."""

    rule: BringRule
    there: bool

    @property
    def says(self) -> str:
        """Return what it asks for, as people read it."""
        whose = "报称已解决的答复" if self.rule.only_solved else "答复"
        return f"按政策“{self.rule.name}”，{whose}须附{kinds_in_words(self.rule.media)}"


def media_of(media_type: str) -> Media:
    """Return what kind of thing a file is, by its media type."""
    return _FAMILIES.get(media_type.partition("/")[0], "document")


def kinds_in_words(media: tuple[Media, ...]) -> str:
    """Return which kinds of file will do."""
    return "或".join(CHINESE_MEDIA[one] for one in media) if media else "附件"


def brought_for(order: Order, part: Assignment, policy: Policy) -> tuple[Bring, ...]:
    """Return what a reply of this part must bring, whatever the unit will claim in it."""
    units = units_of(part)
    kinds = {media_of(file.media_type) for file in order.files if file.unit in units and not file.used}
    return tuple(Bring(rule, bool(kinds & set(rule.media) if rule.media else kinds))
                 for rule in policy.bring if rule.when.fits(order.matter))


def check_brought(order: Order, part: Assignment, policy: Policy, *, solved: bool) -> None:
    """Refuse a reply that lacks a file. Raises NeedsMore, which names the rule and the file."""
    for one in brought_for(order, part, policy):
        if not one.there and (solved or not one.rule.only_solved):
            raise NeedsMore(f"{one.says}，本单位还没有上传", FIX)


def used_up(order: Order, part: Assignment) -> Order:
    """Return the order with the files of a part taken for the reply that it has just given."""
    units = units_of(part)
    return replace(order, files=tuple(replace(file, used=True) if file.unit in units else file
                                      for file in order.files))


def units_of(part: Assignment) -> frozenset[str]:
    """Return the unit of a part and those it was handed down to."""
    return frozenset({part.unit, *(inner.unit for inner in part.inner)})
