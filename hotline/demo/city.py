"""The city: its switch brought up and down, its citizens calling, its telephones behaving as told."""

from __future__ import annotations

import asyncio
import base64
import os
import secrets as random_source
import signal
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog

from core.ids import new_id
from core.secrets import Secrets
from core.settings import PROJECT, Settings
from hotline.demo.ami import CityAmi, Message
from hotline.demo.behaviours import TONES, Behaviour, behaviour, behaviours_of
from hotline.demo.errands import Errands
from hotline.demo.errors import CityError, RefusedError, TooLateError
from hotline.demo.legs import CityCall, Leg, Phone, PhoneLeg
from hotline.demo.modules import MODULES
from hotline.switch.embedded import place_context
from hotline.switch.places import places_under
from hotline.switch.process import AsteriskProcess
from hotline.switch.render import render
from routing.directory import Directory

TEMPLATES = PROJECT / "asterisk-conf" / "city"
RTP_PORTS = 1000
LONGEST_TEXT = 700  # bytes; a line of the manager interface has 1024
DIAL_SECONDS = 60.0  # a citizen lets it ring
_LOOK = 0.05  # seconds between two looks at the registrations

log = structlog.get_logger(__name__)


class City:
    """A telephone network of one's own, for one installation (`settings`).

    `home` gets all its files (default: ``<settings.home>/city``); what legs hear lies in ``<home>/heard``. Also an
    asynchronous context manager.
    """

    def __init__(self, settings: Settings, secrets: Secrets, directory: Directory, home: Path | None = None) -> None:
        self.settings, self.directory = settings, directory
        self.home = (home or settings.home / "city").resolve()
        self.heard_dir = self.home / "heard"
        self.calls: list[CityCall] = []
        self.tones: dict[str, int] = dict(TONES)
        self._secrets = secrets
        self._phones: dict[str, Phone] = {}
        self._behaviours: dict[str, Behaviour] = {}
        self._legs: dict[str, Leg] = {}
        self._places = places_under(self.home)
        self._process = AsteriskProcess(
            settings.asterisk, self._places.etc, "the city's switch",
            log_file=self._places.log / "console.log", pid_file=self.home / "asterisk.pid",
        )
        self._ami: CityAmi | None = None
        self._access = (0, "")  # port and secret of the manager interface
        self._dialling = Errands()

    async def __aenter__(self) -> City:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None,
    ) -> None:
        await self.stop()

    # -- up and down ---------------------------------------------------------------------------------------
    async def start(self) -> None:
        """Start the city's switch and teach every phone of the directory its behaviour. Raises CityError."""
        self._places.make()
        self.heard_dir.mkdir(parents=True, exist_ok=True)
        await self._process.stop()  # one left over from a run that was killed would keep the ports
        self._access = _free_port(), random_source.token_urlsafe(24)
        render(TEMPLATES, self._places.etc, self._context(*self._access))
        await self._process.start()
        self._ami = CityAmi(*self._access, self._on_event)
        try:
            await self._ami.connect()
            for number, how in behaviours_of(self.directory).items():
                await self._teach(number, how)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Hang up everything and stop the switch; also after a freeze. Nothing happens if it does not run."""
        self.thaw()
        await self._dialling.cancel()
        if self._ami is not None:
            await self._ami.close()
            self._ami = None
        await self._process.stop()

    def freeze(self) -> None:
        """Stop the network dead: nothing is answered any more, not even with a provisional response."""
        if self._process.pid is not None:
            os.kill(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen network go on."""
        if self._process.pid is not None:
            os.kill(self._process.pid, signal.SIGCONT)

    async def phones_registered(self, deadline: float) -> None:
        """Wait until all plain agents' phones are registered at the hotline's switch. Raises TooLateError."""
        until = time.monotonic() + deadline
        missing = await self._unregistered()
        while missing:
            if time.monotonic() > until:
                raise TooLateError(f"not registered within {deadline:g} s: {', '.join(missing)}")
            await asyncio.sleep(_LOOK)
            missing = await self._unregistered()

    # -- telephones ----------------------------------------------------------------------------------------
    def phone(self, number: str) -> Phone:
        """Return the telephone with this number: an outside number, or an agent's plain phone such as 6001."""
        return self._phones.setdefault(number, Phone(number))

    @property
    def phones(self) -> Mapping[str, Phone]:
        """Every telephone that was asked for or rung."""
        return self._phones

    async def set_behaviour(self, number: str, name: str, **changes: Any) -> None:
        """Let a phone behave from its next call on: a name of `behaviours.NAMED`, with `changes` to its fields.

        The phone keeps its tone. Raises CityError for a name that is not known.
        """
        own = self._behaviours.get(number, Behaviour())
        chosen = behaviour(name)
        values = {"act": chosen.act, "after": chosen.after, "tone": own.tone, "press": chosen.press, "end": chosen.end}
        await self._teach(number, Behaviour(**{**values, **changes}))

    async def reset_behaviours(self) -> None:
        """Let every phone of the directory behave as at the start, and forget what was rung."""
        for number, how in behaviours_of(self.directory).items():
            await self._teach(number, how)
        for phone in self._phones.values():
            phone.forget()

    # -- citizens ------------------------------------------------------------------------------------------
    async def citizen(
        self, number: str = "13800001234", name: str = "", called: str = "12345", tone: int = 520, *,
        hidden: bool = False, asserted: str = "", wait: float = 5.0,
    ) -> CityCall:
        """Let a citizen ring the hotline and return the call, answered; `wait` 0 returns at once, unanswered.

        `name` is any text up to 700 bytes in UTF-8; `hidden` withholds the number; `asserted` is a raw
        P-Asserted-Identity header.
        Raises RefusedError if the call ends before an answer, TooLateError if nothing happens for `wait` seconds.
        """
        call = CityCall(self, new_id("citizen"), number, Path(), hz=tone)
        call.heard_file = self.heard_dir / f"{call.id}.sln"
        self._legs[call.id] = call
        self.calls.append(call)
        if tone and tone not in self.tones.values():
            self.tones[f"citizen@{tone}"] = tone
        for variable, value in _caller(call, name, hidden, asserted).items():
            await self.action("Setvar", Variable=variable, Value=value)
        self._dialling.start(self._dial(call, called))
        if wait:
            await self._until_taken(call, wait)
        return call

    async def hang_up_all(self, deadline: float = 5.0) -> None:
        """Hang up every live leg of the city and wait until all are gone."""
        live = [leg for leg in self._legs.values() if not leg.is_over]
        for leg in live:
            await leg.hang_up()
        for leg in live:
            await leg.until_ended(deadline)

    @property
    def legs(self) -> list[Leg]:
        """Every leg there ever was, oldest first."""
        return list(self._legs.values())

    # -- what legs need ------------------------------------------------------------------------------------
    async def action(self, name: str, variables: Mapping[str, str] | None = None, **fields: Any) -> Message:
        """Send an action to the city's switch. Raises CityError."""
        if self._ami is None:
            raise CityError("the city is not up")
        return await self._ami.action(name, variables, **fields)

    def has_open(self, path: Path) -> bool:
        """Tell whether the city's switch still writes this file."""
        links = Path(f"/proc/{self._process.pid}/fd")
        for link in links.glob("*") if links.exists() else ():
            try:
                if os.readlink(link) == str(path):
                    return True
            except OSError:  # closed while we looked
                continue
        return False

    # -- within --------------------------------------------------------------------------------------------
    def _context(self, ami_port: int, ami_secret: str) -> dict[str, Any]:
        settings = self.settings
        plain = [agent.phone for agent in self.directory.agents if agent.kind == "plain"]
        return place_context(self._process.installation, self._places) | {
            "modules": MODULES,
            "heard_dir": self.heard_dir,
            "ami_port": ami_port,
            "ami_secret": ami_secret,
            "rtp_first": settings.rtp_last + 1,
            "rtp_last": min(settings.rtp_last + RTP_PORTS, 65534),
            "sip_address": settings.sip_address,
            "sip_port": settings.sip_port,
            "network_address": settings.network_address,
            "network_port": settings.network_port,
            "phones_address": settings.phones_address,
            "phones_port": settings.network_port,
            "phones": [{"name": name, "secret": self._secrets.phone(name)} for name in plain],
        }

    async def _teach(self, number: str, how: Behaviour) -> None:
        for name, value in how.variables(number):
            await self.action("Setvar", Variable=name, Value=value)
        self._behaviours[number] = how
        if how.tone and how.tone not in self.tones.values():
            self.tones[number] = how.tone

    async def _unregistered(self) -> list[str]:
        if self._ami is None:
            raise CityError("the city is not up")
        seen = await self._ami.listing("PJSIPShowRegistrationsOutbound", "OutboundRegistrationDetail")
        good = {item.get("ObjectName", "") for item in seen if item.get("Status") == "Registered"}
        return [a.phone for a in self.directory.agents if a.kind == "plain" and a.phone not in good]

    async def _dial(self, call: CityCall, called: str) -> None:
        """Originate on a connection of its own: only an Originate that waits runs the subroutine that names the caller.

        Whether the call is answered is told by its events; a refusal has its reason in them too.
        """
        ami = CityAmi(*self._access, lambda event: None)
        try:
            await ami.connect(events=False)
            await ami.action("Originate", {"CITY_TONE": str(call.hz)}, DIAL_SECONDS + 5.0,
                             Channel=f"PJSIP/{called}@switch", ChannelId=call.id, Context="talk", Exten="citizen",
                             Priority=1, Timeout=round(DIAL_SECONDS * 1000), PreDialGoSub="before,citizen,1")
        except CityError as error:
            log.debug("citizen_not_answered", number=call.number, error=str(error))
        finally:
            await ami.close()

    async def _until_taken(self, call: CityCall, wait: float) -> None:
        try:
            await call.until_answered(wait)
        except TooLateError as error:
            if call.is_over:
                raise RefusedError(str(error)) from error
            raise

    def _on_event(self, event: Message) -> None:
        taker = {"Newchannel": self._on_channel, "UserEvent": self._on_phase, "Hangup": self._on_hangup,
                 "DTMFEnd": self._on_key}.get(event.get("Event", ""))
        if taker is not None:
            taker(event)

    def _on_channel(self, event: Message) -> None:
        leg = self._legs.get(event["Uniqueid"])
        if leg is not None:
            leg.channel = event["Channel"]
            leg.came.set()

    def _on_phase(self, event: Message) -> None:
        phase, leg = event.get("Phase"), self._legs.get(event.get("Leg", ""))
        if phase == "came":
            self._add_phone_leg(event)
        elif phase == "answered" and leg is not None:
            leg.answered_at = time.time()
            leg.was_answered.set()
            self._tell(leg)
        elif phase == "pressed" and leg is not None:
            leg.pressed.set()

    def _add_phone_leg(self, event: Message) -> None:
        number, mark = event["Number"], event["Leg"]
        hz = self._behaviours.get(number, Behaviour()).tone
        leg = PhoneLeg(self, mark, number, self.heard_dir / f"{mark}.sln", hz=hz, channel=event["Channel"],
                       caller=event.get("From", ""))
        leg.came.set()
        self._legs[mark] = leg
        self.phone(number).legs.append(leg)
        self._tell(leg)

    def _on_hangup(self, event: Message) -> None:
        leg = self._legs.get(event["Uniqueid"])
        if leg is None:
            return
        leg.ended_at, leg.cause = time.time(), int(event.get("Cause", "0") or 0)
        leg.technical = event.get("TechCause", "")
        leg.ended.set()
        self._tell(leg)

    def _on_key(self, event: Message) -> None:
        leg = self._legs.get(event.get("Uniqueid", ""))
        if leg is not None and event.get("Direction") == "Received":
            leg.keys_heard += event.get("Digit", "")

    def _tell(self, leg: Leg) -> None:
        if isinstance(leg, PhoneLeg):
            self.phone(leg.number).changed()


def _caller(call: CityCall, name: str, hidden: bool, asserted: str) -> dict[str, str]:
    """Return the global variables that say how a citizen's leg names its caller; free text goes as base64."""
    variables = {f"NUMBER_{call.id}": call.number, f"HIDDEN_{call.id}": "1" if hidden else "0"}
    for variable, text in (("NAME", name), ("ASSERTED", asserted)):
        if len(text.encode()) > LONGEST_TEXT:
            raise CityError(f"the city's switch takes no caller's name of more than {LONGEST_TEXT} bytes")
        variables[f"{variable}_{call.id}"] = base64.b64encode(text.encode()).decode()
    return variables


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
