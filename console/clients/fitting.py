"""What a service does not have that a client of it wants.

Authlete stores such a client, and its requests fail at runtime. The service may be
changed to fit, or the client.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from console.forms.words import said, words
from console.sentences import CLIENT, SERVICE
from tenants.authlete.documents.base import Setting
from tenants.authlete.documents.client.rules.proof import SIGNED_FOR_CLIENT
from tenants.authlete.documents.service import Service
from tenants.authlete.documents.signatures import can_sign
from tenants.authlete.reading import NotJson, read

type Members = Mapping[str, Any]
# What a client has of what its service has to support, and the word in between.
SUPPORTED: Mapping[str, str] = {
    "grantTypes": "supportedGrantTypes",
    "responseTypes": "supportedResponseTypes",
    "tokenAuthMethod": "supportedTokenAuthMethods",
    "bcDeliveryMode": "supportedBackchannelTokenDeliveryModes",
    "authorizationDetailsTypes": "supportedAuthorizationDetailsTypes",
}
# Every client names a signature of ID tokens, also where it gets none.
WITH_ID_TOKENS = {"AUTHORIZATION_CODE", "IMPLICIT", "CIBA", "DEVICE_CODE"}


@dataclass(frozen=True, slots=True)
class Misfit:
    """Something that the service lacks."""

    message: str
    setting: Setting  # of the service, that has to change
    section: str  # where it is edited
    lacks: str  # in a word or two
    fails: bool = True  # else it works, and is only good to know


def misfits(client: Members, service: Service) -> list[Misfit]:
    """What in the service does not fit the client, what fails first."""
    found = [one for rule in RULES for one in rule(client, service)]
    return sorted(found, key=lambda one: not one.fails)


def _misfit(
    member: str, message: str, lacks: str = "", *, fails: bool = True
) -> Misfit:
    section, setting = SERVICE[member]
    return Misfit(message, setting, section, lacks or said(setting.label), fails)


def _texts(client: Members, member: str) -> list[str]:
    value = client.get(member)
    listed = value if isinstance(value, list) else []
    return [one for one in listed if isinstance(one, str)]


def _unsupported(client: Members, service: Service) -> Iterator[Misfit]:
    for member, supported in SUPPORTED.items():
        has = service.get(supported)
        wanted = client.get(member) or []
        wants = [wanted] if isinstance(wanted, str) else _texts(client, member)
        lacking = [one for one in wants if isinstance(has, list) and one not in has]
        if lacking:
            _slug, setting = CLIENT[member]
            value = lacking[0] if isinstance(wanted, str) else lacking
            lacks = words(setting, value)
            yield _misfit(
                supported,
                _("The service does not support this. %(label)s: %(value)s.")
                % {"label": said(setting.label), "value": lacks},
                lacks,
            )


def _endpoints(client: Members, service: Service) -> Iterator[Misfit]:
    grants = _texts(client, "grantTypes")
    if client.get("parRequired") is True and not service.text("pushedAuthReqEndpoint"):
        yield _misfit(
            "pushedAuthReqEndpoint",
            _("The client must push its requests, and the service names no endpoint."),
        )
    member = "backchannelAuthenticationEndpoint"
    if "CIBA" in grants and not service.text(member):
        yield _misfit(
            member,
            _("The client uses CIBA, and the service names no endpoint for that."),
        )
    member = "verifiableCredentialsEnabled"
    if "PRE_AUTHORIZED_CODE" in grants and service.get(member) is not True:
        yield _misfit(member, _("The service does not issue verifiable credentials."))


def _profile(client: Members, service: Service) -> Iterator[Misfit]:
    own, theirs = _texts(client, "fapiModes"), service.texts("fapiModes")
    if own and theirs and set(own) != set(theirs):
        yield _misfit(
            "fapiModes",
            _(
                "The service has FAPI modes for all its clients, so those of this"
                " client do not count: %(modes)s."
            )
            % {"modes": words(SERVICE["fapiModes"][1], theirs)},
            fails=False,
        )


def _pkce(client: Members, service: Service) -> Iterator[Misfit]:
    if "AUTHORIZATION_CODE" not in _texts(client, "grantTypes"):
        return
    if service.get("pkceRequired") is True:
        return
    if client.get("pkceRequired") is True:
        message = _(
            "The service does not require PKCE. This client does so by its own"
            " setting; others of the service may go without."
        )
    else:
        message = _(
            "Neither the service nor this client requires PKCE, so that a stolen code"
            " can be used (RFC 9700, section 2.1.1)."
        )
    yield _misfit("pkceRequired", message, fails=False)


def _signatures(client: Members, service: Service) -> Iterator[Misfit]:
    grants = {*_texts(client, "grantTypes")}
    wanted = {
        client.get(member)
        for member in SIGNED_FOR_CLIENT
        if member != "idTokenSignAlg" or grants & WITH_ID_TOKENS
    }
    lacking = [
        alg
        for alg in sorted(one for one in wanted if isinstance(one, str))
        if can_sign(service, alg) is False
    ]
    if lacking:
        yield _misfit(
            "jwks",
            _("The service has no key to sign with as this client wants: %(names)s.")
            % {"names": ", ".join(lacking)},
            _("a key for %(names)s") % {"names": ", ".join(lacking)},
        )


def _metadata(client: Members, service: Service) -> Iterator[Misfit]:
    known = service.texts("supportedCustomClientMetadata")
    try:
        found = read(client.get("customMetadata") or "{}")
    except (NotJson, TypeError):
        return
    names = set(found) if isinstance(found, dict) else set()
    lacking = sorted(names - set(known))
    if lacking:
        yield _misfit(
            "supportedCustomClientMetadata",
            _("The service does not list this custom metadata: %(names)s.")
            % {"names": ", ".join(lacking)},
        )


RULES: tuple[Callable[[Members, Service], Iterator[Misfit]], ...] = (
    _unsupported,
    _endpoints,
    _signatures,
    _metadata,
    _profile,
    _pkce,
)
