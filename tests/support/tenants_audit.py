"""Helpers for the tests of tenants audit."""

import re

from tests.support.stores import ROOT

GRANTS = re.search(
    r"## Two roles.*?```sql\n(.*?)```", (ROOT / "docs/reference/audit-log.md").read_text(), re.S
)
