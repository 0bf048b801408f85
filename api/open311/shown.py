"""What the public reads of an order: its class, where it stands, who answers for it, when. Nothing a person wrote.

The citizen's words and place are shown only as far as the hotline has released a text of its own (`released`). The
district and the street are those of the classification, never an address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from api.open311.answers import Items
from api.open311.catalog import ATTRIBUTES, Attribute, Service, code_of
from workorders.life.matters import Classification
from workorders.life.words import State
from workorders.models import WorkOrder

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
_SINCE = "2026-11-25T00:00:00+08:00"  # when these addresses last changed their form
OVER = frozenset({State.ANSWERED, State.REFUSED, State.CLOSED, State.TERMINATED, State.MERGED, State.WITHDRAWN,
                  State.ARCHIVED})
NOTES: dict[State, str] = {  # what the public is told; nothing about who returned, pleaded or disputed what
    State.ACCEPTED: "已受理，正在确定承办单位", State.ANSWERED: "已直接答复",
    State.REFUSED: "不属于受理范围，已告知办理途径",
    State.OBJECTED: "正在复核", State.AWAITING: "已受理，正在审核", State.ENDORSED: "已受理，正在派单",
    State.DISPATCHED: "已派承办单位", State.SIGNED: "承办单位已签收", State.HANDLING: "承办单位正在办理",
    State.RETURNED: "正在确定承办单位", State.PLEADED: "正在确定承办单位", State.ARBITRATION: "正在确定承办单位",
    State.REDISPATCHING: "正在确定承办单位", State.REPLIED: "承办单位已答复，正在审核", State.RELEASED: "正在办理",
    State.REVIEWED: "办理结果已审核，正在回访", State.FOLLOW_UP: "正在回访", State.CLOSED: "已结案",
    State.REOPENED: "重新办理", State.SHELVED: "暂不具备办理条件，到期复查", State.TERMINATED: "已终结",
    State.MERGED: "已并入同一事项办理", State.WITHDRAWN: "诉求人已撤回", State.HANDED_OVER: "已移交其他平台办理",
    State.ARCHIVED: "已归档",
}


@dataclass(frozen=True, slots=True)
class Released:
    """What the hotline has released of one order, written by the hotline without personal data."""

    summary: str = ""
    reply: str = ""


NOTHING = Released()


def status_of(state: State) -> str:
    """Return the specification's word for a state."""
    return "closed" if state in OVER else "open"


def moment(at: float | None, zone: ZoneInfo) -> str | None:
    """Return a moment as ISO 8601 with its offset."""
    return None if at is None else datetime.fromtimestamp(int(at), zone).isoformat()


def request_of(row: WorkOrder, services: Mapping[str, Service], units: Mapping[str, str], zone: ZoneInfo,
               released: Released = NOTHING) -> dict[str, Any]:
    """Return one order as the public sees it. `units`: names by id."""
    state = State(row.state)
    path = Classification(first=row.first, second=row.second, third=row.third)
    service = services.get(code_of(path))
    return {
        "service_request_id": row.number, "status": status_of(state),
        "status_notes": released.reply or NOTES[state],
        "service_name": service.name if service else _words(path), "service_code": service.code if service else None,
        "description": released.summary or None,
        "agency_responsible": units.get(row.lead, row.lead) or None, "service_notice": None,
        "requested_datetime": moment(row.created_at, zone), "updated_datetime": moment(row.changed_at, zone),
        "expected_datetime": moment(row.answer_due, zone), "address": row.district + row.street or None,
        "address_id": None, "zipcode": None, "lat": None, "long": None, "media_url": None}


def _words(path: Classification) -> str:
    return " · ".join(word for word in (path.first, path.second, path.third) if word) or "其他"


def service_of(service: Service, kind: str) -> dict[str, Any]:
    """Return one line of the list of services; `kind` is ``realtime`` or ``batch``."""
    return {"service_code": service.code, "service_name": service.name,
            "description": " · ".join(service.keywords), "metadata": True, "type": kind,
            "keywords": ",".join(service.keywords), "group": service.path.first}


def definition_of(service: Service) -> dict[str, Any]:
    """Return the questions of a service."""
    return {"service_code": service.code, "attributes": Items("attribute", [
        _attribute(attribute, place) for place, attribute in enumerate(ATTRIBUTES, start=1)])}


def _attribute(attribute: Attribute, place: int) -> dict[str, Any]:
    values = [{"key": key, "name": name} for key, name in attribute.values]
    return {"variable": True, "code": attribute.code, "datatype": attribute.datatype, "required": attribute.required,
            "datatype_description": attribute.datatype_description, "order": place,
            "description": attribute.description, "values": Items("value", values)}


def discovery_of(base: str, city: str) -> dict[str, Any]:
    """Return the file that tells a program where the interface is."""
    endpoint = {"specification": SPECIFICATION, "url": f"{base}/open311/v2", "changeset": _SINCE, "type": "production",
                "formats": Items("format", ["text/xml", "application/json"])}
    return {"changeset": _SINCE, "contact": f"{city}12345热线办公室，请拨打 12345 索取 api_key",
            "key_service": "拨打 12345 或到热线办公室申请", "endpoints": Items("endpoint", [endpoint])}
