"""Colors of changes: added and removed, never good and bad."""

from pathlib import Path

from pytest_django.asserts import assertContains

PAGES_CSS = Path("console/static/console/css/components/pages.css")


def test_changes_use_no_color_of_a_state():
    rules = PAGES_CSS.read_text()
    changes = rules[rules.index(".old-value {") : rules.index(".code {")]
    diff = rules[rules.index(".diff {") : rules.index(".merge .table {")]

    assert "--ok" not in changes + diff
    assert "--bad" not in changes + diff


def test_weakened_setting_has_a_risk_badge(auditor, update):
    update({"pkceRequired": True})
    entry = update({"pkceRequired": False})

    page = auditor.get(f"/acme/audit/{entry.entry}/")

    assertContains(page, '<span class="badge warn">Risk</span>', html=True)
    assertContains(page, "Without PKCE, an intercepted authorization code can be used.")
