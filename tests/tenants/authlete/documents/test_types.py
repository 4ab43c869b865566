"""Accepted values of each type, and their errors."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tenants.authlete.documents import enums, types
from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.validators.values import format_error
from tenants.authlete.redaction.fingerprint import Fingerprint

EC = {"kty": "EC", "crv": "P-256", "x": "AA", "y": "BB", "kid": "one"}
PRIVATE = EC | {"d": "CC"}


class Every(Section):
    """One setting of each type."""

    title = "Every type"

    flag: types.Boolean = setting("Flag")
    text: types.Text = setting("Text")
    prose: types.MultilineText = setting("Prose")
    number: types.Number = setting("Number")
    big: types.BigNumber = setting("Big")
    length: types.Length = setting("Length")
    seconds: types.Seconds = setting("Seconds")
    seconds32: types.Seconds32 = setting("Seconds")
    secret: types.Secret = setting("Secret")
    endpoint: types.EndpointUrl = setting("Endpoint")
    issuer: types.IssuerUrl = setting("Issuer")
    page: types.WebPageUrl = setting("Page")
    user_code_page: types.UserCodeUrl = setting("Page")
    jwks: types.Jwks = setting("Key set")
    json_object: types.JsonObject = setting("JSON")
    alg: types.AsymmetricAlg = setting("Algorithm")
    grants: types.GrantTypes = setting("Grants")
    strings: types.Strings = setting("Strings")
    languages: types.LanguageTags = setting("Languages")
    entity_ids: types.EntityIds = setting("Entities")
    pems: types.PemCertificates = setting("Certificates")
    pairs: types.KeyValuePairs = setting("Pairs")
    uris: types.NamedUris = setting("Addresses")
    scopes: types.Scopes = setting("Scopes")
    sns: types.SnsCredentialsList = setting("Networks")
    anchors: types.TrustAnchors = setting("Anchors")
    word: types.NonBlankText = setting("Word")
    alias: types.ClientIdAlias = setting("Alias")
    subject: types.DistinguishedName = setting("Subject")
    ip: types.IpAddress = setting("IP address")
    public_jwks: types.PublicJwks = setting("Public keys")
    redirects: types.RedirectUris = setting("Redirect URIs")
    request_uris: types.RequestUris = setting("Request URIs")
    scope_names: types.ScopeNames = setting("Scopes")
    jwts: types.Jwts = setting("Chain")
    names: types.TaggedNames = setting("Names")
    texts: types.Descriptions = setting("Texts")
    pages: types.TaggedUrls = setting("Pages")


def refusal(name, value):
    """What people are told; None when the value is taken."""
    try:
        Every.validate_setting(name, value)
    except ValidationError as error:
        return " ".join(format_error(problem) for problem in error.errors())
    return None


def jwks(*keys_):
    return json.dumps({"keys": keys_})


@pytest.fixture(scope="module")
def pem():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "root")])
    start = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


@pytest.mark.parametrize("name", [setting.name for setting in Every.settings()])
def test_none_is_always_valid(name):
    assert Every.validate_setting(name, None) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("flag", False),
        ("text", "Größe 𝄞"),
        ("text", ""),
        ("prose", "two\nlines\tand a tab"),
        ("number", 2**31 - 1),
        ("big", 2**63 - 1),
        ("length", 0),
        ("length", 255),
        ("seconds", 0),
        ("secret", "s3cret"),
        ("secret", Fingerprint("0123456789abcdef")),
        ("endpoint", "https://as.example/token?tenant=a%20b"),
        ("endpoint", "https://[2001:db8::1]:8443/token"),
        ("issuer", "https://as.example/tenant"),
        ("page", "http://as.example/terms"),
        ("user_code_page", "https://as.example/device?user_code=USER_CODE"),
        ("jwks", jwks()),
        ("jwks", jwks(PRIVATE)),
        ("jwks", jwks({"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"})),
        ("json_object", '{"age_18": {"claim": "birthdate"}}'),
        ("alg", "ML-DSA-44"),
        ("grants", ["AUTHORIZATION_CODE", "TRANSACTION_TOKEN"]),
        ("grants", []),
        ("strings", ["urn:mace:incommon:iap:silver", "b"]),
        ("languages", ["en", "pt-BR", "zh-Hant-TW"]),
        ("entity_ids", ["https://anchor.example"]),
        ("pairs", [{"key": "owner", "value": "team\nfour"}, {"key": "k", "value": ""}]),
        ("uris", [{"name": "token_endpoint", "uri": "https://mtls.example/token"}]),
        (
            "scopes",
            [
                {
                    "name": "openid",
                    "defaultEntry": True,
                    "description": None,
                    "descriptions": [{"tag": "ja", "value": "鍵"}],
                    "attributes": [{"key": "access_token.duration", "value": "600"}],
                    "fromTheFuture": {"kept": [1]},
                }
            ],
        ),
        ("sns", [{"sns": "FACEBOOK", "apiKey": "a", "apiSecret": "b"}]),
        ("anchors", [{"entityId": "https://anchor.example", "jwks": jwks(EC)}]),
        ("word", "spiffe://example/app"),
        ("alias", "https://app.example/~one two"),
        ("subject", "CN=app,O=Größe"),
        ("ip", "192.0.2.7"),
        ("ip", "2001:db8::7"),
        ("public_jwks", jwks(EC)),
        ("redirects", ["https://app.example/cb", "com.example.app:/cb"]),
        ("request_uris", ["https://app.example/request.jwt#GkurKxf5T0Y-mnPFCHqWOM"]),
        ("scope_names", ["openid", "payment:one"]),
        ("jwts", ["e30.e30." + "A" * 5_000]),
        ("names", [{"tag": "ja", "value": "台帳", "kept": 1}]),
        ("texts", [{"tag": "de", "value": "Zwei\nZeilen"}]),
        ("pages", [{"tag": "pt-BR", "value": "http://app.example/termos"}]),
    ],
)
def test_valid_value_is_returned_unchanged(name, value):
    assert Every.validate_setting(name, value) == value


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("flag", "true", "yes or no"),
        ("flag", 1, "yes or no"),
        ("text", "a\0b", "NUL"),
        ("text", "a\nb", "line breaks"),
        ("text", "a\u2028b", "line breaks"),
        ("text", "a\ud800b", "invalid"),
        ("text", "a" * 1001, "at most 1000 characters (currently 1001"),
        ("text", ["a"], "form"),
        ("prose", "a\x1bb", "control characters"),
        ("prose", "a" * 10_001, "at most 10000"),
        ("number", -1, "0 or more"),
        ("number", 2**31, "2147483647 or less"),
        ("number", 1.5, "whole number"),
        ("number", True, "whole number"),
        ("big", 2**63, "9223372036854775807 or less"),
        ("length", 256, "255 or less"),
        ("seconds", 2**63, "9223372036854775807 or less"),
        ("seconds32", 2**31, "2147483647 or less"),
        ("secret", "a\nb", "line breaks"),
        ("secret", 5, "form"),
        ("endpoint", "", "ASCII"),
        ("endpoint", "/token", "https://"),
        ("endpoint", "as.example/token", "https://"),
        ("endpoint", "http://as.example/token", "https://"),
        ("endpoint", "https:///token", "host"),
        ("endpoint", "https:as.example/token", "https://"),
        ("endpoint", "https://as.example:99999/", "host and port"),
        ("endpoint", "https://[::1/", "host and port"),
        ("endpoint", "https://as.example/a b", "ASCII"),
        ("endpoint", "https://as.example/\ttoken", "ASCII"),
        ("endpoint", "https://as.example\\@evil.example", "ASCII"),
        ("endpoint", "https://ás.example/", "ASCII"),
        ("endpoint", "https://as.example/%zz", "ASCII"),
        ("endpoint", "https://as.example/#part", "#"),
        ("endpoint", "https://as.example/#", "#"),
        ("endpoint", "https://admin:pw@as.example/", "before the @"),
        ("endpoint", "https://@as.example/", "before the @"),
        ("endpoint", "https://as.example/" + "a" * 2048, "at most 2048"),
        ("issuer", "https://as.example/?a=b", "question mark"),
        ("issuer", "https://as.example/?", "question mark"),
        ("page", "javascript:alert(1)", "https:// or http://"),
        ("page", "JaVaScRiPt://as.example/%0aalert(1)", "https:// or http://"),
        ("page", "java\tscript:alert(1)", "ASCII"),
        ("page", " javascript:alert(1)", "ASCII"),
        ("page", "data:text/html,x", "https:// or http://"),
        ("user_code_page", "https://as.example/device", "USER_CODE"),
        ("jwks", "{", "valid JSON"),
        ("jwks", '{"keys":[],"keys":[]}', "duplicate name"),
        ("jwks", "[]", "JWK Set"),
        ("jwks", json.dumps(PRIVATE), "JWK Set"),
        ("jwks", '{"keys":["a"]}', "Key 1 isn't"),
        ("jwks", jwks(EC, {"kid": "b"}), "Key 2 has no key type"),
        ("jwks", jwks({"kty": "RSA", "n": "AA"}), 'Key 1 has no "e"'),
        ("json_object", "[]", "object"),
        ("json_object", '{"a": NaN}', "valid JSON"),
        ("json_object", "[" * 100 + "]" * 100, "deeply"),
        ("grants", ["CODE", "CODE"], "CODE is listed twice"),
        ("grants", "CODE", "form"),
        ("strings", ["a", ""], "Enter a value"),
        ("strings", [" a"], "space"),
        ("strings", [None], "form"),
        ("strings", [str(n) for n in range(1001)], "at most 1000 entries"),
        ("languages", ["de_DE"], "language tag"),
        ("languages", ["pt-BR", "pt-br"], "twice"),
        ("entity_ids", ["https://anchor.example?x=1"], "question mark"),
        ("pems", ["MIIB"], "start with"),
        ("pairs", [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}], "twice"),
        ("pairs", [{"key": "a"}], "Enter a value"),
        ("uris", [{"name": "a", "uri": "http://as.example"}], "https://"),
        ("scopes", [{"name": "two words"}], "ASCII letters"),
        ("scopes", [{"name": 'a"b'}], "ASCII letters"),
        ("scopes", [{"name": "größe"}], "ASCII letters"),
        ("scopes", [{"name": ""}], "ASCII letters"),
        ("scopes", [{"name": "a"}, {"name": "a"}], "a is listed twice"),
        (
            "scopes",
            [{"name": "a", "attributes": [{"key": "access_token.duration", "value": "1h"}]}],
            "number of seconds",
        ),
        (
            "scopes",
            [
                {
                    "name": "a",
                    "descriptions": [{"tag": "en", "value": "a"}, {"tag": "EN", "value": "b"}],
                }
            ],
            "twice",
        ),
        ("anchors", [{"entityId": "https://anchor.example", "jwks": jwks(PRIVATE)}], "private key"),
        (
            "anchors",
            [{"entityId": "https://anchor.example", "jwks": jwks({"kty": "oct", "k": "AA"})}],
            "private key",
        ),
        ("word", "app ", "space"),
        ("word", " ", "Enter a value"),
        ("alias", "größe", "ASCII"),
        ("alias", "tab\tbed", "tabs"),
        ("subject", "app.example", "CN=app"),
        ("ip", "app.example", "IP address"),
        ("ip", "192.0.2.007", "IP address"),
        ("public_jwks", jwks(EC, PRIVATE), "Key 2 is a private key"),
        ("public_jwks", jwks({"kty": "oct", "k": "AA"}), "private key"),
        ("redirects", ["https://a.example", "https://a.example"], "twice"),
        ("redirects", ["javascript:alert(1)"], "javascript:"),
        ("request_uris", ["javascript:alert(1)#x"], "https://"),
        ("scope_names", ["two words"], "ASCII letters"),
        ("jwts", ["no JWT"], "signed JWT"),
        ("jwts", ["e30.e30."], "signed JWT"),
        ("names", [{"tag": "de", "value": "Zwei\nZeilen"}], "line breaks"),
        ("names", [{"tag": "en", "value": "a"}, {"tag": "EN", "value": "b"}], "twice"),
        ("names", [{"value": "no language"}], "Enter a value"),
        ("pages", [{"tag": "en", "value": "javascript:alert(1)"}], "https://"),
    ],
)
def test_invalid_value_is_rejected_with_a_message(name, value, words):
    assert words in (refusal(name, value) or "")


def test_certificates_are_separate_entries(pem):
    key = "-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----"
    cut = pem.replace(pem.splitlines()[2], "")

    assert Every.validate_setting("pems", [pem]) == [pem]
    assert "separate entry" in refusal("pems", [pem + pem])
    assert "duplicate" in refusal("pems", [pem, pem.strip()])
    assert "private key" in refusal("pems", [pem + key])
    assert "can't be read" in refusal("pems", [cut])


def test_error_names_entry_and_field():
    entries = [{"name": "a", "uri": "https://a.example"}, {"name": "b", "uri": "b"}]

    with pytest.raises(ValidationError) as caught:
        Every.validate_setting("uris", entries)

    (problem,) = caught.value.errors()
    assert problem["loc"] == ("uris", 1, "uri")
    assert problem["msg"] == format_error(problem)


def test_message_is_translated():
    german = {"Enter {maximum} or less.": "Höchstens {maximum}."}

    with pytest.raises(ValidationError) as caught:
        Every.validate_setting("length", 300)

    (problem,) = caught.value.errors()
    assert format_error(problem, german.__getitem__) == "Höchstens 255."


def test_no_message_contains_a_secret():
    message = refusal("secret", "hunter2\n") + refusal("jwks", '{"d": "hunter2"')

    assert "hunter2" not in message


@pytest.mark.parametrize("name", [name for name in vars(enums) if name.isupper()])
def test_enum_labels_are_unique(name):
    words = list(getattr(enums, name).values())

    assert all(words)
    assert len(set(words)) == len(words)


TEXTS = st.text(st.characters(codec=None)) | st.sampled_from(
    ["name", "kty", "key", "tag", "sns", "entityId", '{"keys":[{"kty":"EC"}]}', "\ud800"]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner),
    max_leaves=8,
)


@given(st.sampled_from([setting.name for setting in Every.settings()]), ANYTHING)
def test_any_value_is_accepted_unchanged_or_rejected_with_a_message(name, value):
    words = refusal(name, value)

    assert (words or "").encode() or Every.validate_setting(name, value) == value
