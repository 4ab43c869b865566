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
    created = []
    for slug in ("acme", "beta", "corp"):
        organization = Organization.objects.create(slug=slug, name=slug)
        for region in ("us", "jp"):
            credential = Credential(organization=organization, region=region)
            credential.set_token(SecretStr(f"t0ken-{slug}-{region}")).save()
            created.append(credential)
    return created


def test_sealed_value_is_unsealed(credentials):
    credential = Credential.objects.get(organization__slug="beta", region="jp")

    assert credential.token.get_secret_value() == "t0ken-beta-jp"
    assert "t0ken" not in credential.sealed


def test_equal_secrets_have_different_ciphertexts():
    assert vault.seal("s", "here") != vault.seal("s", "here")


def test_value_is_bound_to_its_row(credentials):
    for credential, other in permutations(credentials, 2):
        with pytest.raises(vault.UnsealError):
            vault.unseal(credential.sealed, other.seal_context)


def test_moved_row_does_not_open(credentials):
    credential, other = credentials[0], credentials[2]
    Credential.objects.filter(pk=other.pk).delete()

    Credential.objects.filter(pk=credential.pk).update(organization_id=other.organization_id)

    with pytest.raises(vault.UnsealError):
        _ = Credential.objects.get(pk=credential.pk).token


@pytest.mark.parametrize(
    "value", ["", "v1", "v1.v1", "v1.v1.", "v1.v1.AAAA", "v1.zz.AAAA", "v2.v1.AAAA", "x"]
)
def test_invalid_ciphertext_is_refused(value):
    with pytest.raises(vault.UnsealError):
        vault.unseal(value, "here")


def test_every_changed_byte_is_found():
    value = vault.seal("secret", "here")
    for at in range(len("v1.v1."), len(value)):
        changed = value[:at] + ("A" if value[at] != "A" else "B") + value[at + 1 :]
        with pytest.raises(vault.UnsealError):
            vault.unseal(changed, "here")


def test_rotation_uses_the_new_key_and_reads_the_old(credentials, settings):
    settings.VAULT_KEYS = f"v2:{NEW},v1:{OLD}"
    assert Credential.objects.all()[0].token

    call_command("vault_rotate", verbosity=0)

    settings.VAULT_KEYS = f"v2:{NEW}"
    tokens = {c.token.get_secret_value() for c in Credential.objects.all()}
    assert len(tokens) == 6
    assert all(c.sealed.startswith("v1.v2.") for c in Credential.objects.all())


@pytest.mark.parametrize("keys", ["", "v1", f"v1:{OLD[:8]}", f"v1:{OLD},v1:{NEW}", "v1:é"])
def test_invalid_key_ring_is_explained_without_keys(settings, keys):
    settings.VAULT_KEYS = keys

    with pytest.raises(ValueError, match="vault: ") as caught:
        vault.seal("s", "here")

    assert OLD[:8] not in str(caught.value)


def test_rotation_leaves_no_cursor_open(credentials, django_assert_num_queries):
    with django_assert_num_queries(1 + len(credentials)):
        rows = list(vault.iterate_rows(Credential.objects.all()))
    assert {row.pk for row in rows} == {credential.pk for credential in credentials}

    going = vault.iterate_rows(Credential.objects.all())
    next(going)
    Credential.objects.all().delete()
    assert not list(going)
