"""An OAuth client: one flat object on the wire, sections for people."""

from tenants.authlete.documents.base import Document, Section, Wire
from tenants.authlete.documents.client.authentication import Authentication
from tenants.authlete.documents.client.authorization import Authorization
from tenants.authlete.documents.client.basics import Basics
from tenants.authlete.documents.client.ciba import CibaAndWallets
from tenants.authlete.documents.client.federation import Federation
from tenants.authlete.documents.client.id_token import IdToken
from tenants.authlete.documents.client.keys import Keys
from tenants.authlete.documents.client.languages import Languages
from tenants.authlete.documents.client.pages import Pages
from tenants.authlete.documents.client.redirects import Redirects
from tenants.authlete.documents.client.registration import Registration
from tenants.authlete.documents.client.requests import Requests
from tenants.authlete.documents.client.tokens import Tokens

SECTIONS: dict[str, type[Section]] = {
    "basics": Basics,
    "authorization": Authorization,
    "redirects": Redirects,
    "authentication": Authentication,
    "keys": Keys,
    "tokens": Tokens,
    "id-token": IdToken,
    "requests": Requests,
    "ciba-and-wallets": CibaAndWallets,
    "pages": Pages,
    "languages": Languages,
    "registration": Registration,
    "federation": Federation,
}


class Client(Document):
    """One client; its settings are read through `SECTIONS`.

    The limited view of a list has the same members, only fewer.
    """

    client_id: int

    @property
    def client_name(self) -> str:
        return self.text("clientName")

    @property
    def alias(self) -> str:
        """The client ID that the application sends."""
        return self.text("clientIdAlias") or str(self.client_id)

    @property
    def has_alias(self) -> bool:
        return self.alias != str(self.client_id)

    @property
    def client_type(self) -> str:
        """PUBLIC, CONFIDENTIAL, or what a newer Authlete says."""
        return self.text("clientType")

    @property
    def auth_method(self) -> str:
        return self.text("tokenAuthMethod")

    @property
    def source(self) -> str:
        """How it came to be, one of `enums.CLIENT_SOURCE`; empty where not told."""
        return self.text("clientSource")

    @property
    def is_locked(self) -> bool:
        return self.get("locked") is True

    @property
    def redirect_uris(self) -> list[str]:
        return self._texts("redirectUris")

    @property
    def grant_types(self) -> list[str]:
        return self._texts("grantTypes")

    @property
    def developer(self) -> str:
        return self.text("developer")

    @property
    def keys_elsewhere(self) -> str:
        """Where its keys are published, if it has none here."""
        return "" if self.text("jwks") else self.text("jwksUri")

    @property
    def created_at(self) -> int:
        """Milliseconds since 1970; 0 where it is not told."""
        return self._moment("createdAt")

    @property
    def chain_expires_at(self) -> int:
        """Milliseconds since 1970; 0 where no chain of trust vouches for it."""
        return self._moment("trustChainExpiresAt")

    @property
    def document_expires_at(self) -> int:
        """Milliseconds since 1970; 0 where no document is about it."""
        return self._moment("metadataDocumentExpiresAt")

    def _moment(self, member: str) -> int:
        value = self.get(member)
        return value if isinstance(value, int) else 0

    def _texts(self, member: str) -> list[str]:
        value = self.get(member)
        entries = value if isinstance(value, list) else []
        return [one for one in entries if isinstance(one, str)]


class ClientPage(Wire):
    """One page of a list of clients."""

    start: int
    end: int
    total_count: int
    clients: list[Client] | None = None  # null where none was asked for
