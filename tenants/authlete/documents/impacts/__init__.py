"""Impacts of service changes on clients; importing the package registers them."""

from tenants.authlete.documents.impacts import changes, conflicts, requests  # noqa: F401
from tenants.authlete.documents.impacts.declaration import CLIENT_IMPACTS

__all__ = ["CLIENT_IMPACTS"]
