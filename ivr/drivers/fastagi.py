"""The menu of every call: walks the interpreter over one FastAGI session, counts its round trips.

A question is one round trip (prompts and key together); the end is one (all variables, HL_OUTCOME last); a place to
resume at is saved only when a call moves to another question. What happened is told to `on_fact`, never waited for.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from core.facts import MENU_OUTCOME, MENU_SMS, MENU_STEP
from core.ids import is_call_key
from core.log import get_logger
from ivr.errors import ReleaseError
from ivr.interpreter import State, advance, start
from ivr.joined import BEEP, is_there, join, joined_name
from ivr.notices import NoticeBoard, announced, shut_by
from ivr.outcome import PERSON, channel_variables
from ivr.prompts import PromptStore
from ivr.releases import FlowStore, place_token, read_place
from ivr.requests import (
    Begin,
    CallFacts,
    Done,
    Event,
    Keys,
    Outcome,
    Play,
    PlayAndRead,
    Played,
    Recorded,
    Request,
    TakeMessage,
    TraceEntry,
)

OnFact = Callable[[str, str, str, dict[str, Any]], None]  # (kind, call key, fact key, data)
log = get_logger(__name__)

_ANY_KEY = "0123456789*#"
_NUMBER = re.compile(r"\+?\d{1,32}")
_TRY = re.compile(r"\d{1,3}")
_MEND_SECONDS = 5.0


class Pressed(Protocol):
    """Answer to `get_data`: what was pressed; no digits and no time-out means only ``#``."""

    @property
    def digits(self) -> str: ...
    @property
    def timed_out(self) -> bool: ...


class Taken(Protocol):
    """Answer to `record`: the key that ended it or "", and the length of the message in seconds."""

    @property
    def key(self) -> str: ...
    @property
    def seconds(self) -> float: ...


class Telephone(Protocol):
    """What this driver needs of an AGI session; every method is one round trip. Prompts are absolute paths without
    extension. When the caller or the connection goes, a method raises: the session's own exception passes through.
    """

    @property
    def args(self) -> Sequence[str]: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    async def get_data(self, prompts: Sequence[str], timeout_ms: int, max_digits: int) -> Pressed: ...
    async def stream(self, prompt: str, escape: str = "") -> str: ...
    async def set_variables(self, variables: Mapping[str, str]) -> None: ...
    async def record(
        self, path: str, escape: str, max_ms: int, silence_s: int, *, beep: bool,
    ) -> Taken: ...


class MenuService:
    """The menu of one installation. `messages` is the folder of recorded messages."""

    def __init__(
        self, flows: FlowStore, prompts: PromptStore, on_fact: OnFact, clock: Callable[[], datetime],
        messages: Path | None = None, notices: NoticeBoard | None = None,
    ) -> None:
        self.flows, self.prompts, self.clock = flows, prompts, clock
        self.messages = messages or prompts.folder.parent / "recordings"
        self.on_fact = on_fact
        self.notices = notices or NoticeBoard(flows.folder)
        self._mending: dict[str, asyncio.Task[bool]] = {}

    async def handle(self, session: Telephone) -> None:
        """Serve one AGI session with the arguments (call key, place to resume at or "", number of the try)."""
        call, place, attempt = (*session.args, "", "", "")[:3]
        if not is_call_key(call):
            log.warning("menu.refused", why="no call key", args=len(session.args))
            return
        release_id, step, lang = read_place(place)
        try:
            flow = self.flows.get(release_id)
        except ReleaseError as error:
            log.error("menu.no_flow", call=call, error=str(error))
            await session.set_variables(channel_variables(PERSON, "", "fastagi"))
            return
        notices = self.notices.at(self.clock().timestamp())
        said: tuple[str, ...] = ()
        if step not in flow.steps:  # whoever resumes has heard them
            flow, said = announced(flow, notices)
        facts = CallFacts(call, *_numbers(session.headers), shut_by(notices))
        state = start(flow, facts, step or None, lang, said)
        await _Talk(self, session, state, attempt if _TRY.fullmatch(attempt) else "1").run()

    async def sounds(self, state: State, names: Sequence[str], lang: str) -> list[str]:
        """Return the paths to play for these prompts: one, joined, or none if there is nothing that can be played.

        A vanished prompt is rendered again, and passed over if that fails: its keys still work. Only a disk that
        cannot be written makes it several.
        """
        folder = str(self.prompts.folder)
        wanted = [state.flow.file(name, lang) for name in names]
        if wanted and is_there(folder, joined := joined_name(wanted)):
            return [f"{folder}/{joined}"]
        files = [file for name, file in zip(names, wanted, strict=True) if await self._ready(state, name, file)]
        if not files:
            return []
        try:
            return [f"{folder}/{await asyncio.to_thread(join, folder, files)}"]
        except OSError as error:
            log.error("menu.cannot_join", call=state.call.key, error=str(error))
            return [f"{folder}/{file}" for file in files]

    def beep(self) -> list[str]:
        """Return the path of the tone before a message, if it is there."""
        folder = str(self.prompts.folder)
        return [f"{folder}/{BEEP}"] if is_there(folder, BEEP) else []

    async def _ready(self, state: State, name: str, path: str) -> bool:
        lang, file = path.split("/", 1)
        if self.prompts.has(file, lang):
            return True
        prompt = state.flow.prompts[name][lang]
        return await self._mend(file, lang, prompt.recording or name, prompt.text)

    async def _mend(self, file: str, lang: str, name: str, text: str) -> bool:
        """One rendering for all the callers who wait for it; it goes on when one of them hangs up."""
        key = f"{lang}/{file}"
        task = self._mending.get(key)
        if task is None:
            task = asyncio.create_task(asyncio.to_thread(self.prompts.mend, file, lang, name, text), name=f"mend {key}")
            self._mending[key] = task
            task.add_done_callback(lambda _: self._mending.pop(key, None))
        try:
            return await asyncio.wait_for(asyncio.shield(task), _MEND_SECONDS)
        except TimeoutError:
            return False


class _Talk:
    """One session under way."""

    def __init__(self, service: MenuService, session: Telephone, state: State, attempt: str) -> None:
        self._service, self._session, self._state, self._attempt = service, session, state, attempt
        self._saved = state.step

    async def run(self) -> None:
        """Walk to the end; if the caller or the connection goes, leave a last trace line and let it pass on."""
        finished = False
        try:
            outcome = await self._walk()
            finished = True
        finally:
            if not finished:
                self._broken_off()
        variables = channel_variables(outcome, self._state.flow.id, "fastagi")
        await self._session.set_variables(variables)
        self._told(outcome)

    async def _walk(self) -> Outcome:
        event: Event = Begin()
        while True:
            self._state, request = advance(self._state, event, self._service.clock())
            self._report()
            if isinstance(request, Done):
                return request.outcome
            event = await self._ask(request)

    async def _ask(self, request: Request) -> Event:
        if isinstance(request, PlayAndRead):
            await self._save_place()
            return await self._read(request)
        if isinstance(request, TakeMessage):
            return await self._record(request)
        assert isinstance(request, Play)
        await self._play(await self._sounds(request), request.barge_in)
        return Played()

    async def _sounds(self, request: Play | PlayAndRead | TakeMessage) -> list[str]:
        return await self._service.sounds(self._state, request.prompts, request.lang)

    async def _save_place(self) -> None:
        """Where to resume, if this driver dies in the question: saved only when the call has moved to another one."""
        state = self._state
        if state.step != self._saved:
            await self._session.set_variables({"HL_STEP": place_token(state.flow.id, state.step, state.lang)})
            self._saved = state.step

    async def _read(self, request: PlayAndRead) -> Event:
        sounds = await self._sounds(request)
        if not request.barge_in:
            await self._play(sounds, barge_in=False)
            sounds = []
        pressed = await self._session.get_data(sounds, int(request.timeout_s * 1000), request.max_digits)
        return Keys(pressed.digits, pressed.timed_out)

    async def _record(self, request: TakeMessage) -> Event:
        sounds = [*await self._sounds(request), *self._service.beep()]
        await self._play(sounds, barge_in=True)
        path = self._service.messages / f"{self._state.call.key}-message-{request.number}"
        escape = f"#{request.person_key}"
        taken = await self._session.record(
            str(path), escape, request.max_seconds * 1000, request.silence_seconds, beep=False,
        )
        return Recorded(taken.seconds, taken.key)

    async def _play(self, files: Sequence[str], barge_in: bool) -> None:
        for file in files:
            if await self._session.stream(file, _ANY_KEY if barge_in else ""):
                return

    # -- facts ---------------------------------------------------------------------------------------------------
    def _report(self) -> None:
        first = self._state.count - len(self._state.trace) + 1
        for number, entry in enumerate(self._state.trace, start=first):
            self._step_fact(number, entry)

    def _step_fact(self, number: int, entry: TraceEntry) -> None:
        call = self._state.call.key
        data = {"release": self._state.flow.id, "step": entry.step, "verb": entry.verb, "heard": list(entry.heard),
                "pressed": entry.key, "why": entry.why, "to": entry.to, "lang": self._state.lang}
        key = f"{call}/menu/{self._attempt}/{number}"
        self._service.on_fact(MENU_STEP, call, key, data)
        if entry.why == "sms":
            self._sms_fact(key, entry)

    def _sms_fact(self, key: str, entry: TraceEntry) -> None:
        """The caller asks for what was said as a text message; whoever sends messages reads this fact."""
        state = self._state
        text = "".join(state.flow.text(prompt, state.lang) for prompt in entry.heard)
        data = {"release": state.flow.id, "step": entry.step, "text": text, "lang": state.lang,
                "number": state.call.caller}
        self._service.on_fact(MENU_SMS, state.call.key, f"{key}/sms", data)

    def _broken_off(self) -> None:
        state = self._state
        self._step_fact(state.count + 1, TraceEntry(state.step, "", (), "", "broken_off", ""))

    def _told(self, outcome: Outcome) -> None:
        call = self._state.call.key
        data = {"outcome": outcome.kind, "skill": outcome.skill, "unit": outcome.unit, "urgency": outcome.urgency,
                "lang": outcome.lang, "driver": "fastagi", "release": self._state.flow.id,
                "variables": dict(outcome.variables or {})}
        self._service.on_fact(MENU_OUTCOME, call, f"{call}/menu/outcome/{self._attempt}", data)


def _numbers(headers: Mapping[str, str]) -> tuple[str, str]:
    """Caller and called number; anything that is no number is hidden from the menu."""
    numbers = (headers.get(name, "") for name in ("agi_callerid", "agi_dnid"))
    caller, called = (text if _NUMBER.fullmatch(text) else "" for text in numbers)
    return caller, called
