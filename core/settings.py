"""Settings of one installation: everything that differs between two machines, and nothing else.

Read from the environment (``HOTLINE_…``) and from ``<home>/hotline.toml``; the environment wins. Secrets are
not settings: `core.secrets` makes them at first use.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, Literal

from pydantic import Field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

PROJECT = Path(__file__).resolve().parent.parent

_ENGLISH: Final = {"示范市": "Demo City"}  # a city of one's own sets `city_english`


def _home() -> Path:
    return Path(os.environ.get("HOTLINE_HOME", PROJECT / "var")).resolve()


class Settings(BaseSettings):
    """One installation. Ports are on loopback unless an address says otherwise; times are in seconds."""

    model_config = SettingsConfigDict(env_prefix="HOTLINE_", extra="forbid")

    home: Path = Field(default_factory=_home)
    city: str = "示范市"
    city_english: str = ""
    node: str = "node1"
    language: str = "zh-CN"
    timezone: str = "Asia/Shanghai"

    # the switch
    asterisk_root: Path | None = None  # default: <project>/var/asterisk; an installed one: "/"
    sip_address: str = "127.0.0.1"
    sip_port: int = 15060
    rtp_first: int = 20000
    rtp_last: int = 20999
    ami_port: int = 15038
    agi_port: int = 14573
    ws_port: int = 18088
    network_address: str = "127.0.0.2"  # the telephone network (trunk)
    network_port: int = 15070
    phones_address: str = "127.0.0.3"  # where plain agents' phones live in the demo; informative
    max_inbound: int = 300
    demo_phone: bool = False  # a citizen's telephone in a page, /telephone: whoever opens it can ring; only for trying

    # who is who
    directory: Path = PROJECT / "hotline" / "demo" / "directory.toml"
    flow: Path = PROJECT / "ivr" / "flows" / "default.yaml"

    # HTTP
    web_address: str = "127.0.0.1"
    web_port: int = 18345
    work_orders_url: str = ""  # default: this installation's own web process
    public_url: str = ""  # how citizens' programs reach the web process; default: as they asked

    # text messages: nobody is asked by them unless they are carried on
    text_messages: Literal["off", "folder"] = "off"

    # the public façade (Open311 GeoReport v2)
    open311: bool = False
    open311_answers: Literal["number", "token"] = "number"  # what a new request is answered with
    open311_jurisdiction: str = ""

    # webhooks
    webhooks_private: bool = False  # whether a receiver may be on this machine or the own network

    # data
    database_url: str = ""  # default: SQLite in <home>
    live_events: Literal["socket", "postgres"] = "socket"  # where web processes follow the journal
    disk_low_mb: int = 10_000  # less room for recordings or the journal is an alarm: make room
    disk_full_mb: int = 1_000  # the same, urgent: what is written now may be lost
    history_digest: str = "sha256"  # seals the history of orders: sha256 or sm3

    # rules of the queue and the talk
    menu_seconds: int = 600  # longest stay in the menu; then a person
    agent_ring_seconds: int = 20
    unit_ring_seconds: int = 25
    return_ring_seconds: int = 10  # the same agent, after a lost leg
    wrap_up_seconds: int = 180
    gateway_silence_seconds: float = 4.0
    listen_seconds: int = 7200  # a telephone that listens beside a talk is hung up after this
    side_room_seconds: int = 20  # without a controller, everybody steps back to the citizen after this

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource, dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        toml = TomlConfigSettingsSource(settings_cls, _home() / "hotline.toml")
        return (init_settings, env_settings, toml)

    # places under home: one line each, so that nobody joins paths elsewhere
    def city_in(self, language: str) -> str:
        """Return the city's name in a language: its own where no other is set."""
        return self.city_english or _ENGLISH.get(self.city, self.city) if language == "en" else self.city

    @property
    def run_dir(self) -> Path:
        """Sockets and pid files."""
        return self.home / "run"

    @property
    def switch_dir(self) -> Path:
        """Everything the embedded switch reads and writes, except recordings."""
        return self.home / "switch"

    @property
    def prompts_dir(self) -> Path:
        """Rendered prompts, a sounds folder of the switch: ``<prompts_dir>/<name>.alaw`` and ``.sln16``."""
        return self.home / "prompts"

    @property
    def recordings_dir(self) -> Path:
        """Recordings: ``<recordings_dir>/<call key>-….alaw`` and their manifests."""
        return self.home / "recordings"

    @property
    def attachments_dir(self) -> Path:
        """Files that belong to orders: ``<attachments_dir>/<first two hex digits>/<id>``."""
        return self.home / "attachments"

    @property
    def anchors_file(self) -> Path:
        """Anchors of the history (`hotline audit anchor`); a copy of it belongs on another machine."""
        return self.home / "anchors.jsonl"

    @property
    def journal_dir(self) -> Path:
        """Segments of the journal, written by the controller only."""
        return self.home / "journal"

    @property
    def cel_file(self) -> Path:
        """The switch's own event log: one JSON object a line."""
        return self.switch_dir / "log" / "cel-custom" / "hotline.jsonl"

    @property
    def release_dir(self) -> Path:
        """The published flow as the survival menu reads it (flow.json)."""
        return self.home / "release"

    @property
    def directory_file(self) -> Path:
        """The directory in force, as controller and switch read it; the TOML file is only its first stock."""
        return self.home / "directory.json"

    @property
    def rosters_file(self) -> Path:
        """The units' duty rosters in force, as the controller reads them."""
        return self.home / "rosters.json"

    @property
    def texts_dir(self) -> Path:
        """Text messages that go out and come in, where `text_messages` is ``folder``."""
        return self.home / "texts"

    @property
    def in_use_file(self) -> Path:
        """Whom the web and worker processes tell that they are there."""
        return self.run_dir / "in-use.lock"

    @property
    def control_socket(self) -> Path:
        """The controller's Unix socket."""
        return self.run_dir / "controller.sock"

    @property
    def secrets_file(self) -> Path:
        """Generated secrets, mode 0600."""
        return self.home / "secrets.json"

    @property
    def asterisk(self) -> Path:
        """Root folder of the Asterisk in use."""
        return self.asterisk_root or PROJECT / "var" / "asterisk"

    @property
    def database(self) -> str:
        """SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite+aiosqlite:///{self.home / 'hotline.db'}"

    @property
    def orders_url(self) -> str:
        """Base URL to which appeals are posted."""
        return self.work_orders_url or f"http://{self.web_address}:{self.web_port}"
