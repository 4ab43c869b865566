"""The scopes that a client can request."""

from collections.abc import Mapping, Sequence

from tenants.authlete.documents.service import Service

type ScopeLimit = Sequence[str] | None  # None: any scope of the service


def service_scopes(service: Service) -> Mapping[str, str] | None:
    """Return the descriptions of the service's scopes by name; None if unknown."""
    scopes = service.get("supportedScopes")
    if not isinstance(scopes, list):
        return None
    return {
        name: text if isinstance(text := scope.get("description"), str) else ""
        for scope in scopes
        if isinstance(scope, dict) and isinstance(name := scope.get("name"), str)
    }


def selectable_scopes(limit: ScopeLimit, service: Service) -> Mapping[str, str]:
    """Return the scopes to choose from; without service scopes, the current ones."""
    known = service_scopes(service)
    return dict.fromkeys(limit or (), "") if known is None else known


def missing_scopes(limit: ScopeLimit, service: Service) -> list[str]:
    """Return the scopes of the limit that the service doesn't have.

    Authlete removes them on the next update.
    """
    known = service_scopes(service)
    return [value for value in limit or () if known is not None and value not in known]
