from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    BigNumber,
    IssuerUrl,
    KeyValuePairs,
    MultilineText,
    Number,
    Text,
    Timestamp,
    WebPageUrl,
)


class ServiceGeneralSettings(Section):
    """What the service is called, where its papers are, and what Authlete notes of
    it."""

    title = "Basics"

    service_name: Text = setting("Name")
    """The name by which people tell this service from others; end users never see it
    unless your own pages show it."""

    description: MultilineText = setting("Description")
    """A note for your colleagues about what this service is for."""

    issuer: IssuerUrl = setting("Issuer")
    """The address that names this service in tokens and in its discovery document.
    Clients compare it exactly, so changing it breaks those that are in use."""

    service_documentation: WebPageUrl = setting("Documentation page")
    """Where developers read how to use this service; shown in the discovery
    document."""

    policy_uri: WebPageUrl = setting("Policy page")
    """Where clients read how they may use the data they get from this service; shown
    in the discovery document."""

    tos_uri: WebPageUrl = setting("Terms page")
    """Where clients read the terms of service; shown in the discovery document."""

    attributes: KeyValuePairs = setting("Attributes")
    """Words of your own that Authlete keeps with the service and never reads, such as
    an owner or a cost center."""

    metadata: KeyValuePairs = setting("Facts", read_only=True)
    """What Authlete counts about this service, such as its number of clients."""

    api_key: BigNumber = setting("Service ID", read_only=True)
    """The number by which Authlete's API and this console address the service."""

    number: Number = setting("Number", read_only=True)
    """A running number inside the cluster; no address or token uses it."""

    service_owner_number: Number = setting("Owner number", read_only=True)
    """The number of the organization that owns this service, inside the cluster."""

    created_at: Timestamp = setting("Created", read_only=True)
    """When the service came to be."""

    modified_at: Timestamp = setting("Modified", read_only=True)
    """When the service was last saved by anyone, even if nothing changed."""
