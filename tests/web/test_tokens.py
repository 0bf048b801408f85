"""The colours of the tokens, computed: texts are readable, states can be told apart by everybody."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from core.settings import PROJECT

CSS = (PROJECT / "web" / "static" / "css" / "tokens.css").read_text("utf-8")
STATES = ("idle", "ringing", "talk", "hold", "three", "wrap", "off", "fault")
TEXT_PAIRS = (("ink", "surface"), ("ink", "ground"), ("ink", "sunken"), ("ink-soft", "surface"), ("ink-soft", "ground"),
              ("ink-soft", "sunken"), ("accent", "surface"), ("accent", "ground"), ("accent", "accent-soft"),
              ("on-accent", "accent"), ("on-accent", "accent-hover"), ("ink", "accent-soft"), ("ink", "danger-soft"),
              ("danger", "surface"), ("ink", "warn-soft"), ("warn-ink", "warn-soft"))
# Machado, Oliveira, Fernandes 2009, severity 1.0, on linear RGB
VISION = {
    "normal": np.eye(3),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                              [-0.011820, 0.042940, 0.968881]]),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                            [-0.003882, -0.048116, 1.051998]]),
}


def tokens(selector: str) -> dict[str, str]:
    """Return the colours that a block of the file sets."""
    block = CSS.split(selector + " {", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+): (#[0-9A-Fa-f]{6})", block))


def linear(colour: str) -> np.ndarray:
    value = np.array([int(colour[n:n + 2], 16) for n in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio."""
    light = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) + 0.05 for c in (one, other))
    return light[1] / light[0]


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* (D65) of linear RGB."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ np.clip(rgb, 0, 1) / [0.9505, 1.0, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("selector", [':root, [data-theme="light"]', '[data-theme="dark"]', '[data-theme="auto"]'])
def test_every_text_is_readable_on_its_ground(selector: str) -> None:
    found = tokens(selector)
    assert {f"{a} on {b}": round(contrast(found[a], found[b]), 2) for a, b in TEXT_PAIRS
            if contrast(found[a], found[b]) < 4.5} == {}


def test_dark_by_choice_and_dark_by_system_are_the_same() -> None:
    assert tokens('[data-theme="dark"]') == tokens('[data-theme="auto"]')


def test_what_the_bar_says_is_readable_on_every_fill() -> None:
    found = tokens(":root")
    assert {state: contrast(found[f"fill-{state}"], found[f"on-{state}"]) for state in STATES
            if contrast(found[f"fill-{state}"], found[f"on-{state}"]) < 6.0} == {}


@pytest.mark.parametrize("vision", VISION)
def test_no_two_states_look_alike(vision: str) -> None:
    found = tokens(":root")
    seen = {state: lab(VISION[vision] @ linear(found[f"fill-{state}"])) for state in STATES}
    near = {f"{a}/{b}": round(float(np.linalg.norm(seen[a] - seen[b])), 1)
            for a, b in itertools.combinations(STATES, 2) if np.linalg.norm(seen[a] - seen[b]) < 20}
    assert near == {}
