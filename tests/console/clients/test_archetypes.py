import pytest

from console.clients.archetypes import ARCHETYPES
from console.sentences import CLIENT
from tenants.authlete.documents.client import SECTIONS
from tenants.authlete.documents.client.rules import findings
from tenants.authlete.documents.service import Service

GIVEN = {  # what a person enters
    "redirect_uris": ["https://app.example/cb"],
    "jwks_uri": "https://app.example/jwks",
}
NAMES = {one.name: (slug, member) for member, (slug, one) in CLIENT.items()}


def filled(archetype, service):
    made = archetype.client(service)
    for name in archetype.asked:
        if name in GIVEN:
            made[NAMES[name][1]] = GIVEN[name]
    return made


@pytest.mark.parametrize("slug", ARCHETYPES)
def test_goes_together_once_it_is_filled_in(slug):
    made = filled(ARCHETYPES[slug], Service.model_validate({"apiKey": 17}))

    assert findings(made) == []


@pytest.mark.parametrize("slug", ARCHETYPES)
def test_holds_what_its_settings_take(slug):
    made = filled(ARCHETYPES[slug], Service.model_validate({"apiKey": 17}))

    for member, value in made.items():
        section, setting = CLIENT[member]
        assert SECTIONS[section].checked(setting.name, value) == value
        words = value if isinstance(value, list) else [value]
        choices = setting.show.choices
        assert not choices or set(words) <= choices.keys()


def test_signs_with_a_key_that_the_service_has():
    keys = '{"keys": [{"kty": "EC", "crv": "P-256", "use": "sig"}]}'
    service = Service.model_validate({"apiKey": 17, "jwks": keys})

    assert ARCHETYPES["fapi2"].client(service)["idTokenSignAlg"] == "ES256"
