"""Brings the menu into being: the flow checked and published, its prompts spoken, the service that drives calls."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.settings import Settings
from ivr.flow import Flow, compile_flow, load_flow
from ivr.prompts import PromptStore
from ivr.releases import CURRENT, publish
from ivr.speech import Espeak

Progress = Callable[[int, int, str], None]


def prompt_store(settings: Settings) -> PromptStore:
    """Return the store of spoken prompts of this installation."""
    return PromptStore(settings.prompts_dir, Espeak())


def prepare_menu(settings: Settings, release_dir: Path | None = None, progress: Progress | None = None) -> Flow:
    """Speak every prompt that is missing and publish the configured flow if none is in force.

    Raises FlowError if the flow is refused, SpeechError if it cannot be spoken. A second run does next to nothing.
    """
    folder = release_dir or settings.release_dir
    flow = load_flow(settings.flow)
    store = prompt_store(settings)
    told = progress or (lambda done, total, name: None)
    store.render_system(progress=told)
    store.render(flow.jobs(), told)
    if not (folder / CURRENT).exists():
        publish(compile_flow(flow, store.file_of), folder)
    return flow
