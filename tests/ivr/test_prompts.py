"""What is heard, as sound: length, loudness, form, and where it comes from."""

from __future__ import annotations

import math
import shutil
import wave
from pathlib import Path

import numpy as np
import pytest

from core.settings import Settings
from ivr.build import build_prompts
from ivr.errors import PromptError, SpeechError
from ivr.flow import load_flow
from ivr.prompts import PromptStore, system_prompts
from ivr.reading import read_numbers, runs, to_pinyin
from ivr.sound import from_pcm16, from_wav, level, resample, to_alaw, to_pcm16, trim
from ivr.speech import Espeak
from tests.ivr.phone import Voice

FLOW = Path(__file__).parents[2] / "ivr" / "flows" / "default.yaml"
spoken = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")


def tone(seconds: float, rate: int, hertz: float = 440, loud: float = 0.3) -> np.ndarray:
    return loud * np.sin(2 * math.pi * hertz * np.arange(int(seconds * rate)) / rate)


def save_wav(path: Path, sound: np.ndarray, rate: int, channels: int = 1) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(to_pcm16(np.repeat(sound, channels)))


@pytest.mark.parametrize(("text", "read"), [
    ("12345热线", "幺二三四五热线"), ("110、119、120", "幺幺零、幺幺九、幺二零"),
    ("请按1", "请按一"), ("请按9", "请按九"),
    ("第2位", "第二位"), ("2分钟", "两分钟"), ("10分钟", "十分钟"), ("12分钟", "十二分钟"), ("20位", "二十位"),
    ("2021年", "二零二一年"), ("0", "零"),
])
def test_numbers_are_read_the_chinese_way(text: str, read: str) -> None:
    assert read_numbers(text) == read


def test_hanzi_become_pinyin_and_latin_words_are_left_to_the_english_voice() -> None:
    assert to_pinyin("您好，女士。") == "nin2 hao3 , nv3 shi4 ."
    assert list(runs("重听请按1 For English, press 9.", "zh-CN"))[1] == ("en", "For English, press 9.")
    assert list(runs("Dial 12345", "en")) == [("en", "Dial 1 2 3 4 5")]


@spoken
def test_the_greeting_takes_less_than_six_seconds_and_says_that_the_call_is_recorded(tmp_path: Path) -> None:
    flow = load_flow(FLOW)
    store = PromptStore(tmp_path, Espeak(), ())
    store.render(flow.jobs())
    for lang in flow.head.languages:
        greeting = flow.prompts["greeting"].texts[lang]
        file = Path(store.path(store.file_of("greeting", lang, greeting), lang) + ".alaw")
        assert 2.0 < file.stat().st_size / 8000 < 6.0
    assert "录音" in flow.prompts["greeting"].texts["zh-CN"]


@spoken
def test_speech_is_heard_at_the_usual_loudness_in_both_forms(tmp_path: Path) -> None:
    store = PromptStore(tmp_path, Espeak(), ())
    assert store.render([("hello", "zh-CN", "您好，12345热线"), ("hello", "en", "Hello")]) == 2
    path = store.path(store.file_of("hello", "zh-CN", "您好，12345热线"), "zh-CN")
    wide, narrow = from_pcm16(Path(f"{path}.sln16").read_bytes()), Path(f"{path}.alaw").read_bytes()
    assert abs(len(wide) / 16000 - len(narrow) / 8000) < 0.001
    loudness = 20 * math.log10(float(np.sqrt(np.mean(wide[np.abs(wide) > 0.02] ** 2))))
    assert -23 < loudness < -17
    assert float(np.max(np.abs(wide))) < 0.95


@spoken
def test_chinese_and_english_do_not_sound_the_same() -> None:
    espeak = Espeak()
    assert len(espeak.speak("您好", "zh-CN")) > 8000
    assert espeak.speak("幺二三", "zh-CN") == espeak.speak("123", "zh-CN")
    assert espeak.speak("123", "zh-CN") != espeak.speak("123", "en")


def test_without_the_engine_the_error_says_what_to_do() -> None:
    with pytest.raises(SpeechError, match="install"):
        Espeak("no-such-program").speak("您好", "zh-CN")


def test_a_prompt_is_rendered_once_and_progress_is_told(tmp_path: Path) -> None:
    store, told = PromptStore(tmp_path, Voice(), ()), []
    jobs = [("a", "zh-CN", "您好"), ("b", "zh-CN", "再见")]
    assert store.render(jobs, lambda *step: told.append(step)) == 2
    assert told == [(1, 2, "您好"), (2, 2, "再见")]
    assert store.render(jobs) == 0


def test_the_same_name_with_other_words_is_another_file(tmp_path: Path) -> None:
    store = PromptStore(tmp_path, Voice(), ())
    assert store.file_of("a", "zh-CN", "您好") != store.file_of("a", "zh-CN", "你好")


def test_an_uploaded_recording_wins_over_the_engine(tmp_path: Path) -> None:
    voice = Voice()
    store = PromptStore(tmp_path / "prompts", voice, (tmp_path / "recordings",))
    before = store.file_of("a", "zh-CN", "您好")
    sound = np.concatenate([np.zeros(4410), tone(1.0, 44100), np.zeros(44100)])
    save_wav(tmp_path / "recordings" / "zh-CN" / "a.wav", sound, 44100, channels=2)
    assert store.file_of("a", "zh-CN", "您好") != before
    store.render([("a", "zh-CN", "您好")])
    assert voice.said == []
    size = Path(store.path(store.file_of("a", "zh-CN", "您好"), "zh-CN") + ".alaw").stat().st_size
    assert size / 8000 == pytest.approx(1.06, abs=0.03)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"MP3 or so" * 100])
def test_a_recording_that_is_no_sound_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    place = tmp_path / "recordings" / "zh-CN" / "a.wav"
    place.parent.mkdir(parents=True)
    place.write_bytes(content)
    with pytest.raises(PromptError, match=r"a\.wav"):
        PromptStore(tmp_path, Voice(), (tmp_path / "recordings",)).render([("a", "zh-CN", "您好")])


def test_the_dialplans_prompts_have_fixed_names_and_change_with_their_words(tmp_path: Path) -> None:
    source = tmp_path / "system.yaml"
    source.write_text("thanks: {zh-CN: 谢谢}\n\"place-{n}\": {numbers: 2-4, zh-CN: \"您排在第{n}位\"}\n")
    voice = Voice()
    store = PromptStore(tmp_path / "prompts", voice, ())
    assert store.render_system(source) == 4
    assert store.has("place-3", "zh-CN")
    assert store.render_system(source) == 0
    source.write_text("thanks: {zh-CN: 多谢}\n")
    assert store.render_system(source) == 1
    assert voice.said[-1] == "多谢"


NEEDED = ["rating", "thanks", "please-wait", "connection-lost", "on-hold", "notice-unit", "press-1", "already-taken",
          "caller-gone", "recovering", "message-saved", "goodbye", "all-busy", "wrong-key", "place-many", "wait-more",
          *(f"place-{n}" for n in range(1, 21)), *(f"wait-{n}" for n in range(1, 11))]


def test_everything_that_the_dialplan_says_is_there_in_both_languages() -> None:
    said = {(name, lang) for name, lang, _ in system_prompts()}
    assert said >= {(name, lang) for name in NEEDED for lang in ("zh-CN", "en")}


def test_a_law_matches_the_standards_table_of_values() -> None:
    levels = np.array([0, 1, -1, 8, -8, 1000, -1000, 32767, -32768]) / 32767
    assert to_alaw(levels).hex() == "d5d555d555fa7aaa2a"


def test_resampling_keeps_pitch_and_loudness() -> None:
    sound = resample(tone(1.0, 22050), 22050, 8000)
    spectrum = np.abs(np.fft.rfft(sound))
    assert len(sound) == 8000
    assert int(np.argmax(spectrum)) == 440
    assert float(np.max(np.abs(sound))) == pytest.approx(0.3, abs=0.01)


def test_silence_is_cut_and_quiet_sound_made_louder() -> None:
    quiet = np.concatenate([np.zeros(8000), tone(0.5, 8000, loud=0.03), np.zeros(8000)])
    cut = trim(quiet, 8000)
    assert len(cut) / 8000 == pytest.approx(0.56, abs=0.02)
    assert 0.08 < float(np.sqrt(np.mean(level(cut) ** 2))) < 0.12
    assert len(trim(np.zeros(100), 8000)) == 0


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_wav_of_any_depth_is_read(tmp_path: Path, width: int) -> None:
    path = tmp_path / "x.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(width)
        file.setframerate(8000)
        file.writeframes((b"\xff" if width == 1 else b"\xff" * (width - 1) + b"\x7f") * 100)
    sound, rate = from_wav(path.read_bytes())
    assert (rate, len(sound)) == (8000, 100)
    assert sound[0] == pytest.approx(1.0, abs=0.01)


def test_a_recording_uploaded_to_an_installation_is_found(tmp_path: Path) -> None:
    store = build_prompts(Settings(home=tmp_path))
    before = store.file_of("greeting", "zh-CN", "您好")
    save_wav(tmp_path / "recordings-of-prompts" / "zh-CN" / "greeting.wav", tone(1, 8000), 8000)
    assert store.file_of("greeting", "zh-CN", "您好") != before
    assert store.folder == Settings(home=tmp_path).prompts_dir
