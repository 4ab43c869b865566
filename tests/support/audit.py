"""Helpers for the tests of audit."""

NOW = "2026-11-24T12:00:00Z"
URL = "/acme/audit/"


def shown(response):
    """What the lines tell, newest first."""
    return [line.title for line in response.context["lines"]]
