"""Django's SQLite backend that detects a replaced file, and can open one without writing.

SQLite keeps writing to a file that was moved, replaced or removed, without an error, and creates
a missing one. It can't open a database on a read-only medium, as it wants to create the WAL index
beside it. The last connection to a file also writes the WAL back to it when it closes, unless
it was opened with the option ``read_only``.
"""

import os
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.db import OperationalError
from django.db.backends.sqlite3 import base

SIDECAR_SUFFIXES = ("-wal", "-shm", "-journal")  # present while in use

type FileId = tuple[int, int]  # device and inode

_opened_files: set[str] = set()  # by this process


def _file_id(name: str) -> FileId | None:
    """Return the file's device and inode; None if there is no file, as for ":memory:"."""
    try:
        status = os.stat(name)
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def _is_read_only_copy(name: str) -> bool:
    """Return whether nobody has the file in use, and this process cannot change it."""
    path = Path(name)
    if not path.is_file() or any(Path(f"{name}{suffix}").exists() for suffix in SIDECAR_SUFFIXES):
        return False
    return not all(os.access(checked, os.W_OK) for checked in (path, path.parent))


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that commits only while its file is still at the same path."""

    _opened_file_id: FileId | None = None
    _is_immutable = False  # opened with immutable=1

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        name = str(conn_params["database"])
        is_read_only = conn_params.pop("read_only", False)
        if name in _opened_files and not _file_id(name):
            raise sqlite3.OperationalError("the database file was deleted")
        self._is_immutable = _is_read_only_copy(name)
        if self._is_immutable:
            immutable_url = f"file:{quote(name)}?immutable=1"
            conn_params = {**conn_params, "database": immutable_url}
        elif is_read_only:
            conn_params = {**conn_params, "database": f"file:{quote(name)}?mode=ro"}
        connection = super().get_new_connection(conn_params)
        self._opened_file_id = _file_id(name)
        if self._opened_file_id:
            _opened_files.add(name)
        return connection

    def close_if_unusable_or_obsolete(self) -> None:
        if self.connection is not None and self._is_replaced and not self.in_atomic_block:
            self.close()
        super().close_if_unusable_or_obsolete()

    def _commit(self) -> None:
        self._raise_if_replaced()
        super()._commit()  # type: ignore[misc]
        self._raise_if_replaced()  # it may have been replaced during the commit

    def _raise_if_replaced(self) -> None:
        if self._is_replaced:
            raise OperationalError("the database file was moved or removed")

    @property
    def _is_replaced(self) -> bool:
        name = str(self.settings_dict["NAME"])
        if self._is_immutable and not _is_read_only_copy(name):
            return True
        return self._opened_file_id is not None and _file_id(name) != self._opened_file_id
