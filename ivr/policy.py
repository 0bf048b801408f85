"""What a city demands of its menu before it may be published. Data: ``<home>/menu-policy.yaml`` changes any of it.

The defaults are human first: GB/T 33358-2016 advises against menus for hotline calls, so a person is one key away
from everywhere, silence leads to one, and nobody listens for long.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ivr.document import read_document
from ivr.errors import FlowError, ReleaseError


class FlowPolicy(BaseModel):
    """Seconds are of sound and silence as a caller hears them; keys are presses."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    person_keys: int = Field(default=1, ge=0, le=5)  # from every point, with at most so many keys …
    person_seconds: float = Field(default=10, ge=1, le=120)  # … and so long a wait
    silent_seconds: float = Field(default=20, ge=1, le=300)  # from the start, for whoever presses nothing
    greeting_seconds: float = Field(default=6, ge=1, le=60)
    prompt_seconds: float = Field(default=60, ge=1, le=300)
    notice_seconds: float = Field(default=15, ge=1, le=60)
    notice_days: float = Field(default=7, gt=0, le=60)  # the longest that an emergency notice may last
    menu_choices: int = Field(default=5, ge=1, le=12)
    days_ahead: int = Field(default=400, ge=1, le=1000)  # every hour of so many days is walked
    review_days: int = Field(default=30, ge=0, le=400)  # warned so long before an information line must be looked at
    forbidden: tuple[str, ...] = Field(default=(
        "优惠", "促销", "打折", "折扣", "抽奖", "中奖", "免费领取", "限时", "特价", "赞助", "独家", "第一品牌",
        "下载APP", "扫码关注", "关注公众号", "点击链接", "办理套餐", "discount", "sponsor", "special offer",
    ), max_length=500)


def load_policy(path: Path) -> FlowPolicy:
    """Read a policy; a file that is not there means the defaults. Raises ReleaseError with the place of the fault."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return FlowPolicy()
    except OSError as error:
        raise ReleaseError(f"菜单规则 {path} 打不开：{error.strerror}。请检查权限") from error
    try:
        return FlowPolicy.model_validate(read_document(raw, path.name).data or {})
    except FlowError as error:
        raise ReleaseError(f"菜单规则读不懂：{error}") from error
    except ValidationError as error:
        faults = "；".join(f"{'.'.join(map(str, e['loc'])) or path.name}: {e['msg']}" for e in error.errors())
        raise ReleaseError(f"菜单规则 {path.name} 有误：{faults}。请改正，或删除该项以恢复默认") from error
