# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Backend of a job, found from its arguments when it is delayed."""

import inspect
from collections.abc import Callable
from functools import lru_cache

from odoo import api, models
from odoo.exceptions import MissingError

from ...fields.reference import LastingReference
from ...queue.delay.call import Task

BACKEND = "connector.backend"


class QueueJob(models.Model):
    """The backend of a job, found when it is delayed.

    It is the record whose method is called, or the ``backend_id`` of that record. For
    a function, it is found by its parameter ``backend_id`` or ``binding_id``, as in
    classic connectors. With several backends, or none, the field is empty.
    """

    _inherit = "connector.queue.job"

    backend_id = LastingReference(
        selection="_select_backends", readonly=True, help="For which the job works."
    )

    # for the counts of the overview, see queue.store.overview
    _open_idx = models.Index(
        "(backend_id, date_created) WHERE state IN ('waiting', 'pending')"
    )
    _ended_idx = models.Index(
        "(backend_id, state, date_done) WHERE state IN ('done', 'failed')"
    )

    # === HELPERS === #

    @api.model
    def _select_backends(self) -> list[tuple[str, str]]:
        return self.env["connector.backend"]._select_models()

    @api.model
    def _backend_values(self, tasks: list[Task], is_placed: bool) -> dict:
        """Return the columns of jobs with their backends and the channels of these.

        Args:
            tasks: calls of one function.
            is_placed: the channel was chosen where the job is delayed.
        """
        references = self._backends_of(tasks)
        own = {} if is_placed else self.env["connector.queue.channel"]._own_channels()
        return {
            "backend_ids": references,
            "own_channel_ids": [own.get(reference) for reference in references],
        }

    def _backends_of(self, tasks: list[Task]) -> list[str | None]:
        """Return the backend of each call, as ``model,id`` or None."""
        first = tasks[0]
        if first.records is not None:
            return [self._backend_of_records(first.records)] * len(tasks)
        name, place = _backend_parameter(first.func)
        if name is None or first.model_name not in self.env:
            return [None] * len(tasks)
        ids = [_argument(task, name, place) for task in tasks]
        records = self.env[first.model_name]
        if name == "binding_id":
            bindings = records.browse(i for i in ids if i)  # read together
            by_id = {one.id: self._backend_of_records(one) for one in bindings}
            return [by_id.get(i) for i in ids]
        model_name = _backend_model_of(records)
        return [f"{model_name},{i}" if model_name and i else None for i in ids]

    def _backend_of_records(self, records) -> str | None:
        model_name = _backend_model_of(records)
        if not model_name:
            return None
        try:
            # a user who delays a job may lack the right to read its backend
            backends = (
                records if model_name == records._name else records.sudo().backend_id
            )
        except MissingError:  # the job itself will fail and report it
            return None
        return f"{model_name},{backends.id}" if len(backends) == 1 else None


def _backend_model_of(records) -> str | None:
    """Return the backend model of records that are, or belong to, backends."""
    if isinstance(records, records.pool[BACKEND]):
        return records._name
    field = records._fields.get("backend_id")
    if field is None or field.type != "many2one":
        return None
    if issubclass(records.pool[field.comodel_name], records.pool[BACKEND]):
        return field.comodel_name
    return None


@lru_cache(maxsize=1024)
def _backend_parameter(func: Callable) -> tuple[str | None, int]:
    """Return name and position of the argument that gives a function's backend."""
    names = list(inspect.signature(func).parameters)[2:]  # session, model_name
    for name in ("backend_id", "binding_id"):
        if name in names:
            return name, names.index(name)
    return None, 0


def _argument(task: Task, name: str, place: int) -> int | None:
    """Return an argument that is a record id, None for anything else."""
    value = task.args[place] if place < len(task.args) else task.kwargs.get(name)
    return value if type(value) is int else None
