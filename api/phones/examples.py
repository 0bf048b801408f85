"""Examples of the operations on telephones."""

from __future__ import annotations

from api.wire.examples import Example, Examples

EXAMPLES: Examples = {
    "GET /api/phones": Example({"phones": [
        {"agent": "a1001", "name": "王敏", "phone": "6001", "kind": "plain", "state": "free"}]}),
    "GET /api/phones/{phone}": Example({
        "phone": "6001", "agent": "a1001", "kind": "plain", "registered": True, "address": "192.0.2.15",
        "program": "baresip v1.0.0", "until": 1795400060.0, "status": "Reachable"}),
    "POST /api/phones/{phone}/account": Example({
        "agent": "王敏 (a1001)", "server": "192.0.2.1:5060", "transport": "UDP", "user": "6001", "password": "…",
        "codecs": "PCMA, G722, PCMU"}),
}
