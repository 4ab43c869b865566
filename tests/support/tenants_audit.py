"""Helpers for the tests of tenants audit."""

import re

from tests.support.stores import ROOT

GRANTS = re.search(
    r"## Two roles.*?```sql\n(.*?)```", (ROOT / "docs/how-to/deploy.md").read_text(), re.S
)
