# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Lets the methods of every model be called later."""

from collections.abc import Iterable

from odoo import api, models

from ..queue.delay.delayed import Delayed
from ..queue.graph import DelayableCalls
from ..queue.job import JobOptions


class Base(models.AbstractModel):
    """The ``delayed`` of every model."""

    _inherit = "base"

    @api.private
    def delayed(self, **options) -> Delayed:
        """Return a stand-in whose methods with ``@job`` run later.

        ``order.delayed(priority=5).export(force=True)`` returns the job's uuid.
        """
        return Delayed(self, JobOptions.read(options))

    @api.private
    def delayed_many(self, list_of_args: Iterable[tuple], **options) -> Delayed:
        """Same as :meth:`delayed`, with a job for each tuple of arguments.

        ``backend.delayed_many([("1",), ("2",)]).import_order()`` returns the uuids.
        """
        return Delayed(self, JobOptions.read(options), list_of_args)

    @api.private
    def delayable(self, **options) -> DelayableCalls:
        """Return a stand-in whose methods with ``@job`` give jobs that are not stored.

        ``chain(a.delayable().export(), b.delayable().export()).delay()`` stores both.
        """
        return DelayableCalls(self, JobOptions.read(options))
