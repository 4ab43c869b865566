from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    ApplicationType,
    BigNumber,
    Boolean,
    ClientIdAlias,
    ClientType,
    JsonObject,
    KeyValuePairs,
    MultilineText,
    Number,
    Strings,
    Text,
    Timestamp,
)


class ClientGeneralSettings(Section):
    """What the client is called, who answers for it, and what Authlete notes of it."""

    title = "Basics"

    client_name: Text = setting("Name")
    """The name by which users and colleagues know the application; your consent page
    may show it."""

    description: MultilineText = setting("Description")
    """What the application is for, for your colleagues or for your own pages."""

    client_id_alias: ClientIdAlias = setting(
        "Client ID alias", absent="The number that is the client ID"
    )
    """The client ID that the application itself sends; unique within the service. Once
    it is changed, the application must send the new one."""

    client_type: ClientType = setting("Client type")
    """Whether the application can keep a secret from its users and the public
    (RFC 6749, section 2.1); one that runs in a browser or on a phone cannot."""

    application_type: ApplicationType = setting("Application type", absent="Not told")
    """Whether users find the application on the web or install it; the type decides
    which redirect URIs are good (OIDC Registration, section 2)."""

    contacts: Strings = setting("Contacts")
    """Who to write to about this client, mostly email addresses; personal data."""

    attributes: KeyValuePairs = setting("Attributes")
    """Words of your own that Authlete keeps with the client and never reads, such as an
    owner or a ticket."""

    custom_metadata: JsonObject = setting("Custom metadata")
    """Further facts about the client, under names that the service lists as custom
    client metadata."""

    locked: Boolean = setting("Locked", ignored=True)
    """A locked client gets no new tokens and no answers from your service. Lock or
    unlock it with its own button, not here."""

    client_id_alias_enabled: Boolean = setting("Alias in use", initial=True, ignored=True)
    """Whether the alias can stand for the client ID; always so in Authlete 3."""

    client_id: BigNumber = setting("Client ID", read_only=True)
    """The number by which Authlete knows the client; it works as client ID beside the
    alias."""

    number: Number = setting("Number", read_only=True)
    """A running number inside the cluster; no address or token holds it."""

    service_number: Number = setting("Service number", read_only=True)
    """The running number of the service that the client belongs to."""

    created_at: Timestamp = setting("Created", read_only=True)
    """When the client was made."""

    modified_at: Timestamp = setting("Modified", read_only=True)
    """When the client was last saved by anyone, even if nothing about it changed."""
