"""Rules about the settings of a service; importing the package registers them."""

from tenants.authlete.documents.rules import SERVICE_RULES
from tenants.authlete.documents.service.rules import general, profiles  # noqa: F401

__all__ = ["SERVICE_RULES", "check_service"]

check_service = SERVICE_RULES.check
