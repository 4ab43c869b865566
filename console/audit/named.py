"""What is meant by a name: a person, a service, a client, a setting."""

import re

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from console.audit.language import meant
from console.models import KnownClient, KnownService
from console.sentences import CLIENT, SERVICE
from tenants.audit.models import AuditEntry, AuditField
from tenants.models import Organization

MEMBER = re.compile(r"[A-Za-z_]\w{0,199}", re.ASCII)
NUMBER = re.compile(r"[1-9][0-9]{0,18}")
SHOWN = 5  # services of similar names that an error lists
ENOUGH = 20  # things of one name
LOOKED_AT = 2000  # names among which a similar one is looked for
SETTINGS = {**CLIENT, **SERVICE}

type Place = tuple[str, str]  # region, empty for any, and the service's id


def actors(organization: Organization, asked: str) -> list[str]:
    """Actors as the record has them: a member by address or name, or as it stands."""
    members = User.objects.filter(membership__organization=organization)
    for user in members.filter(username__iexact=asked):
        return [user.get_username()]
    people = list(members.order_by("username")[:LOOKED_AT])
    found = [
        user.get_username()
        for user in people
        if user.get_full_name().casefold() == asked.casefold()
    ]
    if found:
        return found[:ENOUGH]
    if AuditEntry.objects.filter(organization_id=organization.pk, actor=asked).exists():
        return [asked]
    said = _("Nobody called “%s” is a member, or has done anything.") % asked
    names = [name for one in people for name in (one.username, one.get_full_name())]
    raise ValidationError(said + meant(asked, filter(None, names)))


def setting(organization: Organization, asked: str) -> str:
    """Authlete's name of a setting; its label finds it too."""
    names: dict[str, str] = {}
    for member, (_section, one) in SETTINGS.items():
        names |= {_(one.label): member, member: member}
    for name, member in names.items():
        if asked.casefold() == name.casefold():
            return member
    own = AuditField.objects.filter(organization_id=organization.pk, field=asked)
    if MEMBER.fullmatch(asked) and own.exists():
        return asked
    said = _("No setting is called “%s”, and nothing of that name was ever changed.")
    raise ValidationError(said % asked + meant(asked, names))


def services(
    organization: Organization, asked: str, regions: list[str]
) -> list[KnownService]:
    """The services of a name, in all regions or in these; or the one that is like
    it."""
    own = KnownService.objects.filter(organization=organization)
    if regions:
        own = own.filter(region__in=regions)
    like = own.filter(name__icontains=asked).order_by("region", "service_id")
    found = list(like[:200])
    same = [one for one in found if one.name.casefold() == asked.casefold()]
    if same or len(found) == 1:
        return (same or found)[:ENOUGH]
    if found:
        names = [f"{one.name} ({one.region} {one.service_id})" for one in found]
        listed = ", ".join(names[:SHOWN]) + (", …" if names[SHOWN:] else "")
        said = _("Several services fit: %s. Give one's whole name, or its ID.")
        raise ValidationError(said % listed)
    text = _("No service is called “%s”. One that was deleted has only its ID.") % asked
    every = own.order_by().values_list("name", flat=True)[:LOOKED_AT]
    raise ValidationError(text + meant(asked, every))


def clients(organization: Organization, asked: str) -> list[str]:
    """The ids of the clients of a name; an id as it stands."""
    if NUMBER.fullmatch(asked):
        return [asked]
    own = KnownClient.objects.filter(organization=organization)
    same = own.filter(Q(name__iexact=asked) | Q(alias__iexact=asked))
    found = list(same.order_by("client_id")[:ENOUGH])
    found = found or list(own.filter(name__icontains=asked)[:2])
    if len(found) == 1 or (found and found[0].name.casefold() == asked.casefold()):
        return [str(one.client_id) for one in found]
    kept = AuditEntry.objects.filter(
        organization_id=organization.pk, client=asked, client__gt=""
    )
    if kept.exists():
        return [asked]
    if found:
        text = _("Several clients fit “%s”. Give one's whole name, or its ID.") % asked
        raise ValidationError(text)
    text = _("No client is called “%s”. One that was deleted has only its ID.") % asked
    every = own.order_by().values_list("name", flat=True)[:LOOKED_AT]
    raise ValidationError(text + meant(asked, every))


def called_of(organization: Organization, client: str) -> str:
    """What a client of an id is called, if that is known of exactly one."""
    if not NUMBER.fullmatch(client):
        return ""
    own = KnownClient.objects.filter(organization=organization, client_id=int(client))
    found = list(own.exclude(name="").values_list("name", flat=True)[:2])
    return found[0] if len(found) == 1 else ""
