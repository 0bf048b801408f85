"""A tone is heard where it is spoken, exactly there, and in nothing that only resembles it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.demo.behaviours import TONES
from hotline.demo.tones import RATE, Samples, from_alaw, heard, largest_gap, level_db, to_alaw, to_pcm, tone

DTMF = (697, 770, 852, 941, 1209, 1336, 1477, 1633)


def noise(seconds: float, level: float, seed: int = 1) -> Samples:
    return np.random.default_rng(seed).normal(0.0, 10 ** (level / 20), int(seconds * RATE))


def silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * RATE))


def on_the_line(samples: Samples) -> Samples:
    """As a telephone line carries it."""
    return from_alaw(to_alaw(np.clip(samples, -1, 1)))


@pytest.mark.parametrize("role", TONES)
def test_each_role_is_heard_on_the_line_and_nobody_else(role: str) -> None:
    found = heard(on_the_line(tone(TONES[role], 2.0) + noise(2.0, -45)), TONES)
    assert set(found) == {role}
    assert found[role].seconds == pytest.approx(2.0, abs=0.15)


def test_where_a_tone_begins_and_ends_is_told_to_a_tenth_of_a_second() -> None:
    found = heard(np.concatenate([silence(1.0), tone(660, 2.0), silence(1.0)]), TONES)["agent"]
    assert (found.first, found.last) == pytest.approx((1.0, 3.0), abs=0.1)
    assert found.level_db == pytest.approx(-12, abs=1)


def test_three_who_speak_at_once_are_all_heard() -> None:
    mix = tone(520, 3.0, -18) + tone(660, 3.0, -18) + tone(1100, 3.0, -24)
    assert set(heard(on_the_line(mix), TONES)) == {"citizen", "agent", "unit"}


def test_a_tone_under_half_a_second_does_not_count() -> None:
    assert heard(np.concatenate([silence(1.0), tone(520, 0.4), silence(1.0)]), TONES) == {}


def test_noise_and_silence_have_no_tone() -> None:
    assert heard(noise(5.0, -20), TONES) == {}
    assert heard(silence(5.0), TONES) == {}
    assert heard(silence(0.01), TONES) == {}


def test_a_note_of_a_piano_beside_a_tone_is_not_the_tone() -> None:
    fading = tone(659.26, 2.0, -6) * np.exp(-np.linspace(0, 4, 2 * RATE))
    assert heard(fading, TONES) == {}
    assert heard(tone(659.26, 2.0), TONES) == {}


def test_a_gliding_voice_is_not_a_tone() -> None:
    pitch = 130 + 12 * np.sin(2 * np.pi * 1.3 * np.arange(4 * RATE) / RATE)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    voice = sum((np.sin(phase * n) / n for n in range(1, 16)), start=np.zeros(4 * RATE)) * 0.2
    assert heard(voice, TONES) == {}
    assert set(heard(voice + tone(1100, 4.0), TONES)) == {"unit"}


@pytest.mark.parametrize("hz", DTMF)
def test_a_pressed_key_is_nobodys_tone(hz: int) -> None:
    assert heard(tone(hz, 1.0), TONES) == {}


def test_a_key_pressed_in_mid_tone_does_not_end_the_tone() -> None:
    sound = tone(520, 3.0)
    sound[RATE : RATE + 400] = 0
    assert heard(sound, TONES)["citizen"].seconds == pytest.approx(3.0, abs=0.2)


@given(gap=st.floats(0.03, 0.4), other=st.sampled_from([660, 1100]))
@settings(max_examples=25, deadline=None)
def test_a_gap_is_measured_to_a_hundredth_of_a_second(gap: float, other: int) -> None:
    sound = np.concatenate([tone(520, 1.5), silence(gap), tone(520, 1.5)])
    sound = sound + tone(other, len(sound) / RATE + 1)[: len(sound)]
    assert largest_gap(on_the_line(sound), 520) == pytest.approx(gap, abs=0.012)


def test_a_whole_tone_has_no_gap_and_a_missing_one_an_endless_gap() -> None:
    assert largest_gap(on_the_line(tone(520, 3.0)), 520) == 0
    assert largest_gap(silence(3.0), 520) == float("inf")


def test_samples_may_be_whole_numbers_or_files(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    (folder / "a.sln").write_bytes(to_pcm(tone(830, 1.0)) + b"\x00")  # cut off in the middle of a sample
    (folder / "a.alaw").write_bytes(to_alaw(tone(830, 1.0)))
    assert set(heard(folder / "a.sln", TONES)) == set(heard(str(folder / "a.alaw"), TONES)) == {"leader"}
    assert set(heard((tone(830, 1.0) * 32767).astype(np.int16), TONES)) == {"leader"}
    with pytest.raises(ValueError, match="not a sound"):
        heard(folder / "a.mp3", TONES)


def test_loudness_is_told_in_decibels_of_full_scale() -> None:
    assert level_db(tone(520, 1.0, 0.0)) == pytest.approx(-3.01, abs=0.1)
    assert level_db(silence(1.0)) == -120
