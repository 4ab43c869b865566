"""Helpers for the tests of tenants audit."""

from tests.support.stores import ROOT

DATABASE_ROLES = (ROOT / "deploy/postgresql-roles.sql").read_text()
