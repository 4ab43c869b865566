"""The identity provider of the shared clusters: organizations and their services."""

from typing import Any

from tenants.sandbox.access import Token
from tenants.sandbox.context import Context
from tenants.sandbox.errors import IdpRefusal, Refusal
from tenants.sandbox.services import KIND, founded
from tenants.sandbox.shapes import body_of
from tenants.sandbox.state import Region
from tenants.sandbox.wire import Answer, Members, answer


def create(context: Context) -> Answer:
    """Make a service for an organization, in the region of the given server."""
    body = _body(context, "apiServerId", "organizationId")
    organization = _organization(context, body, "create_service")
    region = _server(context, body)
    plan = context.state.organizations[organization].plan
    if plan == "FREE" and context.state.owned(organization) >= 1:
        raise IdpRefusal(
            403,
            "The free plan allows one service. Upgrade the plan to create more.",
            organizationId=organization,
        )
    asked = body.get("service") or {}
    if not isinstance(asked, dict):
        raise IdpRefusal(400, "service is not an object")
    with region.lock:
        try:
            made = founded(region, asked, organization)
        except Refusal as refusal:
            raise IdpRefusal(400, refusal.message, refusal.code) from None
        region.settle(made["apiKey"], context.state.window)
    return answer(KIND.shown(made))


def remove(context: Context) -> Answer:
    body = _body(context, "apiServerId", "organizationId", "serviceId")
    organization = _organization(context, body, "delete_service")
    region = _server(context, body)
    service_id = body["serviceId"]
    with region.lock:
        if (
            service_id not in region.services
            or region.owner(service_id) != organization
        ):
            raise IdpRefusal(
                404,
                "The service does not exist.",
                serviceId=service_id,
                apiServerId=region.server_id,
            )
        region.forget(service_id)
    return Answer(204)


def servers(context: Context) -> Answer:
    _organization_token(context)
    return answer([_server_seen(one) for one in context.state.regions.values()])


def _server_seen(region: Region) -> Members:
    return {
        "id": region.server_id,
        "apiServerUrl": region.url,
        "description": f"Shared cluster {region.name}",
        "ownedBy": 0,
    }


def _body(context: Context, *needed: str) -> Members:
    """The JSON body; raises `IdpRefusal`, naming every number that is missing."""
    if context.request.content_type != "application/json":
        raise IdpRefusal(415, "Unsupported Media Type")
    try:
        body = body_of(context.request)
    except Refusal:
        raise IdpRefusal(400, "The request body is not a JSON object.") from None
    wrong = [
        f"{name}: must be an integer"
        for name in needed
        if not isinstance(body.get(name), int) or isinstance(body.get(name), bool)
    ]
    if wrong:
        raise IdpRefusal(400, "", errors=wrong)
    return body


def _organization_token(context: Context) -> Token:
    if context.token.service_id is not None:
        raise IdpRefusal(
            401, "The access token is not an organization token.", "A286301"
        )
    return context.token


def _organization(context: Context, body: Members, right: str) -> int:
    token = _organization_token(context)
    number: Any = body["organizationId"]
    if number != token.organization or not token.may(right):
        raise IdpRefusal(
            403,
            f"The access token lacks {right} for the organization.",
            organizationId=number,
        )
    return token.organization


def _server(context: Context, body: Members) -> Region:
    for region in context.state.regions.values():
        if region.server_id == body["apiServerId"]:
            return region
    raise IdpRefusal(
        403,
        "The API server is not available to the organization.",
        apiServerId=body["apiServerId"],
    )
