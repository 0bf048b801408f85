"""The menu's parts for one request, and its refusals in the form of every other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from fastapi import Request

from api.access import who
from api.problems import Problem
from core.settings import Settings
from ivr.build import build_publishing, uploads
from ivr.document import Document
from ivr.draft_store import Draft, DraftStore
from ivr.errors import Conflict, Finding, FlowError, IvrError, PromptError, ReleaseError, SpeechError
from ivr.flow import Flow, flow_of
from ivr.number_sheet import SheetError
from ivr.publishing import Publishing
from routing.directory import DirectoryError

P = ParamSpec("P")
T = TypeVar("T")
_OF_ERROR: dict[type[Exception], tuple[int, str]] = {
    PromptError: (422, "prompt_refused"), SheetError: (422, "sheet_refused"), ReleaseError: (404, "not_found"),
    SpeechError: (503, "speech_away"), DirectoryError: (503, "directory_broken"), IvrError: (422, "menu_refused")}


class Desk:
    """What the routes of the menu work with. Every method blocks: go through `run`."""

    def __init__(self, settings: Settings, clock: Callable[[], float], by: str) -> None:
        self.settings, self.clock, self.by = settings, clock, by
        self.publishing: Publishing = build_publishing(settings)
        self.publishing.shelf.clock = clock
        self.drafts = DraftStore(settings.home / "menu" / "drafts", clock)
        self.uploads: Path = uploads(settings)

    def flow(self, draft_id: str) -> tuple[Draft, Flow]:
        """Return a draft with its flow. Raises ReleaseError, FlowError."""
        draft = self.drafts.get(draft_id)
        return draft, flow_of(Document("草稿", draft.document))


def desk(request: Request) -> Desk:
    """Return the parts for this request."""
    state = request.app.state
    return Desk(state.settings, state.clock, who(request).word)


async def run(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do something that blocks, off the loop; what `ivr` refuses leaves as a problem."""
    try:
        return await asyncio.to_thread(function, *args, **kwargs)
    except FlowError as error:
        findings = [shown_finding(finding) for finding in error.findings]
        raise Problem(422, "flow_refused", f"流程有 {len(findings)} 处问题，不能使用", "按 findings 逐项改正",
                      findings=findings) from error
    except Conflict as error:
        raise Problem(409, "conflict", error.problem, error.fix) from error
    except (IvrError, DirectoryError) as error:
        status, code = next(found for kind, found in _OF_ERROR.items() if isinstance(error, kind))
        detail, _, fix = str(error).partition("。")
        raise Problem(status, code, detail, fix) from error


def shown_finding(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON; `path` is the place in the document (``steps.welcome.choices.1``)."""
    return asdict(finding) | {"path": finding.place.partition(" ")[2]}
