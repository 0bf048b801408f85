"""Examples of the operations on telephones."""

from __future__ import annotations

from api.wire.examples import Example, Examples

_ACCOUNT = {"agent": "王敏 (a1001)", "server": "192.0.2.1:5060", "transport": "UDP", "user": "6001", "password": "…",
            "codecs": "PCMA, G722, PCMU"}
_NEW = _ACCOUNT | {"agent": "赵倩 (a1004)", "user": "6004d", "phone": "6004d", "version": 2, "in_force": True}
EXAMPLES: Examples = {
    "GET /api/phones": Example({"phones": [
        {"agent": "a1001", "name": "王敏", "phone": "6001", "kind": "plain", "state": "free", "beside": False,
         "rings": True, "place": "", "version": 0, "changed_at": 0.0}]}),
    "GET /api/phones/{phone}": Example({
        "phone": "6001", "agent": "a1001", "kind": "plain", "registered": True, "address": "192.0.2.15",
        "program": "baresip v1.0.0", "until": 1795400060.0, "status": "Reachable"}),
    "POST /api/phones/{phone}/account": Example(_ACCOUNT),
    "POST /api/phones": Example(_NEW, {"agent": "a1004", "place": "三号台"}, 201),
    "POST /api/phones/{phone}/secret": Example(_NEW),
    "DELETE /api/phones/{phone}": Example({"phone": "6004d", "in_force": True}),
    "GET /api/phones/{phone}/changes": Example({"changes": [
        {"at": 1795400000.0, "what": "phone.renewed", "by": "u-01", "by_name": "陈立", "data": {"agent": "a1004"}}]}),
}
