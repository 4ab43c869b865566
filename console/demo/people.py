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

from tenants import credentials, members
from tenants.audit.who import Who
from tenants.models import Organization
from tenants.roles import Role

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
NAMES = {
    Role.ADMIN: "Ida Lindqvist",
    Role.EDITOR: "Tomas Okafor",
    Role.HELP_DESK: "Mei Tanaka",
    Role.AUDITOR: "Renata Alves",
    Role.VIEWER: "Jon Hale",
}
ENDS = {"eu": 20, "br": 75}  # days until a token ends, so that somebody is warned
ALONE = "trial"  # the admin's only: everybody else is a stranger there


@dataclass(frozen=True)
class Account:
    role: str
    email: str
    password: str


def fill(tokens_url: str, accounts: Path) -> list[Account]:
    """Bring the database up to what the sandbox is, and return who can sign in."""
    direct = build_opener(ProxyHandler({}))
    with direct.open(tokens_url, timeout=10) as answer:
        found = json.load(answer)["organizations"]
    people = kept_accounts(accounts)
    for one in found:
        organization, _ = Organization.objects.update_or_create(
            slug=one["slug"], defaults={"name": one["name"]}
        )
        keep_tokens(organization, one)
        for account in people:
            if one["slug"] != ALONE or account.role == Role.ADMIN:
                enter(organization, account)
    return people


def keep_tokens(organization: Organization, found: dict[str, Any]) -> None:
    """One credential a region, the one that may do everything."""
    for region, tokens in found["regions"].items():
        token = next(one["token"] for one in tokens if one["preset"] == "full")
        number = found["organizationId"]
        held = credentials.find(organization, region)
        days = timedelta(days=ENDS.get(region, 300))
        last = held.expires_on if held else timezone.localdate() + days
        offered = credentials.offered(organization, region, token, number, last)
        credentials.keep(_us(organization), offered, None)


def enter(organization: Organization, account: Account) -> None:
    role = Role(account.role)
    who = _us(organization)
    member = members.find(organization, account.email)
    if member is None:
        added = members.add(who, organization, account.email, role, NAMES[role])
        member = added.member
    elif member.role != role:
        members.change_role(who, member, role)
    if not member.user.check_password(account.password):
        member.user.set_password(account.password)
        member.user.save(update_fields=["password"])


def _us(organization: Organization) -> Who:
    return Who(0, "manage.py demo", "", organization.pk, organization.slug)


def kept_accounts(path: Path) -> list[Account]:
    """The demo's accounts, whose passwords stay the same from start to start."""
    if path.exists():
        return [Account(**one) for one in json.loads(path.read_text())]
    made = [
        Account(role.value, f"{role.name.lower()}@demo.example", password())
        for role in Role
    ]
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w") as file:
        json.dump([asdict(account) for account in made], file, indent=2)
    return made


def password() -> str:
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in "1234")
