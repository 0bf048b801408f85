"""Where other platforms send their documents. Whoever sends is known by the signature, and by nothing else."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from api.access import database, needs, now_of
from api.exchange.routes import trade_of
from api.problems import Problem
from workorders.exchange import signature
from workorders.exchange.documents import Answer, Document
from workorders.exchange.errors import BadDocument, BadSignature, NoSuchPartner
from workorders.exchange.hearing import hear
from workorders.exchange.trade import Known, Trade

router = APIRouter(prefix="/api/exchange", tags=["exchange"])
_HEADERS = [{"name": name, "in": "header", "required": True, "schema": {"type": "string", "maxLength": 300},
             "description": words} for name, words in (
    (signature.SENDER, "the sender's id, as the two platforms agreed"),
    (signature.HEADER, "t=<epoch s>,id=<message id>,v1=<HMAC-SHA256, hex>"))]
_DESCRIBED: dict[str, Any] = {
    "parameters": _HEADERS, "x-refusals": [401, 422],
    "requestBody": {"required": True, "content": {"application/json": {"schema": Document.model_json_schema(
        ref_template="#/components/schemas/{model}")}}}}


@router.post("/documents", dependencies=[needs("public")], openapi_extra=_DESCRIBED)
async def heard(request: Request) -> Response:
    """Take a signed document of another platform: 200 with its answer. The same document again: the same answer.

    The answer is signed too. A document that cannot be read is answered 422; one not signed well 401.
    """
    body = await request.body()
    async with database(request).writing() as session:
        trade = trade_of(request, session)
        known = await _sender(trade, request.headers.get(signature.SENDER, ""))
        signed = _checked(known, request, body)
        try:
            answer, status = (await hear(trade, known.partner, signed, body)).answer, 200
        except BadDocument as error:
            answer, status = Answer(standing="refused", why=str(error), fix=error.fix), 422
    return _signed(known, signed.message, answer, status, now_of(request))


async def _sender(trade: Trade, name: str) -> Known:
    try:
        return await trade.partner(name)
    except NoSuchPartner as error:
        raise _stranger(BadSignature("签名不符", "核对平台编号与共享密钥")) from error


def _checked(known: Known, request: Request, body: bytes) -> signature.Signed:
    """Return who signed. Raises Problem 401; a platform that was switched off is told no more than a stranger."""
    try:
        if not known.partner.active:
            raise BadSignature("签名不符", "核对平台编号与共享密钥")
        header = request.headers.get(signature.HEADER, "")
        return signature.check(known.secret, header, known.partner.own, body, now_of(request))
    except BadSignature as error:
        raise _stranger(error) from error


def _stranger(error: BadSignature) -> Problem:
    return Problem(401, error.code, str(error), error.fix)


def _signed(known: Known, message: str, answer: Answer, status: int, now: float) -> Response:
    body = answer.model_dump_json().encode()
    seal = signature.sign(known.secret, message, known.partner.id, body, now)
    return Response(body, status, {signature.HEADER: seal}, "application/json")
