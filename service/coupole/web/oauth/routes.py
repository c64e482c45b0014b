"""The OAuth2 addresses of a service."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse

from coupole.standard.sentences import sentence
from coupole.web import problems
from coupole.web import token_errors as errors
from coupole.web.bodies import announced_length
from coupole.web.oauth import metadata
from coupole.web.oauth.access import PURPOSE
from coupole.web.oauth.engine import Answer, Engine, FormRequest, TokenRequest

FORM = "application/x-www-form-urlencoded"
MAX_FORM = 20_000
MAX_PARAMETERS = 20
PUBLIC = {"Cache-Control": "public, max-age=300"}
logger = logging.getLogger("coupole.web.oauth")


def router(engine: Engine, description: metadata.Description) -> APIRouter:
    """The routes of the authorization server and of both metadata documents."""
    routes = APIRouter(tags=["oauth"])
    _add_tokens(routes, engine, description.issuer)
    _add_documents(routes, engine, description)
    return routes


def _add_tokens(routes: APIRouter, engine: Engine, issuer: str) -> None:
    """What a client asks about tokens, each in a form."""

    @routes.post(metadata.TOKEN, openapi_extra=_form("grant_type", "scope"), responses=REFUSALS)
    async def issue_token(request: Request) -> JSONResponse:
        """An access token for a registered client, bound to the key of its proof of possession."""
        sent = request.headers.getlist("dpop")

        def give(form: dict[str, str]) -> Answer:
            proof = engine.proofs.check(sent, "POST", metadata.TOKEN)
            return engine.give_token(TokenRequest(issuer + metadata.TOKEN, form, proof))

        return await _answered(request, metadata.TOKEN, give)

    @routes.post(metadata.REVOKE, openapi_extra=_form("token"), responses=REFUSALS)
    async def revoke_token(request: Request) -> JSONResponse:
        """Withdraw an access token of the client that asks."""
        return await _answered(request, metadata.REVOKE, lambda form: tell("revocation", metadata.REVOKE, form))

    @routes.post(metadata.INTROSPECT, openapi_extra=_form("token"), responses=REFUSALS)
    async def introspect_token(request: Request) -> JSONResponse:
        """What an access token of the client that asks says, and whether it still holds."""
        return await _answered(
            request, metadata.INTROSPECT, lambda form: tell("introspection", metadata.INTROSPECT, form)
        )

    def tell(endpoint: str, path: str, form: dict[str, str]) -> Answer:
        return engine.tell(endpoint, FormRequest(issuer + path, form))


def _add_documents(routes: APIRouter, engine: Engine, description: metadata.Description) -> None:
    """What anybody may read of the server."""

    @routes.get(metadata.JWKS)
    async def read_token_keys() -> JSONResponse:
        """The keys that verify access tokens: the one in use and those before it."""
        return JSONResponse(engine.access.ring.public_set(PURPOSE), headers=PUBLIC)

    @routes.get(metadata.SERVER)
    async def read_server_metadata() -> JSONResponse:
        """What this authorization server can do (RFC 8414)."""
        return JSONResponse(description.server(), headers=PUBLIC)

    @routes.get(metadata.RESOURCE)
    async def read_resource_metadata() -> JSONResponse:
        """Where tokens for this service are had (RFC 9728)."""
        return JSONResponse(description.resource(), headers=PUBLIC)


async def _answered(request: Request, path: str, respond: Callable[[dict[str, str]], Answer]) -> JSONResponse:
    try:
        status, body, headers = await run_in_threadpool(respond, await read_form(request))
    except errors.OAuthError as error:
        logger.warning("%s refused: %s", path, error.code)
        return refusal(error)
    return JSONResponse(body, status, dict(headers))


async def read_form(request: Request) -> dict[str, str]:
    """The form of a request. Raises ``FormInvalid`` when something in it could be read in two ways.

    Refused are parameters given twice (the last would win in silence), anything in the query (it ends in logs) and a
    second way of saying who one is.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM or request.url.query or "authorization" in request.headers:
        raise errors.FormInvalid()
    if announced_length(request.scope) > MAX_FORM:
        raise errors.FormInvalid()
    body = await request.body()
    if len(body) > MAX_FORM:
        raise errors.FormInvalid()
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MAX_PARAMETERS,
        )
    except ValueError:
        raise errors.FormInvalid() from None
    form = dict(pairs)
    if len(form) < len(pairs) or "client_secret" in form:
        raise errors.FormInvalid()
    return form


def refusal(error: errors.OAuthError) -> JSONResponse:
    """The answer of RFC 6749 5.2; ``code`` and ``error_uri`` tell kinds apart that have one ``error`` there.

    The description is English: the standard allows ASCII only.
    """
    title, remedy = sentence(error.code, "en", error.params)
    body = {
        "error": error.error,
        "error_description": f"{title} {remedy}",
        "error_uri": problems.TYPE + error.code,
        "code": error.code,
    }
    return JSONResponse(body, problems.TOKEN_REFUSED, {"Cache-Control": "no-store"} | error.headers)


REFUSALS: dict[int | str, dict[str, Any]] = {
    problems.TOKEN_REFUSED: {
        "description": "The request was refused (RFC 6749 5.2); `code` names the reason.",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["error", "code"],
                    "properties": {
                        name: {"type": "string"} for name in ("error", "error_description", "error_uri", "code")
                    },
                }
            }
        },
    }
}


def _form(*names: str) -> dict[str, Any]:
    """A form with these parameters and the client's assertion, as OpenAPI shows it."""
    fields: Mapping[str, Any] = {
        name: {"type": "string"} for name in (*names, "client_assertion_type", "client_assertion")
    }
    schema = {"type": "object", "required": list(fields), "properties": fields}
    return {"requestBody": {"required": True, "content": {FORM: {"schema": schema}}}}
