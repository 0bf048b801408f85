"""The account of a desk telephone: told to whoever sets one up, refused with the reason."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from core.secrets import Secrets
from core.settings import Settings
from hotline.switch.cli import app
from hotline.switch.errors import SwitchError
from hotline.switch.phones import account_of
from routing.directory import Directory


def test_the_account_is_told_as_a_telephone_asks_for_it(home: Settings, secrets: Secrets, directory: Directory) -> None:
    account = account_of(home, secrets, directory, "6001")
    assert account["server"] == f"127.0.0.1:{home.sip_port}"
    assert (account["user"], account["password"]) == ("6001", secrets.phone("6001"))
    said = CliRunner().invoke(app, ["phone", "6001"])
    assert said.exit_code == 0
    assert secrets.phone("6001") in said.output
    line = CliRunner().invoke(app, ["phone", "6001", "--baresip"]).output
    assert line.startswith("<sip:6001@127.0.0.1:")


@pytest.mark.parametrize(("phone", "why"), [("9999", "no agent has"), ("6004", "talks in the page")])
def test_who_has_none_is_told_why_and_what_to_do(
        home: Settings, secrets: Secrets, directory: Directory, phone: str, why: str) -> None:
    with pytest.raises(SwitchError, match=why):
        account_of(home, secrets, directory, phone)
