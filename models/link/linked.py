# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Button "Links" on the forms of a model."""

from odoo import api, fields, models
from odoo.fields import Domain

from ...text import reference_of

SIDE = "connector.link.side"
BUTTON = {
    "name": "action_open_links",
    "type": "object",
    "class": "oe_stat_button",
    "icon": "fa-link",
    "groups": "connector.group_connector_user",
}
COUNT = {"name": "link_count", "widget": "statinfo"}


class ConnectorLinked(models.AbstractModel):
    """Mixin that adds the button "Links" to the forms of a model.

    ``_inherit = ["product.template", "connector.linked"]`` is enough: the button is
    added to the button box of each form.
    """

    _name = "connector.linked"
    _description = "Record with Links"

    link_count = fields.Integer(
        string="Links", compute="_compute_link_count", compute_sudo=False
    )

    # === COMPUTE === #

    def _compute_link_count(self):
        """Count the links of all records in one query, or none for unlinked models."""
        sides = self.env[SIDE]
        counts = {}
        if self._name in sides._linked_models() and sides.has_access("read"):
            counts = dict(
                sides._read_group(self._link_side_domain(), ["ref"], ["__count"])
            )
        for record in self:
            record.link_count = counts.get(str(record._origin.id), 0)

    # === CRUD === #

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Add the button to forms with a button box."""
        arch, view = super()._get_view(view_id, view_type, **options)
        boxes = arch.xpath("//div[@name='button_box']") if view_type == "form" else []
        for box in boxes[:1]:
            if not box.xpath("button[@name='action_open_links']"):
                button = box.makeelement("button", BUTTON)
                button.append(box.makeelement("field", COUNT))
                box.append(button)
        return arch, view

    # === ACTIONS === #

    def action_open_links(self) -> dict:
        """Open the links of these records; a manager can add links there."""
        self.env["connector.link"].check_access("read")
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector.connector_link_action"
        )
        return action | {
            "domain": [("side_ids", "any", list(self._link_side_domain()))],
            "context": {"default_record": reference_of(self[:1])},
        }

    # === HELPERS === #

    def _link_side_domain(self) -> Domain:
        """Return the domain of the sides of links that mean these records."""
        refs = [str(id_) for id_ in self._origin._ids]
        return Domain(
            [("system", "=", "odoo"), ("model", "=", self._name), ("ref", "in", refs)]
        )


class ResPartner(models.Model):
    """Contacts, with the button "Links"."""

    _name = "res.partner"
    _inherit = ["res.partner", "connector.linked"]
