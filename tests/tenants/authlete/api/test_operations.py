"""Declared operations match Authlete's specification."""

import re

import pytest
from pydantic.alias_generators import to_camel

from tenants.authlete.api import OPERATIONS, clients, grants, tokens
from tenants.authlete.documents.base import ApiModel
from tenants.authlete.operation import ApiHost, Effect, Operation

ON_CLUSTER = [operation for operation in OPERATIONS.values() if operation.host is ApiHost.CLUSTER]

# The same calls as client.get, and as token_batch.create.
AGAIN = (
    "client.reveal_secret",
    "client.keep_secret",
    "client.reveal_unknown",
    "service.reveal_unknown",
    "token_batch.dry_run",
)

# Their replies say more than members: where keys are, what a status means.
OWN = ("service.jwks", "region.health")


def in_words_of_the_spec(path):
    return re.sub(r"{(\w+)}", lambda place: f"{{{to_camel(place[1])}}}", path)


def calls_of(openapi):
    """Every (operationId, method, path) of the specification."""
    return [
        (call.get("operationId", ""), method.upper(), path)
        for path, methods in openapi["paths"].items()
        for method, call in methods.items()
        if method in ("get", "post", "put", "delete", "patch")
    ]


def response_of(openapi, operation):
    """The schema of a 2xx answer, its own members only."""
    call = openapi["paths"][in_words_of_the_spec(operation.path)]
    call = call[operation.method.lower()]
    for status, response in call["responses"].items():
        for content in response.get("content", {}).values():
            if status.startswith("2"):
                return resolved(openapi, content["schema"])
    return {}


def resolved(openapi, schema):
    if "$ref" not in schema:
        return schema
    return openapi["components"]["schemas"][schema["$ref"].rpartition("/")[2]]


def test_every_call_of_the_specification_is_declared_once(openapi):
    declared = [
        (operation.operation_id, operation.method, in_words_of_the_spec(operation.path))
        for operation in ON_CLUSTER
        if operation.name not in AGAIN
    ]

    assert sorted(declared) == sorted(calls_of(openapi))
    assert len(declared) == 88


def test_every_action_of_the_specification_is_classified(openapi):
    for operation in ON_CLUSTER:
        members = response_of(openapi, operation).get("properties", {})
        known = resolved(openapi, members.get("action", {})).get("enum", [])

        assert set(operation.success_actions) <= set(known), operation.name
        assert bool(operation.success_actions) == bool(known), operation.name
        assert "INTERNAL_SERVER_ERROR" not in operation.success_actions, operation.name
        assert set(operation.revealed_fields) <= set(members), operation.name
        assert not operation.public_content_fields or "responseContent" in members, operation.name


def test_replies_have_only_fields_of_the_specification(openapi):
    for operation in ON_CLUSTER:
        if not issubclass(operation.reply, ApiModel) or operation.name in OWN:
            continue
        read = {field.alias for field in operation.reply.model_fields.values()}
        properties = set(response_of(openapi, operation)["properties"])
        assert read <= properties, operation.name


def test_effects_do_not_follow_from_the_method():
    assert clients.REFRESH_SECRET.method == "GET"
    assert clients.REFRESH_SECRET.effect is Effect.REVEAL
    assert not clients.REFRESH_SECRET.is_retryable
    assert grants.LIST_POST.method == "POST"
    assert grants.LIST_POST.is_retryable
    assert grants.MANAGE.effect is Effect.DESTROY


def test_no_read_uses_a_method_that_deletes():
    assert not [
        operation.name
        for operation in OPERATIONS.values()
        if operation.method in ("PUT", "DELETE") and operation.effect is Effect.READ
    ]


def test_token_in_a_path_is_never_shown():
    redacted_path = tokens.DELETE.build_redacted_path(
        {"service_id": 17, "access_token_identifier": "t0p"}
    )

    assert redacted_path == "/api/17/auth/token/delete/hidden"


def test_subject_in_a_path_is_never_shown():
    placed = [
        operation for operation in OPERATIONS.values() if "subject" in operation.path_param_names
    ]

    assert len(placed) == 4
    for declared in placed:
        assert "subject" in declared.secret_params
        redacted_path = declared.build_redacted_path(
            {"service_id": 1, "client_id": 5, "subject": "ann"}
        )
        assert "ann" not in redacted_path


def test_other_parameters_do_not_affect_the_path():
    assert grants.LIST_POST.build_path({"service_id": 17, "subject": ".."})
    with pytest.raises(ValueError, match="subject"):
        grants.LIST_BY_SUBJECT.build_path({"service_id": 17, "subject": ".."})


def test_secret_parameters_must_be_in_the_path():
    with pytest.raises(ValueError, match="has no path parameters"):
        Operation("a", "GET /api/{id}", dict, secret_params=("token",))
