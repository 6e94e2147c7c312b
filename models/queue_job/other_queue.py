# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Shared ``delayable`` where another job queue defines the same method."""

from collections.abc import Callable

from odoo import api, models

from ...queue.delay.registry import find_job_method
from ..delayable_base import Base


class DelayableOfBoth:
    """A proxy of records: methods with our ``@job`` are our jobs, all others theirs.

    Args:
        records: the records on which a method is called later.
        theirs: the other queue's ``delayable``.
        options: options of the job.
    """

    def __init__(self, records, theirs: Callable, options: dict):
        self._records = records
        self._theirs = theirs
        self._options = options

    def __getattr__(self, name: str) -> Callable:
        is_ours = find_job_method(type(self._records), name) is not None
        delayable = Base.delayable if is_ours else self._theirs
        return getattr(delayable(self._records, **self._options), name)


class QueueJob(models.Model):
    """Installs the shared ``delayable``, whichever addon was loaded last."""

    _inherit = "connector.queue.job"

    def _register_hook(self):
        """Install the shared ``delayable`` if another queue defines its own."""
        super()._register_hook()
        base = type(self.env["base"])
        others = [
            vars(cls)["delayable"]
            for cls in base.mro()
            if "delayable" in vars(cls) and cls not in (base, Base)
        ]
        if others:
            base.delayable = _delayable_of_both(others[0])

    def _unregister_hook(self):
        """Remove the shared ``delayable`` again."""
        super()._unregister_hook()
        base = type(self.env["base"])
        if "delayable" in vars(base):
            del base.delayable


def _delayable_of_both(theirs: Callable) -> Callable:
    @api.private
    def delayable(self, **options) -> DelayableOfBoth:
        return DelayableOfBoth(self, theirs, options)

    return delayable
