"""The menu without the controller: a process that the switch starts for one call, on its stdin and stdout.

    python -S survival_start.py <release_dir> <prompts_dir> <call_key> <step>

Same interpreter, same release, same variables at the end as the FastAGI driver. Whatever goes wrong, the caller is
given to a person: no release, a broken one, a missing prompt, a fault in here. Standard library and pyst2 only, and
few of them: the caller hears nothing while this starts.
"""

from __future__ import annotations

import re
import signal
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from asterisk.agi import AGI, AGIException, AGIHangup

from ivr.errors import IvrError, ReleaseError
from ivr.interpreter import State, advance, start
from ivr.joined import BEEP, is_there, join, joined_name
from ivr.notices import Notice, announced, in_force, load_notices, shut_by
from ivr.outcome import PERSON, channel_variables
from ivr.releases import load_release, read_place
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
)

_LONGEST = 900  # seconds after which this process ends itself, whatever the switch does
_REPLY = re.compile(r"200 result=(-?[0-9*#]*)(?: \(([^)]*)\))?(?: endpos=(\d+))?")
_SAFE = re.compile(r"[^\x00-\x1f\x7f\"\\${}]*")
_WORD = re.compile(r"[0-9A-Za-z_.-]{1,80}")
_ANY_KEY = "0123456789*#"
_BYTES_A_SECOND = 8000  # of a recorded A-law message


class SurvivalHangup(AGIHangup):  # type: ignore[misc]  # pyst2 has no types
    """The caller, or the switch, is gone."""


class _Null:
    """pyst2 tells every line to stderr, which is the console of the switch: caller data does not belong there."""

    def write(self, text: str) -> int:
        return len(text)


class Switch(AGI):  # type: ignore[misc]
    """pyst2's AGI with its answers read strictly: it loses `(timeout)` of an empty result and fails on end of file."""

    def get_result(self, stdin: object = None) -> tuple[str, str, int]:
        """Return (result, note in brackets, end position). Raises SurvivalHangup or AGIException."""
        line = self.stdin.readline()
        while line.startswith("HANGUP"):
            line = self.stdin.readline()
        if not line:
            raise SurvivalHangup("the switch has closed the connection")
        found = _REPLY.match(line)
        if found is None:
            self._skip_usage(line)
            raise AGIException(f"refused: {line.strip()[:80]}")
        if found[2] == "hangup":
            raise SurvivalHangup("hung up")
        if found[1] == "-1":  # hung up, or refused: the next command tells
            raise AGIException("failed")
        return found[1], found[2] or "", int(found[3] or 0)

    def _skip_usage(self, line: str) -> None:
        if line.startswith("511"):
            raise SurvivalHangup("the channel is dead")
        while line.startswith("520-") and (line := self.stdin.readline()) and not line.startswith("520 "):
            line = "520-" + line

    def ask(self, command: str, *words: str) -> tuple[str, str, int]:
        """Send one command with every word quoted. Raises AGIException on a word that could be more than a word."""
        if not all(_SAFE.fullmatch(word) for word in words):
            raise AGIException(f"{command}: a value has characters that are not sent to the switch")
        result: tuple[str, str, int] = self.execute(command, *(f'"{word}"' for word in words))
        return result


class Menu:
    """One call's walk through its release."""

    def __init__(self, switch: Switch, release_dir: Path, prompts_dir: Path, call: str, place: str) -> None:
        self._switch = switch
        self._prompts = prompts_dir
        self._call = call if _WORD.fullmatch(call) else ""
        release_id, step, lang = read_place(place)
        flow = load_release(release_dir, release_id)
        notices = _notices(release_dir)
        said: tuple[str, ...] = ()
        if step not in flow.steps:  # whoever resumes has heard them
            flow, said = announced(flow, notices)
        self._state = start(flow, CallFacts(self._call, *_numbers(switch.env), shut_by(notices)), step, lang, said)

    def run(self) -> Outcome:
        """Walk to the end. Raises AGIException or IvrError."""
        event: Event = Begin()
        while True:
            self._state, request = advance(self._state, event, datetime.now(UTC))
            _trace(self._switch, self._call, self._state)
            if isinstance(request, Done):
                return request.outcome
            event = self._do(request)

    @property
    def release_id(self) -> str:
        """Id of the release in use."""
        return self._state.flow.id

    def _do(self, request: Request) -> Event:
        if isinstance(request, PlayAndRead):
            return self._read(request)
        if isinstance(request, TakeMessage):
            return self._record(request)
        assert isinstance(request, Play)
        self._play(self._sounds(request.prompts, request.lang), request.barge_in)
        return Played()

    def _read(self, request: PlayAndRead) -> Event:
        *first, last = self._sounds(request.prompts, request.lang) or [""]
        if not request.barge_in:
            first, last = [*first, last], ""
        self._play([sound for sound in first if sound], request.barge_in)
        wait = str(int(request.timeout_s * 1000))
        digits, note, _ = self._switch.ask("GET DATA", last, wait, str(request.max_digits))
        return Keys(digits, note == "timeout")

    def _record(self, request: TakeMessage) -> Event:
        beep = [f"{self._prompts}/{BEEP}"] if is_there(str(self._prompts), BEEP) else []
        self._play([*self._sounds(request.prompts, request.lang), *beep], barge_in=True)
        path = self._prompts.parent / "recordings" / f"{self._call}-message-{request.number}"
        result, _, position = self._switch.ask(
            "RECORD FILE", str(path), "alaw", f"#{request.person_key}", str(request.max_seconds * 1000),
            f"s={request.silence_seconds}",
        )
        key = chr(int(result)) if result.isdecimal() and int(result) else ""
        return Recorded(position / _BYTES_A_SECOND, key)

    def _play(self, files: list[str], barge_in: bool) -> None:
        for file in files:
            result, _, _ = self._switch.ask("STREAM FILE", file, _ANY_KEY if barge_in else "")
            if result not in ("", "0"):
                return

    def _sounds(self, prompts: tuple[str, ...], lang: str) -> list[str]:
        """One sound for all prompts; a prompt that is not on disk is passed over: its keys still work."""
        folder = str(self._prompts)
        wanted = [self._state.flow.file(prompt, lang) for prompt in prompts]
        if wanted and is_there(folder, joined := joined_name(wanted)):
            return [f"{folder}/{joined}"]
        files = [file for file in wanted if is_there(folder, file)]
        try:
            return [f"{folder}/{join(folder, files)}"] if files else []
        except OSError:
            return [f"{folder}/{file}" for file in files]


def _notices(folder: Path) -> tuple[Notice, ...]:
    try:
        return in_force(load_notices(folder), time.time())
    except ReleaseError as error:
        print(f"survival menu: {error}", file=sys.stderr)
        return ()


def _numbers(env: Mapping[str, str]) -> tuple[str, str]:
    """Caller and called number; anything that is no number is hidden from the menu."""
    numbers = (env.get(name, "") for name in ("agi_callerid", "agi_dnid"))
    caller, called = (text if re.fullmatch(r"\+?\d{1,32}", text) else "" for text in numbers)
    return caller, called


def _trace(switch: Switch, call: str, state: State) -> None:
    """Each trace line as an event of the switch's own log: with no controller there is nobody else to tell."""
    first = state.count - len(state.trace) + 1
    for number, entry in enumerate(state.trace, start=first):
        words = {"fact": "menu.step", "key": call, "at": f"{time.time():.3f}", "driver": "survival", "n": str(number),
                 "release": state.flow.id, "step": entry.step, "verb": entry.verb, "pressed": entry.key,
                 "why": entry.why, "to": entry.to}
        told = " ".join(f"{name}={value}" for name, value in words.items())
        try:
            switch.ask("EXEC", "CELGenUserEvent", f"HOTLINE,{told}")
        except SurvivalHangup:
            raise
        except AGIException:
            return  # the log is not there; the caller goes first


def _finish(switch: Switch, outcome: Outcome, release_id: str) -> None:
    for name, value in channel_variables(outcome, release_id, "survival").items():
        switch.ask("SET VARIABLE", name, value)


def serve(switch: Switch, words: list[str]) -> None:
    """Walk the menu and tell the switch the outcome; a fault ends in a person."""
    outcome, release_id = PERSON, ""
    try:
        menu = Menu(switch, Path(words[0]), Path(words[1]), words[2], words[3] if len(words) > 3 else "")
        release_id = menu.release_id
        outcome = menu.run()
    except SurvivalHangup:
        return
    except (AGIException, IvrError, OSError, ValueError, LookupError) as error:
        print(f"survival menu: {type(error).__name__}: {error}; a person takes the call", file=sys.stderr)
    _finish(switch, outcome, release_id)


def main() -> int:
    """Entry of the process."""
    signal.alarm(_LONGEST)
    stdin = open(0, encoding="utf-8", errors="replace", newline="\n", closefd=False)  # noqa: SIM115
    switch = Switch(stdin=stdin, stdout=sys.stdout, stderr=_Null())
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        serve(switch, sys.argv[1:])
    except SurvivalHangup:
        pass
    except Exception as error:  # the process ends here; the dialplan gives the caller to a person
        print(f"survival menu: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
