"""An OAuth client: one flat object on the wire, sections for people."""

from tenants.authlete.documents.base import ApiModel, Document, Section
from tenants.authlete.documents.client.authentication import (
    ClientAuthenticationSettings,
)
from tenants.authlete.documents.client.authorization import ClientAuthorizationSettings
from tenants.authlete.documents.client.basics import ClientGeneralSettings
from tenants.authlete.documents.client.ciba import ClientCibaSettings
from tenants.authlete.documents.client.federation import ClientFederationSettings
from tenants.authlete.documents.client.id_token import ClientIdTokenSettings
from tenants.authlete.documents.client.keys import ClientKeySettings
from tenants.authlete.documents.client.languages import ClientTranslationSettings
from tenants.authlete.documents.client.pages import ClientPageSettings
from tenants.authlete.documents.client.redirects import ClientRedirectSettings
from tenants.authlete.documents.client.registration import ClientRegistrationSettings
from tenants.authlete.documents.client.requests import ClientRequestSettings
from tenants.authlete.documents.client.tokens import ClientTokenSettings

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

    The limited view of a list has the same members, only fewer.
    """

    client_id: int

    @property
    def client_name(self) -> str:
        return self.get_text("clientName")

    @property
    def alias(self) -> str:
        """The client ID that the application sends."""
        return self.get_text("clientIdAlias") or str(self.client_id)

    @property
    def has_alias(self) -> bool:
        return self.alias != str(self.client_id)

    @property
    def client_type(self) -> str:
        """PUBLIC, CONFIDENTIAL, or what a newer Authlete says."""
        return self.get_text("clientType")

    @property
    def auth_method(self) -> str:
        return self.get_text("tokenAuthMethod")

    @property
    def source(self) -> str:
        """How it came to be, one of `enums.CLIENT_SOURCE`; empty where not told."""
        return self.get_text("clientSource")

    @property
    def is_locked(self) -> bool:
        return self.get("locked") is True

    @property
    def redirect_uris(self) -> list[str]:
        return self._get_texts("redirectUris")

    @property
    def grant_types(self) -> list[str]:
        return self._get_texts("grantTypes")

    @property
    def developer(self) -> str:
        return self.get_text("developer")

    @property
    def remote_jwks_uri(self) -> str:
        """Where its keys are published, if it has none here."""
        return "" if self.get_text("jwks") else self.get_text("jwksUri")

    @property
    def created_at(self) -> int:
        """Milliseconds since 1970; 0 where it is not told."""
        return self._get_timestamp("createdAt")

    @property
    def trust_chain_expires_at(self) -> int:
        """Milliseconds since 1970; 0 where no chain of trust vouches for it."""
        return self._get_timestamp("trustChainExpiresAt")

    @property
    def metadata_document_expires_at(self) -> int:
        """Milliseconds since 1970; 0 where no document is about it."""
        return self._get_timestamp("metadataDocumentExpiresAt")

    def _get_timestamp(self, name: str) -> int:
        value = self.get(name)
        return value if isinstance(value, int) else 0

    def _get_texts(self, name: str) -> list[str]:
        value = self.get(name)
        entries = value if isinstance(value, list) else []
        return [one for one in entries if isinstance(one, str)]


class ClientPage(ApiModel):
    """One page of a list of clients."""

    start: int
    end: int
    total_count: int
    clients: list[Client] | None = None  # null where none was asked for
