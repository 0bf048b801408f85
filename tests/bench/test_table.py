"""The benchmarks' table and file: what they say, not how fast anything is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.figures import VoidError, need_unsaturated, percentile
from bench.rtp import KEY_PACKETS, Media
from bench.sip import digest, parse
from bench.table import Row, table, write

SLOW = Row("CPU per IVR call", 3.0, 2.0, "ms", 1.4, 1.2)
GOOD = Row("rooms of three per core", 95.0, 100.0, "", 0.9, better="higher", note="fifteen rooms")


@pytest.mark.parametrize(("ours", "verdict"), [(1.1, "aim"), (1.2, "aim"), (1.3, "must"), (1.41, "MISSED")])
def test_where_lower_is_better_a_ratio_above_the_bound_is_missed(ours: float, verdict: str) -> None:
    assert Row("x", ours, 1.0, "ms", 1.4, 1.2).verdict == verdict


@pytest.mark.parametrize(("ours", "verdict"), [(0.95, "must"), (0.89, "MISSED")])
def test_where_higher_is_better_a_ratio_below_the_bound_is_missed(ours: float, verdict: str) -> None:
    assert Row("x", ours, 1.0, "", 0.9, better="higher").verdict == verdict


def test_what_was_never_promised_is_neither_kept_nor_missed() -> None:
    assert Row("x", 9.0, 1.0, "ms").verdict == ""


def test_the_table_shows_each_ratio_beside_what_was_promised() -> None:
    lines = table([SLOW, GOOD]).splitlines()
    assert [word in lines[2] for word in ("CPU per IVR call", "1.50", "≤ 1.40", "≤ 1.20", "MISSED")] == [True] * 5
    assert [word in lines[3] for word in ("0.95", "≥ 0.90", "must")] == [True] * 3
    assert lines[-1] == "rooms of three per core: fifteen rooms"


def test_the_file_is_a_list_with_ours_baseline_ratio_must_and_aim(tmp_path: Path) -> None:
    write([SLOW, GOOD], tmp_path / "bench" / "latest.json")
    rows = json.loads((tmp_path / "bench" / "latest.json").read_text(encoding="utf-8"))
    wanted = {"name": "CPU per IVR call", "ours": 3.0, "baseline": 2.0, "ratio": 1.5, "must": 1.4, "aim": 1.2}
    assert rows[0].items() >= wanted.items()
    assert rows[1]["aim"] is None


def test_a_run_whose_load_generator_was_saturated_is_void() -> None:
    need_unsaturated(0.69, 1.0)
    with pytest.raises(VoidError, match="71%"):
        need_unsaturated(0.71, 1.0)


def test_the_95th_percentile_is_one_of_the_values_measured() -> None:
    assert percentile([float(n) for n in range(1, 101)], 0.95) == 95.0
    with pytest.raises(VoidError):
        percentile([], 0.95)


async def test_a_key_lasts_100_ms_and_its_end_is_said_three_times() -> None:
    ear, mouth = Media("127.0.0.1", bytes(160)), Media("127.0.0.1", bytes(160))
    mouth.far, heard = ear.own, []
    ear.listen(lambda payload, at: heard.append(payload))
    mouth.press("5")
    for _ in range(KEY_PACKETS + 2):
        mouth.tick()
    ear._read(lambda payload, at: heard.append(payload))
    ear.close()
    mouth.close()
    assert [payload[0] for payload in heard[:-1]] == [5] * (KEY_PACKETS + 3)
    assert [bool(payload[1] & 0x80) for payload in heard[:-1]] == [False] * KEY_PACKETS + [True] * 3
    assert len(heard[-1]) == 160


def test_a_phone_proves_its_secret_as_the_standard_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 2617, section 3.5."""
    monkeypatch.setattr("bench.sip.secrets.token_hex", lambda count: "0a4f113b")
    said = digest('Digest realm="testrealm@host.com", qop="auth", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"',
                  "Mufasa", "Circle Of Life", "GET", "/dir/index.html")
    assert 'response="6629fae49393a05397450978507c4ef1"' in said


def test_noise_is_no_message() -> None:
    assert parse(b"\r\n\r\n") is None
