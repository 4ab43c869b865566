import pytest

from console.audit_log.change_descriptions import CLIENT_SETTINGS
from console.clients.creation.presets import CLIENT_PRESETS
from tenants.authlete.documents.client import SECTIONS
from tenants.authlete.documents.client.rules import check_client
from tenants.authlete.documents.service import Service

GIVEN = {  # what a person enters
    "redirect_uris": ["https://app.example/cb"],
    "jwks_uri": "https://app.example/jwks",
}
NAMES = {one.name: (slug, member) for member, (slug, one) in CLIENT_SETTINGS.items()}


def filled(archetype, service):
    client = archetype.build_client(service)
    for name in archetype.form_settings:
        if name in GIVEN:
            client[NAMES[name][1]] = GIVEN[name]
    return client


@pytest.mark.parametrize("slug", CLIENT_PRESETS)
def test_preset_has_no_configuration_warnings(slug):
    values = filled(CLIENT_PRESETS[slug], Service.model_validate({"apiKey": 17}))

    assert check_client(values) == []


@pytest.mark.parametrize("slug", CLIENT_PRESETS)
def test_preset_values_are_valid(slug):
    values = filled(CLIENT_PRESETS[slug], Service.model_validate({"apiKey": 17}))

    for member, value in values.items():
        section, setting = CLIENT_SETTINGS[member]
        assert SECTIONS[section].validate_setting(setting.name, value) == value
        words = value if isinstance(value, list) else [value]
        choices = setting.input_type.choices
        assert not choices or set(words) <= choices.keys()


def test_preset_uses_an_algorithm_of_the_service_keys():
    keys = '{"keys": [{"kty": "EC", "crv": "P-256", "use": "sig"}]}'
    service = Service.model_validate({"apiKey": 17, "jwks": keys})

    assert CLIENT_PRESETS["fapi2"].build_client(service)["idTokenSignAlg"] == "ES256"
