"""Secrets are made once, are strong, and stay private."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.secrets import NAMES, SecretsError, faults_of_secrets, load_secrets
from core.settings import Settings


def test_the_first_use_makes_secrets_that_only_the_owner_can_read(home: Settings) -> None:
    load_secrets(home)
    assert stat.S_IMODE(home.secrets_file.stat().st_mode) == 0o600
    assert faults_of_secrets(home.secrets_file) == []


def test_a_second_use_finds_the_same_secrets(home: Settings) -> None:
    assert load_secrets(home) == load_secrets(home)


def test_two_installations_never_share_a_secret(tmp_path_factory: pytest.TempPathFactory) -> None:
    one, two = (load_secrets(Settings(home=tmp_path_factory.mktemp("home"))) for _ in range(2))
    assert all(getattr(one, name) != getattr(two, name) for name in NAMES)


def test_processes_that_come_at_once_agree_on_one_set(home: Settings) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda _: load_secrets(home), range(64)))
    assert len(found) == 1
    assert [p.name for p in home.home.iterdir()] == [home.secrets_file.name]


def test_a_phone_has_the_same_secret_each_time_and_no_two_phones_share_one(home: Settings) -> None:
    secrets = load_secrets(home)
    assert secrets.phone("6001") == load_secrets(home).phone("6001")
    assert len({secrets.phone(str(number)) for number in range(6000, 6100)}) == 100
    assert secrets.phone("6001").isalnum()


def test_no_secret_shows_when_the_object_is_printed(home: Settings) -> None:
    secrets = load_secrets(home)
    assert not [name for name in NAMES if getattr(secrets, name) in repr(secrets)]


def test_a_file_that_others_can_read_is_complained_about(home: Settings) -> None:
    load_secrets(home)
    home.secrets_file.chmod(0o644)
    assert any("chmod 600" in fault for fault in faults_of_secrets(home.secrets_file))


@pytest.mark.parametrize("weak", ["", "1234", "a" * 60, "12345123451234512345123451234512345"])
def test_a_weak_secret_is_complained_about_by_name(home: Settings, weak: str) -> None:
    load_secrets(home)
    values = json.loads(home.secrets_file.read_text()) | {"api_token": weak}
    home.secrets_file.write_text(json.dumps(values))
    assert any("api_token" in fault for fault in faults_of_secrets(home.secrets_file))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"api_token": 5}', '{"api_token": "x"}'])
def test_a_broken_file_is_refused_with_what_to_do(home: Settings, text: str) -> None:
    home.home.mkdir()
    home.secrets_file.write_text(text)
    with pytest.raises(SecretsError, match="delete it"):
        load_secrets(home)
    assert faults_of_secrets(home.secrets_file)
