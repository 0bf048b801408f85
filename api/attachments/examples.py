"""Examples of the operations on files."""

from __future__ import annotations

from api.wire.examples import Example, Examples

_FILE = {"id": "att-0123456789abcdef", "number": "2026-1123-0042", "name": "现场.jpg", "media_type": "image/jpeg",
         "size": 48213, "sha256": "9f86d0…", "by": "u-77", "unit": "housing", "at": 1795400300.0, "gone_at": None}
EXAMPLES: Examples = {
    "POST /api/work-orders/{number}/attachments": Example(_FILE, "(bytes of the file)", 201),
    "GET /api/work-orders/{number}/attachments": Example({"attachments": [_FILE]}),
    "GET /api/work-orders/{number}/attachments/{attachment}": Example(
        "(bytes of the file)", media="application/octet-stream"),
}
