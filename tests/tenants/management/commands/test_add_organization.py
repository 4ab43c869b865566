import pytest
from django.core.management import CommandError

from tenants.models import Organization
from tests.support.stores import IsolatedDatabase

ACME = ("add_organization", "--slug", "acme", "--name", "Acme")


def test_adds_one(run, recorded):
    assert run(*ACME) == "Added Acme at /acme/.\n"

    assert Organization.objects.get().slug == "acme"
    assert recorded() == [("organization.add", "manage.py add_organization", "", "done")]


def test_does_nothing_the_second_time(run, recorded):
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
def test_refuses_what_cannot_be_one(run, recorded, slug, name):
    with pytest.raises(CommandError, match="Nothing was added"):
        run("add_organization", "--slug", slug, "--name", name)

    assert not Organization.objects.exists()
    assert recorded() == []


def test_renames_nothing_by_accident(run):
    run(*ACME)

    with pytest.raises(CommandError, match="Nothing was changed"):
        run("add_organization", "--slug", "acme", "--name", "Acne")


def test_says_in_words_that_postgresql_was_never_migrated(postgresql_server):
    owner, _ = postgresql_server

    found = IsolatedDatabase(f"postgresql://{owner}/postgres").run_command(*ACME)

    assert found.returncode == 1
    assert found.stderr.startswith("manage.py: the database that DATABASE_URL names")
    assert found.stderr.endswith('relation "tenants_organization" does not exist\n')
