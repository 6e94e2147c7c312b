# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Cron fallback: runs jobs for a while, each minute, when no worker is alive."""

import logging
import threading
import time
from contextlib import closing
from functools import partial

import psycopg2

from odoo.service import server
from odoo.tools import config

from .. import store
from ..channels.served import ServedChannels
from ..engine.admission import Admission
from ..engine.connection import connect
from ..engine.watcher import TICK_S, WorkerWatcher
from ..engine.worker import Worker
from ..settings import Settings
from .hooks import knows_addon
from .misconfigured import find_settings

_logger = logging.getLogger(__name__)

PATIENCE_S = 90  # that jobs may wait without workers: the cron comes once a minute
BUDGET_S = 20.0  # well below the limit that restarts a server with a slow cron
CHECK_S = 0.05  # between two checks whether anything is left


def run_without_worker(db_name: str) -> bool:
    """Run the jobs of a database here when no worker is alive.

    Args:
        db_name: the database.

    Returns:
        True when jobs are left that could run now.
    """
    if not _is_cron():
        return False
    settings, refusal = find_settings()
    if refusal:
        return False
    with closing(connect(db_name, settings.pooled)) as connection:
        cr = connection.cursor()
        if store.find_live_workers(cr):
            return False
        if not _is_admitted(db_name, settings, cr):
            return False
        try:
            served = _run_for(db_name, settings, cr)
        except psycopg2.OperationalError as error:
            _logger.warning("the cron cannot run jobs of %s now: %s", db_name, error)
            return False
        _make_way(db_name)
        return store.has_ready_job(cr, served.ids)


def _is_admitted(db_name: str, settings: Settings, cr) -> bool:
    """Return whether jobs may run in the database: no copy, or an accepted one."""
    if store.find_incomplete(cr):
        return False
    admission = Admission(db_name, partial(_run_statement, cr), settings.copy_wait_s)
    admission.check()
    return admission.is_open


def _run_statement(cr, statement, *values):
    return statement(cr, *values)


def _run_for(db_name: str, settings: Settings, cr) -> ServedChannels:
    """Run jobs until the time is over; return the served channels."""
    watcher = WorkerWatcher("cron", settings)
    worker = Worker(db_name, watcher)
    worker.registration.control.recover()
    worker.start()
    deadline = time.monotonic() + BUDGET_S
    ids = worker.served.ids
    while worker.is_alive() and (worker.is_busy or store.has_ready_job(cr, ids)):
        if time.monotonic() >= deadline:
            break
        worker.wake()  # it receives no notifications here
        time.sleep(CHECK_S)
        _beat(worker)
    worker.stop()
    # the running job may finish, however long it takes
    while worker.is_alive() and not worker.supervisor.has_given_up:
        worker.join(TICK_S)
        _beat(worker)
    return worker.served


def _beat(worker: Worker) -> None:
    """Give the worker's signs of life while it runs; enforce timeouts of its job."""
    try:
        worker.beat()
        worker.supervisor.check()
    except psycopg2.Error:
        worker.stop()


def _is_cron() -> bool:
    """Return whether this thread is one of the server's cron workers.

    A cron run by hand runs in a web request, where no job belongs.
    """
    thread = threading.current_thread()
    return getattr(thread, "type", None) == "cron" or _cron_process() is not None


def _cron_process() -> server.WorkerCron | None:
    """Return the cron worker of a prefork server whose thread this is."""
    target = getattr(threading.current_thread(), "_target", None)
    process = getattr(target, "__self__", None)
    return process if isinstance(process, server.WorkerCron) else None


def _make_way(db_name: str) -> None:
    """End this cron process if its master has not loaded the addon yet.

    The master loads it with the database, before it starts another process; then it
    keeps job processes. Otherwise the cron would run the jobs until then.
    """
    process = _cron_process()
    if process is None or db_name not in config["db_name"]:
        return
    if not knows_addon(process.multi):
        _logger.info("this process ends, so that its master loads the addon")
        process.alive = False
