"""A page of the console in one state, and how a browser gets there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.authentication import set_last_authentication
from tests.support.forms import URLENCODED, fill_form
from tests.support.routes import ROUTES

PASSWORD = "plum orbit ladder seven"
NO_MAIL = {"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}
TOKENS_SECTION = "tokens"
LIFETIME_SETTING = "access_token_duration"


class Scene:
    """A browser, its user, and the sandbox behind the console."""

    def __init__(self, page, sandbox, person, url, monkeypatch=None):
        self.page, self.sandbox, self.url = page, sandbox, url
        self.monkeypatch = monkeypatch  # where a state needs a failure of the console
        self._person = person
        self.user: Any = None
        self.client = Client()  # the same person, for what is not looked at
        self.path_params: dict[str, Any] = {
            "organization": "harbor",
            "section": TOKENS_SECTION,
            "rule": "rfc9700.http-redirect",
            "page": "00000000-0000-7000-8000-000000000000",
        }
        self.select_service("us", "Payments")

    def sign_in_as(self, role, name=""):
        """Sign in a new member with a role."""
        self.user = self._person(role, name)
        self.sign_in_again()

    def sign_in_again(self):
        """Sign in the same user with a new session, recently authenticated."""
        self.client = Client()
        self.client.force_login(self.user)
        set_last_authentication(self.client)
        session = self.client.cookies["session"].value
        self.page.context.add_cookies([{"name": "session", "value": session, "url": self.url}])

    def select_service(self, region, name):
        """Select the service whose name begins with ``name``, and its first client."""
        here = self.sandbox.region(region)
        services = here.services
        number = next(
            number
            for number, service in services.items()
            if service["serviceName"].startswith(name)
        )
        self.path_params |= {"region": region, "service_id": number}
        self.path_params["client_id"] = next(iter(here.clients[number]), 404)

    @property
    def service(self):
        return self.sandbox.region(self.path_params["region"]).services[
            self.path_params["service_id"]
        ]

    def path(self, name, **other):
        places = self.path_params | other
        return reverse(name, kwargs={route: places[route] for route in ROUTES[name]})

    def goto(self, name, query="", **other):
        self.page.goto(self.path(name, **other) + query)

    def click_button(self, name):
        self.page.get_by_role("button", name=name).first.click()
        self.page.wait_for_load_state()
        expect(self.page.locator("#step.htmx-request")).to_have_count(0)  # a step in a dialog

    def submit_form(self, name, having, query="", **entered):
        """Submit a form of a page without opening it in the browser."""
        path = self.path(name) + query
        body = fill_form(self.client.get(path), having, **entered)
        return self.client.post(path, body, content_type=URLENCODED)

    def draft_change(self, seconds=2700, **entered):
        """Change settings and stop at the review."""
        lifetime = {LIFETIME_SETTING: seconds, f"{LIFETIME_SETTING}__unit": "seconds"}
        self.submit_form("services:edit", "base", **lifetime, **entered)

    def save_change(self, seconds=2700, **entered):
        """Change and save settings; return the entry ID."""
        self.draft_change(seconds, **entered)
        reason = "Shorter, says risk"
        self.submit_form("services:review", "reviewed", reason=reason, ticket="CHG-2107")
        return AuditEntry.objects.filter(operation="service.update")[0].entry

    def add_member(self, role):
        """Add another member."""
        return self._person(role).membership_set.get()

    def sign_in_with_password(self, role=Role.ADMIN):
        """Sign in through the form, as account pages require."""
        self.user = self._person(role)
        self.enter_password()

    def enter_password(self):
        self.page.goto("/accounts/login/")
        self.page.get_by_label("Email").fill(self.user.email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.click_button("Sign in")

    def enable_two_factor(self):
        totp.TOTP.activate(self.user, totp.generate_totp_secret())


@dataclass(frozen=True)
class PageState:
    """A page, a description of its state, and how to reach it."""

    page: str
    description: str
    reach: Callable[[Scene], None]

    def __str__(self):
        return f"{self.page}-{self.description}".replace(":", "-")


PAGE_STATES: list[PageState] = []


def page_state(page, role=None):
    """Register a function that reaches a state; its name describes the state."""

    def register(reach):
        def arrived(scene):
            if role:
                scene.sign_in_as(role)
            reach(scene)

        word = reach.__name__.strip("_").replace("_", " ")
        PAGE_STATES.append(PageState(page, word, arrived))
        return reach

    return register
