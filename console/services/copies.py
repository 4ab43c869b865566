"""Copy a service, and recreate a deleted one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.utils.translation import gettext

from console.audit_log.change_descriptions import SERVICE_SETTINGS
from console.documents.recipe import rewrite_urls
from console.services.forms import AGAIN
from console.web.access import Member
from console.web.paths import parse_service_ref
from tenants.authlete.documents.service import Service
from tenants.authlete.redaction.fingerprint import contains_fingerprint
from tenants.authlete.redaction.unknown_fields import SERVICE_SCHEMA, drop_hidden
from tenants.versions.timeline import load_spans

UNCOPIED_MEMBERS = ("metadata",)  # Authlete's own figures about the original


@dataclass(frozen=True, slots=True)
class ServiceCopy:
    """The document of a copy, and how it differs from the original."""

    service: Mapping[str, Any]
    rewritten_urls: tuple[str, ...] = ()  # labels: addresses that were below the old issuer
    unchanged_urls: tuple[str, ...] = ()  # labels: addresses elsewhere, as they were
    left_out: tuple[str, ...] = ()  # labels: keys, secrets, and what Authlete sets


def copy_service(original: Service, name: str, issuer: str) -> ServiceCopy:
    """Copy a service, and unknown members without hidden texts."""
    created: dict[str, Any] = {}
    moved, stored, left_out = [], [], []
    old, new = original.issuer.rstrip("/"), issuer.rstrip("/")
    for member, value in original.to_dict().items():
        _, setting = SERVICE_SETTINGS.get(member, ("", None))
        label = setting.label if setting else member
        visible = drop_hidden(value, SERVICE_SCHEMA.get(member, {}))
        if contains_fingerprint(visible):
            left_out.append(label)
        elif member not in UNCOPIED_MEMBERS and (setting is None or not setting.is_immutable):
            created[member] = rewrite_urls(visible, old, new)
            if visible != value:
                left_out.append(gettext("%(setting)s: unknown fields") % {"setting": label})
            if created[member] != visible:
                moved.append(label)
            elif isinstance(value, str) and value.startswith("https://"):
                stored.append(label)
    created |= {"serviceName": name, "issuer": issuer}
    return ServiceCopy(created, *map(tuple, (moved, stored, left_out)))


@dataclass(frozen=True, slots=True)
class DeletedService:
    """The last known version of a deleted service."""

    key: str
    service: Service
    is_unverified: bool  # its stored version was tampered with

    @property
    def name(self) -> str:
        return self.service.service_name or str(self.service.api_key)

    @property
    def initial(self) -> dict[str, str]:
        """The initial values of the form."""
        return {
            "region": self.key.partition("/")[0],
            "service_name": self.service.service_name,
            "issuer": self.service.issuer,
            "start": AGAIN,
            "original": self.key,
        }

    @property
    def left_out(self) -> tuple[str, ...]:
        """The labels of the settings that aren't restored."""
        return self.build_copy(self.service.service_name, self.service.issuer).left_out

    def build_copy(self, name: str, issuer: str) -> ServiceCopy:
        """Return the document to create; unchanged URLs are its own."""
        copy = copy_service(self.service, name, issuer)
        return ServiceCopy(copy.service, copy.rewritten_urls, left_out=copy.left_out)


def load_deleted_service(member: Member, key: str) -> DeletedService:
    """Load the last known version of a deleted service.

    Raises:
        Http404: the service is unknown.

    """
    home = parse_service_ref(key)
    spans = load_spans(member.organization.pk, *home) if home else []
    existing = [span for span in spans if not span.version.is_deleted]
    if not existing:
        raise Http404
    last = existing[-1]
    return DeletedService(key, last.version.read_as(Service), not last.is_intact)
