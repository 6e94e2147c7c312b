# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``delayed`` and ``delayable`` for the methods of every model."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from odoo import api, models

from ..queue.delay.delayed import Delayed
from ..queue.delay.options import JobOptions
from ..queue.graph import DelayableCalls

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..queue.delay.options import JobKeywords


class Base(models.AbstractModel):
    """Every model, with the methods that delay jobs."""

    _inherit = "base"

    @api.private
    def delayed(self, **options: "Unpack[JobKeywords]") -> Delayed[str]:
        """Return a proxy whose methods with ``@job`` run later, as jobs.

        ``order.delayed(priority=5).export(force=True)`` returns the job's uuid.
        """
        return Delayed(self, JobOptions.read(options))

    @api.private
    def delayed_many(
        self,
        list_of_args: Iterable[tuple[Any, ...]],
        **options: "Unpack[JobKeywords]",
    ) -> Delayed[list[str]]:
        """Same as :meth:`delayed`, with a job for each tuple of arguments.

        ``backend.delayed_many([("1",), ("2",)]).import_order()`` returns the uuids.
        """
        return Delayed(self, JobOptions.read(options), list_of_args)

    @api.private
    def delayable(self, **options: "Unpack[JobKeywords]") -> DelayableCalls:
        """Return a proxy whose methods with ``@job`` return jobs that are not stored.

        ``chain(a.delayable().export(), b.delayable().export()).delay()`` stores both.
        """
        return DelayableCalls(self, JobOptions.read(options))
