# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Insertion of a graph of jobs: jobs in batches, then the edges."""

from collections import defaultdict
from collections.abc import Iterable

from odoo import api, models

from ...queue import store
from ...queue.delay.call import Task
from ...queue.delay.options import JobOptions
from ...queue.graph import DelayableJob, Graph
from ...queue.state import PENDING, WAITING


class QueueJob(models.Model):
    """Creation of jobs that wait for others."""

    _inherit = "connector.queue.job"

    @api.model
    def _delayable(self, task: Task, options: JobOptions) -> DelayableJob:
        """Return a job that is not stored yet."""
        return DelayableJob(self.env, task, options)

    @api.model
    def _delay_graph(self, graph: Graph) -> None:
        """Insert the jobs of a graph, similar jobs in one statement, and its edges."""
        parents = {parent for parent, _child, _condition in graph.edges}
        children = {child for _parent, child, _condition in graph.edges}
        batches = defaultdict(list)
        for job in graph.jobs:
            batches[_what_is_alike(job), job in children, job in parents].append(job)
        with self.env.cr.savepoint(flush=False):  # all of it, or nothing
            for (_alike, is_child, is_parent), jobs in batches.items():
                _delay_alike(jobs, _place(is_child, is_parent))
            if graph.edges:
                store.insert_edges(self.env.cr, _edge_values(graph.edges))


def _what_is_alike(job: DelayableJob) -> tuple:
    """Return the key of jobs that one statement can insert."""
    return job.env, job.task.func, job.task.model_name, repr(job.options)


def _place(is_child: bool, is_parent: bool) -> dict:
    """Return the columns of a job with its position in the graph."""
    return {"has_edges": is_parent, "state": WAITING if is_child else PENDING}


def _delay_alike(jobs: list[DelayableJob], place: dict) -> None:
    model = jobs[0].env["connector.queue.job"]
    uuids = model._delay([job.task for job in jobs], jobs[0].options, **place)
    for job, uuid in zip(jobs, uuids, strict=True):
        job.uuid = uuid


def _edge_values(edges: Iterable[tuple]) -> list[tuple[str, str, str]]:
    return [(parent.uuid, child.uuid, condition) for parent, child, condition in edges]
