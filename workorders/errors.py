"""What can go wrong with orders, as the people who asked should read it."""

from __future__ import annotations


class WorkOrderError(Exception):
    """Something about orders; `code` is for programs, the text for people, `fix` tells what to do."""

    code = "work_order_error"

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.fix = fix


class NotFound(WorkOrderError):
    """No such order or record."""

    code = "not_found"


class KeyReused(WorkOrderError):
    """An Idempotency-Key came again with another content."""

    code = "idempotency_key_reused"


class AppealTaken(WorkOrderError):
    """This appeal of this call has its order already, under another key."""

    code = "appeal_has_order"


class LostUpdate(WorkOrderError):
    """Somebody else changed the order since it was read."""

    code = "lost_update"


class Held(WorkOrderError):
    """The order is under legal hold."""

    code = "legal_hold"
