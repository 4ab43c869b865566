"""Threat: whoever can write database rows has them executed by a process that reads them."""

import base64
import pickle
import subprocess
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from tenants.jobs.queue import process_job

executed: list[bool] = []


def record_execution():
    executed.append(True)


class Payload:
    def __reduce__(self):
        return record_execution, ()


def overwrite(key, text):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cache SET value = %s WHERE cache_key = %s", [text, f":1:{key}"])
        assert cursor.rowcount == 1


@pytest.fixture(autouse=True)
def nothing_executed():
    executed.clear()
    yield
    assert executed == []


@pytest.mark.django_db
def test_pickle_in_the_cache_table_is_not_executed():
    cache.set("key", "value")
    overwrite("key", base64.b64encode(pickle.dumps(Payload())).decode())

    assert cache.get("key") is None
    assert cache.get_many(["key"]) == {}


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "{", "NULL", "[" * 100_000, "1" * 5000, "gASVBQAAAA=="])
def test_cache_value_that_is_not_json_counts_as_missing(text):
    cache.set("key", "value")
    overwrite("key", text)

    assert cache.get("key", "default") == "default"
    assert not cache.add("key", "other")  # its key stays in use until it expires


@pytest.mark.django_db
def test_object_is_not_accepted_as_a_cache_value():
    with pytest.raises(TypeError):
        cache.set("key", Payload())


@pytest.mark.django_db
def test_worker_does_not_import_an_unknown_task(worker, tmp_path, monkeypatch):
    marker = tmp_path / "imported"
    (tmp_path / "planted.py").write_text(f"open({str(marker)!r}, 'w').close()\ntask = None\n")
    monkeypatch.syspath_prepend(tmp_path)
    process_job.enqueue("00000000-0000-0000-0000-000000000000")
    DBTaskResult.objects.update(task_path="planted.task")

    worker()

    assert not marker.exists()
    assert DBTaskResult.objects.get().status == TaskResultStatus.FAILED


def test_code_imports_no_deserializer_that_executes():
    unsafe = r"^ *(from|import) (pickle|marshal|shelve|dill|jsonpickle|yaml)"
    result = subprocess.run(
        ["git", "grep", "-nE", unsafe, "--", "console", "tenants", "*.py", ":!tests"],
        cwd=Path(__file__).parents[2],
        check=False,
        capture_output=True,
        text=True,
    )

    assert result.stdout == ""
