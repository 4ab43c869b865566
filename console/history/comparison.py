"""Compare two documents: differences, and those that are expected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from console.audit_log.change_descriptions import (
    ChangeDescription,
    DeclaredSettings,
    describe_change,
)
from console.documents.kinds import DocumentKind, DocumentTarget
from console.documents.recipe import is_expected
from console.forms.timestamps import format_timestamp, parse_timestamp
from console.forms.value_text import translate
from console.history.versions import ObjectVersions, load_versions
from console.models import KnownClient, KnownService
from console.web.access import Workspace
from console.web.paths import parse_client_ref, parse_service_ref
from tenants.authlete.changes import diff_objects, get_top_level_field
from tenants.authlete.documents.base import Document
from tenants.authlete.json.compare import is_same_for_authlete
from tenants.authlete.json.splice import make_replacement_edit
from tenants.authlete.redaction.fingerprint import Fingerprint, contains_fingerprint

IGNORED_MEMBERS = frozenset({"modifiedAt", "metadata"})


@dataclass(frozen=True, slots=True)
class ComparedMember:
    """A top-level member that differs."""

    member: str
    label: str
    problem: str  # why its first value cannot be put into the other; empty if it can


@dataclass(frozen=True, slots=True)
class UnrestorableSetting:
    """A setting that cannot be put back, and why."""

    label: str
    name: str  # Authlete's
    reason: str


@dataclass(frozen=True, slots=True)
class DocumentComparison:
    """The differences between two documents."""

    differences: Sequence[ChangeDescription]
    members: Sequence[ComparedMember]
    expected: Sequence[ChangeDescription]  # ids, addresses, secrets and times of its own

    @property
    def can_restore(self) -> bool:
        return any(not member.problem for member in self.members)


def compare_documents(
    kind: DocumentKind, first: Document, second: Document, *, same_object: bool
) -> DocumentComparison:
    """Compare two documents; ``same_object`` if they are versions of one object."""
    changes, expected = [], []
    members: dict[str, ComparedMember] = {}
    for difference in diff_objects(first.to_dict(), second.to_dict(), is_same_for_authlete):
        member = get_top_level_field(difference.field)
        change = describe_change(difference, kind.declared)
        is_secret = isinstance(difference.before or difference.after, Fingerprint)
        if member in IGNORED_MEMBERS or (
            not same_object and (is_secret or is_expected(kind, member, first, second))
        ):
            expected.append(change)
            continue
        changes.append(change)
        if member not in members:
            reason = restore_problem(kind.declared, member, first, second)
            _, setting = kind.declared.get(member, ("", None))
            label = translate(setting.label) if setting else member
            members[member] = ComparedMember(member, label, reason)
    return DocumentComparison(changes, list(members.values()), expected)


def read_only_reason(declared: DeclaredSettings, member: str) -> str:
    """Why a save cannot set a member, whatever to; nothing where it can."""
    if member not in declared:
        return _("This version of Meridian doesn't support it.")
    if member == "locked":
        return _("Can't be saved. Lock or unlock the client instead.")
    if declared[member][1].is_immutable:
        return _("Set by Authlete.")
    return ""


def restore_problem(declared: DeclaredSettings, member: str, then: Document, now: Document) -> str:
    """Why an old value cannot be put back; nothing where it can."""
    if reason := read_only_reason(declared, member):
        return reason
    if contains_fingerprint(then.get(member)) or contains_fingerprint(now.get(member)):
        return _("Contains a secret, and secrets aren't stored. It isn't changed.")
    return ""


def restorable_values(
    kind: DocumentKind, then: Document, now: Document, members: Sequence[str] | None
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return the current and the restored values of ``members``; of all of them for None."""
    changes = diff_objects(now.to_dict(), then.to_dict(), is_same_for_authlete)
    differ = {get_top_level_field(change.field) for change in changes}
    expected = {
        member: make_replacement_edit(now.get(member), then.get(member))
        for member in sorted(differ - IGNORED_MEMBERS)
        if (members is None or member in members)
        and not restore_problem(kind.declared, member, then, now)
    }
    return {member: now.get(member) for member in expected}, expected


def unrestorable_settings(
    kind: DocumentKind, then: Document, now: Document
) -> list[UnrestorableSetting]:
    """Return the settings that differ and are not restored, and why."""
    members = compare_documents(kind, then, now, same_object=True).members
    return [
        UnrestorableSetting(member.label, member.member, member.problem)
        for member in members
        if member.problem
    ]


COMPARE_WITH_CURRENT = "now"
MAX_COMPARISON_OPTIONS = 200  # other objects that a page names


@dataclass(frozen=True, slots=True)
class ComparisonTarget:
    """The document that an object is compared with."""

    document: Document
    label: str
    is_same_object: bool  # the same object at another moment
    is_now: bool = False
    path: str = ""  # of another object's page


def find_comparison_target(versions: ObjectVersions, compare_with: str) -> ComparisonTarget | None:
    """Return the current version, another version or another object; None if unknown."""
    if compare_with == COMPARE_WITH_CURRENT:
        return (
            ComparisonTarget(versions.current, _("now"), is_same_object=True, is_now=True)
            if versions.current
            else None
        )
    if moment := parse_timestamp(compare_with):
        span = versions.version_at(moment)
        if span is None or span.version.is_deleted or moment > timezone.now():
            return None
        words = _("%(time)s (last known)")
        if versions.is_certain(span, moment):
            words = "%(time)s"
        text = words % {"time": format_timestamp(moment)}
        return ComparisonTarget(versions.document(span), text, is_same_object=True)
    target = versions.target
    ref = parse_client_ref(compare_with) if target.client_id else parse_service_ref(compare_with)
    if ref is None:
        return None
    name, *ids = ref
    member = target.workspace.member
    region = next((candidate for candidate in member.regions() if candidate.name == name), None)
    if region is None:
        return None
    workspace = Workspace(member, region, member.connect(region.name))
    return _compare_with_object(load_versions(DocumentTarget(target.kind, workspace, *ids)))


def _compare_with_object(versions: ObjectVersions) -> ComparisonTarget:
    """Return another object's current or last known document as a target."""
    target, document, words = (
        versions.target,
        versions.current,
        _("%(name)s in %(region)s (current)"),
    )
    if document is None:
        assert versions.last, "what is not known of cannot be found"
        document = versions.document(versions.last)
        words = _("%(name)s in %(region)s, last seen %(time)s")
    details = {
        "name": target.kind.display_name(document) or str(target.client_id),
        "region": target.workspace.region.title,
        "time": format_timestamp(versions.last.until) if versions.last else "",
    }
    return ComparisonTarget(
        document, words % details, is_same_object=False, path=target.path("show")
    )


def comparison_options(target: DocumentTarget) -> list[tuple[str, str]]:
    """Return references to other objects with their last known names."""
    home = target.workspace.organization
    if not target.client_id:
        return [
            (f"{service.region}/{service.service_id}", service.name)
            for service in other_services(target)
        ]
    clients = KnownClient.objects.filter(organization=home)
    own_client = clients.filter(
        region=target.workspace.region.name,
        service_id=target.service_id,
        client_id=target.client_id,
    ).first()
    near = clients.filter(
        region=target.workspace.region.name, service_id=target.service_id
    ).order_by("rank")[:MAX_COMPARISON_OPTIONS]
    twins = (
        clients.filter(rank=own_client.rank).order_by("region")[:MAX_COMPARISON_OPTIONS]
        if own_client
        else []
    )
    return [
        (
            f"{fromkey.region}/{fromkey.service_id}/{fromkey.client_id}",
            fromkey.name or fromkey.alias,
        )
        for fromkey in dict.fromkeys([*twins, *near])
        if fromkey != own_client
    ]


def other_services(target: DocumentTarget) -> list[KnownService]:
    """Return references to other indexed services, by name."""
    services = KnownService.objects.filter(organization=target.workspace.organization)
    own_service = target.workspace.region.name, target.service_id
    return [
        service
        for service in services.order_by("name")[:MAX_COMPARISON_OPTIONS]
        if (service.region, service.service_id) != own_service
    ]
