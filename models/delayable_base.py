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

    @api.private
    def _on_job_failed(
        self, method: str, args: tuple[Any, ...], kwargs: dict[str, Any], reason: str
    ) -> None:
        """React to a job of these records that failed for good; for overrides.

        It is called by the worker at once, in a transaction of its own: what the job
        wrote is undone by then. A job whose process died is not reported.

        Args:
            method: name of the method that the job ran.
            args: its arguments.
            kwargs: its arguments by name.
            reason: message of the error, as the job shows it.
        """
