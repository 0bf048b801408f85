"""A recording that an admin uploads: WAV, MP3, FLAC or Ogg Vorbis → 16 kHz mono, levelled, no silence round it.

What is no sound is refused, whatever its name says. Kept as ``<folder>/<lang>/u-<hash>.wav``: a name stands for one
sound for ever, so releases that name it never change. Other forms than WAV are decoded by SoX in a process of its own,
with a deadline and a bound on what it may give back. Blocks.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import wave
from dataclasses import dataclass
from pathlib import Path

from ivr.errors import PromptError
from ivr.joined import write_whole
from ivr.sound import NARROW, WIDE, Sound, from_alaw, from_pcm16, from_wav, level, resample, to_alaw, to_pcm16, trim

LARGEST = 20_000_000  # bytes of one upload
LONGEST = 300.0  # seconds
_SHORTEST = 0.2
_QUIETEST = 1e-3  # of full scale: below it nobody speaks
_DEADLINE = 60.0
_FORMS = ((b"RIFF", "wav"), (b"ID3", "mp3"), (b"\xff\xfb", "mp3"), (b"\xff\xf3", "mp3"), (b"\xff\xf2", "mp3"),
          (b"fLaC", "flac"), (b"OggS", "ogg"))
_FORMS_SAID = "WAV、MP3、FLAC 或 Ogg Vorbis"


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A recording that was taken: its name, language, and length in seconds after trimming."""

    name: str
    lang: str
    seconds: float


def take(raw: bytes, lang: str, folder: Path) -> Uploaded:
    """Take a recording. Raises PromptError with what to do, or OSError."""
    if len(raw) > LARGEST:
        raise PromptError(f"录音有 {len(raw) // 1_000_000} MB，最多 {LARGEST // 1_000_000} MB。请剪短或压缩后再上传")
    form = next((form for mark, form in _FORMS if raw.startswith(mark)), None)
    if form is None:
        raise PromptError(f"这不是能用的录音。请上传 {_FORMS_SAID} 文件")
    sound = _levelled(_decoded(raw, form))
    content = wav(sound, WIDE)
    name = f"u-{hashlib.sha256(content).hexdigest()[:16]}"
    place = folder / lang / f"{name}.wav"
    place.parent.mkdir(parents=True, exist_ok=True)
    write_whole(str(place), content)
    return Uploaded(name, lang, len(sound) / WIDE)


def _levelled(sound: Sound) -> Sound:
    if not len(sound) or float(abs(sound).max()) < _QUIETEST:
        raise PromptError("录音里没有声音。请检查麦克风后重新录制")
    sound = level(trim(sound, WIDE))
    seconds = len(sound) / WIDE
    if seconds < _SHORTEST:
        raise PromptError(f"录音去掉静音后只有 {seconds:.1f} 秒。请重新录制")
    if seconds > LONGEST:
        raise PromptError(f"录音长 {seconds:.0f} 秒，最多 {LONGEST:.0f} 秒。请剪短")
    return sound


def _decoded(raw: bytes, form: str) -> Sound:
    if form == "wav":
        try:
            sound, rate = from_wav(raw)
            return resample(sound[: int(rate * (LONGEST + 1))], rate, WIDE)
        except (PromptError, ZeroDivisionError, ValueError):
            pass  # a WAV of another coding: SoX may know it
    return _by_sox(raw, form)


def _by_sox(raw: bytes, form: str) -> Sound:
    if shutil.which("sox") is None:
        fix = "请安装（apt-get install sox libsox-fmt-mp3）或改存格式"
        raise PromptError(f"本机没有安装 SoX，只能用 16 位 PCM WAV。{fix}")
    command = ["sox", "-V1", "-t", form, "-", "-t", "raw", "-r", str(WIDE), "-e", "signed", "-b", "16", "-c", "1", "-",
               "trim", "0", str(LONGEST + 1)]
    try:
        done = subprocess.run(command, input=raw, capture_output=True, timeout=_DEADLINE, check=False)
    except (OSError, subprocess.SubprocessError) as error:
        raise PromptError("录音转换超时或失败。请改存为 16 位 PCM WAV 再上传") from error
    if done.returncode or not done.stdout:
        why = "本机的 SoX 不支持这种格式" if b"no handler" in done.stderr else "录音读不出来，可能已损坏"
        raise PromptError(f"{why}。请改存为 16 位 PCM WAV 再上传")
    return from_pcm16(done.stdout)


def wav(sound: Sound, rate: int) -> bytes:
    """Return sound as a WAV file of 16-bit PCM."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(to_pcm16(sound))
    return out.getvalue()


def as_heard(sound: Sound) -> bytes:
    """Return 16 kHz sound as a WAV that sounds as it does on the telephone: 8 kHz, through A-law and back."""
    return wav(from_alaw(to_alaw(resample(sound, WIDE, NARROW))), NARROW)


def alaw_as_wav(raw: bytes) -> bytes:
    """Return a prompt of the switch (raw A-law, 8 kHz) as a WAV that every browser plays."""
    return wav(from_alaw(raw), NARROW)
