"""The account of an agent's desk telephone by its number, and why one has none."""

from __future__ import annotations

from core.secrets import Secrets
from core.settings import Settings
from hotline.switch.errors import SwitchError
from routing.accounts import account
from routing.directory import Directory


def account_of(settings: Settings, secrets: Secrets, directory: Directory, phone: str) -> dict[str, str]:
    """Return the account of the telephone `phone`, word → value. Raises SwitchError for one that can have none."""
    agent = directory.agent_by_phone(phone)
    if agent is None:
        raise SwitchError(f"no agent has the telephone {phone!r}; give them one in {settings.directory}")
    if agent.kind == "web":
        raise SwitchError(f"{agent.name} ({agent.id}) talks in the page, which gets a secret at each sign-on; "
                          f'for a telephone on the desk set kind = "plain" in {settings.directory}')
    return account(settings, secrets, agent)


def baresip_line(account: dict[str, str]) -> str:
    """Return an account as baresip's file ``accounts`` has it."""
    return (f"<sip:{account['user']}@{account['server']};transport=udp>;auth_user={account['user']};"
            f"auth_pass={account['password']};answermode=manual;regint=60;audio_codecs=PCMA/8000/1")
