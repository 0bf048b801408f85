"""Why a phone could not be had, in words an agent understands, from what the switch says of the dead leg.

Measured with Asterisk 22: OriginateResponse and DialEnd do not tell busy from rejected from unknown; the Hangup's
Q.850 cause and SIP status do. "Rang out" and "nobody there" share 19/480: only an earlier ringing tells them apart.
"""

from __future__ import annotations

BUSY = "busy"
RANG_OUT = "rang_out"
DECLINED = "declined"
NO_SUCH_NUMBER = "no_such_number"
CONGESTION = "congestion"
GATEWAY_DEAD = "gateway_dead"
UNREACHABLE = "unreachable"
SWITCH_AWAY = "switch_away"

_BY_CAUSE = {
    1: NO_SUCH_NUMBER,
    3: NO_SUCH_NUMBER,
    17: BUSY,
    20: UNREACHABLE,
    21: DECLINED,
    28: NO_SUCH_NUMBER,
    34: CONGESTION,
    38: CONGESTION,
    42: CONGESTION,
}
_BY_STATUS = {403: DECLINED, 404: NO_SUCH_NUMBER, 410: NO_SUCH_NUMBER, 484: NO_SUCH_NUMBER, 486: BUSY, 600: BUSY,
              603: DECLINED, 503: CONGESTION}


def why_failed(cause: int, status: int, *, rang: bool) -> str:
    """Return the reason for a leg that ended before it was answered.

    `cause` is Q.850, `status` the SIP status or 0, `rang` whether ringing was ever heard.
    """
    reason = _BY_STATUS.get(status) or _BY_CAUSE.get(cause)
    return reason or (RANG_OUT if rang else UNREACHABLE)
