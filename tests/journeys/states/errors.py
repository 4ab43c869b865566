from django.conf import settings
from django.db import OperationalError

from console.help import views
from tenants.audit.integrity.anchors import anchor_monitor
from tenants.audit.store import write_failures
from tenants.organizations.roles import Role
from tests.support.scene import page_state

NO_PAGE = ""  # the address is another page's, or nobody's
SIGN_INS_PER_MINUTE = 30


@page_state(NO_PAGE, Role.HELP_DESK)
def forbidden(scene):
    scene.goto("services:index")


@page_state(NO_PAGE, Role.VIEWER)
def not_found(scene):
    scene.page.goto("/harbor/no/such/page/")


@page_state(NO_PAGE)
def not_found_anonymous(scene):
    scene.page.goto("/no/such/page/")


@page_state(NO_PAGE, Role.VIEWER)
def cross_origin(scene):
    scene.goto("account_logout")
    scene.page.context.clear_cookies(name="csrf")
    scene.click_button("Sign out")


@page_state(NO_PAGE)
def bad_request(scene):
    scene.monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["console.example"])
    scene.page.goto("/help/")


@page_state(NO_PAGE, Role.VIEWER)
def server_error(scene):
    fail_with(scene, ZeroDivisionError)


@page_state(NO_PAGE, Role.VIEWER)
def database_unavailable(scene):
    fail_with(scene, OperationalError)


def fail_with(scene, error):
    def fail(*_):
        raise error

    scene.monkeypatch.setattr(views, "render_page", fail)
    scene.page.goto("/help/")


@page_state("account_login")
def too_many_requests(scene):
    wrong = {"login": "nobody@harbor.example", "password": "wrong"}
    for _ in range(SIGN_INS_PER_MINUTE):
        scene.client.post(scene.path("account_login"), wrong)
    scene.goto("account_login")
    scene.page.get_by_label("Email").fill(wrong["login"])
    scene.page.get_by_label("Password").fill(wrong["password"])
    scene.click_button("Sign in")


@page_state("dashboard:index", Role.VIEWER)
def audit_log_unavailable(scene):
    write_failures.record_failure()
    scene.goto("dashboard:index")


@page_state("dashboard:index", Role.VIEWER)
def anchors_unavailable(scene):
    scene.monkeypatch.setattr(anchor_monitor, "blocks_changes", lambda: True)
    scene.goto("dashboard:index")
