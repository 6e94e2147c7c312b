# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Selection of a stream: which records people want of it."""

from datetime import timezone

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...components.list_filter import ListFilter
from .selection_text import params_of

# What, where it changes, makes records wanted that the cursor has passed.
NARROWING = {"selection", "start_at", "until_at"}


class ConnectorStream(models.Model):
    """Streams, of which people may want a part only."""

    _inherit = "connector.stream"

    selection = fields.Text(
        help="Parameters that the adapter passes to the backend, as a JSON object such "
        'as {"status": "paid"}. When they change, everything is read once more.',
    )
    start_at = fields.Datetime(
        string="Not Before", help="Records that changed before are not imported."
    )
    until_at = fields.Datetime(
        string="Not After", help="Records that changed after are not imported."
    )

    # === CONSTRAINTS === #

    @api.constrains("selection")
    def _check_selection(self):
        for stream in self:
            try:
                params_of(stream.selection)
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "The selection of stream %(stream)s is %(text)s, expected a "
                        'JSON object such as {"status": "paid"}: %(error)s. Correct '
                        "it.",
                        stream=stream.display_name,
                        text=stream.selection,
                        error=error,
                    )
                ) from error

    # === CRUD === #

    def write(self, vals):
        """Write; with another selection the stream begins anew."""
        names = NARROWING & vals.keys()
        before = {one.id: [one[name] for name in names] for one in self}
        result = super().write(vals)
        changed = self.filtered(
            lambda one: before[one.id] != [one[name] for name in names]
        )
        if changed:
            changed._set({"cursor": False})
        return result

    # === HELPERS === #

    def _list_filter(self) -> ListFilter:
        """Return which records the stream asks for."""
        return ListFilter(
            self.slice or "",
            params_of(self.selection),
            _utc(self.start_at),
            _utc(self.until_at),
        )

    def _is_partial(self) -> bool:
        """Return whether the bindings of its model may belong to other streams, too."""
        if self.slice or self._list_filter().is_narrow:
            return True
        others = [
            ("backend_id", "=", self.backend_id.reference()),
            ("model", "=", self.model),
            ("id", "!=", self.id),
        ]
        return bool(self.with_context(active_test=False).search_count(others, limit=1))


def _utc(at):
    return at.replace(tzinfo=timezone.utc) if at else None
