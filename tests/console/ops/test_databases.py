import sqlite3
from contextlib import closing

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler

from console.ops.environment import database_config


def test_sqlite_waits_for_locks_and_syncs():
    config = database_config("sqlite:////var/lib/meridian/m.sqlite3")

    assert config["NAME"] == "/var/lib/meridian/m.sqlite3"
    assert config["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in config["OPTIONS"]["init_command"]


def test_postgresql_url_with_escapes_and_options_is_parsed():
    config = database_config(
        "postgresql://me:p%40ss%2Fword@db.example.com:6432/meri%20dian"
        "?sslmode=verify-full&sslrootcert=/etc/ca.pem"
    )

    assert (config["USER"], config["PASSWORD"]) == ("me", "p@ss/word")
    assert (config["HOST"], config["PORT"]) == ("db.example.com", 6432)
    assert config["NAME"] == "meri dian"
    assert config["OPTIONS"]["sslmode"] == "verify-full"
    assert config["OPTIONS"]["sslrootcert"] == "/etc/ca.pem"


def test_postgresql_socket_is_parsed():
    config = database_config("postgresql:///meridian?host=/run/postgresql")

    assert (config["HOST"], config["NAME"]) == ("", "meridian")
    assert config["OPTIONS"]["host"] == "/run/postgresql"


@pytest.mark.parametrize("url", ["sqlite:///m.sqlite3", "postgresql:///meridian"])
def test_connections_are_persistent(url):
    assert database_config(url)["CONN_MAX_AGE"] != 0


@pytest.mark.parametrize("url", ["", "mysql://a/b", "/var/lib/m.sqlite3"])
def test_other_databases_are_refused(url):
    with pytest.raises(ValueError, match="DATABASE_URL"):
        database_config(url)


def test_error_about_an_unescaped_password_does_not_quote_it():
    with pytest.raises(ValueError, match="written as %2F") as error:
        database_config("postgresql://me:hunter/2@db.example.com:5432/meridian")

    assert "hunter" not in str(error.value)


@pytest.mark.parametrize("password", ["hunter[2", "hunter\u2100", "hunter+2"])
def test_unusual_passwords_are_parsed(password):
    config = database_config(f"postgresql://me:{password}@db.example.com/meridian")

    assert config["PASSWORD"] == password


def test_read_only_sqlite_copy_can_be_read(db, tmp_path, monkeypatch):
    copy = tmp_path / "a copy.sqlite3"
    with closing(sqlite3.connect(copy)) as original:
        original.executescript("PRAGMA journal_mode=WAL; CREATE TABLE row (seq INTEGER);")
    copies = ConnectionHandler({"default": database_config(f"sqlite:///{copy}")})

    with monkeypatch.context() as away:
        away.setattr("os.access", lambda *_: False)
        with copies["default"].cursor() as cursor:
            assert cursor.execute("SELECT count(*) FROM row").fetchone() == (0,)
            with pytest.raises(OperationalError, match="readonly"):
                cursor.execute("INSERT INTO row VALUES (1)")
    copies["default"].close_if_unusable_or_obsolete()  # as before each page

    with copies["default"].cursor() as cursor:
        cursor.execute("INSERT INTO row VALUES (1)")
    copies.close_all()
