"""An OAuth client: one flat JSON object, shown in sections."""

from tenants.authlete.documents.base import ApiModel, Document, Section
from tenants.authlete.documents.client.authentication import (
    ClientAuthenticationSettings,
    ClientKeySettings,
)
from tenants.authlete.documents.client.authorization import (
    ClientAuthorizationSettings,
    ClientCibaSettings,
    ClientRedirectSettings,
    ClientRequestSettings,
)
from tenants.authlete.documents.client.general import (
    ClientGeneralSettings,
    ClientPageSettings,
    ClientTranslationSettings,
)
from tenants.authlete.documents.client.registration import (
    ClientFederationSettings,
    ClientRegistrationSettings,
)
from tenants.authlete.documents.client.tokens import ClientIdTokenSettings, ClientTokenSettings

SECTIONS: dict[str, type[Section]] = {
    "basics": ClientGeneralSettings,
    "authorization": ClientAuthorizationSettings,
    "redirects": ClientRedirectSettings,
    "authentication": ClientAuthenticationSettings,
    "keys": ClientKeySettings,
    "tokens": ClientTokenSettings,
    "id-token": ClientIdTokenSettings,
    "requests": ClientRequestSettings,
    "ciba-and-wallets": ClientCibaSettings,
    "pages": ClientPageSettings,
    "languages": ClientTranslationSettings,
    "registration": ClientRegistrationSettings,
    "federation": ClientFederationSettings,
}


class Client(Document):
    """One client; its settings are read through `SECTIONS`.

    Lists may return a limited view with fewer fields.
    """

    client_id: int

    @property
    def client_name(self) -> str:
        return self.get_text("clientName")

    @property
    def alias(self) -> str:
        """Return the client ID that the application sends."""
        return self.get_text("clientIdAlias") or str(self.client_id)

    @property
    def has_alias(self) -> bool:
        return self.alias != str(self.client_id)

    @property
    def client_type(self) -> str:
        """Return PUBLIC, CONFIDENTIAL, or a value of a newer Authlete."""
        return self.get_text("clientType")

    @property
    def auth_method(self) -> str:
        return self.get_text("tokenAuthMethod")

    @property
    def source(self) -> str:
        """Return one of `enums.CLIENT_SOURCE`; empty in limited views."""
        return self.get_text("clientSource")

    @property
    def is_locked(self) -> bool:
        return self.get("locked") is True

    @property
    def redirect_uris(self) -> list[str]:
        return self.get_texts("redirectUris")

    @property
    def grant_types(self) -> list[str]:
        return self.get_texts("grantTypes")

    @property
    def developer(self) -> str:
        return self.get_text("developer")

    @property
    def remote_jwks_uri(self) -> str:
        """Return the JWK Set URL if the client has no JWK Set of its own."""
        return "" if self.get_text("jwks") else self.get_text("jwksUri")

    @property
    def created_at(self) -> int:
        """Return milliseconds since 1970; 0 if unknown."""
        return self._get_timestamp("createdAt")

    @property
    def trust_chain_expires_at(self) -> int:
        """Return milliseconds since 1970; 0 without a trust chain."""
        return self._get_timestamp("trustChainExpiresAt")

    @property
    def metadata_document_expires_at(self) -> int:
        """Return milliseconds since 1970; 0 without a metadata document."""
        return self._get_timestamp("metadataDocumentExpiresAt")

    def _get_timestamp(self, name: str) -> int:
        value = self.get(name)
        return value if isinstance(value, int) else 0


class ClientPage(ApiModel):
    """One page of a list of clients."""

    start: int
    end: int
    total_count: int
    clients: list[Client] | None = None  # null if none were requested
