"""A client of Open311 GeoReport v2, written from the public specification and nothing of this house.

It asks in XML or in JSON, and gives plain dictionaries; whatever the specification does not allow is an error.
"""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from datetime import datetime
from typing import Any

import httpx

LISTS = {"services": "service", "service_requests": "request", "errors": "error", "attributes": "attribute",
         "values": "value", "endpoints": "endpoint", "formats": "format"}
REQUEST_FIELDS = {"service_request_id", "status", "status_notes", "service_name", "service_code", "description",
                  "agency_responsible", "service_notice", "requested_datetime", "updated_datetime",
                  "expected_datetime", "address", "address_id", "zipcode", "lat", "long", "media_url"}
SERVICE_FIELDS = {"service_code", "service_name", "description", "metadata", "type", "keywords", "group"}
ATTRIBUTE_FIELDS = {"variable", "code", "datatype", "required", "datatype_description", "order", "description",
                    "values"}
DATATYPES = {"string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"}


class SpecificationError(AssertionError):
    """The server does not keep to the specification."""


class Refusal(Exception):
    """The server's list of errors."""

    def __init__(self, status: int, errors: list[dict[str, Any]]) -> None:
        super().__init__(f"{status}: {errors}")
        self.status, self.errors = status, errors


class GeoReport:
    """One endpoint, in one format, with or without a key."""

    def __init__(self, client: httpx.AsyncClient, form: str, base: str = "/open311/v2", api_key: str = "") -> None:
        self._client, self._form, self._base, self._key = client, form, base, api_key

    async def discovery(self) -> dict[str, Any]:
        """GET service discovery."""
        found = await self._get(f"/open311/discovery.{self._form}", "discovery", {})
        assert isinstance(found, dict)
        _has(found, {"changeset", "contact", "key_service", "endpoints"})
        for endpoint in found["endpoints"]:
            _has(endpoint, {"specification", "url", "changeset", "type", "formats"})
        return found

    async def services(self) -> list[dict[str, Any]]:
        """GET Service List."""
        found = await self._get(f"{self._base}/services.{self._form}", "services", {})
        for service in found:
            _has(service, SERVICE_FIELDS)
            _check(_true(service["metadata"]) in (True, False), "metadata is a truth value")
            _check(service["type"] in ("realtime", "batch", "blackbox"), service["type"])
        return list(found)

    async def definition(self, code: str) -> dict[str, Any]:
        """GET Service Definition."""
        found = await self._get(f"{self._base}/services/{code}.{self._form}", "service_definition", {})
        assert isinstance(found, dict)
        _has(found, {"service_code", "attributes"})
        for attribute in found["attributes"]:
            _has(attribute, ATTRIBUTE_FIELDS)
            _check(attribute["datatype"] in DATATYPES, attribute["datatype"])
            if attribute["datatype"].endswith("list"):
                _check(bool(attribute["values"]), "a list has values")
        return found

    async def post(self, fields: dict[str, str]) -> dict[str, Any]:
        """POST Service Request."""
        body = {"api_key": self._key, **fields}
        answer = await self._client.post(f"{self._base}/requests.{self._form}", data=body)
        found = self._read(answer, "service_requests")
        _check(len(found) == 1, "one request is answered by one")
        _check(("service_request_id" in found[0]) != ("token" in found[0]), "either a number or a token")
        return dict(found[0])

    async def requests(self, **query: str) -> list[dict[str, Any]]:
        """GET Service Requests."""
        return self._requests(await self._get(f"{self._base}/requests.{self._form}", "service_requests", query))

    async def request(self, number: str) -> list[dict[str, Any]]:
        """GET Service Request."""
        return self._requests(await self._get(f"{self._base}/requests/{number}.{self._form}", "service_requests", {}))

    async def number(self, token: str) -> str:
        """GET service_request_id from a token."""
        found = await self._get(f"{self._base}/tokens/{token}.{self._form}", "service_requests", {})
        _check(found[0]["token"] == token, "the token comes back")
        return str(found[0]["service_request_id"])

    def _requests(self, found: Any) -> list[dict[str, Any]]:
        for one in found:
            _has(one, REQUEST_FIELDS)
            _check(one["status"] in ("open", "closed"), one["status"])
            for name in ("requested_datetime", "updated_datetime", "expected_datetime"):
                if one[name]:
                    _check(datetime.fromisoformat(one[name]).tzinfo is not None, f"{name} has a zone")
        return list(found)

    async def _get(self, path: str, root: str, query: dict[str, str]) -> Any:
        return self._read(await self._client.get(path, params=query), root)

    def _read(self, answer: httpx.Response, root: str) -> Any:
        kind = answer.headers["content-type"].lower().replace(" ", "")
        _check(kind == {"xml": "text/xml;charset=utf-8", "json": "application/json;charset=utf-8"}[self._form], kind)
        good = answer.is_success
        body = self._parsed(answer.content, root if good else "errors")
        if good:
            return body
        for error in body:
            _has(error, {"code", "description"})
        _check(int(body[0]["code"]) == answer.status_code, "the first error has the status")
        raise Refusal(answer.status_code, body)

    def _parsed(self, content: bytes, root: str) -> Any:
        if self._form == "json":
            return json.loads(content.decode("utf-8"))
        _check(content.startswith(b'<?xml version="1.0" encoding="utf-8"?>'), "an XML declaration with the encoding")
        tree = ET.fromstring(content)
        _check(tree.tag == root, f"root {tree.tag}")
        return _value(tree)


def _value(element: ET.Element) -> Any:
    if element.tag in LISTS and all(child.tag == LISTS[element.tag] for child in element):
        return [_value(child) for child in element]
    if len(element):
        return {child.tag: _value(child) for child in element}
    return element.text


def _true(value: Any) -> bool:
    return value if isinstance(value, bool) else {"true": True, "false": False}[value]


def _has(found: dict[str, Any], names: set[str]) -> None:
    _check(names <= found.keys(), f"missing: {sorted(names - found.keys())}")


def _check(holds: bool, what: str) -> None:
    if not holds:
        raise SpecificationError(what)
