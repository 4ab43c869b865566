"""The meanings of Authlete's result codes.

From the catalogue that Authlete publishes. Of an unlisted code, the third digit from the
right says where the error is (developers.authlete.com, "Interpreting Authlete's result
codes"). The program does not branch on these codes; Authlete advises against it.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from tenants.authlete.messages import gettext_noop as _

CODE_PATTERN = re.compile(r"A\d{3}(\d)\d{2}")
LIMIT_DIGIT = "6"
MEANING_BY_DIGIT = {
    "0": _("Succeeded."),
    "1": _("Authlete failed."),
    "2": _("The request is not valid."),
    "3": _("What the client application sent is not valid."),
    "4": _("Authlete reported a notice."),
    "5": _("Authlete's gateway failed or rejected the request."),
    LIMIT_DIGIT: _("A limit was reached, or a value is not allowed."),
    "7": _("A social network failed or rejected the request."),
}

MISSING_RIGHT = "A457101"  # the credential lacks a right for this service
UNKNOWN_TOKEN = "A458101"  # noqa: S105  a result code
NOT_AN_ORGANIZATION_TOKEN = "A286301"  # noqa: S105  a result code
BOUND_TOKEN_PATTERN = re.compile(r"A00130[1-9]")

NO_SERVICE = _("The service does not exist.")
OTHER_OWNER = _("The service belongs to another organization.")
SERVICE_GONE = _("The service has already been deleted.")
SERVICE_LOCKED = _("The service is locked.")
NO_CLIENT = _("The client does not exist in this service.")
OTHER_SERVICE = _("The client belongs to another service.")
CLIENT_GONE = _("The client has already been deleted.")
CLIENT_LOCKED = _("The client is locked.")
NOT_A_NUMBER = _("The list range is not a number.")
NEGATIVE = _("The list range is negative.")
NO_SUBJECT = _("The subject is missing.")
NOT_STORED = _("Authlete could not store the change.")
ALIAS_TAKEN = _("Another client of this service already has this alias.")
METADATA_TOO_LARGE = _("The custom metadata is too large.")
NO_TOKEN = _("The token does not exist. It may have been deleted.")
OTHER_TOKEN = _("The token belongs to another service.")
HSM_OFF = _("Hardware security keys are disabled for this service.")
NO_KEY = _("The hardware security key does not exist.")
INVALID_VALUE = _("A value is missing or not valid.")
NOT_ASCII = _("A value contains characters other than ASCII.")
TOO_LONG = _("A value is too long.")
EMPTY_ITEM = _("A list contains an empty item.")
NOT_HTTPS = _("A URL does not use https.")
TOO_MANY_ENTRIES = _("A list has too many items.")
MISSING_ENCRYPTION_ALG = _("An encryption method is set without an algorithm.")
INVALID_LOCALIZED_VALUE = _("A localized value, or its language tag, is not valid.")
INVALID_SCOPE = _("The name, description or an attribute of a scope is not valid.")


def _expand_families(families: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield each code with its meaning."""
    for family, members in families.items():
        for suffixes, meaning in members.items():
            for suffix in suffixes.split():
                yield family + suffix, meaning


SERVICE_CODES = {"201": NO_SERVICE, "202": OTHER_OWNER, "203": SERVICE_GONE}
SERVICE_CODES |= {"101 102": NOT_STORED, "204": SERVICE_LOCKED}
CLIENT_CODES = {"201": NO_CLIENT, "202": OTHER_SERVICE, "203": CLIENT_GONE}
CLIENT_CODES |= {"101 102": NOT_STORED, "204": CLIENT_LOCKED}
PAGING_CODES = {"201 203": NOT_A_NUMBER, "202 204": NEGATIVE, "101 102": NOT_STORED}

CODE_FAMILIES: dict[str, dict[str, str]] = {
    "A001": {
        "101": _("Authlete's server failed."),
        "201": _("The request was sent without TLS."),
        "202": _("The credential is missing."),
        "203": _("The credential has the wrong format."),
        "212 218": NO_CLIENT,
        "213 219": OTHER_SERVICE,
        "214 220": CLIENT_GONE,
        "215 221": CLIENT_LOCKED,
        "216": _("The client ID is not valid."),
        "217": _("The settings of the service do not allow this."),
        "222": _("The client ID alias is disabled."),
        "223": _("A feature that this needs is disabled on this cluster."),
        "300": _("Authlete could not reach its identity provider."),
        "301 302 303 304 305 306 307 308 309": _(
            "The credential is bound to a key or certificate, which Meridian does not support."
        ),
    },
    "A003": {"202": SERVICE_GONE, "203": SERVICE_LOCKED},
    "A025": {"101": NOT_STORED},
    "A026": CLIENT_CODES,
    "A027": CLIENT_CODES,
    "A028": PAGING_CODES,
    "A029": CLIENT_CODES,
    "A030": {"201 202 203": INVALID_VALUE, "601": ALIAS_TAKEN, "602": METADATA_TOO_LARGE},
    "A031": {
        "201": _("Authlete does not support this value."),
        "202 214": INVALID_VALUE,
        "203 206 216 226": NOT_ASCII,
        "204 207 227": TOO_LONG,
        "205 225 228 231": EMPTY_ITEM,
        "208": _("A URL is not valid."),
        "209": _("A URL is not absolute."),
        "210 217": _("A URL contains a fragment (#), which is not allowed."),
        "211 224": _("A list contains a duplicate."),
        "212": _("The JWK Set is not valid."),
        "213": _("A number is negative."),
        "215": _("The JWK Set is too large."),
        "218": _("A URL contains a query (?), which is not allowed."),
        "219 229": NOT_HTTPS,
        "220 230": TOO_MANY_ENTRIES,
        "221": _("A number is out of range."),
        "222": _("The algorithm must be asymmetric."),
        "223": _("A distinguished name is not valid."),
        "232": _("A value does not have the required form."),
    },
    "A032": {
        "201 202 203 204 205 206 207 208": INVALID_LOCALIZED_VALUE,
        "209": _("The request is empty."),
        "210": _("The sector identifier URI does not use https."),
        "211 212 213 214": MISSING_ENCRYPTION_ALG,
        "215": _("This CIBA delivery mode requires a notification endpoint."),
        "216": _("More than one certificate subject is set."),
        "217": _("TLS client authentication requires a certificate subject."),
        "218": _("The distinguished name of the certificate is not valid."),
        "219": _("The sector identifier document could not be fetched."),
        "220": _("The sector identifier document does not list the redirect URIs."),
        "221": _("Pairwise subject identifiers require a sector identifier."),
        "222": _("The attributes are too large."),
        "223": _("The custom metadata is not valid."),
    },
    "A033": {"101": NOT_STORED},
    "A034": SERVICE_CODES,
    "A035": SERVICE_CODES,
    "A036": PAGING_CODES,
    "A037": SERVICE_CODES,
    "A038": SERVICE_CODES,
    "A039": {
        "201": _("The request is empty."),
        "202": _("The supported response types are missing."),
        "203 204 205 206 207 208": INVALID_SCOPE,
        "209 210 211 212 213 214 215": _("A social login credential is not valid."),
        "216 217 218 219 220 221 222": INVALID_SCOPE,
        "223 224 225 226 227 228 229": INVALID_SCOPE,
        "230": _("A trusted root certificate is not valid."),
        "231": _("The attributes are too large."),
        "232": _("A custom client metadata name is reserved."),
    },
    "A104": {
        "201": _("The grant type is missing."),
        "202": _("The grant type must not be REFRESH_TOKEN."),
        "203": _("The service does not support this grant type."),
    },
    "A105": {"201": NO_SUBJECT, "202": TOO_LONG, "203": NOT_ASCII},
    "A106": {"201": _("The service does not support one of the scopes.")},
    "A107": {"201": NO_CLIENT, "202": OTHER_SERVICE, "203": CLIENT_LOCKED},
    "A108": {
        "201": _("The extra properties are too large."),
        "202 203 204": _("This grant type does not issue refresh tokens."),
        "205": _("The access token could not be created as a JWT."),
    },
    "A122": {"601": _("The plan does not allow more services.")},
    "A123": {
        "601": _("The developer has reached the client limit of this service."),
        "602": _("The plan does not allow more clients."),
        "603": ALIAS_TAKEN,
        "604": METADATA_TOO_LARGE,
    },
    "A126": {"202": _("A value has the wrong type."), "203": _("The request has no body.")},
    "A128": {"101": NOT_STORED, "201 202 203": INVALID_VALUE},
    "A134": {
        "107": CLIENT_GONE,
        "201": _("The token is missing."),
        "202": NO_TOKEN,
        "203": OTHER_TOKEN,
        "204": SERVICE_GONE,
    },
    "A135": {"101": NOT_STORED},
    "A136": PAGING_CODES | {"205": INVALID_VALUE, "206": NO_SUBJECT},
    "A137": {"102": NOT_STORED, "201": INVALID_VALUE, "202": NO_SUBJECT},
    "A138": {"102": NOT_STORED, "201": NO_SUBJECT},
    "A139": {"101": NOT_STORED, "201": INVALID_VALUE, "202": NO_SUBJECT},
    "A140": {"101": NOT_STORED, "201": INVALID_VALUE, "202": NO_SUBJECT},
    "A144": {"201 202": _("A token with this value already exists.")},
    "A148": {"101": NOT_STORED, "201": NO_CLIENT},
    "A149": {
        "101": NOT_STORED,
        "201": NO_CLIENT,
        "601": _("A client secret has 1 to 86 letters, digits, hyphens or underscores."),
    },
    "A159": PAGING_CODES | {"205": _("Too many tokens were requested at once.")},
    "A161": {
        "101 102": NOT_STORED,
        "201": _("The token is missing."),
        "202": NO_TOKEN,
        "203": OTHER_TOKEN,
    },
    "A258": {"201": _("The request has no content type.")},
    "A263": {
        "201": INVALID_VALUE,
        "202": _("Authlete does not support this value."),
        "203": _("The algorithm does not match the use of the key."),
        "204": _("The algorithm does not match the type of the key."),
        "205": TOO_LONG,
        "206": NOT_ASCII,
        "207": _("The hardware security module does not support this algorithm."),
    },
    "A264": {"201": _("The hardware security module does not exist.")},
    "A265": {"101 102 104": _("The hardware security module failed.")},
    "A266": {"201": HSM_OFF},
    "A268": {"101": NOT_STORED, "201": HSM_OFF, "202": NO_KEY},
    "A269": {"101": NOT_STORED, "201": HSM_OFF},
    "A270": {
        "101": NOT_STORED,
        "102": _("The key was deleted from the module, but Authlete still lists it."),
        "201": HSM_OFF,
        "202": NO_KEY,
    },
    "A286": {"301": _("This is not an access token of an organization.")},
    "A293": {
        "101": NOT_STORED,
        "201": _("The client is missing."),
        "202": CLIENT_GONE,
        "203": _("The client is already locked."),
        "204": _("The client is not locked."),
    },
    "A312": {"101": NOT_STORED},
    "A313": {"301": NO_TOKEN},
    "A316": {"201": _("The service has no OpenID Federation keys.")},
    "A457": {
        "101": _(
            "The credential lacks a permission, or the service belongs to another"
            " organization or region."
        )
    },
    "A458": {
        "101": _(
            "Authlete does not know the credential: it is mistyped, expired, revoked, or from"
            " another region."
        )
    },
}

MEANING_BY_CODE: Mapping[str, str] = MappingProxyType(dict(_expand_families(CODE_FAMILIES)))


def get_meaning(code: str) -> str:
    """Return the meaning of ``code``, or an empty string."""
    if meaning := MEANING_BY_CODE.get(code):
        return meaning
    match = CODE_PATTERN.fullmatch(code)
    return MEANING_BY_DIGIT.get(match[1], "") if match else ""


def is_limit_code(code: str) -> bool:
    """Return whether ``code`` reports a limit, such as that of the plan."""
    match = CODE_PATTERN.fullmatch(code)
    return bool(match and match[1] == LIMIT_DIGIT)


def get_advice(code: str) -> str:
    """Return what to do about ``code``, or an empty string."""
    if BOUND_TOKEN_PATTERN.fullmatch(code):
        return ADVICE_UNBOUND_TOKEN
    return ADVICE_BY_CODE.get(code, "")


ADVICE_UNBOUND_TOKEN = _("Create an access token that is not bound to a key.")
ADVICE_RELOAD = _("No change was needed. Reload the page.")
ADVICE_UNLOCK_TO_DELETE = _("Nothing was changed. Unlock the client before you delete it.")
ADVICE_UNLOCK = _("Unlock the client to use it.")
ADVICE_PLAN = _("Delete unused services or clients, or upgrade your Authlete plan.")
ADVICE_FEATURE_DISABLED = _("Ask Authlete to enable this feature for the cluster.")

ADVICE_BY_CODE: Mapping[str, str] = MappingProxyType(
    {
        MISSING_RIGHT: _(
            "Check that the service is in this region. Otherwise ask an administrator for a"
            " credential with the permission named in the message."
        ),
        UNKNOWN_TOKEN: _(
            "Ask an administrator to create a new access token in Authlete's console and to enter"
            " it here."
        ),
        NOT_AN_ORGANIZATION_TOKEN: _(
            "Create an access token of the organization, not of a service, in Authlete's console."
        ),
        "A001223": ADVICE_FEATURE_DISABLED,
        "A001215": ADVICE_UNLOCK,
        "A001221": ADVICE_UNLOCK,
        "A026204": ADVICE_UNLOCK_TO_DELETE,
        "A293203": ADVICE_RELOAD,
        "A293204": ADVICE_RELOAD,
        "A122601": ADVICE_PLAN,
        "A123602": ADVICE_PLAN,
    }
)
