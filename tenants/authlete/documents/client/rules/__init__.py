"""Rules about the settings of a client; importing the package registers them."""

from tenants.authlete.documents.client.rules import authentication, fapi, flows, security  # noqa: F401
from tenants.authlete.documents.rules import CLIENT_RULES

__all__ = ["CLIENT_RULES", "check_client"]

check_client = CLIENT_RULES.check
