"""Makes the tokens of a seeded service, when somebody first asks for them."""

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from random import Random

from tenants.sandbox.state import Issued
from tenants.sandbox.wire import Members

DAY = 86_400_000  # milliseconds
HOUR = DAY // 24
EACH = 6  # tokens a client, where nobody says how many
SCOPES = (("openid",), ("openid", "profile"), ("openid", "offline_access"), ())


def sown(
    clients: Iterable[Members], random: Random, count: int | None, today: int
) -> list[Issued]:
    """``count`` tokens of those clients, two of three of them live on ``today``."""
    able = [one for one in clients if one.get("grantTypes")]
    if not able:
        return []
    count = EACH * len(able) if count is None else count
    return [_token(able[at % len(able)], random, today) for at in range(count)]


def _token(client: Members, random: Random, today: int) -> Issued:
    created = today - random.randrange(2 * HOUR, 30 * DAY, 1000)
    live = random.random() < 0.66
    token = Issued(
        _hash(random),
        client["clientId"],
        client["grantTypes"][0],
        (),
        created,
        today + random.randrange(1, 90) * DAY if live else created + HOUR,
    )
    if token.grant_type != "CLIENT_CREDENTIALS":
        token.subject = f"user-{random.randrange(1000, 1400)}"
        token.scopes = random.choice(SCOPES)
        token.refresh_hash = _hash(random)
        token.refresh_expires_at = today + 120 * DAY
        token.refreshed_at = created if random.random() < 0.3 else 0
    return token


def _hash(random: Random) -> str:
    return urlsafe_b64encode(random.randbytes(32)).decode().rstrip("=")
