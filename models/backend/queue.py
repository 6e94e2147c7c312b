# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Channels of a backend's jobs, paused and resumed together."""

from collections import defaultdict

from odoo import api, models

from ...queue import store
from ...queue.channel_text import ROOT
from ...text import reference_of


class ConnectorBackend(models.AbstractModel):
    """The channels that are paused with the backend."""

    _inherit = "connector.backend"

    # === HELPERS === #

    def _set_paused(self, is_paused: bool) -> None:
        """Pause or resume the channels of these backends."""
        self.check_access("read")
        channels = self.env["connector.queue.channel"]
        channels.check_access("write")
        channels = channels.union(*self._queue_channels().values())
        channels.filtered(lambda one: one.is_paused != is_paused).write(
            {"is_paused": is_paused}
        )

    @api.private
    def reference(self) -> str:
        """Return the record as the text of a reference: ``shop.backend,3``."""
        self.ensure_one()
        return reference_of(self)

    def _queue_channels(self) -> dict:
        """Return the channels of these backends, by backend id.

        A backend has its own channel; else those where its jobs wait now, and those
        of the job functions of its model and its bindings. Root never counts: pausing
        it would pause all jobs.
        """
        channels = self.env["connector.queue.channel"]
        own = channels._own_channels()
        declared = self._declared_channels()
        others = [one.reference() for one in self if one.reference() not in own]
        found = defaultdict(set)
        for reference, channel_id in store.find_channels(self.env.cr, others):
            found[reference].add(channel_id)
        result = {}
        for backend in self:
            reference = backend.reference()
            if reference in own:
                result[backend.id] = channels.browse(own[reference])
                continue
            waiting = channels.browse(found[reference]).exists()
            result[backend.id] = (waiting | declared).filtered(
                lambda one: one.complete_name != ROOT
            )
        return result

    @api.model
    def _declared_channels(self):
        """Return the channels of the job functions of the model and its bindings."""
        places = self.env["connector.queue.function"]._places()
        ids = [
            channel_id
            for func_name, (_id, channel_id) in places.items()
            if self._is_ours(func_name.rpartition(".")[0])
        ]
        return self.env["connector.queue.channel"].browse(ids)

    @api.model
    def _is_ours(self, model_name: str) -> bool:
        if model_name == self._name:
            return True
        if model_name not in self.env:
            return False
        field = self.env[model_name]._fields.get("backend_id")
        return bool(field) and field.comodel_name == self._name
