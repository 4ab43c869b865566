import pytest

from console.databases import database


def test_a_file_of_sqlite_waits_for_its_turn_and_syncs():
    found = database("sqlite:////var/lib/meridian/m.sqlite3")

    assert found["NAME"] == "/var/lib/meridian/m.sqlite3"
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in found["OPTIONS"]["init_command"]


def test_postgresql_with_odd_letters_and_options_of_libpq():
    found = database(
        "postgresql://me:p%40ss%2Fword@db.example.com:6432/meri%20dian"
        "?sslmode=verify-full&sslrootcert=/etc/ca.pem"
    )

    assert (found["USER"], found["PASSWORD"]) == ("me", "p@ss/word")
    assert (found["HOST"], found["PORT"]) == ("db.example.com", "6432")
    assert found["NAME"] == "meri dian"
    assert found["OPTIONS"]["sslmode"] == "verify-full"
    assert found["OPTIONS"]["sslrootcert"] == "/etc/ca.pem"


def test_postgresql_over_a_local_socket():
    found = database("postgresql:///meridian?host=/run/postgresql")

    assert (found["HOST"], found["NAME"]) == ("", "meridian")
    assert found["OPTIONS"]["host"] == "/run/postgresql"


@pytest.mark.parametrize("url", ["sqlite:///m.sqlite3", "postgresql:///meridian"])
def test_a_connection_serves_more_than_one_page(url):
    assert database(url)["CONN_MAX_AGE"] != 0


@pytest.mark.parametrize("url", ["", "mysql://a/b", "/var/lib/m.sqlite3"])
def test_any_other_database_is_refused(url):
    with pytest.raises(ValueError, match="DATABASE_URL"):
        database(url)
