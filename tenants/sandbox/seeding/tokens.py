"""Create the tokens of a seeded service on first access."""

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from random import Random
from uuid import UUID

from tenants.sandbox.http_messages import JsonDict
from tenants.sandbox.state import StoredGrant, StoredToken
from tenants.sandbox.token_lookup import hash_token

DAY_MILLISECONDS = 86_400_000  # milliseconds
HOUR_MILLISECONDS = DAY_MILLISECONDS // 24
TOKENS_PER_CLIENT = 6
SCOPE_CHOICES = (("openid",), ("openid", "profile"), ("openid", "offline_access"), ())

# Users of every service, for tests.
SUBJECT_EVERYWHERE = "cust-204188"  # valid and expired tokens of several clients
SUBJECT_EXPIRED = "cust-311907"  # only expired tokens
SUBJECT_HOSTILE = """<img src=x onerror=alert(1)>"'&../%2e%2e;${7*7}?a=b#c"""
SUBJECTS = (
    SUBJECT_EVERYWHERE,
    SUBJECT_EXPIRED,
    SUBJECT_EVERYWHERE,
    SUBJECT_HOSTILE,
    SUBJECT_EVERYWHERE,
)
SUBJECT_UNKNOWN = "cust-000000"  # no tokens anywhere


def create_tokens(
    clients: Iterable[JsonDict], random: Random, count: int | None, today: int
) -> list[StoredToken]:
    """Create ``count`` tokens, two thirds of which are valid on ``today``."""
    able = [item for item in clients if item.get("grantTypes")]
    if not able:
        return []
    count = TOKENS_PER_CLIENT * len(able) if count is None else count
    tokens = [_create_token(able[at % len(able)], random, today) for at in range(count)]
    of_users = [item for item in tokens if item.subject]
    for token, subject in zip(of_users, SUBJECTS, strict=False):
        token.subject = subject
        if subject == SUBJECT_EXPIRED:
            token.expires_at = token.created_at + HOUR_MILLISECONDS
            token.refresh_expires_at = token.created_at + 2 * HOUR_MILLISECONDS
    return tokens


def derive_granted_scopes(tokens: Iterable[StoredToken]) -> dict[tuple[int, str], StoredGrant]:
    """Return the granted scopes by client and user that the tokens imply."""
    grants: dict[tuple[int, str], StoredGrant] = {}
    for token in sorted(tokens, key=lambda token: token.created_at):
        if token.subject:
            pair = (token.client_id, token.subject)
            before = grants[pair].merged if pair in grants else []
            latest = list(token.scopes)
            merged = list(dict.fromkeys([*before, *latest]))
            grants[pair] = StoredGrant(latest, merged, token.created_at)
    return grants


def _create_token(client: JsonDict, random: Random, today: int) -> StoredToken:
    created = today - random.randrange(2 * HOUR_MILLISECONDS, 30 * DAY_MILLISECONDS, 1000)
    live = random.random() < 0.66
    value = _random_value(random)
    token = StoredToken(
        hash_token(value),
        client["clientId"],
        client["grantTypes"][0],
        (),
        created,
        today + random.randrange(1, 90) * DAY_MILLISECONDS if live else created + HOUR_MILLISECONDS,
        access_token=value,
        token_id=str(UUID(bytes=random.randbytes(16), version=4)),
    )
    if token.grant_type != "CLIENT_CREDENTIALS":
        token.subject = f"user-{random.randrange(1000, 1400)}"
        token.scopes = random.choice(SCOPE_CHOICES)
        token.refresh_token = _random_value(random)
        token.refresh_hash = hash_token(token.refresh_token)
        token.refresh_expires_at = today + 120 * DAY_MILLISECONDS
        token.refreshed_at = created if random.random() < 0.3 else 0
    return token


def _random_value(random: Random) -> str:
    return urlsafe_b64encode(random.randbytes(32)).decode().rstrip("=")
