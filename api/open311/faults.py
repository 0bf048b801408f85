"""What is refused, in the specification's form: a list of errors, each with a code and a description."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One error: `code` is the HTTP status it alone would have, the text says what is wrong and what to do."""

    code: int
    description: str


class Refused(Exception):
    """A request that is not met; the status is that of the first fault."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(fault.description for fault in faults))
        self.faults = faults

    @property
    def status(self) -> int:
        """Return the HTTP status."""
        return self.faults[0].code if self.faults else 400


def bad(description: str) -> Fault:
    """Return a fault of what was sent."""
    return Fault(400, description)


def unknown(description: str) -> Refused:
    """Return the refusal of what is not there, or not for the public: the two look alike."""
    return Refused(Fault(404, description))


def forbidden(description: str) -> Refused:
    """Return the refusal of a caller without a good key, or in another jurisdiction."""
    return Refused(Fault(403, description))
