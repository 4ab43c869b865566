"""The worker process: the worker of django-tasks-db with our periodic work.

Between two tasks it sends a heartbeat and requeues abandoned jobs. It survives database outages.
"""

import logging
import time
from threading import Event

from django.db import DatabaseError, close_old_connections
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from tenants.database_errors import describe_database_error
from tenants.jobs import completion, periodic_tasks, queue

log = logging.getLogger(__name__)

TICK_SECONDS = 10.0  # seconds
IDLE_SECONDS = 0.5  # seconds between two looks at an empty queue
DATABASE_RETRY_SECONDS = 2.0  # seconds until a database that failed is asked again


class JobWorker(Worker):
    """A worker that finishes its current slice when stopped."""

    def __init__(self, name: str, *, until_empty: bool = False) -> None:
        super().__init__(
            queue_names=["*"],
            excluded_queue_names=[],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=1,
            worker_id=name,
        )
        self._until_empty = until_empty
        self._next_tick = 0.0
        self._database_problem = ""  # logged, and not solved yet

    def run(self) -> None:
        """Work until stopped, or run periodic tasks once and work until nothing is due."""
        if self._until_empty:
            periodic_tasks.run_all()
            self._work_loop()
            return
        ended = Event()
        self._connect()
        periodic_tasks.start_all(ended)
        try:
            self._work_loop()
        finally:
            ended.set()

    def run_task(self, db_task_result: DBTaskResult[..., object]) -> None:
        """Run a task of this product; fail any other without importing the path in its row."""
        if db_task_result.task_path == queue.process_job.module_path:
            super().run_task(db_task_result)
            return
        log.error("task %s has an unknown path; it is not run", db_task_result.pk)
        queue.fail_tasks([db_task_result.pk])
        self._run_tasks += 1

    def _work_loop(self) -> None:
        while self.running:
            try:
                self._tick()
                self._run_tasks = 0
                super().run()  # one task, or none
            except DatabaseError as error:
                if self._until_empty:
                    raise
                self._wait_for_database(error)
                continue
            self._database_problem = ""
            if not self._run_tasks:
                if self._until_empty:
                    return
                self._sleep(IDLE_SECONDS)

    def _connect(self) -> None:
        """Wait until the database can be used, so that one line says why it can't."""
        while self.running:
            try:
                self._tick()
            except DatabaseError as error:
                self._wait_for_database(error)
            else:
                return

    def _tick(self) -> None:
        if time.monotonic() < self._next_tick:
            return
        queue.record_heartbeat(self.worker_id)
        queue.requeue_abandoned_jobs()
        completion.end_abandoned_items()
        self._next_tick = time.monotonic() + TICK_SECONDS

    def _wait_for_database(self, error: DatabaseError) -> None:
        """Sleep until the next attempt; log a problem once."""
        problem = describe_database_error(error)
        if problem != self._database_problem:
            log.error("the database can't be used; retrying: %s", problem)
        self._database_problem = problem
        close_old_connections()
        self._sleep(DATABASE_RETRY_SECONDS)

    def _sleep(self, seconds: float) -> None:
        if self.running:
            time.sleep(seconds)
