"""What a service or client supports, in a few words with links to the settings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.charts import Bar, make_bars
from console.documents.kinds import DocumentTarget
from console.documents.overview import JwkSummary
from console.forms.value_text import format_value, translate
from console.models import KnownClient, KnownKey, KnownService
from tenants.authlete.documents.base import Document
from tenants.authlete.documents.enums import CLIENT_TYPE, FAPI_MODE, GRANT_TYPE
from tenants.authlete.operation import Effect

# Switches that say which profiles an object supports or requires.
PROFILE_SWITCHES = (
    *("pkceRequired", "pkceS256Required", "parRequired", "requestObjectRequired"),
    *("dpopRequired", "dpopNonceRequired", "tlsClientCertificateBoundAccessTokens"),
    *("federationEnabled", "verifiableCredentialsEnabled", "dynamicRegistrationSupported"),
    *("clientIdMetadataDocumentSupported", "nativeSsoSupported", "hsmEnabled"),
)
SERVICE_LIFETIMES = (
    *("accessTokenDuration", "refreshTokenDuration", "idTokenDuration"),
    *("authorizationResponseDuration", "pushedAuthReqDuration", "backchannelAuthReqIdDuration"),
    "deviceFlowCodeDuration",
)
GRANT_SETTING: Mapping[str, str] = {"service": "supportedGrantTypes", "client": "grantTypes"}
RESPONSE_SETTING: Mapping[str, str] = {
    "service": "supportedResponseTypes",
    "client": "responseTypes",
}


@dataclass(frozen=True, slots=True)
class SettingLink:
    """Something that an object supports, and the path of its setting."""

    label: str
    path: str


@dataclass(frozen=True, slots=True)
class KeyOverview:
    """The keys of an object's own JWK Set."""

    count: int
    algorithms: Sequence[str]
    expires_at: datetime | None  # of the first certificate or key to expire, as last synced


@dataclass(frozen=True, slots=True)
class ClientKinds:
    """The clients of a service by type, as last synced."""

    bars: Sequence[Bar]
    synced_at: datetime | None


@dataclass(frozen=True, slots=True)
class AtGlance:
    """The summary of a service or client."""

    grants: Sequence[SettingLink]
    response_types: str
    profiles: Sequence[SettingLink]
    lifetimes: Sequence[tuple[str | Promise, str]]
    keys: KeyOverview
    clients: ClientKinds | None = None


def summarize(target: DocumentTarget, document: Document, keys: Sequence[JwkSummary]) -> AtGlance:
    """Return the summary of a document in ``target``."""
    kind = target.kind.name
    grant_setting, response_setting = GRANT_SETTING[kind], RESPONSE_SETTING[kind]
    grants_path = setting_path(target, grant_setting)
    response = target.kind.declared[response_setting][1]
    return AtGlance(
        [
            SettingLink(_(GRANT_TYPE[grant]) if grant in GRANT_TYPE else grant, grants_path)
            for grant in document.get_texts(grant_setting)
        ],
        format_value(response, document.get(response_setting)),
        list(_profiles(target, document)),
        list(_lifetimes(target, document)),
        _summarize_keys(target, keys),
        None if target.client_id else _client_kinds(target),
    )


def setting_path(target: DocumentTarget, api_name: str) -> str:
    """Return the path of a setting: its form, or the settings for who can't change them."""
    section, setting = target.kind.declared[api_name]
    if target.workspace.member.can(Effect.CHANGE):
        return f"{target.path('edit', section)}#field-{setting.name}"
    return f"{target.path('fields')}#{section}"


def _profiles(target: DocumentTarget, document: Document) -> Iterator[SettingLink]:
    for mode in document.get_texts("fapiModes"):
        label = _(FAPI_MODE[mode]) if mode in FAPI_MODE else mode
        yield SettingLink(label, setting_path(target, "fapiModes"))
    for name in PROFILE_SWITCHES:
        if name in target.kind.declared and document.get(name) is True:
            label = translate(target.kind.declared[name][1].label)
            yield SettingLink(label, setting_path(target, name))


def _lifetimes(target: DocumentTarget, document: Document) -> Iterator[tuple[str | Promise, str]]:
    for name in SERVICE_LIFETIMES:
        if name in target.kind.declared and (value := document.get(name)):
            setting = target.kind.declared[name][1]
            yield gettext_lazy(setting.label), format_value(setting, value)


def _summarize_keys(target: DocumentTarget, keys: Sequence[JwkSummary]) -> KeyOverview:
    rows = KnownKey.objects.filter(
        organization=target.workspace.organization,
        region=target.ref.region,
        service_id=target.service_id,
        client_id=target.client_id,
    )
    algorithms = dict.fromkeys(key.alg or key.shape for key in keys)
    ends_at = rows.aggregate(first=Min("ends_at"))["first"] if keys else None
    return KeyOverview(len(keys), list(filter(None, algorithms)), ends_at)


def _client_kinds(target: DocumentTarget) -> ClientKinds:
    location = {
        "organization": target.workspace.organization,
        "region": target.ref.region,
        "service_id": target.service_id,
    }
    service = KnownService.objects.filter(**location).first()
    rows = KnownClient.objects.filter(**location).order_by().values_list("client_type")
    path = reverse("clients:index", args=[target.workspace.organization.slug])
    place = f"{target.ref.region}/{target.service_id}"
    bars = make_bars(
        [
            (
                _(CLIENT_TYPE[kind]) if kind in CLIENT_TYPE else kind or _("Unknown"),
                number,
                f"{path}?{urlencode({'service': place, 'type': kind})}",
            )
            for kind, number in rows.annotate(Count("pk"))
        ]
    )
    return ClientKinds(bars, service.clients_at if service else None)
