"""Issues of a batch file with their line and column."""

import json
from base64 import urlsafe_b64encode

import pytest

from console.batches.validation.file_check import FileCheck
from console.batches.validation.rules import ServiceRules

KNOWN = ServiceRules(
    {"AUTHORIZATION_CODE", "REFRESH_TOKEN", "IMPLICIT", "CLIENT_CREDENTIALS"},
    {"openid", "orders"},
    {5, 6},
    {6},
)
GOOD = {"grantType": "AUTHORIZATION_CODE", "clientId": 5, "subject": "ann"}
THUMBPRINT = urlsafe_b64encode(bytes(32)).decode().rstrip("=")


def checked(data, size=7, known=KNOWN, most=100):
    """Check a file that comes in blocks of that many bytes."""
    data = data.encode() if isinstance(data, str) else data
    check = FileCheck(known, most)
    blocks = (data[at : at + size] for at in range(0, len(data), size))
    return check, list(check.entries(blocks))


def places(check):
    return [(issue.line, issue.column, issue.rule) for issue in check.issues]


def details(value):
    return {"elements": [{"type": "loan", "x": value}]}


def nested(levels):
    """A list within a list, and so on."""
    value: list[object] = []
    for _ in range(levels):
        value = [value]
    return value


def test_all_token_parameters_are_accepted():
    full = GOOD | {
        "scopes": ["openid", "orders"],
        "accessTokenDuration": 60,
        "refreshTokenDuration": 0,
        "accessToken": "t0k-en",
        "refreshToken": "r",
        "accessTokenPersistent": False,
        "properties": [{"key": "a", "value": "b", "hidden": True}],
        "certificateThumbprint": THUMBPRINT,
        "dpopKeyThumbprint": THUMBPRINT,
        "authorizationDetails": {"elements": [{"type": "loan", "sum": 1.5}]},
        "resources": ["https://api.example/"],
        "forExternalAttachment": True,
        "jwtAtClaims": '{"a": 1}',
        "acr": "gold",
        "authTime": 1_700_000_000,
        "sessionId": "s",
        "clientIdAliasUsed": False,
        "clientEntityIdUsed": None,
    }

    found, entries = checked(json.dumps(full))

    assert places(found) == []
    assert entries == [(1, full)]


@pytest.mark.parametrize(
    ("members", "rule"),
    [
        ({"grantType": None}, "grant_missing"),
        ({"grantType": "REFRESH_TOKEN"}, "grant_refresh"),
        ({"grantType": "PASSWORD"}, "grant_unsupported"),
        ({"grantType": "TELEPATHY"}, "grant_unknown"),
        ({"clientId": None}, "client_missing"),
        ({"clientId": 7}, "client_unknown"),
        ({"clientId": 6}, "client_locked"),
        ({"clientId": "5"}, "whole"),
        ({"clientId": 5.0}, "rounded"),
        ({"clientId": 2**63}, "whole"),
        ({"subject": ""}, "subject_missing"),
        ({"subject": "x" * 101}, "subject_long"),
        ({"subject": "zo\u00eb"}, "subject_ascii"),
        ({"subject": "a\u0000b"}, "control"),
        ({"grantType": "CLIENT_CREDENTIALS"}, "subject_none"),
        ({"scopes": "openid"}, "list"),
        ({"scopes": ["loans"]}, "scope_unknown"),
        ({"accessTokenDuration": -1}, "whole"),
        ({"accessTokenPersistent": "yes"}, "flag"),
        ({"accessToken": "with space"}, "token_form"),
        ({"grantType": "IMPLICIT", "refreshToken": "r"}, "refresh_implicit"),
        ({"properties": {"a": "b"}}, "properties"),
        ({"properties": [{"key": "a", "value": "x" * 70_000}]}, "properties_big"),
        ({"certificateThumbprint": "x" * 43}, "thumbprint"),
        ({"authorizationDetails": [{}]}, "details"),
        ({"resources": ["/relative"]}, "resource"),
        ({"jwtAtClaims": "[]"}, "claims"),
        ({"authTime": 1_700_000_000_000}, "milliseconds"),
        ({"subjet": "ann"}, "unknown"),
        ({"subject": " "}, "subject_missing"),
        ({"sessionId": "\ud800"}, "half"),
        ({"properties": [{"key": "a", "value": "\udfff"}]}, "half"),
        ({"authorizationDetails": details(float("inf"))}, "number"),
        ({"authorizationDetails": details(float("nan"))}, "number"),
        ({"authorizationDetails": details(nested(3000))}, "deep"),
    ],
)
def test_invalid_values_are_issues(members, rule):
    found, _ = checked(json.dumps(GOOD | members), size=10_000)
    (fault,) = found.issues

    assert fault.rule == rule
    assert fault.message


def test_refresh_tokens_need_service_support():
    known = ServiceRules({"AUTHORIZATION_CODE"}, ())

    found, _ = checked(json.dumps(GOOD | {"refreshToken": "r"}), known=known)

    assert [issue.rule for issue in found.issues] == ["refresh_service"]


@pytest.mark.parametrize("first", ["1", '"]"', "{}", "[0]"])
def test_last_of_duplicate_members_is_checked(first):
    """As any reader of JSON takes it, whatever the first one is."""
    head = f'{{"grantType": "IMPLICIT", "clientId": 5, "subject": "a", "scopes": {first}'

    found, _ = checked(f'{head}, "scopes": ["openid", "orders", "loans"]}}', size=500)

    assert places(found) == [
        (1, 1, "twice"),
        (1, len(head) + len(', "scopes": ["openid", "orders", ') + 1, "scope_unknown"),
    ]


FIRST = json.dumps(GOOD | {"accessToken": "same"})
LINES = f"""{FIRST}
{{"grantType": "PASSWORD", "clientId": 5, "subject": "ann"}}

{{"grantType": "AUTHORIZATION_CODE" "clientId": 5}}
{FIRST}
[1]
{{"clientId": 5, "clientId": 5, "grantType": "IMPLICIT", "subject": "a"}}
"""


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_json_lines_issues_have_line_and_column(ends, size):
    found, entries = checked(LINES.replace("\n", ends), size)

    again = FIRST.index('"same"') + 1
    assert places(found) == [
        (2, 15, "grant_unsupported"),
        (4, 36, "json"),
        (5, again, "access_again"),
        (6, 1, "object"),
        (7, 1, "twice"),
    ]
    assert found.issues[2].number == 1
    assert (found.tokens, found.format) == (6, "jsonl")
    assert [line for line, _ in entries] == [1]


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_json_array_issues_have_line_and_column(size):
    text = json.dumps(
        [GOOD, GOOD | {"subject": 'say ]},"'}, GOOD | {"scopes": ["openid", "x"]}], indent=2
    )

    found, _ = checked(f"\n {text}\n", size)

    line = 1 + text[: text.index('"x"')].count("\n") + 1
    assert places(found) == [(line, 7, "scope_unknown")]
    assert (found.tokens, found.format) == (3, "json")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[]", (1, 1, "empty")),
        ("", (1, 1, "empty")),
        (" \n", (1, 1, "empty")),
        (f"[{FIRST}\n", (2, 1, "array_end")),
        (f"[{FIRST}] []", (1, len(FIRST) + 4, "array_more")),
        (f"[{FIRST},]", (1, len(FIRST) + 3, "json")),
        ('{"a": "' + "x" * 300_000, (1, 1, "too_long")),
        ("[" * 100_000, (1, 2, "json")),
        ('{"a": NaN}', (1, 1, "unknown")),
    ],
)
def test_truncated_or_trailing_data_is_located(text, place):
    found, _ = checked(text, 50_000)

    assert places(found)[0] in (place, (1, 100_001, "array_end"), (1, 7, "unknown"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_spreadsheet_csv_is_read(delimiter):
    head = ["Grant Type", "client_id", "subject", "scopes", "accessTokenPersistent"]
    rows = [
        head,
        ["AUTHORIZATION_CODE", "5", '"say ""hi"" to ann"', "openid orders", "TRUE"],
        ["", "", "", "", ""],
        ["AUTHORIZATION_CODE", "1.2E+13", '"two', "openid loans", "maybe"],
    ]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    text = text.replace('"two', '"two\r\nlines"')

    found, entries = checked(text.encode("utf-16"))

    assert entries[0][1] == {
        "grantType": "AUTHORIZATION_CODE",
        "clientId": 5,
        "subject": 'say "hi" to ann',
        "scopes": ["openid", "orders"],
        "accessTokenPersistent": True,
    }
    assert found.format == "csv"
    assert sorted(places(found)) == [
        (4, 20, "rounded"),
        (4, 28, "control"),
        (5, 8, "scope_unknown"),
        (5, 21, "flag"),
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("grantType,clientId,password\n", (1, 20, "header")),
        ("grantType,clientId,grant_type\n", (1, 20, "header_twice")),
        ("subject,clientId\nann,5,extra,", (2, 7, "cells")),
    ],
)
def test_csv_issues_are_located(text, place):
    found = places(checked(text)[0])

    assert place in found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_any_text_encoding_is_read(encoding):
    found, _ = checked(f"{FIRST}\r\n".encode(encoding), size=3)

    assert places(found) == []
    assert found.tokens == 1


def test_undecodable_bytes_are_located():
    found, _ = checked(FIRST.encode() + b"\n" + FIRST.replace("ann", "zo\xeb").encode("latin-1"))

    assert places(found) == [(2, FIRST.index("ann") + 3, "encoding")]


def test_first_thousand_issues_are_listed_and_all_counted():
    found, _ = checked("{}\n" * 600, 10_000, most=1_000)

    assert (len(found.issues), found.issue_count, found.tokens) == (1_000, 1_800, 600)


def test_too_many_tokens_are_an_issue():
    found, _ = checked(f"{json.dumps(GOOD)}\n" * 3, most=2)

    assert places(found) == [(3, 1, "too_many")]


def test_issues_quote_nothing_of_the_file():
    """What stands in a wrong place may be a token."""
    canary = "kestrel-4471-canary"
    rows = [{canary: canary}, {"grantType": canary, "scopes": [canary], "clientId": 5}]
    text = "\n".join(map(json.dumps, rows)) + f"\n{canary}"
    for one in (text, f"{canary},{canary}\n", f"subject\n{canary},{canary}"):
        for fault in checked(one)[0].issues:
            assert canary not in fault.message + str(fault.as_list)
