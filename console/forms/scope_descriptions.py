"""Scopes in plain words: the service's own, or else what the standards mean by them."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.authlete.documents.service import Service

# OpenID Connect Core 1.0, sections 3.1.2.1, 5.4 and 11.
STANDARD_SCOPES: Mapping[str, str | Promise] = {
    "openid": _("Sign the user in"),
    "profile": _("See the user's name and profile"),
    "email": _("See the user's email address"),
    "address": _("See the user's postal address"),
    "phone": _("See the user's phone number"),
    "offline_access": _("Stay connected while the user is away"),
}


def scope_descriptions(service: Service) -> dict[str, str]:
    """What each scope of a service is for, by name, where the service says so."""
    return parse_scope_descriptions(service.get("supportedScopes"))


def parse_scope_descriptions(scopes: object) -> dict[str, str]:
    """The same of a list of scopes, as Authlete has it."""
    return {
        one["name"]: one["description"]
        for one in (scopes if isinstance(scopes, list) else ())
        if isinstance(one, dict)
        and isinstance(one.get("name"), str)
        and isinstance(one.get("description"), str)
        and one["description"]
    }


def describe_scope(scope: str, descriptions: Mapping[str, str]) -> str:
    """What a scope is for; nothing where nobody says."""
    return descriptions.get(scope) or str(STANDARD_SCOPES.get(scope, ""))
