"""Build the menu of one installation from its settings, and get everything ready that a caller will hear."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from core.facts import ALARM
from core.log import get_logger
from core.settings import Settings
from ivr.drivers.fastagi import MenuService, OnFact
from ivr.errors import IvrError, ReleaseError
from ivr.flow import Flow, compile_flow, load_flow
from ivr.notices import NoticeBoard
from ivr.policy import load_policy
from ivr.prompts import RECORDINGS, Alarm, Progress, PromptStore
from ivr.publishing import Publishing, Signed, joined_questions, recording_there
from ivr.release import Release
from ivr.releases import FlowStore, publish
from ivr.rules import Surroundings
from ivr.shelf import Shelf
from ivr.speech import Espeak
from ivr.staff import staff_of
from ivr.trial import TrialService, trials
from routing.directory_file import directory_in_force
from routing.roster_file import RosterFile

log = get_logger(__name__)


def _quiet(*_: object) -> None:
    return None


def build_prompts(settings: Settings, alarm: Alarm = _quiet) -> PromptStore:
    """Return the prompts of an installation; recordings in ``<home>/recordings-of-prompts`` come before the house's."""
    return PromptStore(settings.prompts_dir, Espeak(), (uploads(settings), RECORDINGS), alarm)


def release_flow(flow: Flow, prompts: PromptStore, folder: Path, progress: Progress = _quiet) -> Release:
    """Render what a checked flow says, then put it in force. Raises PromptError, SpeechError, ReleaseError."""
    prompts.render(flow.jobs(), progress)
    release = compile_flow(flow, prompts.file_of)
    prompts.have_beep()
    prompts.join(joined_questions(release))
    publish(release, folder)
    return release


def build_publishing(settings: Settings, alarm: Alarm = _quiet) -> Publishing:
    """Return the releases of an installation, checked against its policy, its directory and its prompts."""
    prompts, zone = build_prompts(settings, alarm), ZoneInfo(settings.timezone)
    rosters, directory = RosterFile(settings.rosters_file, zone), directory_in_force(settings)

    def around() -> Surroundings:
        now = datetime.now(zone)
        return Surroundings(
            today=now.date(), policy=load_policy(settings.home / "menu-policy.yaml"),
            staff=staff_of(directory.now(), rosters.rosters(), now),
            prompts=prompts.folder, file_of=prompts.file_of,
            recording=recording_there((uploads(settings), RECORDINGS)))

    return Publishing(Shelf(settings.release_dir), prompts, around)


def uploads(settings: Settings) -> Path:
    """Return where an installation keeps the recordings that its admins have uploaded."""
    return settings.home / "recordings-of-prompts"


def recordings(settings: Settings) -> Callable[[str, str], bytes | None]:
    """Return what gives an uploaded recording by name and language, or None."""
    def recording(name: str, lang: str) -> bytes | None:
        place = uploads(settings) / lang / f"{name}.wav"
        return place.read_bytes() if place.is_file() else None

    return recording


def prepare(settings: Settings, progress: Progress = _quiet) -> Release:
    """Get an installation ready to answer: the dialplan's prompts, and the configured flow rendered and in force.

    Blocks (seconds the first time, nothing afterwards). Raises FlowError, PromptError, SpeechError, ReleaseError.
    """
    publishing = build_publishing(settings)
    publishing.prompts.render_system(progress=progress)
    entry = publishing.publish(load_flow(settings.flow), Signed("system", "首次启动"), progress, strict=False)
    return publishing.shelf.release(entry.number)


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
        NoticeBoard(settings.release_dir, alarm),
    )


def build_trials(settings: Settings) -> TrialService:
    """Return what serves menus for trial."""
    return TrialService(trials(settings), build_prompts(settings), lambda: datetime.now(UTC))


def build_due(settings: Settings) -> Callable[[], Awaitable[None]]:
    """Return what puts a release into force whose time has come; to be called every second."""
    shelf = Shelf(settings.release_dir)

    async def due() -> None:
        try:
            entry = await asyncio.to_thread(shelf.publish_due)
        except IvrError as error:
            log.error("menu.not_published", error=str(error))
            return
        if entry is not None:
            log.info("menu.published", release=entry.id, by=entry.by)

    return due


def _alarm_to(on_fact: OnFact) -> Callable[[str, str], None]:
    def alarm(what: str, detail: str) -> None:
        log.error("menu.alarm", what=what, detail=detail)
        on_fact(ALARM, "", "", {"what": what, "detail": detail, "raised": True})

    return alarm
