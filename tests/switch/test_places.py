"""What a browser on this machine is offered, and which logs are kept."""

from __future__ import annotations

from pathlib import Path

from core.secrets import Secrets
from core.settings import Settings
from hotline.switch import EmbeddedSwitch
from hotline.switch.embedded import KEPT_LOGS, local_addresses, turn_over
from routing.directory import Directory

FIB_TRIE = """\
Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 127.0.0.0/8 2 0 2
        +-- 127.0.0.0/31 1 0 0
           |-- 127.0.0.0
              /8 host LOCAL
           |-- 127.0.0.1
              /32 host LOCAL
     +-- 192.0.2.0/24 2 0 2
        |-- 192.0.2.0
           /24 link UNICAST
        |-- 192.0.2.7
           /32 host LOCAL
        |-- 192.0.2.255
           /32 link BROADCAST
"""


def test_only_the_machines_own_addresses_are_taken_from_the_kernels_table(tmp_path: Path) -> None:
    (tmp_path / "fib_trie").write_text(FIB_TRIE)
    assert local_addresses(tmp_path / "fib_trie") == ["192.0.2.7"]


def test_a_machine_without_that_table_offers_nothing_instead(tmp_path: Path) -> None:
    assert local_addresses(tmp_path / "nothing") == []


def test_a_switch_on_loopback_offers_loopback_only_and_a_real_one_its_own_addresses(
    asterisk_root: Path, home: Settings, secrets: Secrets,
) -> None:
    loopback = EmbeddedSwitch(home, secrets, Directory())
    loopback.render()
    assert "ice_deny = ::/0" in (loopback.places.etc / "rtp.conf").read_text()
    real = EmbeddedSwitch(home.model_copy(update={"sip_address": "192.0.2.7"}), secrets, Directory())
    real.render()
    assert "ice_deny" not in (real.places.etc / "rtp.conf").read_text()


def test_the_last_logs_are_kept_and_no_more(tmp_path: Path) -> None:
    log = tmp_path / "messages.log"
    for number in range(KEPT_LOGS + 3):
        log.write_text(str(number))
        turn_over(log)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"messages.log.{n}" for n in range(1, KEPT_LOGS + 1)]
    assert (tmp_path / "messages.log.1").read_text() == str(KEPT_LOGS + 2)
