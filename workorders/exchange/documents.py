"""The documents two platforms exchange, as JSON. Four kinds; each is answered at once, in one small form.

``hand_over``: take this order. ``hand_back``: we cannot keep it, it is yours again. ``result``: what came of it.
``progress``: where it stands. Everything about the citizen is optional and depends on scopes. Version ``1``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from workorders.exchange.errors import BadDocument
from workorders.exchange.partners import PartnerId
from workorders.life.errors import LifeError
from workorders.life.matters import Classification, Matter, Place
from workorders.life.texts import check_text
from workorders.life.words import Asker, Kind, Urgency

VERSION: Literal["1"] = "1"
LIMIT = 128 * 1024  # bytes of a document
TEXT_LIMIT = 20_000
Verb = Literal["hand_over", "hand_back", "result", "progress"]
Reference = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.-]{1,60}$")]
Text = Annotated[str, StringConstraints(max_length=TEXT_LIMIT)]
Short = Annotated[str, StringConstraints(max_length=80)]


class Lenient(BaseModel):
    """A document of another house: fields we do not know are passed over, so that either side may grow."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Content(Lenient):
    """The matter, in our words. `name`, `number`: the citizen, if that may be told."""

    kind: Kind = Kind.UNTOLD
    urgency: Urgency = Urgency.NORMAL
    first: Annotated[str, StringConstraints(max_length=40)] = ""
    second: Annotated[str, StringConstraints(max_length=40)] = ""
    third: Annotated[str, StringConstraints(max_length=40)] = ""
    district: Annotated[str, StringConstraints(max_length=40)] = ""
    street: Annotated[str, StringConstraints(max_length=40)] = ""
    asker: Asker = Asker.CITIZEN
    anonymous: bool = False
    summary: Text = ""
    address: Annotated[str, StringConstraints(max_length=500)] = ""
    name: Annotated[str, StringConstraints(max_length=40)] = ""
    number: Annotated[str, StringConstraints(max_length=40)] = ""

    def matter(self, channel: str) -> Matter:
        """Return the matter as an order of ours has it."""
        return Matter(kind=self.kind, urgency=self.urgency, asker=self.asker,
                      anonymous=self.anonymous or not self.number,
                      classification=Classification(first=self.first, second=self.second, third=self.third),
                      place=Place(district=self.district, street=self.street), channel=channel)


class Document(Lenient):
    """One message. `sender`, `addressee`: ids as the two agreed; `reference`: the sender's number of the order;
    `yours`: the addressee's, if there is one; `at`, `due`: epoch seconds."""

    version: Literal["1"] = VERSION
    verb: Verb
    sender: PartnerId
    addressee: PartnerId
    reference: Reference
    yours: Annotated[str, StringConstraints(max_length=60)] = ""
    at: float = Field(ge=0, lt=1e10)
    due: float | None = Field(default=None, ge=0, lt=1e10)
    why: Text = ""
    text: Text = ""
    outcome: Short = ""
    content: dict[str, Any] = Field(default_factory=dict, max_length=60)


class Answer(Lenient):
    """What is answered to a document: taken, not taken (with why and what to do), or not yet decided."""

    standing: Literal["accepted", "refused", "pending"]
    number: Annotated[str, StringConstraints(max_length=60)] = ""
    why: Text = ""
    fix: Text = ""
    provisional: bool = False


def encode(document: Document) -> bytes:
    """Return the exact bytes that are signed and sent."""
    return json.dumps(document.model_dump(mode="json"), ensure_ascii=False, sort_keys=True).encode()


def decode(body: bytes) -> Document:
    """Read a document. Raises BadDocument with the place of each fault."""
    if len(body) > LIMIT:
        raise BadDocument(f"文件有 {len(body)} 字节，最多 {LIMIT} 字节", "缩短文字，附件另行传送")
    try:
        document = Document.model_validate(json.loads(body))
        for name in ("why", "text", "outcome"):
            check_text(name, getattr(document, name), TEXT_LIMIT)
    except ValidationError as error:
        raise BadDocument(f"文件不合规：{_places(error)}", "按接口说明改正后重发") from error
    except LifeError as error:
        raise BadDocument(str(error), error.fix) from error
    except (ValueError, RecursionError) as error:
        raise BadDocument("文件不是 UTF-8 的 JSON", "按接口说明重发") from error
    return document


def content_of(told: Mapping[str, Any]) -> Content:
    """Read the content in our words. Raises BadDocument."""
    try:
        content = Content.model_validate(dict(told))
        for name in ("summary", "address", "name", "number", "first", "second", "third", "district", "street"):
            check_text(name, getattr(content, name), TEXT_LIMIT)
    except ValidationError as error:
        raise BadDocument(f"内容不合规：{_places(error)}", "按约定的字段和取值改正后重发") from error
    except LifeError as error:
        raise BadDocument(str(error), error.fix) from error
    return content


def answer_of(body: bytes) -> Answer:
    """Read an answer. Raises BadDocument."""
    try:
        return Answer.model_validate(json.loads(body))
    except (ValidationError, ValueError, RecursionError) as error:
        raise BadDocument("对方的答复读不懂", "请对方按接口说明答复") from error


def _places(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, one['loc'])) or '内容'}: {one['msg']}" for one in error.errors()[:5])
