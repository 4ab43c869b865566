"""Delete the settings profiles that no client has any more."""

from console.models import KnownClient, SettingsProfile
from tenants.jobs.periodic_tasks import run_every
from tenants.models import Organization

CLEAN_UP_SECONDS = 24 * 60 * 60.0
MAX_DELETED = 10_000  # in a run; SQLite allows 32,766 parameters


@run_every(CLEAN_UP_SECONDS)
def remove_unused_profiles() -> None:
    """Delete unused profiles of all organizations."""
    for organization in Organization.objects.iterator():
        _remove_unused(organization)


def _remove_unused(organization: Organization) -> None:
    profiles = SettingsProfile.objects.filter(organization=organization)
    existing = set(profiles.values_list("pk", flat=True))
    unused = set(sorted(existing - _used_profiles(organization))[:MAX_DELETED])
    # `delete` would look through all clients first, in order to remove their reference.
    profiles.filter(pk__in=unused)._raw_delete(profiles.db)
    # A sync may have chosen one meanwhile, now or after the last run: index these clients again.
    dangling = _used_profiles(organization) - (existing - unused)
    clients = KnownClient.objects.filter(organization=organization, profile__in=dangling)
    clients.exclude(profile__in=profiles).update(edition=0)


def _used_profiles(organization: Organization) -> set[int | None]:
    clients = KnownClient.objects.filter(organization=organization, profile__isnull=False)
    return set(clients.values_list("profile", flat=True).distinct())
