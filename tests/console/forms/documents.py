"""Services and clients as Authlete might send them, with unusual values."""

import json
from decimal import Decimal

from hypothesis import strategies as st
from pydantic import ValidationError

from tenants.authlete.documents.client.tokens import ClientExtensionSettings
from tenants.authlete.documents.service import Service
from tenants.authlete.redaction.fingerprint import Fingerprint

TEXTS = (
    "",
    " ",
    "\n",
    "\r\na",
    "a\r\nb\r\n",
    "a\rb",
    "\nfirst",
    "nul\0",
    "<script>alert(1)</script>",
    "\"'&amp;&lt;",
    "</textarea><b>",
    "\u202eevil\u202c",
    "{{ 7|add:7 }}",
    "sealed:0123456789abcdef",
    "\U0001f600",
)
texts = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(TEXTS)
numbers = st.integers(-(2**70), 2**70) | st.sampled_from(
    [0, 1, 59, 60, 90, 3600, 5400, 86_400, 172_800, Decimal("3.6E3"), Decimal("1.5")]
)
fingerprints = st.just(Fingerprint("0123456789abcdef"))
values = st.recursive(
    st.none() | st.booleans() | numbers | texts | fingerprints,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
KEY_SETS = (
    '{"keys":[]}',
    '{"keys":[{"kty":"EC","crv":"P-256","x":"a","y":"b","kid":"one",'
    '"d":"sealed:0123456789abcdef"},{"kty":"RSA","n":"AQAB","e":"AQAB"}]}',
    '{"keys":[7]}',
    '{ "keys" : [ {"kty":"oct", "k":"sealed:0123456789abcdef", "n": 1E2} ] }',
    "[]",
    "no JSON",
)
keys = st.sampled_from(KEY_SETS)


def _objects(*members: str) -> st.SearchStrategy[object]:
    return st.lists(
        st.fixed_dictionaries(
            {}, optional=dict.fromkeys((*members, "fromTheFuture"), texts | values)
        ),
        max_size=3,
    )


def _usual(setting):
    choices = st.sampled_from(list(setting.input_type.choices) or ["ONE"])
    match setting.input_type.kind:
        case "flag":
            return st.booleans()
        case "duration" | "number" | "moment":
            return numbers
        case "secret":
            return fingerprints
        case "jwks":
            return keys
        case "choice":
            return choices | texts
        case "choices":
            return st.lists(choices | texts, max_size=4)
        case "strings" | "pems":
            return st.lists(texts, max_size=4)
        case "scopes":
            return st.lists(
                st.fixed_dictionaries(
                    {"name": texts},
                    optional={
                        "defaultEntry": st.booleans(),
                        "description": texts,
                        "descriptions": _objects("tag", "value"),
                        "attributes": _objects("key", "value"),
                        "fromTheFuture": values,
                    },
                ),
                max_size=4,
            )
        case "pairs":
            return _objects("key", "value")
        case "tagged":
            return _objects("tag", "value")
        case "named_uris":
            return _objects("name", "uri")
        case "trust_anchors":
            return _objects("entityId", "jwks")
        case "sns":
            return _objects("sns", "apiKey", "apiSecret")
        case "hsks":
            return _objects("kid", "alg", "handle")
        case "client_extension":
            inside = {inner.api_name: _usual(inner) for inner in ClientExtensionSettings.settings()}
            return st.fixed_dictionaries({}, optional=inside | {"fromTheFuture": values})
        case "issuer_metadata":
            return st.fixed_dictionaries(
                {},
                optional={
                    "credentialIssuer": texts,
                    "authorizationServers": st.lists(texts, max_size=2),
                    "credentialsSupported": texts | keys,
                    "requireCredentialResponseEncryption": st.booleans(),
                    "fromTheFuture": values,
                },
            )
        case _:
            return texts


@st.composite
def documents(draw, kind, settings):
    """A document in which each of ``settings`` may be there, sound or odd."""
    fixed = {}
    for setting in settings:
        if draw(st.booleans()):
            fixed[setting.api_name] = draw(st.one_of(_usual(setting), _usual(setting), values))
    if not isinstance(fixed.get("modifiedAt"), int):
        fixed["modifiedAt"] = draw(st.integers(0, 2**53))
    fixed |= {"apiKey": 17} if kind is Service else {"clientId": 44}
    return kind.model_validate(fixed)


def _is_sound(section, one, value):
    try:
        section.validate_setting(one.name, value)
    except ValidationError:
        return False
    return True


words_ = st.text("abcXYZ09-_.", min_size=1, max_size=8)
addresses = words_.map(lambda path: f"https://a.example/{path}")


def _unique(key, **members):
    return st.lists(
        st.fixed_dictionaries({key: words_, **members}),
        max_size=3,
        unique_by=lambda item: item[key].lower(),
    )


def _entered(setting):
    """Values that people can enter, most of which our rules take."""
    choices = list(setting.input_type.choices)
    match setting.input_type.kind:
        case "text":
            return words_
        case "prose":
            return st.lists(words_, min_size=1, max_size=3).map("\n".join)
        case "uri":
            return addresses | addresses.map(lambda a: f"{a}?user_code=USER_CODE")
        case "flag":
            return st.booleans()
        case "number":
            return st.integers(0, 255)
        case "duration":
            return st.integers(0, 2**31 - 1) | st.integers(1, 99).map((86_400).__mul__)
        case "secret":
            return words_
        case "choice":
            return st.sampled_from(choices)
        case "choices":
            choice_lists = st.lists(st.sampled_from(choices), min_size=1, unique=True)
            return choice_lists | st.just([]) if setting.unset_label else choice_lists
        case "strings":
            return st.lists(words_ | addresses, min_size=1, max_size=4, unique=True)
        case "pairs":
            return _unique("key", value=words_).filter(bool)
        case "named_uris":
            return _unique("name", uri=addresses).filter(bool)
        case "scopes":
            return _unique(
                "name",
                description=words_,
                descriptions=_unique("tag", value=words_).filter(bool),
                attributes=_unique("key", value=words_).filter(bool),
                defaultEntry=st.just(True),
            ).filter(bool)
        case "json":
            return words_.map(lambda word: json.dumps({word: 1}))
        case _:
            return None


@st.composite
def drafts(draw, section):
    """Edits that a person could make to a section."""
    strategies = {}
    for setting in section.settings():
        entered = None if setting.is_immutable else _entered(setting)
        if entered is not None and draw(st.booleans()):
            value = draw(entered)
            if _is_sound(section, setting, value):
                strategies[setting.api_name] = value
    return strategies
