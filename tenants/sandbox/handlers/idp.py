"""The identity provider of the shared clusters."""

from typing import Any

from tenants.sandbox.api_tokens import ApiToken
from tenants.sandbox.context import SandboxContext
from tenants.sandbox.handlers.services import SERVICE_DOCUMENT, add_service
from tenants.sandbox.http_messages import (
    ApiResponseError,
    IdpResponseError,
    JsonDict,
    SandboxResponse,
    json_response,
)
from tenants.sandbox.request_parsing import parse_body
from tenants.sandbox.state import SandboxRegion


def create(context: SandboxContext) -> SandboxResponse:
    """Create a service for an organization in the region of the given server."""
    body = _parse_body(context, "apiServerId", "organizationId")
    organization = _authorize_organization(context, body, "create_service")
    region = _find_region(context, body)
    plan = context.state.organizations[organization].plan
    if plan == "FREE" and context.state.count_services(organization) >= 1:
        raise IdpResponseError(
            403,
            "The free plan allows one service. Upgrade the plan to create more.",
            organizationId=organization,
        )
    settings = body.get("service") or {}
    if not isinstance(settings, dict):
        raise IdpResponseError(400, "service is not an object")
    with region.lock:
        try:
            service = add_service(region, settings, organization)
        except ApiResponseError as refusal:
            raise IdpResponseError(400, refusal.message, refusal.code) from None
        region.delay_propagation(service["apiKey"], context.state.window)
    return json_response(SERVICE_DOCUMENT.render(service))


def remove(context: SandboxContext) -> SandboxResponse:
    """Delete a service."""
    body = _parse_body(context, "apiServerId", "organizationId", "serviceId")
    organization = _authorize_organization(context, body, "delete_service")
    region = _find_region(context, body)
    service_id = body["serviceId"]
    with region.lock:
        if service_id not in region.services or region.owner(service_id) != organization:
            raise IdpResponseError(
                404,
                "The service does not exist.",
                serviceId=service_id,
                apiServerId=region.server_id,
            )
        region.remove_service(service_id)
    return SandboxResponse(204)


def list_servers(context: SandboxContext) -> SandboxResponse:
    """Return the API servers."""
    _require_organization_token(context)
    return json_response(
        [
            {
                "id": region.server_id,
                "apiServerUrl": region.url,
                "description": f"Shared cluster {region.name}",
                "ownedBy": 0,
            }
            for region in context.state.regions.values()
        ]
    )


def _parse_body(context: SandboxContext, *required: str) -> JsonDict:
    """Return the JSON body; raise `IdpResponseError`, naming all missing numbers."""
    if context.request.content_type != "application/json":
        raise IdpResponseError(415, "Unsupported Media Type")
    try:
        body = parse_body(context.request)
    except ApiResponseError:
        raise IdpResponseError(400, "The request body is not a JSON object.") from None
    wrong = [
        f"{name}: must be an integer"
        for name in required
        if not isinstance(body.get(name), int) or isinstance(body.get(name), bool)
    ]
    if wrong:
        raise IdpResponseError(400, "", errors=wrong)
    return body


def _require_organization_token(context: SandboxContext) -> ApiToken:
    if context.token.service_id is not None:
        raise IdpResponseError(401, "The access token is not an organization token.", "A286301")
    return context.token


def _authorize_organization(context: SandboxContext, body: JsonDict, permission: str) -> int:
    token = _require_organization_token(context)
    number: Any = body["organizationId"]
    if number != token.organization or not token.has_permission(permission):
        raise IdpResponseError(
            403, f"The access token lacks {permission} for the organization.", organizationId=number
        )
    return token.organization


def _find_region(context: SandboxContext, body: JsonDict) -> SandboxRegion:
    for region in context.state.regions.values():
        if region.server_id == body["apiServerId"]:
            return region
    raise IdpResponseError(
        403, "The API server is not available to the organization.", apiServerId=body["apiServerId"]
    )
