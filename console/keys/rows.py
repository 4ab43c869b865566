"""One key or certificate in the inventory, as it was last seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise

from console.keys.words import GRAVE, KINDS, MARKS, USES, setting_words
from console.models import KnownKey
from console.navigation import path_of
from tenants.authlete.documents.inventory import Kind

# The page of a service's own keys of a kind, where there is one.
PAGES: Mapping[str, str] = {
    Kind.HARDWARE: "keys:hsm",
    Kind.SERVICE: "keys:jwks",
}
NEAR = 30  # days before its end at which a key stands out


@dataclass(frozen=True, slots=True)
class Row:
    key: KnownKey
    service: str  # its name
    slug: str  # of the organization
    stale: bool = False  # its region did not answer just now

    @property
    def title(self) -> str:
        return self.key.kid or self.key.subject

    @property
    def kind(self) -> str | Promise:
        return KINDS.get(self.key.kind, self.key.kind)

    @property
    def use(self) -> str | Promise:
        return USES.get(self.key.use, self.key.use)

    @property
    def shape(self) -> str:
        return self.key.shape or self.key.kty

    @property
    def marks(self) -> Sequence[tuple[str | Promise, str]]:
        """What is weak or odd, in words, each with the kind of its badge."""
        return [
            (MARKS.get(one, one), "bad" if one in GRAVE else "warn")
            for one in self.key.marks.split()
        ]

    @property
    def used_by(self) -> Sequence[tuple[str, str]]:
        """The settings that name it: label, and Authlete's name."""
        return [(setting_words(one), one) for one in self.key.used_by.split()]

    @property
    def has_ended(self) -> bool:
        return self.key.ends_at is not None and self.key.ends_at <= timezone.now()

    @property
    def ends_soon(self) -> bool:
        ends = self.key.ends_at
        return ends is not None and (ends - timezone.now()).days < NEAR

    @property
    def ends_at(self) -> datetime | None:
        return self.key.ends_at

    @property
    def path(self) -> str:
        """Where the key can be seen and changed."""
        key = self.key
        place = (self.slug, key.region, str(key.service_id))
        return path_of(PAGES.get(key.kind, ""), *place) or self.owner_path

    @property
    def owner_path(self) -> str:
        key = self.key
        at = [self.slug, key.region, key.service_id]
        if key.client_id:
            return reverse("clients:show", args=[*at, key.client_id])
        return reverse("services:show", args=at)

    @property
    def service_path(self) -> str:
        at = [self.slug, self.key.region, self.key.service_id]
        return reverse("services:show", args=at)
