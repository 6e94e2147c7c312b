# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Jobs that harm the process in which they run."""

import ctypes
import multiprocessing
import os
import signal
import sys
import time

from odoo.addons.connector.queue.job import job

from .job import TRACE

EXIT_CODE = 5  # of a child that asks for it


@job
def hold_the_interpreter(session, _model_name, seconds):
    """Leave a trace, and keep all other threads from running for so long."""
    session.env[TRACE].create({"name": "held"})
    end = time.monotonic() + seconds
    while (left_s := end - time.monotonic()) > 0:  # a signal may cut it short
        ctypes.PyDLL(None).usleep(int(left_s * 1e6))


@job
def end_own_process(session, _model_name, status):
    """Leave a trace and end this process with a status, or by a signal below 0."""
    session.env[TRACE].create({"name": "ended"})
    if status < 0:
        os.kill(os.getpid(), -status)
    os._exit(status)


def _return(_session):
    return "child"


def _raise(_session):
    raise ValueError("raised in the child")


def _exit(_session):
    sys.exit(EXIT_CODE)


def _write(session):
    session.env[TRACE].create({"name": "of the child"})


def _commit(session):
    session.commit()


def _commit_own(session):
    with session.env.registry.cursor() as cr:
        session.env(cr=cr, context={})[TRACE].create({"name": "of no job"})


def _end(_session):
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(3600)


CHILDREN = {
    "return": _return,
    "raise": _raise,
    "exit": _exit,
    "write": _write,
    "commit": _commit,
    "commit own": _commit_own,
    "end": _end,
}


@job
def fork(session, _model_name, way):
    """Leave a trace in the parent; return how its child ended."""
    pid = os.fork()
    if not pid:
        return CHILDREN[way](session)
    _pid, status = os.waitpid(pid, 0)
    session.env[TRACE].create({"name": "of the parent"})
    return os.waitstatus_to_exitcode(status)


@job
def map_in_processes(session, _model_name):
    """Leave a trace; return what processes of a pool have computed."""
    with multiprocessing.get_context("fork").Pool(2) as pool:
        found = pool.map(abs, [-1, -2, -3])
    session.env[TRACE].create({"name": "mapped"})
    return found
