"""Which settings of a service or a client name a key."""

from typing import NamedTuple

from tenants.authlete.documents import client, service
from tenants.authlete.documents.base import Document

NAMING = "KeyId"  # how members end that name a key


class Use(NamedTuple):
    """A setting that names a key."""

    field: str  # Authlete's name of it
    label: str  # the same name where it is not declared


def signs_with(holder: service.Service, kid: str) -> list[Use]:
    """The settings of a service that make it sign with the key of that name.

    Authlete chooses by algorithm where none is set, which nothing here tells.
    """
    return uses(holder, kid)


def uses(document: Document, kid: str) -> list[Use]:
    """The settings that name a key; a newer Authlete's too, by how they are called.

    A client's settings name keys of its own set alone, never a service's.
    """
    if not kid:
        return []
    sections = client if isinstance(document, client.Client) else service
    labels = {
        one.member: one.label
        for section in sections.SECTIONS.values()
        for one in section.settings()
    }
    return [
        Use(name, labels.get(name, name))
        for name, value in document.wire().items()
        if name.endswith(NAMING) and value == kid
    ]
