from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    Descriptions,
    TaggedNames,
    TaggedUrls,
)


class ClientTranslationSettings(Section):
    """The same texts and pages for users who read other languages (RFC 7591, section
    2.2); each language once."""

    title = "Other languages"

    client_names: TaggedNames = setting("Names")
    """The application's name in other languages, each under its language tag."""

    descriptions: Descriptions = setting("Descriptions")
    """What the application is for, told in other languages."""

    client_uris: TaggedUrls = setting("Home pages")
    """Pages about the application in other languages."""

    logo_uris: TaggedUrls = setting("Logos")
    """Pictures of the application for users of other languages."""

    policy_uris: TaggedUrls = setting("Policy pages")
    """What happens with users' data, told in other languages."""

    tos_uris: TaggedUrls = setting("Terms pages")
    """The terms of use in other languages."""
