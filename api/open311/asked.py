"""What came in, read and checked whole: every fault is told at once, none is a surprise later."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from api.open311.catalog import ATTRIBUTES, WORD_LIMIT, Attribute, Service
from api.open311.faults import Fault, Refused, bad

SPAN, MOST = 90 * 86400.0, 1000  # the specification: 90 days or the first 1,000 requests, whichever is less
DESCRIPTION_LIMIT, WORDS_LIMIT = 4000, 500
FIELDS = frozenset({"jurisdiction_id", "service_code", "lat", "long", "address_string", "address_id", "email",
                    "device_id", "account_id", "first_name", "last_name", "phone", "description", "media_url",
                    "api_key"})
_ATTRIBUTE = re.compile(r"attribute\[([A-Za-z0-9_]{1,40})\](\[\])?")
_UNUSABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffd-\uffff]")
_NUMBER = re.compile(r"[A-Za-z0-9.-]{1,40}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{2,24}")
Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a list. Moments are epoch seconds; `ids` empty: by time and class."""

    ids: tuple[str, ...]
    codes: frozenset[str]
    since: float
    until: float
    statuses: frozenset[str]


@dataclass(frozen=True, slots=True)
class Posted:
    """A request for a service, checked. `place` is (latitude, longitude) in degrees, WGS 84."""

    service: Service
    attributes: Mapping[str, str]
    description: str
    address: str
    place: tuple[float, float] | None
    name: str
    phone: str
    email: str
    media_url: str
    device: str
    account: str


def _words(value: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in (value or "").split(",") if word.strip())


def moment_of(name: str, text: str, faults: list[Fault]) -> float | None:
    """Return an ISO 8601 date and time with its zone as epoch seconds; note a fault when it is none."""
    try:
        told = datetime.fromisoformat(text.strip())
        if told.tzinfo is None:
            raise ValueError
        return told.timestamp()
    except (ValueError, OverflowError, OSError):
        faults.append(bad(f"{name} 不是带时区的 ISO 8601 时间；例如 2026-11-25T08:00:00+08:00 或 …Z"))
        return None


def listed(query: Mapping[str, str], now: float) -> Asked:
    """Read the arguments of GET requests. Raises Refused with every fault."""
    faults: list[Fault] = []
    ids = tuple(dict.fromkeys(_words(query.get("service_request_id"))))
    if any(not _NUMBER.fullmatch(one) for one in ids) or len(ids) > MOST:
        faults.append(bad(f"service_request_id 不合规：最多 {MOST} 个编号，用逗号分开"))
    statuses = frozenset(word.lower() for word in _words(query.get("status")))
    if statuses - {"open", "closed"}:
        faults.append(bad("status 只能是 open 或 closed"))
    since, until = _span(query, now, faults)
    if faults:
        raise Refused(*faults)
    return Asked(ids, frozenset(_words(query.get("service_code"))), since, until,
                 statuses or frozenset({"open", "closed"}))


def _span(query: Mapping[str, str], now: float, faults: list[Fault]) -> tuple[float, float]:
    """Return from when to when: 90 days unless told, never more."""
    told = {name: moment_of(name, query[name], faults) for name in ("start_date", "end_date") if query.get(name)}
    start, end = told.get("start_date"), told.get("end_date")
    if start is None:
        end = now if end is None else end
        return end - SPAN, end
    end = min(now, start + SPAN) if end is None else end
    if end < start and "end_date" in told:
        faults.append(bad("end_date 早于 start_date；交换两者"))
    elif end - start > SPAN:
        faults.append(bad("一次最多查 90 天；缩短 start_date 与 end_date 之间的时间"))
    return start, max(start, end)


def posted(pairs: Pairs, services: Mapping[str, Service]) -> Posted:
    """Read the form of POST requests. Raises Refused with every fault."""
    faults: list[Fault] = []
    plain, told = _sorted(pairs, faults)
    service = services.get(plain.get("service_code", ""))
    if "service_code" not in plain:
        faults.append(bad("缺少 service_code；从 GET services 的列表里选"))
    elif service is None:
        faults.append(Fault(404, "没有这个 service_code；从 GET services 的列表里选"))
    place = _place(plain, faults)
    if place is None and not plain.get("address_string") and not plain.get("address_id"):
        faults.append(bad("缺少地点；给出 lat 和 long，或 address_string，或 address_id"))
    attributes = _attributes(told, faults)
    _formats(plain, faults)
    if faults or service is None:
        raise Refused(*faults)
    return Posted(service, attributes, plain.get("description", ""), _address(plain), place,
                  (plain.get("last_name", "") + plain.get("first_name", "")), plain.get("phone", ""),
                  plain.get("email", ""), plain.get("media_url", ""), plain.get("device_id", ""),
                  plain.get("account_id", ""))


def _sorted(pairs: Pairs, faults: list[Fault]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Return the fields and the attributes apart; what the specification does not know is passed over."""
    plain: dict[str, str] = {}
    told: dict[str, list[str]] = {}
    for name, value in pairs:
        if _UNUSABLE.search(value):
            faults.append(bad(f"{name[:40]} 里有无法保存的字符；用 UTF-8 重发，去掉控制字符"))
            continue
        found = _ATTRIBUTE.fullmatch(name)
        if found:
            told.setdefault(found[1], []).append(value.strip())
        elif name in FIELDS and plain.setdefault(name, value.strip()) != value.strip():
            faults.append(bad(f"{name} 给了两个不同的值；只给一个"))
    return {name: value for name, value in plain.items() if value}, told


def _place(plain: Mapping[str, str], faults: list[Fault]) -> tuple[float, float] | None:
    if not plain.get("lat") and not plain.get("long"):
        return None
    try:
        lat, long = float(plain.get("lat", "")), float(plain.get("long", ""))
    except ValueError:
        lat = long = math.nan
    if not (-90 <= lat <= 90 and -180 <= long <= 180):
        faults.append(bad("lat 和 long 要一起给出，以 WGS 84 的度为单位，在 ±90 和 ±180 之内"))
        return None
    return lat, long


def _attributes(told: Mapping[str, list[str]], faults: list[Fault]) -> dict[str, str]:
    known = {attribute.code: attribute for attribute in ATTRIBUTES}
    for code in told.keys() - known.keys():
        faults.append(bad(f"没有 attribute[{code}]；见 GET services/<service_code>"))
    return {code: value for code, attribute in known.items()
            if (value := _value(attribute, told.get(code, []), faults))}


def _value(attribute: Attribute, values: list[str], faults: list[Fault]) -> str:
    """Return an attribute's only value, "" when it was not given or is wrong."""
    given = [value for value in values if value]
    if not given:
        if attribute.required:
            faults.append(bad(f"缺少 attribute[{attribute.code}]({attribute.description})"))
        return ""
    keys = [key for key, _ in attribute.values]
    if len(given) > 1 or (keys and given[0] not in keys) or len(given[0]) > WORD_LIMIT:
        choice = "、".join(keys) if keys else f"最多 {WORD_LIMIT} 个字"
        faults.append(bad(f"attribute[{attribute.code}] 只能有一个值：{choice}"))
        return ""
    return given[0]


def _formats(plain: Mapping[str, str], faults: list[Fault]) -> None:
    limits = {name: WORDS_LIMIT for name in FIELDS} | {"description": DESCRIPTION_LIMIT, "first_name": 40,
                                                      "last_name": 40, "phone": 26, "device_id": 200,
                                                      "account_id": 200}
    for name, value in plain.items():
        if len(value) > limits[name]:
            faults.append(bad(f"{name} 有 {len(value)} 个字，最多 {limits[name]} 个"))
    if (email := plain.get("email")) and not _EMAIL.fullmatch(email):
        faults.append(bad("email 不是电子邮件地址"))
    if (phone := plain.get("phone")) and not _PHONE.fullmatch(phone):
        faults.append(bad("phone 不是电话号码"))
    if (media := plain.get("media_url")) and not _is_web(media):
        faults.append(bad("media_url 不是 http 或 https 地址"))


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _address(plain: Mapping[str, str]) -> str:
    told = plain.get("address_string", "")
    known = f"（地址编号 {plain['address_id']}）" if plain.get("address_id") else ""
    return f"{told}{known}"[:WORDS_LIMIT]
