"""Text that people wrote: what is unusable, and what only looks like a reply ("in handling" is not a reply)."""

from __future__ import annotations

import re

from workorders.life.errors import BadContent

_UNUSABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_NOT_WORDS = re.compile(r"[\W_]+")
# taken out before what is left is measured: courtesy, and promises that say nothing was done
_EMPTY = tuple(re.compile(pattern) for pattern in (
    r"(您好|你好|尊敬的)?(市民|先生|女士|网民|诉求人|反映人)?(朋友)?(您好|你好)",
    r"感谢(您|你)?(对我们?(工作|单位)?)?的?(来电|反映|关注|支持|理解|监督|配合|信任)(和|与|、)?(支持|理解|监督)?",
    r"(您|你)?(所)?反映的?(问题|情况|诉求|事项)(我(单位|局|中心|街道|部门)?)?(已经?)?(收悉|收到|知悉|了解)?",
    r"(我(单位|局|中心|街道|部门|们)?)?(已经?|正在?|将|会|尽快|及时|抓紧|现|目前){0,6}"
    r"(在)?(办理|处理|核实|调查|研究|协调|推进|跟进|落实)(中|之中|过程中)?",
    r"(已经?|将|会)?(转交?|交办|移交|转办|派发)(给|至|到)?(相关|有关|责任|具体)?(部门|科室|单位|人员){0,3}",
    r"(请|望|敬请)?(您|你)?(耐心)?(等待|等候|谅解|理解|知悉|悉知)", r"(结果)?(将|会)?(及时|尽快|稍后)(反馈|回复|答复)",
    r"(办结|已办结|已回复|已答复|已阅|收到|同意|无|谢谢|特此(回复|答复|告知))",
))


def check_text(name: str, text: str, limit: int) -> None:
    """Refuse text that is too long or broken. Raises BadContent."""
    if len(text) > limit:
        raise BadContent(f"{name}有 {len(text)} 个字，最多 {limit} 个", "缩短文字，其余作为附件")
    if _UNUSABLE.search(text):
        raise BadContent(f"{name}里有无法保存的字符", "用 UTF-8 重发，去掉控制字符")


def substance(text: str) -> str:
    """Return what a reply says once courtesy, promises and punctuation are taken out."""
    rest = _NOT_WORDS.sub("", text)
    for pattern in _EMPTY:
        rest = pattern.sub("", rest)
    return rest


def is_reply(text: str, least: int) -> bool:
    """Tell whether the text answers something: at least `least` characters of substance."""
    return len(substance(text)) >= least
