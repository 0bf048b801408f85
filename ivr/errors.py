"""The exceptions of this package.

    IvrError
    ├── FlowError      a flow document cannot be used (see its findings)
    ├── ReleaseError   a published flow cannot be read or written
    ├── PromptError    a prompt cannot be rendered or a recording cannot be read
    └── SpeechError    the speech engine is missing or failed
"""

from __future__ import annotations

from dataclasses import dataclass


class IvrError(Exception):
    """Anything that this package refuses."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of a flow document, for the person who edits it.

    `place` is ``file:line steps.<id>.<field>`` (what is known of it), `code` a stable English slug, `problem` and
    `fix` are Chinese sentences: what is wrong, and what to do. A `warning` does not stop a release.
    """

    place: str
    code: str
    problem: str
    fix: str
    warning: bool = False

    def __str__(self) -> str:
        return f"{self.place} [{self.code}] {self.problem}。{self.fix}"


class FlowError(IvrError):
    """A flow document is refused; `findings` says where, why and what to do."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        super().__init__("\n".join(map(str, findings)))


class ReleaseError(IvrError):
    """A published flow cannot be read or written."""


class PromptError(IvrError):
    """A prompt cannot be rendered, or a recording cannot be used."""


class SpeechError(IvrError):
    """The speech engine is missing or failed."""
