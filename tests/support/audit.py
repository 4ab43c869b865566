"""Helpers for the tests of audit."""

NOW = "2026-11-24T12:00:00Z"
URL = "/acme/audit/"


def titles(response):
    """Return the titles of the entries, newest first."""
    return [row.title for row in response.context["rows"]]
