"""What Authlete's result codes say, in words.

From the catalogue that Authlete publishes; its messages name the field, these words
say what the matter is. A code that is not listed still tells whose fault it is: the
third digit from the right (developers.authlete.com, "Interpreting Authlete's result
codes"). Nothing here decides what the program does: Authlete advises against that.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from tenants.authlete.messages import gettext_noop as _

CODE_PATTERN = re.compile(r"A\d{3}(\d)\d{2}")
LIMIT_DIGIT = "6"  # the digit of limits, a plan's among them
MEANING_BY_DIGIT = {
    "0": _("It was done."),
    "1": _("Authlete itself failed."),
    "2": _("Authlete did not accept the request."),
    "3": _("Authlete did not accept what the client application sent."),
    "4": _("Authlete took note of something."),
    "5": _("The entrance to Authlete failed or refused."),
    LIMIT_DIGIT: _("A limit was reached, or a value was not accepted."),
    "7": _("A social network failed or refused."),
}

MISSING_RIGHT = "A457101"  # the credential lacks a right for this service
UNKNOWN_TOKEN = "A458101"  # noqa: S105  the code, not a token
NOT_AN_ORGANIZATION_TOKEN = "A286301"  # a service's token where an organization's is needed  # noqa: S105
BOUND_TOKEN_PATTERN = re.compile(r"A00130[1-9]")  # the token is bound to a key that we do not hold

NO_SERVICE = _("There is no such service.")
OTHER_OWNER = _("The service belongs to another organization.")
SERVICE_GONE = _("The service has already been deleted.")
SERVICE_LOCKED = _("The service is locked.")
NO_CLIENT = _("There is no such client in this service.")
OTHER_SERVICE = _("The client belongs to another service.")
CLIENT_GONE = _("The client has already been deleted.")
CLIENT_LOCKED = _("The client is locked.")
NOT_A_NUMBER = _("The start or the end of the list is not a number.")
NEGATIVE = _("The start or the end of the list is negative.")
NO_SUBJECT = _("No subject was given.")
NOT_STORED = _("Authlete could not store it.")
ALIAS_TAKEN = _("Another client of this service already has this alias.")
METADATA_TOO_LARGE = _("The custom metadata is too large.")
NO_TOKEN = _("There is no such token; it may have been removed already.")
OTHER_TOKEN = _("The token belongs to another service.")
HSM_OFF = _("Hardware security keys are switched off for this service.")
NO_KEY = _("There is no such hardware security key.")
INVALID_VALUE = _("A value is missing or not valid.")
NOT_ASCII = _("A value holds characters other than ASCII.")
TOO_LONG = _("A value is too long.")
EMPTY_ITEM = _("A list holds an empty item.")
NOT_HTTPS = _("An address does not begin with https.")
TOO_MANY_ENTRIES = _("A list has too many entries.")
MISSING_ENCRYPTION_ALG = _("An encryption method is set without an algorithm.")
INVALID_LOCALIZED_VALUE = _("A localized value, or its language tag, is not valid.")
INVALID_SCOPE = _("A scope is not valid: its name, a description or an attribute.")


def _expand_families(
    families: Mapping[str, Mapping[str, str]],
) -> Iterator[tuple[str, str]]:
    """Each code; suffixes that mean the same are written together."""
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
        "202": _("The credential did not arrive."),
        "203": _("The credential did not arrive in the right form."),
        "212 218": NO_CLIENT,
        "213 219": OTHER_SERVICE,
        "214 220": CLIENT_GONE,
        "215 221": CLIENT_LOCKED,
        "216": _("The client's number is not valid."),
        "217": _("The service's settings do not allow this."),
        "222": _("The client cannot be named by its alias."),
        "223": _("This cluster has not switched on a feature that this needs."),
        "300": _("Authlete could not reach its identity provider."),
        "301 302 303 304 305 306 307 308 309": _(
            "The credential is bound to a key or certificate, which this console does not use."
        ),
    },
    "A003": {"202": SERVICE_GONE, "203": SERVICE_LOCKED},
    "A025": {"101": NOT_STORED},
    "A026": CLIENT_CODES,
    "A027": CLIENT_CODES,
    "A028": PAGING_CODES,
    "A029": CLIENT_CODES,
    "A030": {
        "201 202 203": INVALID_VALUE,
        "601": ALIAS_TAKEN,
        "602": METADATA_TOO_LARGE,
    },
    "A031": {
        "201": _("A value is none of those that Authlete knows."),
        "202 214": INVALID_VALUE,
        "203 206 216 226": NOT_ASCII,
        "204 207 227": TOO_LONG,
        "205 225 228 231": EMPTY_ITEM,
        "208": _("An address is not valid."),
        "209": _("An address is not absolute."),
        "210 217": _("An address has a fragment (#), which is not allowed."),
        "211 224": _("A list holds the same entry twice."),
        "212": _("The JWK Set cannot be read."),
        "213": _("A number is negative."),
        "215": _("The JWK Set is too large."),
        "218": _("An address has a query (?), which is not allowed."),
        "219 229": NOT_HTTPS,
        "220 230": TOO_MANY_ENTRIES,
        "221": _("A number is out of range."),
        "222": _("The algorithm must be an asymmetric one."),
        "223": _("A distinguished name is not valid."),
        "232": _("A value does not have the required form."),
    },
    "A032": {
        "201 202 203 204 205 206 207 208": INVALID_LOCALIZED_VALUE,
        "209": _("The request was empty."),
        "210": _("The sector identifier address does not begin with https."),
        "211 212 213 214": MISSING_ENCRYPTION_ALG,
        "215": _("This CIBA delivery mode needs a notification endpoint."),
        "216": _("More than one certificate subject is set."),
        "217": _("TLS client authentication needs a certificate subject."),
        "218": _("The certificate's distinguished name is not valid."),
        "219": _("The sector identifier document could not be read."),
        "220": _("The sector identifier document does not list the redirect URIs."),
        "221": _("Pairwise subjects need a sector identifier."),
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
        "201": _("The request was empty."),
        "202": _("The response types that the service supports are missing."),
        "203 204 205 206 207 208": INVALID_SCOPE,
        "209 210 211 212 213 214 215": _("A social login credential is not valid."),
        "216 217 218 219 220 221 222": INVALID_SCOPE,
        "223 224 225 226 227 228 229": INVALID_SCOPE,
        "230": _("A trusted root certificate is not valid."),
        "231": _("The attributes are too large."),
        "232": _("A name of custom client metadata is reserved."),
    },
    "A104": {
        "201": _("No grant type was given."),
        "202": _("A refresh token cannot be the grant type."),
        "203": _("The service does not support this grant type."),
    },
    "A105": {"201": NO_SUBJECT, "202": TOO_LONG, "203": NOT_ASCII},
    "A106": {"201": _("The service does not support one of the scopes.")},
    "A107": {"201": NO_CLIENT, "202": OTHER_SERVICE, "203": CLIENT_LOCKED},
    "A108": {
        "201": _("The extra properties are too large."),
        "202 203 204": _("This grant type takes no refresh token."),
        "205": _("The access token could not be made as a JWT."),
    },
    "A122": {"601": _("The plan allows no further service.")},
    "A123": {
        "601": _("The developer may have no further client in this service."),
        "602": _("The plan allows no further client."),
        "603": ALIAS_TAKEN,
        "604": METADATA_TOO_LARGE,
    },
    "A126": {
        "202": _("A value has another shape than Authlete expects."),
        "203": _("The request arrived without a body."),
    },
    "A128": {"101": NOT_STORED, "201 202 203": INVALID_VALUE},
    "A134": {
        "107": CLIENT_GONE,
        "201": _("Neither a token nor its hash was given."),
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
        "601": _("A client secret has 1 to 86 letters, digits, hyphens, underscores."),
    },
    "A159": PAGING_CODES | {"205": _("Too many tokens were asked for at once.")},
    "A161": {
        "101 102": NOT_STORED,
        "201": _("No token was named."),
        "202": NO_TOKEN,
        "203": OTHER_TOKEN,
    },
    "A258": {"201": _("The request arrived without a content type.")},
    "A263": {
        "201": INVALID_VALUE,
        "202": _("A value is none of those that Authlete knows."),
        "203": _("The algorithm does not fit the use of the key."),
        "204": _("The algorithm does not fit the type of the key."),
        "205": TOO_LONG,
        "206": NOT_ASCII,
        "207": _("The hardware security module does not know this algorithm."),
    },
    "A264": {"201": _("There is no hardware security module of this name.")},
    "A265": {"101 102 104": _("The hardware security module failed.")},
    "A266": {"201": HSM_OFF},
    "A268": {"101": NOT_STORED, "201": HSM_OFF, "202": NO_KEY},
    "A269": {"101": NOT_STORED, "201": HSM_OFF},
    "A270": {
        "101": NOT_STORED,
        "102": _("The key is gone from the module, but Authlete still lists it."),
        "201": HSM_OFF,
        "202": NO_KEY,
    },
    "A286": {"301": _("This is not an organization's access token.")},
    "A293": {
        "101": NOT_STORED,
        "201": _("No client was named."),
        "202": CLIENT_GONE,
        "203": _("The client is already locked."),
        "204": _("The client is not locked."),
    },
    "A312": {"101": NOT_STORED},
    "A313": {"301": NO_TOKEN},
    "A316": {"201": _("The service has no keys for OpenID Federation.")},
    "A457": {
        "101": _(
            "The credential lacks the right for this, or the service is not one of"
            " its own: a service of another region looks the same."
        )
    },
    "A458": {
        "101": _(
            "Authlete does not know the credential: it is mistyped, expired, revoked,"
            " or was made elsewhere."
        )
    },
}

MEANING_BY_CODE: Mapping[str, str] = MappingProxyType(dict(_expand_families(CODE_FAMILIES)))


def get_meaning(code: str) -> str:
    """What ``code`` says; empty where it says nothing that we know."""
    if known := MEANING_BY_CODE.get(code):
        return known
    found = CODE_PATTERN.fullmatch(code)
    return MEANING_BY_DIGIT.get(found[1], "") if found else ""


def is_limit_code(code: str) -> bool:
    """Whether ``code`` speaks of a limit, of the plan for instance."""
    found = CODE_PATTERN.fullmatch(code)
    return bool(found and found[1] == LIMIT_DIGIT)


def get_advice(code: str) -> str:
    """What a person should do about ``code``; empty where its error class knows."""
    if BOUND_TOKEN_PATTERN.fullmatch(code):
        return ADVICE_UNBOUND_TOKEN
    return ADVICE_BY_CODE.get(code, "")


ADVICE_UNBOUND_TOKEN = _("Create an access token that is not bound to a key, and enter that one.")
ADVICE_RELOAD = _("Nothing is left to do. Reload the page to see how it is now.")
ADVICE_UNLOCK_TO_DELETE = _(
    "Nothing was changed. Authlete deletes no client that is locked: unlock it first."
)
ADVICE_UNLOCK = _("Unlock the client first, if it is meant to be used.")
ADVICE_PLAN = _("Remove what is no longer needed, or ask Authlete for a larger plan.")
ADVICE_FEATURE_DISABLED = _("Only Authlete can switch this feature on for the cluster.")

ADVICE_BY_CODE: Mapping[str, str] = MappingProxyType(
    {
        MISSING_RIGHT: _(
            "Make sure that the service is in this region. Otherwise an administrator"
            " has to enter a credential that has the right named in the message."
        ),
        UNKNOWN_TOKEN: _(
            "An administrator has to create a new access token in Authlete's own"
            " console and enter it here."
        ),
        NOT_AN_ORGANIZATION_TOKEN: _(
            "Create an access token of the organization, not of a service, in"
            " Authlete's own console, and enter that one."
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
