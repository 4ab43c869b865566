"""Every property of Authlete's specification is on exactly one page.

``fields.json`` is what specification 3.0.16 says of each property, and what was seen
beyond it.
"""

import json

import pytest
from django.core.management import CommandError, call_command
from pydantic import ValidationError

from tenants.authlete.documents import enums
from tenants.authlete.documents.service import SECTIONS, Service
from tenants.authlete.documents.service.credentials import CredentialIssuerSettings
from tenants.authlete.redaction.fingerprint import Fingerprint
from tenants.authlete.redaction.redactor import Redactor
from tests.tenants.authlete.api_schema import SPEC, allowed_input_types

FIELDS = SPEC["service"]
NEWER = SPEC["_not_in_spec_3_0_16"]["service"]
ALL = [(section, setting) for section in SECTIONS.values() for setting in section.settings()]
BY_MEMBER = {one.api_name: (section, one) for section, one in ALL}

# Where we say something else than the specification, and why.
WRITABLE = {"supportedAcrs": "declared read-only, but a live write was stored"}
READ_ONLY = {"metadata": "what Authlete counts; nothing of it is anyone's to set"}
NOT_OFFERED = {
    "accessTokenSignAlg": {
        **dict.fromkeys(("HS256", "HS384", "HS512"), "refused by Authlete, A031222"),
        "NONE": "anybody could forge a token that nobody signs",
    }
}
UNEVEN: dict[str, str] = {}  # sections with fewer than 6 or more than 20 settings


def test_every_property_is_declared_once():
    declared = [setting.api_name for _, setting in ALL]

    assert len(declared) == len(set(declared))
    assert set(declared) == set(FIELDS)


@pytest.mark.parametrize("name", FIELDS)
def test_setting_matches_the_specification(name):
    field, (_, setting) = FIELDS[name], BY_MEMBER[name]

    assert setting.input_type.kind in allowed_input_types(name, field)
    assert setting.read_only == (name in READ_ONLY or (field["readOnly"] and name not in WRITABLE))
    assert setting.ignored_on_update == field["ignoredOnUpdate"]


@pytest.mark.parametrize(
    "name", [name for name, field in FIELDS.items() if field["type"] == "integer"]
)
def test_number_has_the_bounds_of_its_type(name):
    section, setting = BY_MEMBER[name]
    bits = 63 if FIELDS[name].get("format") == "int64" else 31
    most = 255 if setting.input_type.unit == "characters" else 2**bits - 1

    assert section.validate_setting(setting.name, most) == most
    for beyond in (-1, most + 1):
        with pytest.raises(ValidationError):
            section.validate_setting(setting.name, beyond)


@pytest.mark.parametrize("name", [name for name, field in FIELDS.items() if field["sensitive"]])
def test_sensitive_fields_are_redacted(name):
    setting = BY_MEMBER[name][1]
    key_set = json.dumps({"keys": [{"kty": "oct", "k": "s3cret"}]})
    network = [{"sns": "FACEBOOK", "apiKey": "a", "apiSecret": "s3cret"}]
    value = {"jwks": key_set, "sns": network}.get(setting.input_type.kind, "s3cret")

    redacted = Redactor(b"k" * 32).redact({name: value})

    assert "s3cret" not in repr(redacted)
    assert setting.input_type.kind == "jwks" or (
        setting.input_type.is_secret and isinstance(redacted[name], Fingerprint)
    )


def test_no_other_setting_is_secret():
    secret = {setting.api_name for _, setting in ALL if setting.input_type.is_secret}

    assert secret <= {name for name, field in FIELDS.items() if field["sensitive"]}


@pytest.mark.parametrize(
    "name",
    [name for name, field in FIELDS.items() if "enum" in field or "enum" in field.get("items", {})],
)
def test_every_enum_value_is_offered(name):
    field, (section, setting) = FIELDS[name], BY_MEMBER[name]
    declared = field if "enum" in field else field["items"]
    live = SPEC["_enums_seen_only_live_or_in_java"].get(declared.get("ref"), [])

    assert (
        set(setting.input_type.choices)
        == (set(declared["enum"]) | set(live)) - NOT_OFFERED.get(name, {}).keys()
    )
    future = "FROM_THE_FUTURE"
    value = [future] if setting.input_type.kind == "choices" else future
    assert section.validate_setting(setting.name, value) == value


@pytest.mark.parametrize("name", SPEC["_enums"])
def test_every_enum_of_the_specification_has_labels(name):
    known = [set(value) for name, value in vars(enums).items() if name.isupper()]
    live = SPEC["_enums_seen_only_live_or_in_java"].get(name, [])

    assert {*SPEC["_enums"][name], *live} in known


def test_help_texts_are_unique_sentences():
    helps = [setting.help for _, setting in ALL]

    assert len(helps) == len(set(helps))
    assert [text for text in helps if not text.endswith(".") or len(text) > 219] == []


@pytest.mark.parametrize("slug", SECTIONS)
def test_sections_have_few_settings_with_unique_labels(slug):
    section = SECTIONS[slug]
    settings = section.settings()
    labels = [setting.label for setting in settings]

    assert 6 <= len(settings) <= 20 or slug in UNEVEN
    assert len(labels) == len(set(labels))
    assert section.title
    assert (section.__doc__ or "").strip().endswith(".")


def test_section_titles_are_unique():
    titles = [section.title for section in SECTIONS.values()]

    assert len(titles) == len(set(titles))


def test_newer_fields_stay_undeclared_and_are_preserved():
    assert NEWER
    assert not NEWER.keys() & BY_MEMBER.keys()

    service = Service.model_validate({"apiKey": 17} | dict.fromkeys(NEWER, "kept"))

    assert {service.get(name) for name in NEWER} == {"kept"}


def test_nested_object_is_declared_completely():
    inside = [setting.api_name for setting in CredentialIssuerSettings.settings()]

    assert sorted(inside) == sorted(SPEC["credential_issuer_metadata"])


def test_nested_object_is_validated_field_by_field():
    section, setting = BY_MEMBER["credentialIssuerMetadata"]
    good = {"credentialIssuer": "https://ci.example", "nonceEndpoint": "kept"}

    assert section.validate_setting(setting.name, good) == good
    with pytest.raises(ValidationError, match=r"Supported credentials: .* JSON object"):
        section.validate_setting(setting.name, good | {"credentialsSupported": "[]"})


def test_command_lists_every_setting_as_text(capsys):
    call_command("fields")

    lines = capsys.readouterr().out.splitlines()
    for name, (_, setting) in BY_MEMBER.items():
        at = next(n for n, line in enumerate(lines) if line.startswith(f"  {name}: "))
        assert lines[at + 1].strip() == setting.help
    assert "service / ciba: CIBA (6)" in lines
    assert "  clientIdAliasEnabled: Client ID aliases [flag, true, ignored by updates]" in lines


def test_command_lists_every_setting_as_json(capsys):
    call_command("fields", document="service", format="json")

    listing = {
        field["name"]: field
        for section in json.loads(capsys.readouterr().out)
        for field in section["fields"]
    }
    assert listing.keys() == FIELDS.keys()
    assert listing["accessTokenDuration"]["unit"] == "seconds"
    assert listing["pushedAuthReqDuration"]["default"] == "0: Authlete default"
    assert listing["apiKey"]["read_only"]


def test_command_rejects_unknown_documents():
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("fields", "--document", "planet")
