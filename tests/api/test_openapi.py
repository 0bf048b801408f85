"""The description of the interface: whole, true to the routes, the same every time, printed by ``hotline openapi``."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema_rs import validator_for
from typer.testing import CliRunner

from core.control import ControlClient
from core.db import Database
from core.secrets import NAMES, Secrets
from core.settings import Settings

METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    """What the command prints."""
    from hotline.cli_openapi import app

    done = CliRunner().invoke(app, [])
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.output)
    return told


def operations(described: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(f"{method.upper()} {path}", item[method])
            for path, item in described["paths"].items() for method in METHODS if method in item]


def test_the_command_prints_what_the_route_gives_and_always_the_same(described: dict[str, Any]) -> None:
    from api.app import create_app

    settings = Settings()
    app = create_app(settings, Secrets(**dict.fromkeys(NAMES, "")), ControlClient(settings.control_socket),
                     Database("sqlite://"))
    assert json.loads(json.dumps(app.openapi())) == described
    assert len(operations(described)) > 40


def test_every_operation_has_an_example_of_what_it_takes_and_gives(described: dict[str, Any]) -> None:
    missing = []
    for name, operation in operations(described):
        good = [answer for status, answer in operation["responses"].items() if status < "400"]
        shown = any("example" in content for answer in good for content in answer.get("content", {}).values())
        empty = any(not answer.get("content") for answer in good)
        bodies = operation.get("requestBody", {"content": {}})["content"].values()
        taken = all("example" in content for content in bodies)
        missing += [] if (shown or empty) and taken else [name]
    assert missing == []


def test_every_example_of_a_body_fits_its_own_description(described: dict[str, Any]) -> None:
    for name, operation in operations(described):
        for kind, content in operation.get("requestBody", {"content": {}})["content"].items():
            if kind != "application/json":
                continue
            schema = {**content["schema"], "components": described["components"]}
            faults = [fault.message for fault in validator_for(schema).iter_errors(content["example"])]
            assert faults == [], name


def test_every_refusal_is_a_problem_with_a_code_a_sentence_and_what_to_do(described: dict[str, Any]) -> None:
    for name, operation in operations(described):
        refusals = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
        assert {"500", "503"} <= refusals.keys(), name
        for answer in refusals.values():
            content = answer["content"]["application/problem+json"]
            assert content["schema"] == {"$ref": "#/components/schemas/Problem"}, name
            assert {"status", "code", "detail", "fix"} <= content["example"].keys()


def test_every_operation_says_its_permission_and_how_to_prove_who_one_is(described: dict[str, Any]) -> None:
    public = {name for name, operation in operations(described) if operation["security"] == []}
    assert public == {name for name, operation in operations(described) if operation["x-permission"] == "public"}
    names = [operation["operationId"] for _, operation in operations(described)]
    assert len(names) == len(set(names))
