"""The account of an agent's desk telephone: what whoever sets one up types into it."""

from __future__ import annotations

from core.secrets import Secrets
from core.settings import Settings
from routing.directory import Agent

CODECS = ("PCMA", "G722", "PCMU")  # what the switch takes (asterisk-conf/pjsip.conf.j2), the best for us first


def account(settings: Settings, secrets: Secrets, agent: Agent, mark: str = "") -> dict[str, str]:
    """Return the account of a telephone on the desk, word → value. One in a page has none: a secret a sign-on.

    `mark`: of the secret in force, "" until an admin renewed it.
    """
    return {"agent": f"{agent.name} ({agent.id})", "server": f"{settings.sip_address}:{settings.sip_port}",
            "transport": "UDP", "user": agent.phone, "password": secrets.phone(agent.phone, mark),
            "codecs": ", ".join(CODECS)}
