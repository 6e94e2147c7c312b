# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Record events, fired by the create, write and unlink of every model."""

from collections.abc import Mapping

from odoo import api, models

from ..event import on_record_create, on_record_unlink, on_record_write
from ..session import ConnectorSession
from .write_events import KEY, WriteEvents, is_many2many, stored_values


class Base(models.AbstractModel):
    """The create, write and unlink of every model."""

    _inherit = "base"

    @property
    def _model(self):
        """The recordset itself, for old code which reads ``record._model._name``."""
        return self

    # === CRUD === #

    def create(self, vals_list):
        """Fire ``on_record_create`` for each new record, with its own values."""
        if on_record_write.has_consumers():
            records = self._collecting(super().create, vals_list)
        else:
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
        """Fire ``on_record_write`` for each record, once for all that it writes."""
        if not on_record_write.has_consumers():
            return super().write(vals)
        events = self.env.cr.cache.get(KEY) or WriteEvents.of(self.env)
        events.depth += 1
        try:
            result = super().write(vals)
        finally:
            events.depth -= 1
        events.add_written(self, vals)
        return result

    def unlink(self):
        """Fire ``on_record_unlink`` for each record, before it goes."""
        if (events := self.env.cr.cache.get(KEY)) is not None:
            events.fire_of(self)
        if on_record_unlink.has_consumer_in(self.pool, self._name):
            session = ConnectorSession.from_env(self.env)
            for record_id in self._ids:
                on_record_unlink.fire(session, self._name, record_id)
        if on_record_write.has_consumers():
            return self._collecting(super().unlink)
        return super().unlink()

    def _collecting(self, call, *args):
        """Call, and fire the events of what it writes when it is done."""
        events = self.env.cr.cache.get(KEY) or WriteEvents.of(self.env)
        events.depth += 1
        try:
            result = call(*args)
        finally:
            events.depth -= 1
        if events.is_due(self.env):
            events.settle(self.env)
        return result

    # === COMPUTE === #

    def _compute_field_value(self, field):
        """Compare the stored values that a computation changes."""
        if not on_record_write.has_consumer_in(self.pool, self._name):
            return super()._compute_field_value(field)
        before = stored_values(self, field)
        result = super()._compute_field_value(field)
        if before:
            WriteEvents.of(self.env).compare(self, before)
        return result

    def _flush(self):
        """Fire ``on_record_write`` for computed fields, once they are stored."""
        super()._flush()
        events = self.env.cr.cache.get(KEY)
        if events is not None and events.has_computed(self._name):
            events.release(self)

    @api.private
    def modified(self, fnames, create=False, before=False):
        """See the other side of a many2many that somebody wrote."""
        super().modified(fnames, create=create, before=before)
        if create or before:
            return
        if on_record_write.has_consumer_in(self.pool, self._name):
            if names := is_many2many(self, fnames):
                events = WriteEvents.of(self.env)
                events.add_other_side(self, names)
                if events.is_due(self.env):
                    events.settle(self.env)
