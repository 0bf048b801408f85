"""Build the menu of one installation from its settings, and get everything ready that a caller will hear."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from core.facts import ALARM
from core.log import get_logger
from core.settings import Settings
from ivr.drivers.fastagi import MenuService, OnFact
from ivr.errors import ReleaseError
from ivr.flow import Flow, compile_flow, load_flow
from ivr.prompts import RECORDINGS, Alarm, Progress, PromptStore
from ivr.release import Release
from ivr.releases import FlowStore, publish
from ivr.speech import Espeak

log = get_logger(__name__)


def _quiet(*_: object) -> None:
    return None


def build_prompts(settings: Settings, alarm: Alarm = _quiet) -> PromptStore:
    """Return the prompts of an installation; recordings in ``<home>/recordings-of-prompts`` come before the house's."""
    uploaded = settings.home / "recordings-of-prompts"
    return PromptStore(settings.prompts_dir, Espeak(), (uploaded, RECORDINGS), alarm)


def release_flow(flow: Flow, prompts: PromptStore, folder: Path, progress: Progress = _quiet) -> Release:
    """Render what a checked flow says, then put it in force. Raises PromptError, SpeechError, ReleaseError."""
    prompts.render(flow.jobs(), progress)
    release = compile_flow(flow, prompts.file_of)
    prompts.have_beep()
    prompts.join(joined_questions(release))
    publish(release, folder)
    return release


def joined_questions(release: Release) -> Iterator[list[str]]:
    """Yield the files of each step's prompts in each language, alone and after its apology for a wrong key."""
    for step in release.steps.values():
        prompts, wrong = getattr(step, "prompts", ()), getattr(step, "wrong_key", "")
        for lang in release.languages if prompts else ():
            files = [release.file(prompt, lang) for prompt in prompts]
            yield files
            if wrong:
                yield [release.file(wrong, lang), *files]


def prepare(settings: Settings, progress: Progress = _quiet) -> Release:
    """Get an installation ready to answer: the dialplan's prompts, and the configured flow rendered and in force.

    Blocks (seconds the first time, nothing afterwards). Raises FlowError, PromptError, SpeechError, ReleaseError.
    """
    prompts = build_prompts(settings)
    prompts.render_system(progress=progress)
    return release_flow(load_flow(settings.flow), prompts, settings.release_dir, progress)


def build_menu_service(settings: Settings, on_fact: OnFact) -> MenuService:
    """Return the menu on the release in force; with none yet, the configured flow is prepared first (blocks)."""
    alarm = _alarm_to(on_fact)
    flows = FlowStore(settings.release_dir, alarm)
    try:
        flows.current()
    except ReleaseError:
        prepare(settings)
    return MenuService(
        flows, build_prompts(settings, alarm), on_fact, lambda: datetime.now(UTC), settings.recordings_dir,
    )


def _alarm_to(on_fact: OnFact) -> Callable[[str, str], None]:
    def alarm(what: str, detail: str) -> None:
        log.error("menu.alarm", what=what, detail=detail)
        on_fact(ALARM, "", "", {"what": what, "detail": detail, "raised": True})

    return alarm
