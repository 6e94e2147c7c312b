# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Dependencies between jobs, the edges of their graph."""

from odoo import fields, models

from ...fields.loose import LooseMany2one
from ...queue.graph import ALWAYS
from ...queue.state import DONE, FAILED


class QueueEdge(models.Model):
    """An edge: a job, the child, waits for another job, its parent."""

    _name = "connector.queue.edge"
    _inherit = "connector.stored"
    _description = "Queue Job Dependency"
    _log_access = False
    _order = "id"
    _rec_names_search = ["parent_id", "child_id"]

    parent_id = LooseMany2one("connector.queue.job", string="Waits For", required=True)
    child_id = LooseMany2one("connector.queue.job", string="Next Job", required=True)
    condition = fields.Selection(
        [(DONE, "When Done"), (FAILED, "When Failed"), (ALWAYS, "Always")],
        required=True,
        help="How the first job must end so that the next one runs.",
    )
    state = fields.Selection(
        [("open", "Open"), ("met", "Met"), ("unmet", "Not Met"), ("waived", "Waived")],
        string="Condition Status",
        required=True,
        help="Waived: the next job was retried and no longer waits for the first one.",
    )
    has_news = fields.Boolean(
        string="To Be Evaluated",
        required=True,
        help="The first job has ended; what follows for the next one has yet to be "
        "decided.",
    )
    parent_state = fields.Selection(
        related="parent_id.state", string="State of the First Job"
    )
    child_state = fields.Selection(
        related="child_id.state", string="State of the Next Job"
    )

    _edge_uniq = models.Constraint(
        "UNIQUE (parent_id, child_id, condition)",
        "These jobs already have this dependency.",
    )
    # the last parent first: it is the most likely to be open
    _child_idx = models.Index("(child_id, state, condition, parent_id DESC)")
    _news_idx = models.Index("(state, parent_id) WHERE has_news")
