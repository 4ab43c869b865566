"""Fills a demo's database: the sandbox's organizations, and one account a role."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

from django.utils import timezone

from tenants.audit.actor import Actor
from tenants.models import Organization
from tenants.organizations import credentials, members
from tenants.organizations.roles import Role

PASSWORD_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another  # noqa: S105
FULL_NAMES = {
    Role.ADMIN: "Ida Lindqvist",
    Role.EDITOR: "Tomas Okafor",
    Role.HELP_DESK: "Mei Tanaka",
    Role.AUDITOR: "Renata Alves",
    Role.VIEWER: "Jon Hale",
}
TOKEN_DAYS_LEFT = {"eu": 20, "br": 75}  # days until a token ends, so that somebody is warned
ADMIN_ONLY_SLUG = "trial"  # the admin's only: everybody else is a stranger there


@dataclass(frozen=True)
class DemoAccount:
    """An account of the demo, as ``accounts.json`` has it."""

    role: str
    email: str
    password: str


def seed_database(tokens_url: str, accounts: Path) -> list[DemoAccount]:
    """Bring the database up to what the sandbox is, and return who can sign in."""
    direct = build_opener(ProxyHandler({}))
    with direct.open(tokens_url, timeout=10) as answer:
        organizations = json.load(answer)["organizations"]
    people = load_accounts(accounts)
    for seed in organizations:
        organization, _ = Organization.objects.update_or_create(
            slug=seed["slug"], defaults={"name": seed["name"]}
        )
        save_credentials(organization, seed)
        for account in people:
            if seed["slug"] != ADMIN_ONLY_SLUG or account.role == Role.ADMIN:
                ensure_member(organization, account)
    return people


def save_credentials(organization: Organization, seed: dict[str, Any]) -> None:
    """Save one credential with all permissions for each region."""
    for region, tokens in seed["regions"].items():
        token = next(token_seed["token"] for token_seed in tokens if token_seed["preset"] == "full")
        number = seed["organizationId"]
        credential = credentials.find_credential(organization, region)
        days = timedelta(days=TOKEN_DAYS_LEFT.get(region, 300))
        last = credential.expires_on if credential else timezone.localdate() + days
        candidate = credentials.build_credential(organization, region, token, number, last)
        credentials.save_credential(_demo_actor(organization), candidate, None)


def ensure_member(organization: Organization, account: DemoAccount) -> None:
    """Create or update the membership, role and password of an account."""
    role = Role(account.role)
    actor = _demo_actor(organization)
    member = members.find_membership(organization, account.email)
    if member is None:
        added = members.add_member(actor, organization, account.email, role, FULL_NAMES[role])
        member = added.membership
    elif member.role != role:
        members.change_role(actor, member, role)
    if not member.user.check_password(account.password):
        member.user.set_password(account.password)
        member.user.save(update_fields=["password"])


def _demo_actor(organization: Organization) -> Actor:
    return Actor(0, "manage.py demo", "", organization.pk, organization.slug)


def load_accounts(path: Path) -> list[DemoAccount]:
    """Return the demo's accounts, whose passwords stay the same from start to start."""
    if path.exists():
        return [DemoAccount(**account) for account in json.loads(path.read_text())]
    accounts = [
        DemoAccount(role.value, f"{role.name.lower()}@demo.example", generate_password())
        for role in Role
    ]
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w") as file:
        json.dump([asdict(account) for account in accounts], file, indent=2)
    return accounts


def generate_password() -> str:
    """Return a random password of four groups of four characters."""
    return "-".join("".join(secrets.choice(PASSWORD_ALPHABET) for _ in range(4)) for _ in "1234")
