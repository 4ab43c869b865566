"""The scopes that a client may ask for, and those that its service has."""

from collections.abc import Mapping, Sequence

from tenants.authlete.documents.service import Service

type ScopeLimit = Sequence[str] | None  # None: any scope of the service


def service_scopes(service: Service) -> Mapping[str, str] | None:
    """What each scope of the service is for, by name; None where it does not tell."""
    found = service.get("supportedScopes")
    if not isinstance(found, list):
        return None
    return {
        name: text if isinstance(text := one.get("description"), str) else ""
        for one in found
        if isinstance(one, dict) and isinstance(name := one.get("name"), str)
    }


def selectable_scopes(limit: ScopeLimit, service: Service) -> Mapping[str, str]:
    """What can be ticked; where the service does not tell, what is so already."""
    known = service_scopes(service)
    return dict.fromkeys(limit or (), "") if known is None else known


def missing_scopes(limit: ScopeLimit, service: Service) -> list[str]:
    """Scopes of the limit that the service does not have: Authlete drops them with
    the next update (Authlete facts, 6)."""
    known = service_scopes(service)
    return [one for one in limit or () if known is not None and one not in known]
