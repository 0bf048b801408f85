"""Sound as numbers: float arrays of -1…1, mono. Resample, trim, level, and the two forms that the switch plays."""

from __future__ import annotations

import io
import wave

import numpy as np
from numpy.typing import NDArray

from ivr.errors import PromptError

Sound = NDArray[np.float64]
WIDE = 16_000  # Hz of .sln16
NARROW = 8_000  # Hz of .alaw
_LEVEL = 10 ** (-20 / 20)  # RMS of speech: -20 dBFS, the usual level of switch prompts
_PEAK = 0.9
_SILENT = 10 ** (-45 / 20)
_MARGIN = 0.03  # seconds kept round the speech


def from_pcm16(raw: bytes) -> Sound:
    """Signed 16-bit little-endian → sound."""
    return np.frombuffer(raw[: len(raw) // 2 * 2], dtype="<i2").astype(np.float64) / 32768


def to_pcm16(sound: Sound) -> bytes:
    """Sound → signed 16-bit little-endian."""
    return bytes(np.clip(np.rint(sound * 32767), -32768, 32767).astype("<i2").tobytes())


def resample(sound: Sound, rate: int, to: int) -> Sound:
    """Return `sound` at another rate, band-limited (by its spectrum: prompts are short and this is exact)."""
    length = round(len(sound) * to / rate)
    if rate == to or length == 0:
        return sound[:length] if length == 0 else sound
    spectrum = np.fft.rfft(sound)
    wanted = length // 2 + 1
    fitted = np.zeros(wanted, dtype=complex)
    kept = min(wanted, len(spectrum))
    fitted[:kept] = spectrum[:kept]
    return np.asarray(np.fft.irfft(fitted, length) * (length / len(sound)), dtype=np.float64)


def trim(sound: Sound, rate: int) -> Sound:
    """Cut the silence before and after the speech."""
    loud = np.flatnonzero(np.abs(sound) > _SILENT * max(1e-9, float(np.max(np.abs(sound), initial=0))))
    if not len(loud):
        return sound[:0]
    margin = int(_MARGIN * rate)
    return sound[max(0, loud[0] - margin): loud[-1] + margin]


def level(sound: Sound) -> Sound:
    """Bring speech to the usual loudness, softly limited so that no peak clips."""
    peak = float(np.max(np.abs(sound), initial=0))
    if peak < 1e-4:
        return sound
    active = sound[np.abs(sound) > peak / 20]  # pauses do not count
    louder = sound * (_LEVEL / float(np.sqrt(np.mean(active**2))))
    over = np.abs(louder) > _PEAK / 2
    if over.any():
        half = _PEAK / 2
        louder = np.where(over, np.sign(louder) * (half + half * np.tanh((np.abs(louder) - half) / half)), louder)
    return louder


def beep(rate: int) -> Sound:
    """A quarter of a second of 1,000 Hz that comes and goes softly."""
    time = np.arange(rate // 4) / rate
    return np.asarray(0.25 * np.sin(2 * np.pi * 1000 * time) * np.sin(np.pi * time / time[-1]) ** 0.5, dtype=np.float64)


def to_alaw(sound: Sound) -> bytes:
    """Sound → ITU-T G.711 A-law, one byte a sample."""
    linear = np.clip(np.rint(sound * 32767), -32768, 32767).astype(np.int32) >> 3
    sign = np.where(linear >= 0, 0xD5, 0x55)
    value = np.where(linear >= 0, linear, -linear - 1)
    segment = np.searchsorted([0x1F, 0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF], value, side="left")
    shift = np.where(segment < 2, 1, segment)
    code = (np.minimum(segment, 7) << 4) | ((value >> shift) & 0x0F)
    return bytes((code ^ sign).astype(np.uint8).tobytes())


def from_alaw(raw: bytes) -> Sound:
    """ITU-T G.711 A-law → sound, 8 kHz if it was."""
    code = np.frombuffer(raw, dtype=np.uint8).astype(np.int32) ^ 0x55
    segment, mantissa = (code >> 4) & 7, code & 0x0F
    low = (mantissa << 4) + 8
    value = np.where(segment == 0, low, (low + 0x100) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, value, -value).astype(np.float64) / 32768


def from_wav(raw: bytes) -> tuple[Sound, int]:
    """PCM WAV of any rate, depth and number of channels → (sound, rate). Raises PromptError."""
    try:
        with wave.open(io.BytesIO(raw)) as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            frames = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise PromptError(f"no PCM WAV file ({error}); save it as 16-bit PCM WAV") from error
    samples = _samples(frames[: len(frames) // (width * channels) * width * channels], width)
    return samples.reshape(-1, channels).mean(axis=1), rate


def _samples(frames: bytes, width: int) -> Sound:
    if width == 1:
        return (np.frombuffer(frames, dtype=np.uint8).astype(np.float64) - 128) / 128
    if width == 3:
        wide = np.frombuffer(frames, dtype=np.uint8).reshape(-1, 3)
        padded = np.concatenate([np.zeros((len(wide), 1), np.uint8), wide], axis=1)
        return np.frombuffer(padded.tobytes(), dtype="<i4").astype(np.float64) / 2**31
    return np.frombuffer(frames, dtype=f"<i{width}").astype(np.float64) / float(2 ** (8 * width - 1))
