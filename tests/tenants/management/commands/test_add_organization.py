import pytest
from django.core.management import CommandError

from tenants.models import Organization
from tests.support.stores import IsolatedDatabase

ACME = ("add_organization", "--slug", "acme", "--name", "Acme")


def test_organization_is_added(run, recorded):
    assert run(*ACME) == "Added Acme at /acme/.\n"

    assert Organization.objects.get().slug == "acme"
    assert recorded() == [("organization.add", "manage.py add_organization", "", "done")]


def test_second_run_changes_nothing(run, recorded):
    run(*ACME)

    assert "already exists" in run(*ACME)
    assert len(recorded()) == 1


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("accounts", "A"),
        ("help", "A"),
        ("a b", "A"),
        ("../a", "A"),
        ("acme", ""),
        ("", "A"),
        ("a", "x" * 101),
        ("healthz", "A"),
    ],
)
def test_invalid_slug_adds_nothing(run, recorded, slug, name):
    with pytest.raises(CommandError, match="Nothing was added"):
        run("add_organization", "--slug", slug, "--name", name)

    assert not Organization.objects.exists()
    assert recorded() == []


def test_other_name_changes_nothing(run):
    run(*ACME)

    with pytest.raises(CommandError, match="Nothing was changed"):
        run("add_organization", "--slug", "acme", "--name", "Acne")


def test_unmigrated_postgresql_is_explained(postgresql_server):
    owner, _ = postgresql_server

    result = IsolatedDatabase(f"postgresql://{owner}/postgres").run_command(*ACME)

    assert result.returncode == 1
    assert result.stderr.startswith("manage.py: the database that DATABASE_URL names")
    assert result.stderr.endswith('relation "tenants_organization" does not exist\n')
