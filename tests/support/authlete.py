"""Helpers for the tests of authlete."""

import httpx
from pydantic import SecretStr

from tenants.authlete import AuthleteClient, ConnectionPool
from tenants.authlete.idp import SHARED_API_SERVER_IDS, SHARED_IDP_URL, IdpAccess
from tenants.sandbox.api_tokens import ORGANIZATION_PERMISSIONS, ApiToken
from tenants.sandbox.app import Sandbox


class SandboxEnvironment:
    """A sandbox with two organizations, and clients for it."""

    def __init__(self, audit_sink, redactor):
        self.sandbox = Sandbox()
        self.state = self.sandbox.state
        self.audit_sink, self.redactor = audit_sink, redactor
        self.acme = self.state.organization("acme")
        self.free = self.state.organization("free", plan="FREE")
        self.add_token("full", ORGANIZATION_PERMISSIONS)
        self.sandbox.services[17] = service(17)

    def add_token(self, name, permissions, **options):
        organization = options.pop("organization", self.acme)
        self.state.accept(ApiToken(name, organization, permissions, **options))

    def connect_pool(self, url):
        app = self.sandbox
        return ConnectionPool(url, transport_factory=lambda: httpx.WSGITransport(app=app))

    def connect(self, token="full", region="us", *, organization=None, **options):
        """Create a client for a region; ``url`` and ``idp`` may differ from its own."""
        access = IdpAccess(
            self.connect_pool(options.pop("idp", SHARED_IDP_URL)),
            organization or self.acme,
            options.pop("server", SHARED_API_SERVER_IDS.get(region, 0)),
        )
        return AuthleteClient(
            self.connect_pool(options.pop("url", f"https://{region}.authlete.com")),
            SecretStr(token),
            redactor=self.redactor,
            region=region,
            audit_sink=self.audit_sink,
            idp_access=options.pop("access", access),
            **options,
        )


def service(number, **members):
    return {"apiKey": number, "serviceName": f"S{number}", "modifiedAt": 1} | members


HOST = "region.test"
