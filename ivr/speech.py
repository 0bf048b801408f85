"""The speech port: text → 16 kHz sound. The default is espeak-ng; a city may put any engine behind the same words.

espeak-ng 1.51 reads Hanzi through its English voice, so Chinese is given to it as pinyin (`ivr.reading`).
"""

from __future__ import annotations

import shutil
import subprocess
from typing import Protocol

import numpy as np

from ivr.errors import SpeechError
from ivr.reading import runs
from ivr.sound import WIDE, Sound, from_pcm16, resample, to_pcm16, trim

_DEADLINE = 30.0  # seconds for one run of words
_GAP = 0.12  # seconds between runs of different languages
_VOICES = {"zh": "cmn-latn-pinyin", "en": "en"}
_SPEED = {"zh": 200, "en": 165}  # words a minute in the engine's own count; measured: about 4.5 syllables a second


class Speech(Protocol):
    """Something that speaks. `id` names engine, voice and version: prompts are rendered anew when it changes."""

    id: str

    def speak(self, text: str, lang: str) -> bytes:
        """Return signed 16-bit little-endian mono PCM at 16 kHz. Blocks. Raises SpeechError."""
        ...


class Espeak:
    """espeak-ng as a process for each run of words of one language."""

    id = "espeak-ng/cmn-latn-pinyin/200/165/1"

    def __init__(self, program: str = "espeak-ng") -> None:
        self._program = program

    def speak(self, text: str, lang: str) -> bytes:
        """Return 16 kHz PCM of `text`; Latin words inside a Chinese text are spoken by the English voice."""
        pieces = [self._run(words, spoken) for spoken, words in runs(text, lang)]
        if not pieces:
            raise SpeechError(f"nothing to say in {text!r}")
        gap = np.zeros(int(_GAP * WIDE))
        joined = [part for piece in pieces for part in (gap, piece)][1:]
        return to_pcm16(np.concatenate(joined))

    def _run(self, words: str, lang: str) -> Sound:
        kind = "zh" if lang.startswith("zh") else "en"
        if shutil.which(self._program) is None:
            raise SpeechError("espeak-ng is not installed; install it (apt-get install espeak-ng) or upload recordings")
        command = [self._program, "-v", _VOICES[kind], "-s", str(_SPEED[kind]), "--stdin", "--stdout"]
        try:
            done = subprocess.run(command, input=words.encode(), capture_output=True, timeout=_DEADLINE, check=True)
        except (OSError, subprocess.SubprocessError) as error:
            raise SpeechError(f"espeak-ng failed: {error}") from error
        rate, raw = _wav_stream(done.stdout)
        return resample(trim(from_pcm16(raw), rate), rate, WIDE)


def _wav_stream(raw: bytes) -> tuple[int, bytes]:
    """Rate and samples of a WAV written to a pipe, whose header lengths are not true."""
    at = raw.find(b"data", 12)
    if raw[:4] != b"RIFF" or at < 0:
        raise SpeechError("espeak-ng returned no sound")
    return int.from_bytes(raw[24:28], "little"), raw[at + 8:]
