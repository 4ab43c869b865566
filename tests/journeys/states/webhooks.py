from datetime import timedelta

from django.utils import timezone

from console.models import Delivery
from tenants.audit.models import AuditHead
from tenants.jobs import queue
from tenants.jobs.models import Worker
from tenants.models import Organization
from tenants.organizations.roles import Role
from tests.support.scene import page_state
from tests.support.webhooks import make_webhook

FULL = '{"error": "index is full", "retry": true}'


def add_webhook(name="SIEM, production", url="https://siem.example:8443/in/x", **more):
    queue.record_heartbeat("w1")
    fields = {"created_by": "ida@harbor.example", "position": AuditHead.objects.get().seq}
    home = Organization.objects.get(slug="harbor")
    return make_webhook(home, url, name=name, **(fields | more))


def log(webhook, count=3, **more):
    now = timezone.now()
    for number in range(count):
        first = 1200 - number * 57
        fields = {
            "state": "done",
            "status": 204,
            "tries": 1,
            "took": 0.084 + number,
            "rows": 57,
            "first": first,
            "last": first + 56,
            "created_at": now - timedelta(minutes=number),
            "tried_at": now - timedelta(minutes=number),
        }
        Delivery.objects.create(webhook=webhook, **(fields | more))


def show(scene, webhook):
    scene.goto("webhooks:show", webhook=webhook.pk)


@page_state("webhooks:index", Role.ADMIN)
def none(scene):
    scene.goto("webhooks:index")


@page_state("webhooks:index", Role.ADMIN)
def all_states(scene):
    soon = timezone.now() + timedelta(minutes=9)
    add_webhook(delivered_at=timezone.now())
    add_webhook("Chat of the people on call, second line, weekends", "https://chat.example/x")
    add_webhook("Archive", position=3, tries=4, next_at=soon)
    add_webhook("Old SIEM", position=1, pause="gone", paused_at=timezone.now())
    add_webhook("Test", pause="hand", paused_by="ida@harbor.example")
    scene.goto("webhooks:index")


@page_state("webhooks:index", Role.ADMIN)
def without_a_worker(scene):
    add_webhook()
    Worker.objects.all().delete()
    scene.goto("webhooks:index")


@page_state("webhooks:new", Role.ADMIN)
def confirming(scene):
    scene.goto("webhooks:new")


@page_state("webhooks:new", Role.ADMIN)
def rejected(scene):
    scene.goto("webhooks:new")
    scene.page.get_by_label("Name", exact=True).fill("SIEM")
    scene.page.get_by_label("URL").fill("https://10.0.0.1/")
    for name in ("Read", "Reveal", "Change", "Destroy"):
        scene.page.get_by_label(name, exact=True).uncheck()
    scene.click_button("Add webhook")
    scene.page.get_by_text("non-public address").wait_for()


@page_state("webhooks:new", Role.ADMIN)
def secret_shown(scene):
    scene.goto("webhooks:new")
    scene.page.get_by_label("Name", exact=True).fill("SIEM, production")
    scene.page.get_by_label("URL").fill("https://siem.example:8443/in/x")
    scene.click_button("Add webhook")
    scene.page.get_by_text("Copy it now").wait_for()


@page_state("webhooks:show", Role.ADMIN)
def nothing_sent(scene):
    show(scene, add_webhook())


@page_state("webhooks:show", Role.ADMIN)
def delivering(scene):
    webhook = add_webhook(delivered_at=timezone.now(), subjects=True, groups="clients keys")
    log(webhook, 24)
    Delivery.objects.create(webhook=webhook, is_test=True)
    show(scene, webhook)


@page_state("webhooks:show", Role.ADMIN)
def failing(scene):
    now = timezone.now()
    webhook = add_webhook(tries=3, next_at=now + timedelta(minutes=8), failing_since=now)
    log(webhook)
    log(webhook, 1, state="pending", status=503, tries=3, answer=FULL, first=1257)
    none = {"status": None, "error": "No answer: [Errno 111] Connection refused"}
    log(webhook, 1, is_test=True, state="failed", **none)
    show(scene, webhook)


@page_state("webhooks:show", Role.ADMIN)
def stopped(scene):
    show(scene, add_webhook(pause="failed", paused_at=timezone.now(), tries=8))


@page_state("webhooks:show", Role.ADMIN)
def deleted(scene):
    show(scene, add_webhook(pause="gone", paused_at=timezone.now()))


@page_state("webhooks:show", Role.ADMIN)
def paused(scene):
    until = timezone.now() + timedelta(hours=20)
    show(scene, add_webhook(pause="hand", paused_by="ida@harbor.example", old_until=until))


@page_state("webhooks:edit", Role.ADMIN)
def confirming_(scene):
    scene.goto("webhooks:edit", webhook=add_webhook(groups="clients").pk)


@page_state("webhooks:send_test", Role.ADMIN)
def confirming__(scene):
    scene.goto("webhooks:send_test", webhook=add_webhook().pk)


@page_state("webhooks:pause", Role.ADMIN)
def confirming___(scene):
    scene.goto("webhooks:pause", webhook=add_webhook().pk)


@page_state("webhooks:resume", Role.ADMIN)
def confirming____(scene):
    scene.goto("webhooks:resume", webhook=add_webhook(pause="hand").pk)


@page_state("webhooks:replay", Role.ADMIN)
def start_position(scene):
    scene.goto("webhooks:replay", webhook=add_webhook().pk)


@page_state("webhooks:replay", Role.ADMIN)
def counted(scene):
    scene.save_change()
    scene.goto("webhooks:replay", "?row=1", webhook=add_webhook().pk)


@page_state("webhooks:replay", Role.ADMIN)
def nothing_to_replay(scene):
    scene.goto("webhooks:replay", "?row=900000", webhook=add_webhook().pk)


@page_state("webhooks:replay", Role.ADMIN)
def invalid_query(scene):
    scene.goto("webhooks:replay", "?row=0&at=", webhook=add_webhook().pk)


@page_state("webhooks:rotate", Role.ADMIN)
def confirming_____(scene):
    scene.goto("webhooks:rotate", webhook=add_webhook().pk)


@page_state("webhooks:rotate", Role.ADMIN)
def replaced(scene):
    webhook = add_webhook()
    webhook.set_secret("whsec_" + "B" * 44).save()
    scene.goto("webhooks:rotate", webhook=webhook.pk)
    scene.click_button("Rotate signing secret")
    scene.page.get_by_text("Copy it now").wait_for()


@page_state("webhooks:remove", Role.ADMIN)
def confirming______(scene):
    scene.goto("webhooks:remove", webhook=add_webhook().pk)
