"""Messages of failed calls."""

import ast
import copy
import re
from pathlib import Path

import pytest
from django.utils.translation.trans_real import catalog

import console
import tenants
from console.templatetags.text import isolate
from tenants.authlete import errors, result_codes
from tenants.authlete.errors import AuthleteError, UnreachableError, UnreachableReason
from tenants.authlete.messages import Message
from tenants.authlete.operation import Effect, Operation

PULL = Operation("pull", "GET /push", dict)
PUSH = Operation("push", "POST /push", dict, Effect.CHANGE)
TALK = Operation("talk", "POST /push", dict, Effect.CHANGE, success_actions=("OK",))


def tree(kind=AuthleteError, depth=0):
    yield depth, kind.__name__
    for inner in kind.__subclasses__():
        yield from tree(inner, depth + 1)


def test_docstring_lists_all_errors():
    drawn = [
        (len(indent) // 2, name)
        for indent, name in re.findall(r"(?m)^( *)[*x-] (\w+)", errors.__doc__)
    ]

    assert sorted(drawn) == sorted(tree())


KINDS = [getattr(errors, name) for _, name in tree()][1:]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_has_a_title_and_advice(kind):
    assert kind.title
    assert kind.advice.endswith(".")
    assert kind.outcome


def plain(path):
    """Where an error is made of a text that nobody marked for translation."""
    for call in ast.walk(ast.parse(path.read_text())):
        match call:
            case ast.Call(
                func=ast.Name(id=name), args=[ast.Constant(str()) | ast.JoinedStr(), *_]
            ) if name in {kind.__name__ for kind in KINDS}:
                yield f"{path.name}:{call.lineno}"


def test_every_own_message_is_translatable():
    samples = Path(str(console.__file__)).parent / "help" / "samples.py"
    code = [
        path
        for package in (console, tenants)
        for path in Path(str(package.__file__)).parent.rglob("*.py")
        if "sandbox" not in path.parts and path != samples
    ]

    assert [text for path in code for text in plain(path)] == []


def test_copied_message_is_equal():
    message = Message("The host {host} refused.", host="{0}.test")

    copied = copy.deepcopy(message)
    assert copied == message == "The host {0}.test refused."
    assert copied.msgid == message.msgid


def test_message_is_localized(monkeypatch):
    error = UnreachableError(Message("{host} refused the connection.", host="us.test"))
    (words, *_) = catalog()._catalog._catalogs  # type: ignore[attr-defined]
    german = "{host} nimmt keine Verbindung an."
    monkeypatch.setitem(words, "{host} refused the connection.", german)

    assert error.message == str(error) == "us.test refused the connection."
    assert isolate(error.message) == "<bdi>us.test nimmt keine Verbindung an.</bdi>"


def test_message_parameters_are_not_formatted_again():
    assert Message("The action of the response is {action}.", action="{0}") == (
        "The action of the response is {0}."
    )


UNKNOWN = [kind for kind in KINDS if issubclass(kind, errors.UnknownOutcomeError)]


@pytest.mark.parametrize("kind", UNKNOWN)
def test_unknown_outcomes_do_not_claim_that_nothing_changed(kind):
    assert "othing was changed" not in kind.advice


@pytest.mark.parametrize(
    ("operation", "says"), [(PULL, "Nothing was changed"), (PUSH, "check whether it was applied")]
)
def test_only_a_write_asks_to_check_whether_it_was_applied(authlete, mock_api, operation, says):
    mock_api.route(path="/push").respond(502)

    with pytest.raises(AuthleteError) as caught:
        authlete.send(operation)

    assert says in caught.value.advice


def refused(authlete, mock_api, status, code, **more):
    body = {"resultCode": code, "resultMessage": f"[{code}] No."} | more
    mock_api.post("/push").respond(status, json=body)
    with pytest.raises(AuthleteError) as caught:
        authlete.send(TALK if status == 200 else PUSH)
    return caught.value


@pytest.mark.parametrize(
    ("status", "code", "meaning", "advice"),
    [
        (401, "A458101", "expired", "create a new access token"),
        (401, "A286301", "not an access token of an organization", "of the organization"),
        (401, "A001303", "bound to a key", "not bound"),
        (403, "A457101", "lacks a permission", "service is in this region"),
        (403, "A122601", "does not allow more services", "upgrade"),
        (403, "A123602", "does not allow more clients", "upgrade"),
        (403, "A001223", "disabled on this cluster", "Ask Authlete"),
        (403, "A001215", "locked", "Unlock"),
        (404, "A001212", "client does not exist", "reload"),
        (404, "A035201", "service does not exist", "reload"),
        (400, "A031212", "JWK Set", "Correct"),
        (400, "A039230", "root certificate", "Correct"),
        (400, "A293203", "already locked", "No change was needed"),
        (500, "A001101", "server failed", "check whether it was applied"),
        (500, "A037101", "could not store", "check whether it was applied"),
    ],
)
def test_codes_have_meanings_and_advice(authlete, mock_api, status, code, meaning, advice):
    error = refused(authlete, mock_api, status, code)

    assert meaning in error.meaning
    assert advice in error.advice


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("A999123", "Authlete failed."),
        ("A999201", "The request is not valid."),
        ("A999601", "A limit was reached"),
        ("A999999", ""),
        ("404", ""),
        ("A9992011", ""),
        ("", ""),
    ],
)
def test_unlisted_code_has_the_meaning_of_its_digit(code, meaning):
    assert result_codes.get_meaning(code).startswith(meaning)
    assert bool(result_codes.get_meaning(code)) == bool(meaning)


def test_unauthorized_action_does_not_blame_the_credential(authlete, mock_api):
    error = refused(authlete, mock_api, 200, "A279306", action="UNAUTHORIZED")

    assert isinstance(error, errors.BadRequestError)
    assert "credential" not in error.advice


@pytest.mark.parametrize(
    ("answer", "is_told"),
    [
        ({"json": {"resultCode": "A001212", "resultMessage": ""}}, True),
        ({"json": {"resultCode": 404, "resultMessage": ""}}, True),  # the spec's own
        ({"json": {"status": 404, "error": "Not Found", "path": "/api"}}, False),
        ({"html": "<h1>404 Not Found</h1>"}, False),
        ({}, False),
    ],
)
def test_only_a_404_with_a_result_code_is_from_authlete(authlete, mock_api, answer, is_told):
    mock_api.get("/push").respond(404, **answer)

    with pytest.raises(errors.NotFoundError) as caught:
        authlete.send(PULL)

    assert caught.value.is_from_authlete == is_told


def test_codes_are_unique_and_well_formed():
    listed = [
        family + suffix
        for family, members in result_codes.CODE_FAMILIES.items()
        for suffixes in members
        for suffix in suffixes.split()
    ]

    assert len(listed) == len(set(listed)) == len(result_codes.MEANING_BY_CODE)
    assert all(result_codes.CODE_PATTERN.fullmatch(code) for code in listed)
    assert result_codes.ADVICE_BY_CODE.keys() <= result_codes.MEANING_BY_CODE.keys()


def test_advice_depends_on_the_unreachable_reason():
    assert "DNS" in UnreachableError("No.", UnreachableReason.DNS).advice
    assert "is not trusted" in UnreachableError("No.", UnreachableReason.TLS).advice
    assert "Try again" in UnreachableError("No.", UnreachableReason.TIMEOUT).advice


def test_quoted_secret_is_removed_from_messages(authlete, mock_api):
    body = {"resultMessage": "n0t-good is too short, n0t-better is not"}
    mock_api.post("/push").respond(400, json=body)

    with pytest.raises(errors.BadRequestError) as caught:
        authlete.send(
            PUSH, body={"clientSecret": "n0t-good", "service": {"apiSecret": "n0t-better"}}
        )

    assert "n0t" not in str(caught.value)


def test_credential_is_not_printable(authlete, mock_api):
    mock_api.post("/push").respond(401, json={"resultMessage": "t0p is not a token"})

    with pytest.raises(errors.UnauthorizedError, match="hidden is not a token") as caught:
        authlete.send(PUSH, body={"clientSecret": "n0t-good"})

    request = authlete.prepare(PUSH, body={"clientSecret": "n0t-good"})
    printed = repr((authlete, request, caught.value, caught.value.args))
    assert not re.search("t0p|n0t-good", printed)


def test_rate_limit_of_the_gateway_has_no_code(authlete, mock_api):
    page = "<html><title>429 Too Many Requests</title></html>"
    mock_api.post("/push").respond(429, html=page, headers={"Retry-After": "7"})

    with pytest.raises(errors.RateLimitError) as caught:
        authlete.send(PUSH)

    assert (caught.value.code, caught.value.retry_after) == ("", 7)
    assert "html" not in str(caught.value)
