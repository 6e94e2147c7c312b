# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How is a graph of jobs told to the widget that draws it?"""

from odoo import models

from ...queue import store

NODES = 400  # more nobody can read
EDGES = 4_000


class QueueJob(models.Model):
    """The jobs around a job."""

    _inherit = "connector.queue.job"

    def find_graph(self) -> dict:
        """Return the jobs that hang together with this one, as far as one may see.

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
