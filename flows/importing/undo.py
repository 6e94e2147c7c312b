# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Undoable steps: savepoints whose rollback leaves nothing of the step behind."""

from collections.abc import Iterator
from contextlib import contextmanager

from odoo import api

from .ring import ImportRing


@contextmanager
def undoable(env: api.Environment) -> Iterator[None]:
    """Take back all that the block did, where it raises.

    Besides its writes these are the callbacks that it registered for after the commit,
    but for those that log what it did, and what the environment knows of records that
    are gone again, such as a company.
    """
    callbacks = env.cr.postcommit._funcs  # Odoo has no public way to drop some of them
    registered = len(callbacks)
    ring = ImportRing.of(env)
    try:
        with env.cr.savepoint():
            yield
    except BaseException:
        undone = [callbacks.pop() for _one in range(len(callbacks) - registered)]
        callbacks.extend(one for one in reversed(undone) if _outlives(one))
        if env.transaction:
            env.transaction.reset()
        ring.restore(env)
        raise


def _outlives(callback: object) -> bool:
    """Return whether a callback says that it is for what was undone as well."""
    return bool(getattr(callback, "outlives_undo", False))
