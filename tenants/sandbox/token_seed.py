"""Makes the tokens of a seeded service, when somebody first asks for them."""

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from random import Random
from uuid import UUID

from tenants.sandbox.state import Granted, Issued
from tenants.sandbox.tokens import hash_of
from tenants.sandbox.wire import Members

DAY = 86_400_000  # milliseconds
HOUR = DAY // 24
EACH = 6  # tokens a client, where nobody says how many
SCOPES = (("openid",), ("openid", "profile"), ("openid", "offline_access"), ())

# Users whom every service knows, and whom a tester can name.
EVERYWHERE = "cust-204188"  # live and expired, at several clients
EXPIRED = "cust-311907"  # nothing but what has ended
HOSTILE = """<img src=x onerror=alert(1)>"'&../%2e%2e;${7*7}?a=b#c"""
CAST = (EVERYWHERE, EXPIRED, EVERYWHERE, HOSTILE, EVERYWHERE)
NOBODY = "cust-000000"  # of whom nothing is known anywhere


def sown(
    clients: Iterable[Members], random: Random, count: int | None, today: int
) -> list[Issued]:
    """``count`` tokens of those clients, two of three of them live on ``today``."""
    able = [one for one in clients if one.get("grantTypes")]
    if not able:
        return []
    count = EACH * len(able) if count is None else count
    found = [_token(able[at % len(able)], random, today) for at in range(count)]
    of_users = [one for one in found if one.subject]
    for token, subject in zip(of_users, CAST, strict=False):
        token.subject = subject
        if subject == EXPIRED:
            token.expires_at = token.created_at + HOUR
            token.refresh_expires_at = token.created_at + 2 * HOUR
    return found


def granted(tokens: Iterable[Issued]) -> dict[tuple[int, str], Granted]:
    """What users granted, by client and user, where those tokens came of it."""
    found: dict[tuple[int, str], Granted] = {}
    for token in sorted(tokens, key=lambda one: one.created_at):
        if token.subject:
            pair = (token.client_id, token.subject)
            before = found[pair].merged if pair in found else []
            latest = list(token.scopes)
            merged = list(dict.fromkeys([*before, *latest]))
            found[pair] = Granted(latest, merged, token.created_at)
    return found


def _token(client: Members, random: Random, today: int) -> Issued:
    created = today - random.randrange(2 * HOUR, 30 * DAY, 1000)
    live = random.random() < 0.66
    value = _value(random)
    token = Issued(
        hash_of(value),
        client["clientId"],
        client["grantTypes"][0],
        (),
        created,
        today + random.randrange(1, 90) * DAY if live else created + HOUR,
        access_token=value,
        token_id=str(UUID(bytes=random.randbytes(16), version=4)),
    )
    if token.grant_type != "CLIENT_CREDENTIALS":
        token.subject = f"user-{random.randrange(1000, 1400)}"
        token.scopes = random.choice(SCOPES)
        token.refresh_token = _value(random)
        token.refresh_hash = hash_of(token.refresh_token)
        token.refresh_expires_at = today + 120 * DAY
        token.refreshed_at = created if random.random() < 0.3 else 0
    return token


def _value(random: Random) -> str:
    return urlsafe_b64encode(random.randbytes(32)).decode().rstrip("=")
