"""Recordings that admins upload: converted, levelled, trimmed; what is no sound is refused."""

from __future__ import annotations

import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest

from ivr.bundle import read_bundle
from ivr.errors import FlowError, PromptError
from ivr.sound import from_alaw, from_wav, to_alaw
from ivr.upload import LARGEST, alaw_as_wav, as_heard, take, wav

RATE = 16_000


def tone(seconds: float, size: float = 0.05, pad: float = 1.0) -> np.ndarray:
    quiet = np.zeros(int(pad * RATE))
    return np.concatenate([quiet, size * np.sin(np.arange(int(seconds * RATE)) * 2 * np.pi * 500 / RATE), quiet])


@pytest.mark.parametrize("form", ["wav", "mp3", "flac", "ogg"])
def test_a_quiet_recording_with_silence_round_it_becomes_a_prompt(tmp_path: Path, form: str) -> None:
    source, upload = tmp_path / "source.wav", tmp_path / f"in.{form}"
    source.write_bytes(wav(tone(1.5), RATE))
    subprocess.run(["sox", source, "-r", "44100", "-c", "2", upload], check=True, timeout=60, capture_output=True)
    taken = take(upload.read_bytes(), "zh-CN", tmp_path / "kept")
    kept = tmp_path / "kept" / "zh-CN" / f"{taken.name}.wav"
    with wave.open(str(kept)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
    sound, _ = from_wav(kept.read_bytes())
    assert taken.seconds == pytest.approx(1.55, abs=0.15)
    assert 0.05 < float(np.sqrt(np.mean(sound**2))) < 0.2  # the usual loudness, whatever came


def test_the_same_sound_has_the_same_name_and_another_one_another(tmp_path: Path) -> None:
    one, same, other = (take(wav(tone(s), RATE), "en", tmp_path) for s in (1.0, 1.0, 1.2))
    assert one.name == same.name != other.name


@pytest.mark.parametrize(("raw", "said"), [
    (b"MZ\x90\x00" * 100, "不是能用的录音"), (b"", "不是能用的录音"), (b"RIFF" + b"\x00" * 200, "读不出来"),
    (b"ID3" + bytes(range(256)) * 20, "读不出来|没有声音"), (wav(np.zeros(RATE), RATE), "没有声音"),
    (wav(tone(0.05), RATE), "重新录制"), (b"RIFF" + b"\x00" * (LARGEST + 1), "最多 20 MB"),
], ids=["program", "empty", "torn", "no mp3", "silent", "short", "large"])
def test_what_is_no_prompt_is_refused_with_what_to_do(tmp_path: Path, raw: bytes, said: str) -> None:
    with pytest.raises(PromptError, match=said):
        take(raw, "zh-CN", tmp_path)
    assert list(tmp_path.rglob("*.wav")) == []


def test_a_law_read_back_is_what_was_written() -> None:
    every = bytes(range(256))
    assert to_alaw(from_alaw(every)) == every
    assert from_wav(alaw_as_wav(every))[1] == 8000
    assert from_wav(as_heard(tone(0.5)))[1] == 8000


@pytest.mark.parametrize("sounds", ["{../x/y: UklGRg==}", "{zh-CN/a: '!!'}", "{zh-CN/a: aGVsbG8=}"])
def test_a_file_with_a_bad_recording_is_refused(sounds: str) -> None:
    with pytest.raises(FlowError, match="录音读不懂"):
        read_bundle(f"release: 1\nsounds: {sounds}\n".encode(), "f.yaml")
