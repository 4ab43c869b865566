from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import Boolean, JsonObject, Strings


class MetadataDocumentSettings(Section):
    """Clients that nobody registered: their client ID is an address, where a document
    describes them (OAuth Client ID Metadata Document)."""

    title = "Client ID metadata documents"

    client_id_metadata_document_supported: Boolean = setting("Accept addresses as client IDs")
    """Take an https address as a client ID and read about the client there. Authlete
    fetches that address."""

    cimd_allowlist_enabled: Boolean = setting("Accept listed places only")
    """Refuse documents that lie elsewhere than the list of places says; while off,
    anyone can be a client."""

    cimd_allowlist: Strings = setting("Places of documents")
    """The addresses under which documents are accepted."""

    cimd_always_retrieved: Boolean = setting("Fetch on every use")
    """Fetch the document each time it is needed instead of keeping a copy for a while;
    slower, and useful in tests."""

    cimd_http_permitted: Boolean = setting("Allow plain http")
    """Take addresses that are not encrypted, where anyone on the way can change the
    document. For tests only."""

    cimd_query_permitted: Boolean = setting("Allow a query in the address")
    """Take client IDs whose address has a question mark and parameters."""

    cimd_metadata_policy_enabled: Boolean = setting("Apply a policy")
    """Let the metadata policy change or refuse what documents say."""

    cimd_metadata_policy: JsonObject = setting("Policy")
    """What documents may say for each kind of metadata, in the policy language of
    OpenID Federation."""

    http_alias_prohibited: Boolean = setting("No addresses as client ID aliases")
    """Refuse aliases that look like web addresses, so that none can pass for the
    client that lives there."""
