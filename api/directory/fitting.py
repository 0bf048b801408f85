"""Whether an entry fits into the directory, each fault with its field and what to do. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from api.directory.keeping import entries_of
from api.problems import Problem
from routing.directory import SWITCHS_OWN, Agent, Directory, Party, Role

PLACES: dict[Role, str] = {"agent": "坐席", "unit": "单位", "expert": "专家", "leader": "领导", "emergency": "应急联动"}


def made(role: Role, name: str, body: dict[str, Any]) -> Agent | Party:
    """Return the entry that a body makes. Raises Problem 422 that names each field."""
    kind: type[Agent | Party] = Agent if role == "agent" else Party
    try:
        return kind.model_validate({"id": name, **body})
    except ValidationError as error:
        faults = [{"field": ".".join(map(str, one["loc"])), "problem": str(one["msg"])[:200]}
                  for one in error.errors()[:20]]
        raise Problem(422, "invalid", "请求里有不合规的内容", "按 errors 逐项改正后重发", errors=faults) from error


def refuse_misfit(directory: Directory, role: Role, entry: Agent | Party) -> None:
    """Refuse an entry that does not go with the others. Raises Problem with `errors`."""
    faults = [*_id_of_another(directory, role, entry),
              *(_phones_of_agents(directory, entry) if isinstance(entry, Agent) else _phones_twice(entry))]
    if faults:
        raise Problem(409, "does_not_fit", "与通讯录里的其他条目冲突", "按 errors 逐项改正后重发", errors=faults)


def _id_of_another(directory: Directory, role: Role, entry: Agent | Party) -> Iterator[dict[str, str]]:
    for other_role, other in entries_of(directory):
        if other.id == entry.id and other_role != role:
            yield _fault("id", f"编号 {other.id} 已经是{PLACES[other_role]}「{other.name}」的，换一个编号")


def _phones_of_agents(directory: Directory, entry: Agent) -> Iterator[dict[str, str]]:
    wanted = {entry.phone, entry.beside} - {""}
    if entry.phone in SWITCHS_OWN:
        yield _fault("phone", f"{entry.phone} 是交换机自己用的名字，换一个话机号")
    for other in directory.agents:
        if other.id != entry.id and wanted & {other.phone, other.beside}:
            yield _fault("phone", f"话机 {other.phone} 已经给了坐席「{other.name}」（{other.id}），换一个话机号")


def _phones_twice(entry: Party) -> Iterator[dict[str, str]]:
    seen: set[str] = set()
    for place, phone in enumerate(entry.phones):
        if phone.number in seen:
            yield _fault(f"phones.{place}.number", f"号码 {phone.number} 写了两次，留下一个")
        seen.add(phone.number)


def _fault(field: str, problem: str) -> dict[str, str]:
    return {"field": field, "problem": problem}
