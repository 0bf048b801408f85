"""The switch as the rest of bridge/ sees it: a handful of verbs, each one AMI action with a deadline.

`Switch` is the port, `AmiSwitch` the real one. What citizens and parties *do* then is written in
asterisk-conf/extensions.conf.j2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bridge.ami import Ami, AmiDown, AmiError, AmiTimeout
from bridge.errors import SwitchAway, SwitchError, SwitchSilent
from bridge.model import Call, Leg, Listener, Target

WATCHED = (
    "HL_KEY", "HL_STATE", "HL_PARTY", "HL_ROLE", "HL_WHO", "HL_PHONE", "HL_NUMBER", "HL_INVITATION", "HL_WHY",
    "HL_ANSWERED", "HL_CALLER", "HL_CALLED", "HL_DIRECTION", "HL_SINCE", "HL_QUEUED", "HL_SKILL", "HL_UNIT",
    "HL_URGENCY", "HL_LANG", "HL_OUTCOME", "SHARED(HL_PREFER)",
    "HL_LISTENER", "HL_LISTENS_TO", "HL_LISTENS_AT", "HL_BEGAN", "HL_SEALED",
)
# who rings when a menu is tried, and when the line is: a desk in a page knows them by that (web/static/src/phone.ts)
TRIAL_NUMBER = "0000"
ECHO_NUMBER = "0001"


@dataclass(frozen=True, slots=True)
class ChannelNow:
    """A channel that exists now, with our variables on it."""

    id: str
    name: str
    up: bool
    variables: Mapping[str, str] = field(default_factory=dict)

    def get(self, variable: str) -> str:
        """Return a variable's value, "" when unset."""
        return self.variables.get(variable, "")


class Switch(Protocol):
    """What bridge/ asks of a switch. Every verb raises SwitchError or one of its kinds."""

    async def ring(self, call: Call, leg: Leg, target: Target, seconds: int, *, exten: str, side: bool) -> None:
        """Originate a leg under its own id; it rings at most `seconds`."""

    async def ring_citizen(self, call: Call, seconds: int) -> None:
        """Originate the citizen of an outgoing call."""

    async def hang_up(self, leg: Leg, why: str) -> None:
        """End a leg; `why` is written on it first."""

    async def drop(self, leg: Leg) -> None:
        """End a leg without giving a reason: its citizen's dialplan takes it for a loss."""

    async def give_secret(self, phone: str, secret: str) -> None:
        """Put the SIP secret of an agent's page into the switch. Returns once it is in force."""

    async def give_desk_secret(self, phone: str, secret: str) -> None:
        """Put the SIP secret of a telephone on a desk into the switch. Returns once it is in force."""

    async def play_menu(self, endpoint: str, key: str, place: str, seconds: int) -> None:
        """Ring a telephone at most `seconds`; who answers hears a menu for trial from `place` on."""

    async def echo(self, endpoint: str, key: str, seconds: int) -> None:
        """Ring a telephone at most `seconds`; who answers hears themselves, as the switch got it."""

    async def stop_dialling(self, channel: str) -> None:
        """End the ringing of an outgoing call's citizen."""

    async def step(self, leg: Leg, *, side: bool) -> None:
        """Move a leg to the side room, or back to the citizen."""

    async def hold(self, leg: Leg) -> None:
        """Put one leg on hold, with music, outside of both rooms. ``step`` brings it back."""

    async def finish(self, call: Call, by: str) -> None:
        """End the talk by an act: the citizen goes on to the rating, everybody else is released."""

    async def mute(self, call: Call, leg: Leg, *, muted: bool) -> None:
        """Mute or unmute a leg in its room."""

    async def tell_waiting(self, call: Call, place: int, minutes: int) -> None:
        """Let the dialplan speak a citizen's place and estimate."""

    async def beat(self, phones: Sequence[str]) -> None:
        """Tell the dialplan that somebody commands it, and whom to ring when nobody does."""

    async def keep_aside(self, leg: Leg, seconds: int) -> None:
        """Renew the time limit of a leg in the side room."""

    async def listen(self, call: Call, listener: Listener, leg: Leg, seconds: int) -> None:
        """Originate a telephone that listens to a leg, under its own id; it rings at most `seconds`."""

    async def listen_as(self, listener: Listener, exten: str) -> None:
        """Go on as ``listen``, ``whisper`` or, as a party, ``join``."""

    async def listen_to(self, listener: Listener, leg: Leg) -> None:
        """Have a listener listen to another leg, as it listened before."""

    async def stop_listening(self, listener: Listener) -> None:
        """End a listener's telephone."""

    async def channels(self) -> list[ChannelNow]:
        """Return every channel."""

    async def booted_at(self) -> str:
        """Return a text that changes when the switch was started anew."""


def _leg_variables(call: Call, leg: Leg, target: Target, side: bool) -> dict[str, str]:
    return {
        "HL_KEY": call.key, "HL_CITIZEN": call.citizen, "HL_PARTY": leg.id, "HL_INVITATION": leg.invitation,
        "HL_ROLE": leg.role, "HL_WHO": leg.who, "HL_PHONE": leg.kind, "HL_NUMBER": leg.number,
        "HL_ACCEPT": "1" if target.accept else "", "HL_SIDE": "1" if side else "",
        "HL_WAITS_FOR": "1" if side else "",
    }


def _set_ones(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that are set; Asterisk's Status writes ``(null)`` for the others."""
    return {name: value for name, value in variables.items() if value != "(null)"}


class AmiSwitch:
    """A real Asterisk behind AMI."""

    def __init__(self, ami: Ami, *, city_number: str = "12345", trunk: str = "network") -> None:
        self._ami = ami
        self._city_number = city_number
        self._trunk = trunk

    async def _do(self, name: str, fields: Mapping[str, str], variables: Mapping[str, str] | None = None) -> None:
        try:
            await self._ami.action(name, fields, variables=variables)
        except AmiDown as error:
            raise SwitchAway(f"{name}: the switch is not connected") from error
        except AmiTimeout as error:
            raise SwitchSilent(f"{name}: no answer from the switch") from error
        except AmiError as error:
            raise SwitchError(f"{name}: {error}") from error

    async def ring(self, call: Call, leg: Leg, target: Target, seconds: int, *, exten: str, side: bool) -> None:
        await self._originate(
            leg.id, call, target.endpoint, "party", exten, seconds, _leg_variables(call, leg, target, side)
        )

    async def ring_citizen(self, call: Call, seconds: int) -> None:
        variables = {"HL_KEY": call.key, "HL_CALLER": call.caller, "HL_CALLED": call.called, "HL_DIRECTION": "out",
                     "HL_SEALED": "1" if call.sealed else ""}
        endpoint = f"PJSIP/{call.caller}@{self._trunk}"
        await self._originate(call.citizen, call, endpoint, "citizen-out", "s", seconds, variables)

    async def _originate(
        self, channel_id: str, call: Call, endpoint: str, context: str, exten: str, seconds: int,
        variables: Mapping[str, str],
    ) -> None:
        fields = {
            "ActionID": channel_id, "Channel": endpoint, "ChannelId": channel_id, "Context": context,
            "Exten": exten, "Priority": "1", "Timeout": str(seconds * 1000), "Async": "true", "Account": call.key,
            "CallerID": f"{self._city_number} <{self._city_number}>",
        }
        await self._do("Originate", fields, variables)

    async def _set(self, channel: str, name: str, value: str) -> None:
        await self._do("Setvar", {"Channel": channel, "Variable": name, "Value": value})

    async def hang_up(self, leg: Leg, why: str) -> None:
        channel = leg.channel or leg.id
        await self._set(channel, "HL_WHY", why)
        await self._do("Hangup", {"Channel": channel, "Cause": "16"})

    async def drop(self, leg: Leg) -> None:
        await self._do("Hangup", {"Channel": leg.channel or leg.id, "Cause": "16"})

    async def give_secret(self, phone: str, secret: str) -> None:
        await self._put_secret(phone, phone, secret)

    async def give_desk_secret(self, phone: str, secret: str) -> None:
        await self._put_secret(f"desk-{phone}", phone, secret)

    async def _put_secret(self, auth: str, phone: str, secret: str) -> None:
        # what writes the switch's database is closed to AMI users without "system": the dialplan writes it for us
        fields = {"Channel": "Local/open@web-phone/n", "Context": "web-phone", "Exten": "done", "Priority": "1",
                  "Timeout": "3000", "Async": "false"}
        await self._do("Originate", fields, {"HL_WEB_AUTH": auth, "HL_WEB_PHONE": phone, "HL_WEB_SECRET": secret})

    async def play_menu(self, endpoint: str, key: str, place: str, seconds: int) -> None:
        variables = {"HL_TRIAL": key, "HL_TRIAL_PLACE": place}
        await self._ring_for_nobody(f"trial-{key}", endpoint, "menu-trial", TRIAL_NUMBER, seconds, variables)

    async def echo(self, endpoint: str, key: str, seconds: int) -> None:
        await self._ring_for_nobody(f"echo-{key}", endpoint, "echo-test", ECHO_NUMBER, seconds, {})

    async def _ring_for_nobody(
        self, channel: str, endpoint: str, context: str, number: str, seconds: int, variables: Mapping[str, str],
    ) -> None:
        """Originate a leg that belongs to no call."""
        fields = {"ActionID": channel, "Channel": endpoint, "ChannelId": channel, "Context": context, "Exten": "s",
                  "Priority": "1", "Timeout": str(seconds * 1000), "Async": "true",
                  "CallerID": f"{self._city_number} <{number}>"}
        await self._do("Originate", fields, variables)

    async def stop_dialling(self, channel: str) -> None:
        await self._do("Hangup", {"Channel": channel, "Cause": "16"})

    async def step(self, leg: Leg, *, side: bool) -> None:
        where = {"Context": "party", "Exten": "side" if side else "room", "Priority": "1"}
        await self._do("Redirect", {"Channel": leg.channel or leg.id, **where})

    async def hold(self, leg: Leg) -> None:
        where = {"Context": "party", "Exten": "held", "Priority": "1"}
        await self._do("Redirect", {"Channel": leg.channel or leg.id, **where})

    async def finish(self, call: Call, by: str) -> None:
        await self._set(call.citizen, "SHARED(HL_ACT_BY)", by)
        where = {"Context": "citizen", "Exten": "finish", "Priority": "1"}
        await self._do("Redirect", {"Channel": call.citizen, **where})

    async def mute(self, call: Call, leg: Leg, *, muted: bool) -> None:
        action = "ConfbridgeMute" if muted else "ConfbridgeUnmute"
        await self._do(action, {"Conference": f"room-{call.key}", "Channel": leg.channel})

    async def tell_waiting(self, call: Call, place: int, minutes: int) -> None:
        await self._set(call.citizen, "HL_ESTIMATE", str(minutes))
        await self._set(call.citizen, "HL_PLACE", str(place))

    async def beat(self, phones: Sequence[str]) -> None:
        # the switch's own clock, not ours: a jump of our clock must not look like our death
        try:
            pong = await self._ami.action("Ping", timeout=2.0)
        except AmiError as error:
            raise SwitchAway("Ping: no answer") from error
        now = pong.get("Timestamp").split(".")[0]
        await self._do("Setvar", {"Variable": "HL_HEARTBEAT", "Value": now})
        if phones:
            await self._do("Setvar", {"Variable": "HL_AGENT_PHONES", "Value": "&".join(f"PJSIP/{p}" for p in phones)})

    async def keep_aside(self, leg: Leg, seconds: int) -> None:
        await self._set(leg.channel or leg.id, "TIMEOUT(absolute)", str(seconds))

    async def listen(self, call: Call, listener: Listener, leg: Leg, seconds: int) -> None:
        variables = {
            "HL_KEY": call.key, "HL_CITIZEN": call.citizen, "HL_LISTENER": listener.id, "HL_WHO": listener.who,
            "HL_PHONE": listener.kind, "HL_NUMBER": listener.number, "HL_SPIED": leg.channel,
            "HL_LISTENS_TO": listener.to, "HL_LISTENS_AT": listener.party,
        }
        endpoint = f"PJSIP/{listener.number}"
        await self._originate(listener.id, call, endpoint, "listener", listener.mode, seconds, variables)

    async def listen_as(self, listener: Listener, exten: str) -> None:
        where = {"Context": "listener", "Exten": exten, "Priority": "1"}
        await self._do("Redirect", {"Channel": listener.channel or listener.id, **where})

    async def listen_to(self, listener: Listener, leg: Leg) -> None:
        channel = listener.channel or listener.id
        await self._set(channel, "HL_SPIED", leg.channel or leg.id)
        await self._set(channel, "HL_LISTENS_AT", leg.id)
        if listener.began:  # one that still rings begins there
            await self.listen_as(listener, listener.mode)

    async def stop_listening(self, listener: Listener) -> None:
        await self._do("Hangup", {"Channel": listener.channel or listener.id, "Cause": "16"})

    async def channels(self) -> list[ChannelNow]:
        try:
            events = await self._ami.listing("Status", {"Variables": ",".join(WATCHED)}, timeout=5.0)
        except AmiError as error:
            raise SwitchError(f"Status: {error}") from error
        return [
            ChannelNow(e.get("Uniqueid"), e.get("Channel"), e.get("ChannelStateDesc") == "Up", _set_ones(e.variables))
            for e in events
            if e.name == "Status"
        ]

    async def booted_at(self) -> str:
        try:
            status = await self._ami.action("CoreStatus")
        except AmiError as error:
            raise SwitchError(f"CoreStatus: {error}") from error
        return f"{status.get('CoreStartupDate')}T{status.get('CoreStartupTime')}"
