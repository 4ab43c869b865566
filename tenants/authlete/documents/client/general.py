"""Basic settings of a client, its pages, and their translations."""

from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    ApplicationType,
    BigNumber,
    Boolean,
    ClientIdAlias,
    ClientType,
    Descriptions,
    EndpointUrl,
    JsonObject,
    KeyValuePairs,
    MultilineText,
    Number,
    Strings,
    TaggedNames,
    TaggedUrls,
    Text,
    Timestamp,
    WebPageUrl,
)


class ClientGeneralSettings(Section):
    """The client's name, identifiers, type and Authlete's own metadata."""

    title = "Basic settings"

    client_name: Text = setting("Client name")
    """Name shown to users on your consent page (RFC 7591, section 2)."""

    description: MultilineText = setting("Description")
    """Purpose of the application, for your own pages or colleagues."""

    client_id_alias: ClientIdAlias = setting("Client ID alias", unset_label="The numeric client ID")
    """Client ID that the application sends, unique within the service. Changing it
    breaks applications that send the old one."""

    client_type: ClientType = setting("Client type")
    """Confidential if the application can keep a secret, public if it runs in a browser
    or on a user's device (RFC 6749, section 2.1)."""

    application_type: ApplicationType = setting("Application type", unset_label="Not set")
    """Web or native. Determines which redirect URIs are valid (OpenID Connect
    Registration, section 2)."""

    contacts: Strings = setting("Contacts")
    """Email addresses of people responsible for the client (RFC 7591). Personal
    data."""

    attributes: KeyValuePairs = setting("Attributes")
    """Key-value pairs for your own use, such as an owner or ticket. Authlete stores
    them and ignores their content."""

    custom_metadata: JsonObject = setting("Custom metadata")
    """Values of the service's custom client metadata, as a JSON object."""

    locked: Boolean = setting("Locked", ignored_on_update=True)
    """Authlete rejects requests of a locked client. Use Lock or Unlock on the client's
    page to change it."""

    client_id_alias_enabled: Boolean = setting(
        "Client ID alias enabled", default=True, ignored_on_update=True
    )
    """Whether the alias works as client ID. Always on in Authlete 3.0."""

    client_id: BigNumber = setting("Client ID", read_only=True)
    """Numeric identifier in Authlete's API. Also accepted as client ID, like the
    alias."""

    number: Number = setting("Client number", read_only=True)
    """Sequence number within the cluster. Not used in URLs or tokens."""

    service_number: Number = setting("Service number", read_only=True)
    """Sequence number of the client's service within the cluster."""

    created_at: Timestamp = setting("Created", read_only=True)
    """When the client was created."""

    modified_at: Timestamp = setting("Modified", read_only=True)
    """When the client was last saved, even if no setting changed."""


class ClientPageSettings(Section):
    """Pages and logo of the application."""

    title = "Pages and logo"

    client_uri: WebPageUrl = setting("Home page URL")
    """Page about the application that your consent page can link to (RFC 7591)."""

    logo_uri: WebPageUrl = setting("Logo URL")
    """Logo for your consent page (RFC 7591). Serve a copy: loading it from its host
    reveals who signs in."""

    policy_uri: WebPageUrl = setting("Policy URL")
    """Privacy policy of the application (RFC 7591)."""

    tos_uri: WebPageUrl = setting("Terms of service URL")
    """Terms of service of the application (RFC 7591)."""

    login_uri: EndpointUrl = setting("Initiate login URI")
    """URL of the application where third parties can start sign-in (OpenID Connect
    Core, section 4)."""


class ClientTranslationSettings(Section):
    """Translated texts and pages, one per language tag (RFC 7591, section 2.2)."""

    title = "Translations"

    client_names: TaggedNames = setting("Translated client names")
    """Client name by language tag."""

    descriptions: Descriptions = setting("Translated descriptions")
    """Description by language tag."""

    client_uris: TaggedUrls = setting("Translated home page URLs")
    """Home page URL by language tag."""

    logo_uris: TaggedUrls = setting("Translated logo URLs")
    """Logo URL by language tag."""

    policy_uris: TaggedUrls = setting("Translated policy URLs")
    """Policy URL by language tag."""

    tos_uris: TaggedUrls = setting("Translated terms of service URLs")
    """Terms of service URL by language tag."""
