"""Short words for what a list of clients shows; the long ones are in the settings."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.authlete.documents.enums import CLIENT_AUTH_METHOD, GRANT_TYPE

type Words = Mapping[str, str | Promise]

TYPES: Words = {"CONFIDENTIAL": _("Confidential"), "PUBLIC": _("Public")}
# By the names of RFC 7591, section 2, which developers know.
METHODS: Words = {
    name: name.lower() for name in CLIENT_AUTH_METHOD if name != "NONE"
} | {"NONE": _("none")}
GRANTS: Words = {name: _(words) for name, words in GRANT_TYPE.items()}
SOURCES: Words = {
    "STATIC_REGISTRATION": _("By hand"),
    "DYNAMIC_REGISTRATION": _("Dynamic"),
    "AUTOMATIC_REGISTRATION": _("Federation, automatic"),
    "EXPLICIT_REGISTRATION": _("Federation, explicit"),
    "METADATA_DOCUMENT": _("Metadata document"),
}
LOCKS: Words = {"yes": _("Locked"), "no": _("Not locked")}
