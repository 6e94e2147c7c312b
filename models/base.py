# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Record events, fired by the create, write and unlink of every model."""

from collections.abc import Mapping

from odoo import models

from ..event import on_record_create, on_record_unlink, on_record_write
from ..session import ConnectorSession


class Base(models.AbstractModel):
    """The create, write and unlink of every model."""

    _inherit = "base"

    @property
    def _model(self):
        """The recordset itself, for old code which reads ``record._model._name``."""
        return self

    def create(self, vals_list):
        """Fire ``on_record_create`` for each new record, with its own values."""
        records = super().create(vals_list)
        if on_record_create.has_consumer_in(self.pool, self._name):
            if isinstance(vals_list, Mapping):
                vals_list = [vals_list]
            session = ConnectorSession.from_env(self.env)
            for record_id, vals in zip(records._ids, vals_list, strict=True):
                on_record_create.fire(session, self._name, record_id, vals)
        return records

    # What api.model_create_multi would do; but each create of each model passes
    # here, and most have no consumer: they need not pay for its wrapper.
    create._api_model = True

    def write(self, vals):
        """Fire ``on_record_write`` for each record."""
        result = super().write(vals)
        if on_record_write.has_consumer_in(self.pool, self._name):
            session = ConnectorSession.from_env(self.env)
            for record_id in self._ids:
                on_record_write.fire(session, self._name, record_id, vals)
        return result

    def unlink(self):
        """Fire ``on_record_unlink`` for each record, before it goes."""
        if on_record_unlink.has_consumer_in(self.pool, self._name):
            session = ConnectorSession.from_env(self.env)
            for record_id in self._ids:
                on_record_unlink.fire(session, self._name, record_id)
        return super().unlink()
