"""Generated clients with any settings that the sandbox accepts."""

import json

from hypothesis import strategies as st

from tenants.sandbox.schema import fields
from tenants.sandbox.schema.client import (
    CERTIFICATE_SUBJECT_FIELDS,
    CLIENT_FIELDS,
    ENCRYPTION_RESULT_CODES,
)

KEYS = json.dumps({"keys": [{"y": "b", "kty": "EC", "crv": "P-256", "x": "a"}]})
# Whole code points alone: half of one is refused by the client that sends it.
TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
ASCII = st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=20)
HOSTS = st.from_regex(r"[a-z]{1,8}\.example", fullmatch=True)
ADDRESSES = HOSTS.map(lambda host: f"https://{host}/cb")
VALUES = {
    "text": ASCII,
    "flag": st.booleans(),
    "int32": st.integers(0, 2**31 - 1),
    "int64": st.integers(0, 2**63 - 1),
    "uri": ADDRESSES,
    "jwks": st.just(KEYS),
}
MEMBERS = {
    "clientName": TEXT,
    "description": TEXT,
    "customMetadata": st.dictionaries(TEXT, TEXT, max_size=3).map(json.dumps),
    "redirectUris": st.lists(ADDRESSES, unique=True, max_size=4),
    "requestUris": st.lists(ADDRESSES, unique=True, max_size=4),
    "bcRequestSignAlg": st.sampled_from(["ES256", "PS512", "RS256"]),
    "tlsClientAuthSubjectDn": HOSTS.map(lambda host: f"CN={host},O=Any"),
}


def values_of_type(kind):
    """Values of one kind of the tables of the sandbox."""
    if kind.startswith("["):
        return st.lists(values_of_type(kind[1:-1]), max_size=3)
    if kind == "tagged_value":
        return st.fixed_dictionaries({"tag": st.just("ja"), "value": ADDRESSES})
    if kind == "pair":
        return st.fixed_dictionaries({"key": TEXT.filter(bool), "value": TEXT})
    if kind in fields.OBJECT_TYPES:
        inside = fields.OBJECT_TYPES[kind].items()
        values = {name: values_of_type(item) for name, item in inside}
        return st.fixed_dictionaries({}, optional=values)
    if kind in fields.ENUMS:
        return st.sampled_from(sorted(fields.ENUMS[kind]))
    return VALUES[kind]


def _client_settings():
    for name, kind in CLIENT_FIELDS.types.items():
        if name not in CLIENT_FIELDS.read_only:
            value = MEMBERS.get(name, values_of_type(kind))
            if kind == "[tagged_value]":
                value = st.lists(values_of_type("tagged_value"), max_size=1)
            yield name, value


def _make_consistent(client):
    """The same without what rules between members forbid."""
    for stem in ENCRYPTION_RESULT_CODES:
        if f"{stem}EncryptionAlg" not in client:
            client.pop(f"{stem}EncryptionEnc", None)
    for name in [field for field in CERTIFICATE_SUBJECT_FIELDS if field in client][1:]:
        del client[name]
    by_certificate = client.get("tokenAuthMethod") == "TLS_CLIENT_AUTH"
    if by_certificate and not any(client.get(field) for field in CERTIFICATE_SUBJECT_FIELDS):
        client["tlsClientAuthSanDns"] = "a.example"
    if client.get("bcDeliveryMode") in ("PING", "PUSH"):
        client.setdefault("bcNotificationEndpoint", "https://a.example/ping")
    if client.get("subjectType") == "PAIRWISE":
        client.setdefault("sectorIdentifierUri", "https://a.example/sector")
    return client


CLIENTS = st.fixed_dictionaries({}, optional=dict(_client_settings())).map(_make_consistent)
