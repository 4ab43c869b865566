from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    AsymmetricAlg,
    Boolean,
    DeliveryMode,
    EndpointUrl,
    RedirectUri,
)


class ClientCibaSettings(Section):
    """Clients that have users confirm on another device (CIBA Core), and wallets that
    keep credentials (OID4VCI)."""

    title = "Backchannel (CIBA) and wallets"

    bc_delivery_mode: DeliveryMode = setting(
        "Delivery mode", absent="None: backchannel requests fail"
    )
    """How the client learns that the user has agreed on the other device."""

    bc_notification_endpoint: EndpointUrl = setting("Notification endpoint")
    """Where your server tells the client that the user has agreed; ping and push need
    it."""

    bc_request_sign_alg: AsymmetricAlg = setting(
        "Backchannel request signature", absent="Not signed"
    )
    """With an algorithm, the client must sign its backchannel requests (CIBA Core,
    section 7.1.1)."""

    bc_user_code_required: Boolean = setting("Require a user code")
    """Refuse backchannel requests without a code that only the user knows, so that
    nobody is bothered by strangers' requests."""

    credential_offer_endpoint: RedirectUri = setting("Credential offer endpoint")
    """Where the wallet takes offers of credentials; an address of the wallet
    application, too (OID4VCI)."""

    credential_response_encryption_required: Boolean = setting("Require encrypted credentials")
    """Give this wallet no credential unless it asks to have it encrypted."""
