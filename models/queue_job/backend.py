# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Backend of a job: the field and its indexes."""

from odoo import api, models

from ...fields.reference import LastingReference


class QueueJob(models.Model):
    """The backend for which a job works, found when it is delayed."""

    _inherit = "connector.queue.job"

    backend_id = LastingReference(
        selection="_select_backends",
        readonly=True,
        help="The backend that the job works for.",
    )

    # for the counts of the overview, see queue.store.overview
    _open_idx = models.Index(
        "(backend_id, date_created) WHERE state IN ('waiting', 'pending')"
    )
    _ended_idx = models.Index(
        "(backend_id, state, date_done)"
        " WHERE state IN ('done', 'failed') AND done_by_id IS NULL"
    )
    _by_hand_idx = models.Index("(backend_id, date_done) WHERE done_by_id IS NOT NULL")

    # === HELPERS === #

    @api.model
    def _select_backends(self) -> list[tuple[str, str]]:
        return self.env["connector.backend"]._select_models()
