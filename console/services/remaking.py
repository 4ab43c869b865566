"""A service that is gone, made again from how it was when it was seen last."""

from dataclasses import dataclass

from django.http import Http404

from console.access import Member
from console.paths import service_at
from console.services.copying import Copy, copied
from console.services.forms import AGAIN
from tenants.authlete.documents.service import Service
from tenants.versions.reading import spans


@dataclass(frozen=True, slots=True)
class Gone:
    """A service as it was last, and where: region and ID."""

    place: str
    service: Service
    is_doubtful: bool  # somebody changed what was kept of it

    @property
    def name(self) -> str:
        return self.service.service_name or str(self.service.api_key)

    @property
    def initial(self) -> dict[str, str]:
        """What the form opens on."""
        return {
            "region": self.place.partition("/")[0],
            "service_name": self.service.service_name,
            "issuer": self.service.issuer,
            "start": AGAIN,
            "original": self.place,
        }

    @property
    def left_out(self) -> tuple[str, ...]:
        """Settings that do not come back, by their labels."""
        return self.made(self.service.service_name, self.service.issuer).left_out

    def made(self, name: str, issuer: str) -> Copy:
        """The document to create. Addresses that stay as they were are its own."""
        found = copied(self.service, name, issuer)
        return Copy(found.service, found.moved, left_out=found.left_out)


def gone(member: Member, place: str) -> Gone:
    """Raises `Http404` where none was ever seen there."""
    home = service_at(place)
    kept = spans(member.organization.pk, *home) if home else []
    there = [one for one in kept if not one.version.is_gone]
    if not there:
        raise Http404
    last = there[-1]
    return Gone(place, last.version.read(Service), not last.matches)
