"""A real Asterisk with nothing on it but AMI, AGI and a few lines of dialplan: starts in about a second."""

from __future__ import annotations

import asyncio
import math
import struct
import time
from pathlib import Path

from hotline.switch import Installation

MODULES = """
    pbx_config res_timing_timerfd res_speech res_agi res_musiconhold format_pcm format_sln codec_alaw app_playback
    app_read app_record app_senddtmf app_userevent app_confbridge bridge_softmix bridge_simple bridge_holding app_stack
    app_while app_verbose func_channel func_strings func_timeout func_callerid func_logic func_base64
"""

MANAGER = """
[general]
enabled = yes
bindaddr = 127.0.0.1
port = {port}
channelvars = HL_KEY,HL_STATE
[events]
secret = hears
writetimeout = 5000
read = call,user,system
eventfilter(action(exclude),name(VarSet)) =
eventfilter(action(exclude),name(Newexten)) =
[actions]
secret = does
writetimeout = 5000
read = call
write = originate,call,reporting,system
"""

DIALPLAN = """
[test]
exten => agi,1,Answer()
 same => n,Set(AGIEXITONHANGUP=${EXIT})
 same => n,Set(AGISIGHUP=${SIGNAL})
 same => n,AGI(agi://127.0.0.1:${PORT}/menu,${HL_KEY},,2)
 same => n,UserEvent(AfterAgi,Status: ${AGISTATUS},Key: ${HL_KEY},Outcome: ${HL_OUTCOME})
 same => n,Wait(30)
exten => quiet,1,Answer()
 same => n,Wait(60)
exten => _keys-.,1,Answer()
 same => n,Wait(0.6)
 same => n,SendDTMF(${EXTEN:5},100,80)
 same => n,Wait(60)
exten => burst,1,Answer()
 same => n,Set(I=0)
 same => n,While($[${I} < ${MANY}])
 same => n,UserEvent(Burst,N: ${I},Of: ${MANY},Text: 市民来电)
 same => n,Set(I=$[${I}+1])
 same => n,EndWhile()
 same => n,Wait(60)
"""


def tone(seconds: float, hz: int = 440) -> bytes:
    """Return a tone as signed linear 8 kHz."""
    count = int(8000 * seconds)
    return b"".join(struct.pack("<h", int(8000 * math.sin(2 * math.pi * hz * i / 8000))) for i in range(count))


class BareSwitch:
    """One such Asterisk in a folder of its own. AMI users: events/hears, actions/does."""

    def __init__(self, root: Path, home: Path, ami_port: int) -> None:
        self.installation, self.home, self.ami_port = Installation(root), home, ami_port
        self.process: asyncio.subprocess.Process | None = None

    def prompt(self, name: str, seconds: float) -> str:
        """Make a prompt; return its path without extension."""
        path = self.home / "sounds" / f"{name}.sln"
        path.write_bytes(tone(seconds))
        return str(path.with_suffix(""))

    def _write(self) -> None:
        etc = self.home / "etc"
        for folder in ("etc", "log", "spool", "run", "lib", "sounds"):
            (self.home / folder).mkdir(parents=True, exist_ok=True)
        places = {"astetcdir": etc, "astmoddir": self.installation.modules, "astdatadir": self.installation.data,
                  "astlogdir": self.home / "log", "astspooldir": self.home / "spool", "astrundir": self.home / "run",
                  **dict.fromkeys(("astvarlibdir", "astdbdir", "astkeydir", "astagidir"), self.home / "lib")}
        files = {
            "asterisk.conf": "[directories]\n" + "".join(f"{k} => {v}\n" for k, v in places.items()),
            "modules.conf": "[modules]\nautoload = no\n" + "".join(f"load = {m}.so\n" for m in MODULES.split()),
            "manager.conf": MANAGER.format(port=self.ami_port), "extensions.conf": DIALPLAN,
            "logger.conf": "[logfiles]\nfull = notice,warning,error,verbose\n",
        }
        for name in ("stasis", "cel", "cdr", "features", "indications", "musiconhold", "acl", "udptl", "confbridge"):
            files[f"{name}.conf"] = ""
        for name, text in files.items():
            (etc / name).write_text(text, encoding="utf-8")

    async def start(self) -> None:
        """Start it and wait until AMI answers."""
        self._write()
        await self.start_again()

    async def start_again(self) -> None:
        """Start the process in a folder that is made already."""
        command = self.installation.command("-C", str(self.home / "etc" / "asterisk.conf"), "-f")
        with (self.home / "out").open("ab") as out:
            self.process = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out
            )
        end = time.monotonic() + 15
        while not await self._banner():
            assert time.monotonic() < end, (self.home / "out").read_text()
            assert self.process.returncode is None, (self.home / "out").read_text()
            await asyncio.sleep(0.05)

    async def _banner(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.ami_port)
        except OSError:
            return False
        line = await reader.readline()
        writer.transport.abort()
        return line.startswith(b"Asterisk Call Manager")

    async def stop(self) -> None:
        """Kill it: tests leave nothing."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
