"""The audit of access: one row an event, in the transaction of what it tells of; never changed or removed."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from api.people.caller import Caller
from api.people.models import AccessAudit
from core.db import storable

WHAT: Final = {  # word → how people read it
    "log_in": "登录", "log_in.failed": "登录失败", "log_in.locked": "登录被锁", "log_out": "退出",
    "session.revoked": "会话被撤销", "password.changed": "修改密码", "password.set": "重设密码",
    "person.added": "新增人员", "person.changed": "修改人员", "unit.placed": "单位隶属",
    "client.added": "发放密钥", "client.revoked": "撤销密钥", "client.rotated": "更换密钥",
    "client.used": "密钥启用",
    "client.refused": "失效密钥被使用",
    "number.unmasked": "查看号码", "number.searched": "按号码查询", "recording.played": "收听录音",
    "recording.drawn": "查看录音波形", "call.listened": "旁听通话",
    "act.for_other": "代他人操作", "audit.read": "查阅审计", "orders.exported": "导出工单",
    "retention.run": "执行保留期清理", "retention.set": "修改保留规则", "hold.set": "设置依法保留",
    "hold.lifted": "解除依法保留", "orders.printed": "打印工单",
    "attachment.added": "上传附件", "attachment.read": "打开附件", "attachments.tidied": "清理无主附件",
    "policy.set": "修改政策", "roster.set": "修改值班表", "calendar.set": "修改日历",
    "directory.set": "修改通讯录", "directory.removed": "撤出通讯录", "directory.imported": "导入通讯录",
    "phrases.set": "修改模板",
    "phone.account_shown": "查看话机账号", "phone.added": "添加话机", "phone.renewed": "更换话机密码",
    "phone.removed": "撤下话机",
    "classification.set": "修改分类",
    "quality.drawn": "质检抽样", "quality.scored": "质检打分", "quality.appealed": "质检申诉",
    "quality.decided": "质检裁定",
    "knowledge.changed": "修改知识", "knowledge.flag_settled": "答复知识报错", "knowledge.gap_closed": "处理知识缺口",
    "clip.made": "制作培训片段", "clip.removed": "删除培训片段",
    "webhook.set": "设置推送", "webhook.removed": "取消推送"}


def note(session: AsyncSession, now: float, what: str, who: str, address: str, about: str = "", **data: Any) -> None:
    """Add a row. `what` is a word of WHAT, `about` the id it concerns."""
    if what not in WHAT:
        raise ValueError(f"no such event: {what}")
    session.add(AccessAudit(at=now, what=what, who=storable(who, 40), address=storable(address, 45),
                            about=storable(about, 80), data=data))


def note_by(session: AsyncSession, now: float, what: str, caller: Caller, about: str = "", **data: Any) -> None:
    """Add a row about something that `caller` did."""
    note(session, now, what, caller.id, caller.address, about, **data)
