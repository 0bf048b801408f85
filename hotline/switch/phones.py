"""The account of an agent's desk telephone by its number, and why one has none."""

from __future__ import annotations

from api.phones.models import DeskPhone
from core.db import Database, DatabaseError
from core.secrets import Secrets
from core.settings import Settings
from hotline.switch.errors import SwitchError
from routing.accounts import account
from routing.directory import Directory


def account_of(settings: Settings, secrets: Secrets, directory: Directory, phone: str,
               row: DeskPhone | None = None) -> dict[str, str]:
    """Return the account of the telephone `phone`, word → value. Raises SwitchError for one that can have none.

    `row`: what is kept of it, None until an admin added it or renewed its secret.
    """
    agent = directory.agent_by_phone(phone)
    if agent is None:
        raise SwitchError(f"no agent has the telephone {phone!r}; give them one in {settings.directory}")
    if agent.kind == "web":
        raise SwitchError(f"{agent.name} ({agent.id}) talks in the page, which gets a secret at each sign-on; "
                          f'for a telephone on the desk set kind = "plain" in {settings.directory}')
    beside = directory.agent(agent.id) is not agent
    if (beside and row is None) or (row is not None and not row.active):
        raise SwitchError(f"{agent.name} ({agent.id}) has no telephone on the desk; an admin adds one at /phones")
    return account(settings, secrets, agent, row.mark if row else "")


async def kept_of(settings: Settings, phone: str) -> DeskPhone | None:
    """Return what the database keeps of a telephone; None where it keeps nothing, or is not there yet."""
    db = Database(settings.database)
    try:
        async with db.reading() as session:
            return await session.get(DeskPhone, phone)
    except DatabaseError:
        return None
    finally:
        await db.close()


def baresip_line(account: dict[str, str]) -> str:
    """Return an account as baresip's file ``accounts`` has it."""
    return (f"<sip:{account['user']}@{account['server']};transport=udp>;auth_user={account['user']};"
            f"auth_pass={account['password']};answermode=manual;regint=60;audio_codecs=PCMA/8000/1")
