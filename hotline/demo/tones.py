"""Sound proves sound: every party speaks a tone of its own, and recordings are searched for the others' tones.

A tone counts as heard where its energy stands clear of the neighbouring frequencies, holds its level and has exactly
its frequency (by the advance of its phase) for half a second or more. Speech and music have energy everywhere, but
never so still and never so exact. Samples are int16 or float arrays, levels are dB of full scale.
"""

from __future__ import annotations

import wave
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

RATE = 8000  # Hz, of everything on a telephone line
WINDOW = 0.16  # seconds looked at together
HOP = 0.02  # seconds between two looks
HOLD = 0.5  # seconds a tone must last
LOWEST = -45.0  # dB; below it is line noise, or music far away
CLEAR = 14.0  # dB a tone stands above its neighbours
SHARE = -20.0  # dB a tone may lie under all that is heard together
NEIGHBOURS = (-55.0, -37.5, 37.5, 55.0)  # Hz away; a Hann window of 0.16 s has fallen by 31 dB there
OFF = 0.6  # Hz a tone may be off; E5 of a piano is 0.74 Hz from our 660
LAG = 8  # hops over which the advance of the phase is measured: 0.16 s
BREATH = 3  # hops a tone may be missing (a DTMF key, a lost packet) within one span

Samples = npt.NDArray[np.float64]
Sound = Path | str | npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class ToneSpan:
    """Where a tone was heard: `seconds` in all, from `first` to `last` (seconds from the start), its median level."""

    seconds: float
    first: float
    last: float
    level_db: float
    spans: tuple[tuple[float, float], ...] = ()


def tone(hz: float, seconds: float, level_db: float = -12.0, rate: int = RATE) -> Samples:
    """Return a pure tone; samples from -1 to 1, `level_db` is its peak."""
    return 10 ** (level_db / 20) * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate)


def to_pcm(samples: Samples) -> bytes:
    """Return samples (-1 to 1) as signed linear, 16 bits, little endian (``.sln``)."""
    return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()


def to_alaw(samples: Samples) -> bytes:
    """Return samples (-1 to 1) as A-law (G.711): each becomes the code whose value is nearest."""
    table = from_alaw(bytes(range(256)))
    order = np.argsort(table)
    middles = (table[order][1:] + table[order][:-1]) / 2
    return order[np.searchsorted(middles, samples)].astype(np.uint8).tobytes()


def from_alaw(data: bytes) -> Samples:
    """Return A-law bytes as samples (-1 to 1)."""
    code = np.frombuffer(data, dtype=np.uint8).astype(np.int32) ^ 0x55
    exponent, mantissa = (code & 0x70) >> 4, (code & 0x0F) << 4
    size = np.where(exponent == 0, mantissa + 8, (mantissa + 0x108) << np.maximum(exponent - 1, 0))
    return np.asarray(np.where(code & 0x80, size, -size) / 32768.0, dtype=np.float64)


def read_sound(path: Path | str) -> tuple[Samples, int]:
    """Return the samples and the rate of a sound file: ``.alaw``, ``.sln``, ``.sln16`` or ``.wav`` (first channel).

    Raises ValueError for any other name. A file cut off in the middle of a sample is read up to there.
    """
    path = Path(path)
    if path.suffix == ".alaw":
        return from_alaw(path.read_bytes()), RATE
    if path.suffix in {".sln", ".sln16"}:
        return _from_pcm(path.read_bytes()), RATE * (2 if path.suffix == ".sln16" else 1)
    if path.suffix == ".wav":
        with wave.open(str(path)) as file:
            every = _from_pcm(file.readframes(file.getnframes()))
            return every[:: file.getnchannels()], file.getframerate()
    raise ValueError(f"{path.name}: not a sound that can be read here (.alaw, .sln, .sln16, .wav)")


def heard(sound: Sound, candidates: Mapping[str, float], rate: int = RATE) -> dict[str, ToneSpan]:
    """Return which candidates (role → Hz) can be heard in a file or in samples; a role not heard is not in it."""
    samples, rate = _samples(sound, rate)
    found = ((role, _search(samples, float(hz), rate)) for role, hz in candidates.items())
    return {role: span for role, span in found if span is not None}


def largest_gap(sound: Sound, hz: float, rate: int = RATE) -> float:
    """Return the longest time in seconds in which a tone was away between its first and its last moment.

    Gaps from about 15 ms on are seen, to 5 ms; other tones must be 80 Hz away. A tone never heard gives infinity.
    """
    samples, rate = _samples(sound, rate)
    span = _search(samples, hz, rate)
    if span is None:
        return float("inf")
    cut = samples[int((span.first + 0.1) * rate) : int((span.last - 0.1) * rate)]
    hop = 0.0025
    level = np.abs(_spectrum(cut, np.array([hz]), rate, 0.025, hop)[:, 0])
    away = level < np.median(level) / 2
    return max((stop - start for start, stop in _runs(away)), default=0) * hop


def level_db(sound: Sound, rate: int = RATE) -> float:
    """Return the loudness (root mean square) of a whole sound; silence is -120."""
    samples, _ = _samples(sound, rate)
    return float(20 * np.log10(max(float(np.sqrt(np.mean(samples**2))) if samples.size else 0.0, 1e-6)))


def _samples(sound: Sound, rate: int) -> tuple[Samples, int]:
    if isinstance(sound, Path | str):
        return read_sound(sound)
    scale = 32768.0 if np.issubdtype(sound.dtype, np.integer) else 1.0
    return np.asarray(sound, dtype=np.float64) / scale, rate


def _from_pcm(data: bytes) -> Samples:
    return np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2").astype(np.float64) / 32768.0


def _spectrum(samples: Samples, hz: npt.NDArray[np.float64], rate: int, window: float, hop: float,
              ) -> npt.NDArray[np.complex128]:
    """Return amplitude and phase at each frequency of `hz`: one row a window, one column a frequency."""
    size, step = int(window * rate), int(hop * rate)
    if samples.size < size:
        return np.zeros((0, hz.size), dtype=np.complex128)
    frames = np.lib.stride_tricks.sliding_window_view(samples, size)[::step]
    bell = np.hanning(size)
    waves = np.exp(-2j * np.pi * np.outer(np.arange(size), hz) / rate) * (bell * 2 / bell.sum())[:, None]
    return np.asarray(frames @ waves, dtype=np.complex128)


def _search(samples: Samples, hz: float, rate: int) -> ToneSpan | None:
    """Return where the tone is, or None."""
    lines = _spectrum(samples, np.array([hz, *(hz + n for n in NEIGHBOURS)]), rate, WINDOW, HOP)
    if not len(lines):
        return None
    strength = 20 * np.log10(np.maximum(np.abs(lines), 1e-9))
    there = (strength[:, 0] > LOWEST) & (strength[:, 0] > np.median(strength[:, 1:], axis=1) + CLEAR)
    there &= (strength[:, 0] > _loudness(samples, rate) + SHARE) & _exact(lines[:, 0], hz)
    runs = [_trimmed(strength[:, 0], start, stop) for start, stop in _joined(_runs(there))]
    runs = [(a, b) for a, b in runs if (b - a) * HOP >= HOLD and _is_still(strength[a:b, 0])]
    if not runs:
        return None
    level = float(np.median(np.concatenate([strength[a:b, 0] for a, b in runs])))
    middle = WINDOW / 2
    spans = tuple((round(a * HOP + middle, 3), round(b * HOP + middle, 3)) for a, b in runs)
    return ToneSpan(sum(b - a for a, b in spans), spans[0][0], spans[-1][1], level, spans)


def _trimmed(level: Samples, start: int, stop: int) -> tuple[int, int]:
    """Cut off both ends of a stretch where the window lies more than half outside of the tone."""
    loud = np.flatnonzero(level[start:stop] > np.median(level[start:stop]) - 6.0)
    return start + int(loud[0]), start + int(loud[-1]) + 1


def _loudness(samples: Samples, rate: int) -> Samples:
    """Return the level of each window as the peak of a tone that had all its energy; dB."""
    size, step = int(WINDOW * rate), int(HOP * rate)
    energy = np.concatenate(([0.0], np.cumsum(samples**2)))
    mean = (energy[size:] - energy[:-size])[::step] / size
    return np.asarray(10 * np.log10(np.maximum(2 * mean, 1e-12)))


def _exact(line: npt.NDArray[np.complex128], hz: float) -> npt.NDArray[np.bool_]:
    """Tell for each window whether the phase advances like `hz`, seen backwards or forwards."""
    good = np.zeros(len(line), dtype=bool)
    if len(line) <= LAG:
        return good
    turn = line[LAG:] * np.conj(line[:-LAG]) * np.exp(-2j * np.pi * hz * LAG * HOP)
    near = np.abs(np.angle(turn)) / (2 * np.pi * LAG * HOP) < OFF
    good[LAG:] |= near
    good[:-LAG] |= near
    return good


def _is_still(level: Samples) -> bool:
    """Tell whether a level holds: a telephone's tone does not fade as a note or a vowel does."""
    low, high = np.percentile(level, [20, 80])
    return bool(high - low < 4.0)


def _runs(flags: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield the stretches of True as (start, stop)."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _joined(runs: Iterator[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join stretches that only a breath parts."""
    joined: list[tuple[int, int]] = []
    for start, stop in runs:
        if joined and start - joined[-1][1] <= BREATH:
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((start, stop))
    return joined
