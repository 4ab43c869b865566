"""What people and Authlete left in the record is shown as text, fits any window, and
says nothing in the name of the console: hostile, very long, right to left, and much of
it in one entry.
"""

import pytest
from playwright.sync_api import expect

from console.models import SavedSearch, Stream, VerificationRun
from console.models.streams import generate_token
from tenants.audit import record_builder
from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.audit.writer import writer
from tenants.authlete.changes import FieldChange
from tenants.authlete.outcome import Outcome
from tenants.models import Organization
from tests.journeys.states.webhooks import log
from tests.support.journeys import HOSTILE_TEXTS, NARROW_VIEWPORT, admin_scene, open_unharmed
from tests.support.page_steps import find_overflow
from tests.support.scene import Scene
from tests.support.webhooks import make_webhook

HEBREW = "הלקוח של הבנק " * 40
EVIL = HOSTILE_TEXTS | {"right to left": HEBREW, "an override": "ok \u202edlo.elpmaxe"}
MANY, LONG = 500, "V" * 40_000
WIDE = {"width": 1280, "height": 900}


def add_entry(text, operation="service.update", end=Outcome.SUCCEEDED, **fields):
    """Add an entry with ``text`` in every free field."""
    home = Organization.objects.get(slug="harbor")
    actor = Actor(7, text, "admin", home.pk, home.slug, record_builder.new_entry_id(), "192.0.2.41")
    fields = {"label": text, "object": text, "reason": text * 2, "ticket": text} | fields
    row = record_builder.build_intent(
        actor, operation, "change", region="us", service="17", **fields
    )
    writer.write([row, record_builder.build_outcome(row.entry, end, code=text)])
    return row.entry


@pytest.fixture
def scene(open_page, sandbox, person, live_server):
    """Escaping has to hold alone: the policy of the pages is switched off."""
    page = open_page(bypass_csp=True, viewport=WIDE)
    scene = Scene(page, sandbox, person, live_server.url)
    yield from admin_scene(scene)


def fits(scene, name, query="", **places):
    for window in (WIDE, NARROW_VIEWPORT):
        scene.page.set_viewport_size(window)
        open_unharmed(scene, name, query, **places)
        assert find_overflow(scene.page) == [], (name, window)


@pytest.mark.slow
def test_hostile_text_is_inert_in_the_audit_log(scene):
    for text in EVIL.values():
        add_entry(text, changes=[FieldChange("description", text, text[::-1])])
        add_entry(text, "client.delete", Outcome.UNKNOWN, client="44")

    fits(scene, "audit:index", "?reads=1")
    fits(scene, "audit:export_file", "?format=print")
    fits(scene, "audit:unresolved")
    fits(scene, "dashboard:index")
    for entry in AuditEntry.objects.filter(client="44").values_list("entry", flat=True):
        open_unharmed(scene, "audit:entry", entry=entry)
        assert find_overflow(scene.page) == []


@pytest.mark.slow
def test_entry_with_many_long_values_fits_the_window(scene):
    texts = [*EVIL.values(), LONG]
    changes = [
        FieldChange(f"setting{number}", None, texts[number % len(texts)])
        for number in range(MANY - 2)
    ]
    listed = [f"https://{number}.example/{'x' * 300}" for number in range(200)]
    changes += [FieldChange("redirectUris", listed, texts), FieldChange("scopes", [], [{}])]
    entry = add_entry(HEBREW, changes=changes)

    fits(scene, "audit:index")
    fits(scene, "audit:entry", entry=entry)

    page = scene.page
    expect(page.locator(".changes li")).to_have_count(MANY)
    heading = page.get_by_role("heading", level=1)
    assert heading.evaluate("one => getComputedStyle(one).direction") == "ltr"


def test_hostile_names_are_inert(scene):
    home = Organization.objects.get(slug="harbor")
    for number, (kind, text) in enumerate(EVIL.items()):
        text = text.replace("\0", "").encode(errors="replace").decode()
        name, query = f"{number}{text}"[:60], "reason=x"
        SavedSearch.objects.create(
            organization=home, user=scene.user, name=name, query=query, pinned=True
        )
        stream = Stream(organization=home, name=name, created_by=text[:254])
        stream.set_token(generate_token()).save()
        webhook = make_webhook(home, name=name, tries=1, created_by=text[:254])
        log(webhook, 1, state="failed", status=500, answer=text[:500])
        if kind in ("tags", "length", "right to left"):
            fits(scene, "webhooks:show", webhook=webhook.pk)
    VerificationRun.objects.create(organization=home, actor=HEBREW[:254], bad=1, error=LONG[:400])

    pages = "webhooks:index streams:index searches:index audit:index audit:verify"
    for page in pages.split():
        fits(scene, page)
