"""The exceptions of this package.

    IvrError
    ├── FlowError      a flow document cannot be used (see its findings)
    ├── ReleaseError   a published flow cannot be read or written
    ├── Conflict       somebody else was first; nothing was changed
    ├── PromptError    a prompt cannot be rendered or a recording cannot be read
    └── SpeechError    the speech engine is missing or failed
"""

from __future__ import annotations

from dataclasses import dataclass


class IvrError(Exception):
    """Anything that this package refuses."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a caller gets to where a rule is broken: which number they ring, from which, when, and what they press.

    `at` is wall-clock time of the flow's zone (ISO) or "" for any; `presses` one item for each question (``t``: none;
    when they run out the caller stays silent); `lines` tells it in Chinese, second by second.
    """

    presses: tuple[str, ...]
    called: str = ""
    caller: str = ""
    at: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of a flow document, for the person who edits it.

    `place` is ``file:line steps.<id>.<field>`` (what is known of it), `code` a stable English slug, `problem` and
    `fix` are Chinese sentences: what is wrong, and what to do. A `warning` does not stop a release. `way` is an
    example of a caller to whom it happens.
    """

    place: str
    code: str
    problem: str
    fix: str
    warning: bool = False
    way: Way | None = None

    def __str__(self) -> str:
        return f"{self.place} [{self.code}] {self.problem}。{self.fix}"


class FlowError(IvrError):
    """A flow document is refused; `findings` says where, why and what to do."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        super().__init__("\n".join(map(str, findings)))


class ReleaseError(IvrError):
    """A published flow cannot be read or written."""


class Conflict(IvrError):
    """Somebody else was first, or this is not possible now; nothing was changed. `fix` says what to do."""

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(f"{problem}。{fix}")
        self.problem, self.fix = problem, fix


class PromptError(IvrError):
    """A prompt cannot be rendered, or a recording cannot be used."""


class SpeechError(IvrError):
    """The speech engine is missing or failed."""
