"""The music a waiting citizen hears: a soft pentatonic tune, computed here, so nobody's licence is in it.

Its notes keep clear of the tones by which recordings are proved and of DTMF: otherwise music would look like a
person, or press a key.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

RESERVED: Final = (520, 660, 830, 1100, 1300, 1740, 697, 770, 852, 941, 1209, 1336, 1477, 1633)  # Hz
CLEARANCE: Final = 30  # Hz on both sides of a reserved tone
# a C pentatonic with the notes that would come too near left out, lowest first; Hz
SCALE: Final = (196.00, 220.00, 261.63, 293.66, 329.63, 392.00, 440.00)
TUNE: Final = (2, 4, 5, 6, 5, 4, 2, 3, 4, 5, 4, 3, 2, 1, 0, 1, 2, 4, 5, 4, 6, 5, 4, 3, 2, 3, 4, 2, 1, 0, 1, 2)
NOTE_SECONDS: Final = 0.75
_LEVEL: Final = 0.16  # of full scale: music in the background, about -19 dBm0
_RATES: Final = {"sln16": 16000, "alaw": 8000}

Samples = NDArray[np.int16]


def ensure_music(folder: Path) -> Path:
    """Write ``waiting.alaw`` and ``waiting.sln16`` into `folder` if they are not there; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for suffix, rate in _RATES.items():
        path = folder / f"waiting.{suffix}"
        if not path.exists():
            samples = melody(rate)
            draft = path.with_name(f".{path.name}.new")
            draft.write_bytes(to_alaw(samples) if suffix == "alaw" else samples.astype("<i2").tobytes())
            draft.replace(path)
    return folder


def melody(rate: int) -> Samples:
    """Return the tune as 16-bit samples at `rate` per second."""
    length = int(NOTE_SECONDS * rate)
    ring = 2 * length  # a note rings on into the next one
    out = np.zeros(length * (len(TUNE) + 2))
    moment = np.arange(ring) / rate
    swell = np.minimum(moment / 0.06, 1.0) * np.exp(-1.6 * moment) * np.minimum((ring / rate - moment) / 0.1, 1.0)
    for place, step in enumerate(TUNE):
        start = place * length
        out[start : start + ring] += swell * np.sin(2 * np.pi * SCALE[step] * moment)
    samples: Samples = (out / np.abs(out).max() * _LEVEL * 32767).astype(np.int16)
    return samples


def to_alaw(samples: Samples) -> bytes:
    """Encode 16-bit samples as G.711 A-law, one byte each (ITU-T G.711, even bits inverted)."""
    wide = samples.astype(np.int32)
    sign = np.where(wide >= 0, 0x80, 0x00)
    size = np.where(wide >= 0, wide, ~wide) >> 3  # 0..4095
    exponent = np.where(size >= 32, np.frexp(size)[1] - 5, 0)
    mantissa = (size >> np.maximum(exponent, 1)) & 0x0F
    return bytes(((sign | (exponent << 4) | mantissa) ^ 0x55).astype(np.uint8))
