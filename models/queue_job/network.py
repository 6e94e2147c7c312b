# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Graph of connected jobs, for the widget that draws it."""

from odoo import models

from ...queue import store

NODES = 400  # a larger graph is unreadable
EDGES = 4_000


class QueueJob(models.Model):
    """Jobs, with the graph around each."""

    _inherit = "connector.queue.job"

    def find_graph(self) -> dict:
        """Return the jobs connected with this job, as far as the user may see them.

        Returns:
            ``nodes`` (id, name, state), ``edges`` (parent, child, condition, state) and
            ``is_cut``: whether there are more.
        """
        self.ensure_one()
        self.check_access("read")
        near = store.find_graph(self.env.cr, self.id, NODES + 1)
        jobs = self.search([("id", "in", near[:NODES])], order="id")
        edges = store.find_edges(self.env.cr, jobs.ids, EDGES)
        return {
            "nodes": [
                {"id": job.id, "name": job.name or "", "state": job.shown_state}
                for job in jobs
            ],
            "edges": [
                dict(zip(("parent", "child", "condition", "state"), edge, strict=True))
                for edge in edges
            ],
            "is_cut": len(near) > NODES or len(edges) == EDGES,
        }
