"""Recent activity of the demo: what four of its people did today, sent and logged as usual."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener
from uuid import uuid4

from django.contrib.auth.models import User

from console.clients.actions import set_lock
from console.clients.rotation import staging
from console.demo.seed import DemoAccount
from console.documents.kinds import DocumentTarget, client_target, service_target
from console.users.bulk_revocation import start_revoke_all
from console.users.lookups import OpenLookup, create_lookup
from console.users.revocation import revoke_connected_app
from console.watches.actions import start_watch
from console.watches.targets import object_target, rule_target
from console.web.access import Member, Workspace
from tenants.audit.models import AuditEntry
from tenants.authlete import AuthleteClient
from tenants.authlete.errors import UnknownOutcomeError
from tenants.authlete.object_ref import ObjectRef
from tenants.models import Organization
from tenants.organizations.regions import get_regions
from tenants.organizations.roles import Role

HARBOR = "harbor"
USER_OF_MANY_APPS = "cust-204188"
WATCHED_CLIENT = "Credit checks"
USER_WITH_EXPIRED_TOKENS = "cust-311907"


def tell_story(sandbox_url: str, people: list[DemoAccount]) -> None:
    """Perform the activity, unless this database has it already."""
    harbor = Organization.objects.get(slug=HARBOR)
    story = DemoStory(harbor, {account.role: account.email for account in people}, sandbox_url)
    if not AuditEntry.objects.filter(organization_id=harbor.pk, reason__gt="").exists():
        story.run()


@dataclass(frozen=True)
class DemoStory:
    """Changes in one organization by the accounts in ``emails``, a mapping from roles."""

    organization: Organization
    emails: Mapping[str, str]
    sandbox_url: str

    def run(self) -> None:
        self.watch()
        self.change_settings()
        self.change_client()
        self.lose_a_response()
        self.revoke_access()
        self.stage_a_secret()
        self.lock_client()

    def watch(self) -> None:
        """Let the admin and the editor watch what others change below."""
        for role, region, service in (
            (Role.ADMIN, "us", "Business banking"),
            (Role.ADMIN, "us", "Employee sign-in"),
            (Role.ADMIN, "eu", "Employee sign-in Europe"),
        ):
            workspace, service_id = self._find_service(role, region, service)
            member = workspace.member
            start_watch(member, object_target(member, ObjectRef(region, service_id), service))
        workspace, service_id = self._find_service(Role.EDITOR, "us", "Payments")
        client_id = find_client(workspace.authlete, service_id, WATCHED_CLIENT)
        ref = ObjectRef("us", service_id, client_id)
        editor = workspace.member
        start_watch(editor, object_target(editor, ref, WATCHED_CLIENT))
        start_watch(editor, rule_target(editor, "rfc9700.http-redirect"))

    def change_settings(self) -> None:
        for seconds, reason, ticket in (
            (900, "Statements load slowly", "CHG-2081"),
            (600, "Back to the standard", "CHG-2085"),
        ):
            target = service_target(*self._find_service(Role.EDITOR, "us", "Business banking"))
            self._save(target, {"accessTokenDuration": seconds}, reason, ticket)

    def change_client(self) -> None:
        workspace, service_id = self._find_service(Role.EDITOR, "us", "Employee sign-in")
        client_id = find_client(workspace.authlete, service_id, "Expenses")
        target = client_target(workspace, service_id, client_id)
        uris = ["https://expenses.harbor.example/callback"]
        self._save(target, {"redirectUris": uris}, "Expenses has a new domain", "CHG-2090")

    def lose_a_response(self) -> None:
        """Leave a change with an unknown outcome: the connection closes before the response."""
        fault = {"kind": "close", "region": "eu", "operation": "service.update", "after": True}
        target = service_target(*self._find_service(Role.EDITOR, "eu", "Employee sign-in Europe"))
        self._inject(fault | {"times": 1})
        try:
            self._save(target, {"idTokenDuration": 1800}, "Same as in the US", "CHG-2093")
        except UnknownOutcomeError:
            return
        raise AssertionError("The sandbox answered in spite of its fault.")

    def revoke_access(self) -> None:
        workspace, service_id = self._find_service(Role.HELP_DESK, "jp", "Branch kiosks")
        mei = workspace.member
        client_id = find_client(workspace.authlete, service_id, "Kiosk")
        lookup = OpenLookup(create_lookup(mei, USER_OF_MANY_APPS), USER_OF_MANY_APPS)
        reason = "Forgot to sign out in the branch"
        revoke_connected_app(
            mei, lookup, workspace.region, service_id, client_id, reason, "INC-3310"
        )
        user = USER_WITH_EXPIRED_TOKENS
        start_revoke_all(mei, OpenLookup(create_lookup(mei, user), user), "Lost phone", "INC-3317")

    def stage_a_secret(self) -> None:
        """Begin a rotation: the new secret is with its application, not yet active."""
        workspace, service_id = self._find_service(Role.ADMIN, "us", "Payments")
        name = "Nightly statements"
        rotation = staging.stage_secret(
            workspace.authlete,
            workspace.member.actor,
            self.organization,
            service_id=service_id,
            client_id=find_client(workspace.authlete, service_id, name),
            label=name,
            reason="Yearly rotation",
            ticket="CHG-2101",
        )
        staging.show_secret(workspace.member, rotation)
        rotation.refresh_from_db()
        staging.confirm_stored(workspace.member, rotation)

    def lock_client(self) -> None:
        workspace, service_id = self._find_service(Role.ADMIN, "us", "Payments")
        name = WATCHED_CLIENT
        set_lock(
            workspace.member.connect("us", reason="Provider reports a breach", ticket="CHG-2104"),
            self.organization,
            service_id,
            find_client(workspace.authlete, service_id, name),
            name,
            locked=True,
        )

    def _find_service(self, role: Role, region: str, name: str) -> tuple[Workspace, int]:
        """Return the workspace of the account with ``role``, and the id of the service."""
        user = User.objects.get(username=self.emails[role])
        member = Member(user, self.organization, role, str(uuid4()), "")
        authlete = member.connect(region)
        services = authlete.services.list(start=0, end=100).services or []
        service_id = next(service.api_key for service in services if service.service_name == name)
        member.require_service(authlete, service_id)
        return Workspace(member, get_regions()[region], authlete), service_id

    def _save(
        self, target: DocumentTarget, values: dict[str, Any], reason: str, ticket: str
    ) -> None:
        workspace = target.workspace
        authlete = workspace.member.connect(workspace.region.name, reason=reason, ticket=ticket)
        target.api(authlete).update(target.api().get().modified_at, values)

    def _inject(self, fault: dict[str, Any]) -> None:
        body = json.dumps(fault).encode()
        request = Request(f"{self.sandbox_url}/_faults", body, method="POST")  # noqa: S310
        build_opener(ProxyHandler({})).open(request, timeout=10).close()


def find_client(authlete: AuthleteClient, service_id: int, name: str) -> int:
    """Return the id of the client called ``name``."""
    page = authlete.service(service_id).clients.list(start=0, end=100)
    return next(client.client_id for client in page.clients or [] if client.client_name == name)
