from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    Boolean,
    ClientSource,
    EndpointUrl,
    NonBlankText,
    Secret,
    Text,
    Timestamp,
)


class ClientRegistrationSettings(Section):
    """How this client came to be. What it said about itself then, or says in its own
    document, may come again and overwrite edits made here."""

    title = "Registration"

    client_source: ClientSource = setting("Source", ignored=True)
    """Who made this client: a person, the client itself, a federation, or the document
    that its ID leads to."""

    dynamically_registered: Boolean = setting("Registered dynamically", read_only=True)
    """The client registered itself (RFC 7591), and may change its settings by itself
    (RFC 7592)."""

    registration_access_token_hash: Secret = setting("Registration token", ignored=True)
    """A hash of the token by which the client may change or remove itself
    (RFC 7592)."""

    software_id: NonBlankText = setting("Software ID")
    """The same for all installations of one piece of software, while each has a client
    ID of its own (RFC 7591, section 2)."""

    software_version: Text = setting("Software version")
    """Which version of that software this client is."""

    developer: Text = setting("Developer", ignored=True)
    """The developer whom the client was made for. Lists can be narrowed to one
    developer; an update does not change it."""

    automatically_registered: Boolean = setting("Joined with its first request", ignored=True)
    """A federation vouched for the client when it first asked for something (automatic
    registration)."""

    explicitly_registered: Boolean = setting("Joined beforehand", ignored=True)
    """The client registered through a federation before it asked for anything (explicit
    registration)."""

    discovered_by_metadata_document: Boolean = setting("Found by its document", ignored=True)
    """Nobody registered the client: its ID is the address of a document about it (OAuth
    Client ID Metadata Document)."""

    metadata_document_location: EndpointUrl = setting("Document address", ignored=True)
    """Where the document about the client lies."""

    metadata_document_expires_at: Timestamp = setting(
        "Document expires", zero="No document", ignored=True
    )
    """Until when Authlete relies on its copy of the document."""

    metadata_document_updated_at: Timestamp = setting(
        "Document fetched", zero="Never", ignored=True
    )
    """When Authlete last took over what the document says."""
