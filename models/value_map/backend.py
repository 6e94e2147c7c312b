# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The value maps that a backend declares."""

from collections.abc import Sequence

from odoo import models

from ...flows.values.value_map import ValueMap, check_maps


class ConnectorBackend(models.AbstractModel):
    """The value maps of a backend, and the button to them."""

    _inherit = "connector.backend"

    _maps: Sequence[ValueMap] = ()
    """Tables of values that people fill in, see :class:`~..flows.values.value_map.
    ValueMap`; those of all addons that extend the model count."""

    def _post_model_setup__(self):
        """Refuse value maps that name what does not exist, when the addon is loaded."""
        super()._post_model_setup__()
        if not self._abstract:
            check_maps(type(self))

    # === ACTIONS === #

    def action_open_value_maps(self) -> dict:
        """Show the value maps of the backend."""
        self.env["connector.value.map"].check_access("read")
        self.check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector.connector_value_map_action"
        )
        return {
            **action,
            "domain": [("backend_id", "=", self.reference())],
            "context": {"default_backend_id": self.reference()},
        }
