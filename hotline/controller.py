"""The controller process: AMI, FastAGI, the line, the talks, the journal. No database, no HTTP.

Everything is built here and nowhere else. Kill it at any moment: the switch carries every call on, and the next
controller rebuilds the board before it acts.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any
from zoneinfo import ZoneInfo

import uvloop

from bridge.acts import Acts, agent_view
from bridge.ami import Ami, AmiEvent
from bridge.board import Board, BoardRules
from bridge.clock import SteadyClock
from bridge.desk_phones import DeskPhones
from bridge.errors import Refused, SwitchError
from bridge.follows import Said
from bridge.holding import Holding
from bridge.line import Line
from bridge.listening import Listening
from bridge.memory import Memory
from bridge.rebuild import rebuild
from bridge.recorder import AmiRecorder
from bridge.rejoin import Rejoining
from bridge.signals import signal_of
from bridge.switch import AmiSwitch
from bridge.talks import TalkRules, Talks
from bridge.telephones import Telephones
from bridge.trials import Trials
from bridge.views import call_view
from bridge.web_phones import WebPhones
from core import facts
from core.alarms import Alarms
from core.control import ControlRefused, ControlServer
from core.journal import Journal, load_snapshot, read_journal
from core.log import configure, get_logger
from core.secrets import Secrets, load_secrets
from core.settings import Settings
from hotline.minding import DISKS_SECONDS, RECORDINGS_SECONDS, Minding
from ivr.agi import AgiServer
from ivr.build import build_due, build_menu_service, build_trials
from ivr.trial import ROUTE
from routing.agents import BUSY, AgentBoard, AgentStatus
from routing.directory import Directory, InForce
from routing.directory_file import DirectoryFile, directory_in_force
from routing.roster_file import RosterFile
from routing.seats import Seats

log = get_logger(__name__)

HEARTBEAT_SECONDS = 1.0
ASIDE_SECONDS = 5.0
SNAPSHOT_SECONDS = 60.0
DUE_SECONDS = 1.0  # a menu that is to begin at a time begins within this


class Controller:
    """One controller of one switch."""

    def __init__(self, settings: Settings, secrets: Secrets, directory: InForce, journal: Journal) -> None:
        self.settings, self.directory, self.journal = settings, directory, journal
        self.memory = remember(settings)
        board = Board(
            AgentBoard(agent.id for agent in directory.now().agents),
            BoardRules(settings.wrap_up_seconds, settings.return_ring_seconds),
        )
        self.ami = Ami(
            "127.0.0.1", settings.ami_port, events=("events", secrets.ami_secret_events),
            actions=("actions", secrets.ami_secret_actions),
            on_event=self._on_event, on_up=self._on_up, on_down=self._on_down,
        )
        self.switch = AmiSwitch(self.ami)
        self.talks = Talks(board, self.switch, journal, SteadyClock(), talk_rules(settings))
        self.talks.commands = False  # until the board is rebuilt
        self._switch_since = self.talks.clock()  # when the switch came or went
        self.seats = Seats(directory, self.memory.rings)
        self.line = Line(self.talks, self.seats)
        rosters = RosterFile(settings.rosters_file, ZoneInfo(settings.timezone))
        self.acts = Acts(self.talks, self.line, directory, rosters, self.seats)
        self.listening = Listening(self.talks, self.acts)
        self.holding = Holding(self.talks, self.acts)
        self.rejoining = Rejoining(self.talks, self.line, self.acts)
        self.web_phones = WebPhones(self.talks, self.line, self.seats)
        self.desk_phones = DeskPhones(self.talks, self.line, self.seats)
        self.menu = build_menu_service(settings, self._menu_fact)
        self.trials = Trials(self.talks, self.seats)
        self.telephones = Telephones(self.ami, self.seats)
        self.agi = AgiServer({"menu": self.menu.handle, ROUTE: build_trials(settings).handle})
        self.control = ControlServer(settings.control_socket, self._handlers(), journal)
        recorder = AmiRecorder("127.0.0.1", settings.ami_port, "recorder", secrets.ami_secret_recorder)
        self.minding = Minding(settings, self.talks, recorder)
        self._ticks: list[asyncio.Task[None]] = []
        self._journal_ok = True
        self.alarms = Alarms()
        if isinstance(directory, DirectoryFile):
            directory.stays, directory.on_change = self._has_a_call, self._directory_changed

    # -- life ------------------------------------------------------------------------------------------------
    async def start(self) -> None:
        """Open everything; returns at once, the switch may come later."""
        self.journal.subscribe(self.memory.fold)
        self.journal.subscribe(self.alarms.fold)
        await self.agi.start("127.0.0.1", self.settings.agi_port)
        await self.control.start()
        await self.ami.start()
        for work, seconds in ((self._beat, HEARTBEAT_SECONDS), (self.line.keep_asides, ASIDE_SECONDS),
                              (self._snapshot, SNAPSHOT_SECONDS), (build_due(self.settings), DUE_SECONDS),
                              (self.minding.disks, DISKS_SECONDS), (self.minding.recordings, RECORDINGS_SECONDS)):
            self._ticks.append(asyncio.create_task(every(seconds, work), name=f"tick {work.__name__}"))

    async def close(self) -> None:
        """Leave in order. Calls go on without us."""
        for tick in self._ticks:
            tick.cancel()
        await asyncio.gather(*self._ticks, return_exceptions=True)
        await self.control.stop()
        await self.agi.close()
        await self.ami.close()
        await self.talks.close()
        await self._snapshot()

    # -- the switch ------------------------------------------------------------------------------------------
    def _on_event(self, event: AmiEvent) -> None:
        signal_ = signal_of(event)
        if signal_ is not None:
            self.talks.take(signal_)

    def _on_down(self) -> None:
        if self.talks.commands:
            self._switch_since = self.talks.clock()
        self.talks.commands = False
        log.warning("switch.away", problem=self.ami.problem)

    async def _on_up(self) -> None:
        """Rebuild the board from switch and journal; only then act. Later events wait in the queue meanwhile."""
        self.talks.commands = False
        channels = await self.switch.channels()
        booted_at = await self.switch.booted_at()
        rebooted = bool(self.memory.booted_at) and booted_at != self.memory.booted_at
        follow = rebuild(self.talks.board, channels, self.memory, rebooted=rebooted, now=self.talks.clock())
        self.talks.commands, self._switch_since = True, self.talks.clock()
        self.talks.follow(follow)
        calls = len(self.talks.board.calls)
        data = {"pid": os.getpid(), "booted_at": booted_at, "rebuilt": {"calls": calls, "channels": len(channels)}}
        self.talks.say(Said(facts.CONTROLLER_STARTED, data=data))
        log.info("switch.here", calls=calls, channels=len(channels), rebooted=rebooted)
        await self._beat()
        self.line.look_soon()

    # -- time ------------------------------------------------------------------------------------------------
    def _mind_journal(self) -> None:
        """Raise an alarm when the journal's disk fails, and take it back when it is well again. Calls go on."""
        health = self.journal.health()
        if health.ok is self._journal_ok:
            return
        self._journal_ok = health.ok
        data = {"what": "journal_failing", "detail": health.error, "raised": not health.ok}
        self.talks.say(Said(facts.ALARM, data=data))
        (log.info if health.ok else log.error)("journal.health", ok=health.ok, error=health.error)

    async def _beat(self) -> None:
        self._mind_journal()
        self.directory.now()
        self.line.tick(self.talks.clock())
        if not self.ami.up:
            return
        self.listening.mind()
        # without us everybody who is signed on is rung, also on a break: a telephone can be left to ring
        here = {s.id for s in self.talks.board.agents if s.status is not AgentStatus.OFFLINE}
        phones = [a.phone for a in self.seats.agents if a.id in here]
        try:
            await self.switch.beat(phones)
        except SwitchError as error:
            log.warning("heartbeat.failed", error=str(error))

    async def _snapshot(self) -> None:
        self.journal.save_snapshot(self.memory.as_dict(), self.memory.seq)

    # -- the directory ---------------------------------------------------------------------------------------
    def _has_a_call(self, agent: str) -> bool:
        """Tell whether an agent is in a call, or in wrap-up: what they typed is still to go out."""
        board = self.talks.board.agents
        return agent in board and board[agent].status in {*BUSY, AgentStatus.WRAP_UP}

    def _directory_changed(self, directory: Directory) -> None:
        """Know new agents before anybody can ask for them; who was taken out goes once they are free."""
        self.talks.board.agents.keep(agent.id for agent in directory.agents)
        log.info("directory.in_force", agents=len(directory.agents), units=len(directory.units))
        self.line.look_soon()

    # -- the menu --------------------------------------------------------------------------------------------
    def _menu_fact(self, kind: str, call: str, key: str, data: dict[str, Any]) -> None:
        self.journal.write(kind, call, key, None, data)

    # -- acts ------------------------------------------------------------------------------------------------
    def _handlers(self) -> dict[str, Callable[..., Awaitable[Any]]]:
        acts = self.acts
        verbs: dict[str, Callable[..., Awaitable[Any]]] = {
            "calls.list": self._calls, "calls.get": self._call, "agents.list": self._agents,
            "agent.state": acts.agent_state, "agent.wrap_up_done": acts.wrap_up_done,
            "call.invite": acts.invite, "call.cancel": acts.cancel, "call.hold": acts.hold,
            "call.resume": acts.resume, "call.consult": acts.consult, "call.bring_back": acts.bring_back,
            "call.finish": acts.finish, "call.dial_out": acts.dial_out, "call.appeal": acts.appeal,
            "call.dispose": acts.dispose, "party.mute": acts.mute, "party.remove": acts.remove,
            "party.leave": acts.leave, "party.hold": self.holding.hold, "party.back": self.holding.back,
            "phone.open": self.web_phones.open, "phone.close": self.web_phones.close,
            "listen.begin": self.listening.begin, "listen.change": self.listening.change,
            "listen.stop": self.listening.stop, "call.rejoin": self.rejoining.rejoin,
            "phone.demo": self.web_phones.demo, "phone.here": self.web_phones.here, "phone.gone": self.web_phones.gone,
            "phone.secret": self.desk_phones.put, "phone.choose": self.desk_phones.choose,
            "phones.list": self.telephones.listed, "phones.where": self.telephones.where,
            "menu.try": self.trials.ring, "phone.echo": self.trials.echo, "alarms.list": self._alarms,
            "switch.state": self._switch_state,
        }
        return {name: carry_out(verb, self.directory.now) for name, verb in verbs.items()}

    async def _switch_state(self) -> dict[str, Any]:
        return {"here": self.talks.commands, "since": self._switch_since}

    async def _alarms(self) -> list[dict[str, Any]]:
        return self.alarms.now(self.talks.clock())

    async def _calls(self) -> list[dict[str, Any]]:
        board = self.talks.board
        return [call_view(call, board.listeners.of(call.key)) for call in board.calls.values()]

    async def _call(self, call: str) -> dict[str, Any]:
        return call_view(self.acts.call(call), self.talks.board.listeners.of(call))

    async def _agents(self) -> list[dict[str, Any]]:
        names = {a.id: a for a in self.seats.agents}
        beside = {one.who: one.call for one in self.talks.board.listeners}
        return [
            {**agent_view(self.talks, s.id), "name": names[s.id].name, "phone": names[s.id].phone,
             "kind": names[s.id].kind, "choice": self.seats.has_a_choice(s.id), "listening": beside.get(s.id, ""),
             "rejoin": self.rejoining.offered(s.id)}
            for s in self.talks.board.agents if s.id in names
        ]


def carry_out(verb: Callable[..., Awaitable[Any]], first: Callable[[], object] = lambda: None,
              ) -> Callable[..., Awaitable[Any]]:
    """Return the act as another process may ask for it: what bridge/ refuses is refused there in the same words.

    `first` is done before it: who was added to the directory a moment ago is known.
    """

    @functools.wraps(verb)
    async def carried(**args: Any) -> Any:
        first()
        try:
            return await verb(**args)
        except Refused as refused:
            raise ControlRefused(refused.code, refused.message, refused.fix) from refused

    return carried


def talk_rules(settings: Settings) -> TalkRules:
    """Return the seconds of ringing from the settings."""
    return TalkRules(
        settings.agent_ring_seconds, settings.unit_ring_seconds, settings.return_ring_seconds,
        gateway_silence=settings.gateway_silence_seconds, side_room=settings.side_room_seconds,
    )


def remember(settings: Settings) -> Memory:
    """Return what snapshot and journal remember."""
    found = load_snapshot(settings.journal_dir)
    memory = Memory.from_dict(found[0]) if found else Memory()
    for fact in read_journal(settings.journal_dir, found[1] if found else 0):
        memory.fold(fact)
    return memory


async def every(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    """Do `work` every so often until cancelled; a failure is logged and the next turn comes."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await work()
        except Exception:
            log.exception("tick.failed", work=getattr(work, "__name__", "?"))


async def run(settings: Settings) -> None:
    """Run a controller until it is told to stop."""
    secrets, directory = load_secrets(settings), directory_in_force(settings)
    journal = Journal.open(settings.journal_dir)
    controller = Controller(settings, secrets, directory, journal)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    try:
        await controller.start()
        await stop.wait()
    finally:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(controller.close(), 5)
        journal.close()


def main() -> None:
    """Entry point of ``python -m hotline.controller``."""
    settings = Settings()
    configure("controller")
    uvloop.run(run(settings))


if __name__ == "__main__":
    main()
