from itertools import permutations

import pytest
from django.core.management import call_command
from pydantic import SecretStr

from tenants.crypto import vault
from tenants.models import Credential, Organization
from tests.settings import create_key

OLD, NEW = create_key("v1").partition(":")[2], "B" * 43 + "="


@pytest.fixture
def credentials(db):
    made = []
    for slug in ("acme", "beta", "corp"):
        organization = Organization.objects.create(slug=slug, name=slug)
        for region in ("us", "jp"):
            credential = Credential(organization=organization, region=region)
            credential.set_token(SecretStr(f"t0ken-{slug}-{region}")).save()
            made.append(credential)
    return made


def test_opens_what_it_sealed(credentials):
    credential = Credential.objects.get(organization__slug="beta", region="jp")

    assert credential.token.get_secret_value() == "t0ken-beta-jp"
    assert "t0ken" not in credential.sealed


def test_seals_the_same_secret_differently_each_time():
    assert vault.seal("s", "here") != vault.seal("s", "here")


def test_no_value_opens_in_another_row(credentials):
    for one, other in permutations(credentials, 2):
        with pytest.raises(vault.UnsealError):
            vault.unseal(one.sealed, other.seal_context)


def test_a_row_that_is_moved_does_not_open(credentials):
    credential, other = credentials[0], credentials[2]
    Credential.objects.filter(pk=other.pk).delete()

    Credential.objects.filter(pk=credential.pk).update(organization_id=other.organization_id)

    with pytest.raises(vault.UnsealError):
        _ = Credential.objects.get(pk=credential.pk).token


@pytest.mark.parametrize(
    "value", ["", "v1", "v1.v1", "v1.v1.", "v1.v1.AAAA", "v1.zz.AAAA", "v2.v1.AAAA", "x"]
)
def test_refuses_what_it_never_sealed(value):
    with pytest.raises(vault.UnsealError):
        vault.unseal(value, "here")


def test_every_changed_byte_is_found():
    value = vault.seal("secret", "here")
    for at in range(len("v1.v1."), len(value)):
        changed = value[:at] + ("A" if value[at] != "A" else "B") + value[at + 1 :]
        with pytest.raises(vault.UnsealError):
            vault.unseal(changed, "here")


def test_rotates_to_a_new_key_while_the_old_still_opens(credentials, settings):
    settings.VAULT_KEYS = f"v2:{NEW},v1:{OLD}"
    assert Credential.objects.all()[0].token

    call_command("vault_rotate", verbosity=0)

    settings.VAULT_KEYS = f"v2:{NEW}"
    tokens = {c.token.get_secret_value() for c in Credential.objects.all()}
    assert len(tokens) == 6
    assert all(c.sealed.startswith("v1.v2.") for c in Credential.objects.all())


@pytest.mark.parametrize("keys", ["", "v1", f"v1:{OLD[:8]}", f"v1:{OLD},v1:{NEW}", "v1:é"])
def test_says_what_is_wrong_with_a_ring_and_shows_none_of_it(settings, keys):
    settings.VAULT_KEYS = keys

    with pytest.raises(ValueError, match="vault: ") as caught:
        vault.seal("s", "here")

    assert OLD[:8] not in str(caught.value)


def test_leaves_no_cursor_open_while_rows_are_written(credentials, django_assert_num_queries):
    with django_assert_num_queries(1 + len(credentials)):
        rows = list(vault.iterate_rows(Credential.objects.all()))
    assert {one.pk for one in rows} == {one.pk for one in credentials}

    going = vault.iterate_rows(Credential.objects.all())
    next(going)
    Credential.objects.all().delete()
    assert not list(going)
