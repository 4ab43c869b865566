"""Django's SQLite, which notices when its file is taken away, and reads one that
nobody can write to.

SQLite goes on in a file that was moved, replaced or removed, and says that all is
well: what is recorded there is in no record that anybody will find. Nor does it mind
that a file is missing, and begins an empty one. A copy on a medium that is only read
it refuses even to read, since it wants to put its index of the WAL beside it.
"""

import os
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.db import OperationalError
from django.db.backends.sqlite3 import base

BESIDE = ("-wal", "-shm", "-journal")  # while somebody has it in use

type File = tuple[int, int]  # device and inode

_opened: set[str] = set()  # by this process


def _file(name: str) -> File | None:
    """None where there is none, as for a database in memory."""
    try:
        found = os.stat(name)
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def _is_still(name: str) -> bool:
    """Whether nobody has the file in use, and this process cannot change it."""
    path = Path(name)
    if not path.is_file() or any(Path(f"{name}{end}").exists() for end in BESIDE):
        return False
    return not all(os.access(one, os.W_OK) for one in (path, path.parent))


class DatabaseWrapper(base.DatabaseWrapper):
    """Nothing is committed to another file than the one that has the name."""

    _its_file: File | None = None
    _reads_still = False  # as what nobody changes

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        name = str(conn_params["database"])
        if name in _opened and not _file(name):
            raise sqlite3.OperationalError("the database file is gone")
        self._reads_still = _is_still(name)
        if self._reads_still:
            still = f"file:{quote(name)}?immutable=1"
            conn_params = {**conn_params, "database": still}
        found = super().get_new_connection(conn_params)
        self._its_file = _file(name)
        if self._its_file:
            _opened.add(name)
        return found

    def close_if_unusable_or_obsolete(self) -> None:
        if self.connection is not None and self._is_lost and not self.in_atomic_block:
            self.close()
        super().close_if_unusable_or_obsolete()

    def _commit(self) -> None:
        self._refuse_when_lost()
        super()._commit()  # type: ignore[misc]
        self._refuse_when_lost()  # it may have gone meanwhile

    def _refuse_when_lost(self) -> None:
        if self._is_lost:
            raise OperationalError("the database file was moved or removed")

    @property
    def _is_lost(self) -> bool:
        name = str(self.settings_dict["NAME"])
        if self._reads_still and not _is_still(name):
            return True
        return self._its_file is not None and _file(name) != self._its_file
