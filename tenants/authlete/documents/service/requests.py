from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import Boolean, EndpointUrl, Seconds


class ServiceRequestSettings(Section):
    """How authorization requests travel: pushed ahead of the browser (RFC 9126), or as
    signed and encrypted request objects (RFC 9101)."""

    title = "Pushed requests and request objects"

    pushed_auth_req_endpoint: EndpointUrl = setting("Pushed request endpoint")
    """Where clients send an authorization request before the browser is involved
    (RFC 9126)."""

    pushed_auth_req_duration: Seconds = setting(
        "Pushed request lifetime", zero="Authlete's default"
    )
    """How long the browser may take to bring a pushed request back; later it is
    refused."""

    par_required: Boolean = setting("Require pushed requests")
    """Refuse every authorization request that was not pushed first (RFC 9126)."""

    request_object_required: Boolean = setting("Require request objects")
    """Refuse authorization requests whose parameters do not come in a request
    object (RFC 9101)."""

    traditional_request_object_processing_applied: Boolean = setting(
        "Process request objects the old way"
    )
    """Read request objects by OIDC Core, where parameters beside the object count as
    well. Off, only what is inside counts (RFC 9101)."""

    request_object_audience_checked: Boolean = setting("Check the audience")
    """Refuse request objects that are not addressed to this service's issuer."""

    nbf_optional: Boolean = setting("Allow request objects without a start time")
    """Take request objects that do not say from when they hold, which FAPI 1.0
    Advanced would refuse."""

    front_channel_request_object_encryption_required: Boolean = setting(
        "Require encryption through the browser"
    )
    """Refuse request objects that pass through the browser unencrypted."""

    request_object_encryption_alg_match_required: Boolean = setting(
        "Hold clients to their encryption algorithm"
    )
    """Refuse request objects whose key is encrypted with another algorithm than
    the client registered."""

    request_object_encryption_enc_match_required: Boolean = setting(
        "Hold clients to their content encryption"
    )
    """Refuse request objects whose content is encrypted with another algorithm than
    the client registered."""
