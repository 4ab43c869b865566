"""One call of each kind that can be resolved."""

from pydantic import SecretStr

from tenants.authlete.changes import FieldChange
from tenants.authlete.documents.tokens import IssuedToken

LATE = 4_102_444_800_000  # milliseconds since 1970: the year 2100
OLD = 1_700_000_000_000
HASH = "h" * 43
NEW = SecretStr("another-secret")


def one_token(service):
    """Ann's, also once it is gone."""
    removed_token = IssuedToken(access_token_hash=HASH, client_id=5, subject="ann")
    return next(
        (
            access_token
            for access_token in service.tokens.list().access_tokens
            if access_token.subject == "ann"
        ),
        removed_token,
    )


def secret_of(service):
    return service.client(5).get().get("clientSecret")


def set_secret(service):
    authlete = service._client
    after = authlete.redact({"clientSecret": NEW.get_secret_value()}, 17, 5)["clientSecret"]
    change = FieldChange("clientSecret", secret_of(service), after)
    service.client(5).set_secret(NEW, (change,))


def limit(service):
    client = service.client(5)
    client.set_requestable_scopes(["email"], client.get_requestable_scopes().requestable_scopes)


def open_limit(service):
    client = service.client(6)
    client.clear_requestable_scopes(client.get_requestable_scopes().requestable_scopes)


DO = {
    "service.update": lambda door, one: one.update(
        one.get().modified_at, {"accessTokenDuration": 60}
    ),
    "client.update": lambda door, one: one.client(5).update(
        one.client(5).get().modified_at, {"clientName": "New"}
    ),
    "idp.create_service": lambda door, one: door.idp.create_service({"serviceName": "Brand new"}),
    "client.create": lambda door, one: one.clients.create({"clientName": "Brand new"}),
    "client.refresh_secret": lambda door, one: one.client(5).refresh_secret(secret_of(one).hex),
    "client.set_secret": lambda door, one: set_secret(one),
    "client.set_lock": lambda door, one: one.client(5).set_lock(True),
    "requestable_scopes.update": lambda door, one: limit(one),
    "requestable_scopes.delete": lambda door, one: open_limit(one),
    "client.delete": lambda door, one: one.client(5).delete(),
    "idp.remove_service": lambda door, one: door.idp.remove_service(18),
    "key.create": lambda door, one: one.hardware_keys.create(
        kty="EC", use="sig", alg="ES256", kid="new"
    ),
    "key.delete": lambda door, one: one.hardware_keys.delete(HASH, "old"),
    "token.create": lambda door, one: one.tokens.create(
        "AUTHORIZATION_CODE", 5, subject="ann", scopes=["openid"]
    ),
    "token.update": lambda door, one: one.tokens.update(
        one_token(one), scopes=[], expires_at=LATE + 60_000
    ),
    "token.revoke": lambda door, one: one.tokens.revoke(one_token(one)),
    "token.delete": lambda door, one: one.tokens.delete(one_token(one)),
    "authorization.delete_post": lambda door, one: one.grants.revoke_authorization(5, "ann"),
    "granted_scopes.delete": lambda door, one: one.grants.delete_granted_scopes(5, "ann"),
}
MASS = {
    "client": lambda door, one: one.tokens.revoke_client(client_id=5),
    "subject": lambda door, one: one.tokens.revoke_subject(subject="ann"),
    "pair": lambda door, one: one.tokens.revoke_client_and_subject(client_id=5, subject="ann"),
}
