# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Default records and views of bindings."""

from lxml.builder import E
from lxml.etree import _Element

from odoo import api, fields, models

from ...flows.exporting.exported import is_exported
from .arch import editable, field_node, groups_of, has_chatter, own_fields
from .records import load_later
from .values import MANAGER, USER, is_binding

BASE = "connector.binding"
STATE_COLORS = {
    "decoration-success": "sync_state == 'synced'",
    "decoration-danger": "sync_state in ('error', 'conflict')",
    "decoration-warning": "sync_state == 'gone'",
    "decoration-muted": "sync_state in ('pending', 'alias')",
}


class ConnectorBinding(models.AbstractModel):
    """What a model of bindings has where its addon brings nothing of the kind."""

    _inherit = "connector.binding"

    def init(self):
        """Load the default records with the addon of the model."""
        super().init()
        load_later(self)

    # === ACTIONS === #

    def action_import_again(self) -> dict:
        """Delay the import of these records, also of those that did not change."""
        self.check_access("write")
        bound = self.filtered(lambda one: one.external_id and not one.is_alias)
        for binding in bound:
            binding.backend_id.delay_import_record(
                self._name, binding.external_id, force=True
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "%(count)s records will be imported again.", count=len(bound)
                ),
            },
        }

    # === VIEWS === #

    @api.model
    def _get_default_form_view(self) -> _Element:
        """Return the form of bindings without one: both sides, state, own fields."""
        own = own_fields(self, BASE)
        form = E.form(
            E.header(*self._binding_buttons(), *self._preview_buttons()),
            E.sheet(
                E.div(E.h1(E.field(name="display_name", readonly="1"))),
                E.group(self._sides_group(), self._state_group()),
                *groups_of(own, self.env._("Details")),
                *self._line_nodes(own),
            ),
            string=self._description,
        )
        form.find(".//h1/..").set("class", "oe_title")
        for button in form.iterfind("header/button[@name='action_take_back_export']"):
            button.set("invisible", "external_id or is_alias")
        if has_chatter(self):
            form.append(E.chatter())
        return form

    @api.model
    def _get_default_list_view(self) -> _Element:
        """Return the list of bindings without one: both sides, and the state."""
        own = [
            field_node(field, optional="hide")
            for field in editable(own_fields(self, BASE))
            if field.type not in ("binary", "html")
        ]
        return E.list(
            E.header(*self._binding_buttons()),
            E.field(name="external_id"),
            *self._record_nodes(),
            E.field(name="backend_id", optional="show"),
            E.field(name="sync_state", widget="badge", width="130px", **STATE_COLORS),
            E.field(name="sync_reason", optional="show"),
            E.field(name="sync_date", optional="show"),
            *own,
            string=self._description,
        )

    @api.model
    def _get_default_search_view(self) -> _Element:
        """Return the search of bindings without one: by both sides, and by state."""
        return E.search(
            E.field(name="external_id"),
            *self._record_nodes(),
            E.field(name="backend_id"),
            E.filter(
                name="not_synchronized",
                string=self.env._("Not Synchronized"),
                domain="[('sync_state', 'not in', ('synced', 'alias'))]",
            ),
            E.separator(),
            *self._state_filters(),
            E.group(
                E.filter(
                    name="by_backend",
                    string=self.env._("Backend"),
                    context="{'group_by': 'backend_id'}",
                ),
                E.filter(
                    name="by_state",
                    string=self.env._("Synchronization"),
                    context="{'group_by': 'sync_state'}",
                ),
            ),
            string=self._description,
        )

    # === HELPERS === #

    @api.model
    def _binding_buttons(self) -> list[_Element]:
        return [
            E.button(
                name="action_import_again",
                type="object",
                string=self.env._("Import Again"),
                groups=MANAGER,
            ),
            *self._export_buttons(),
        ]

    @api.model
    def _export_buttons(self) -> list[_Element]:
        """Return the buttons of models that are exported."""
        if not is_exported(self):
            return []
        return [
            E.button(
                name="action_export_now",
                type="object",
                string=self.env._("Export Now"),
                groups=MANAGER,
            ),
            E.button(
                name="action_take_back_export",
                type="object",
                string=self.env._("Take Back"),
                groups=MANAGER,
                confirm=self.env._(
                    "Do not export these records, and remove their bindings?"
                ),
            ),
        ]

    @api.model
    def _preview_buttons(self) -> list[_Element]:
        """Return the buttons of forms only: a preview is of one record."""
        buttons = [
            E.button(
                name="action_preview_import",
                type="object",
                string=self.env._("Preview an Import"),
                groups=MANAGER,
            )
        ]
        if is_exported(self):
            buttons.append(
                E.button(
                    name="action_preview_export",
                    type="object",
                    string=self.env._("Preview an Export"),
                    groups=MANAGER,
                )
            )
        return [*buttons, *self._request_buttons()]

    @api.model
    def _request_buttons(self) -> list[_Element]:
        """Return the button to the requests, for backends that log them."""
        backends = self.env.get(self._backend_model)
        if backends is None or "request_log" not in backends._fields:
            return []
        return [
            E.button(
                name="action_open_request_log",
                type="object",
                string=self.env._("Requests"),
                groups=USER,
            )
        ]

    @api.model
    def _record_nodes(self) -> list[_Element]:
        """Return the field with the record in Odoo, where the model has one."""
        names = [*self._inherits.values(), "odoo_id"]
        known = [name for name in names if name in self._fields]
        return [E.field(name=name) for name in known[:1]]

    @api.model
    def _sides_group(self) -> _Element:
        return E.group(
            *self._record_nodes(),
            E.field(name="backend_id"),
            E.field(name="external_id"),
            E.field(name="external_url", widget="url", invisible="not external_url"),
            name="sides",
        )

    @api.model
    def _line_nodes(self, own: list[fields.Field]) -> list[_Element]:
        """Return a page for the lines of each one2many of the connector."""
        pages = [
            E.page(
                E.field(self.env[field.comodel_name]._line_list(), name=field.name),
                name=field.name,
                string=field._description_string(self.env),
            )
            for field in own
            if field.type == "one2many" and is_binding(self.env[field.comodel_name])
        ]
        return [E.notebook(*pages)] if pages else []

    @api.model
    def _line_list(self) -> _Element:
        """Return the list of these bindings on the form of their document."""
        line_of = self._line_of or ()
        own = [
            field_node(field, optional="show")
            for field in editable(own_fields(self, BASE))
            if field.type not in ("binary", "html") and field.name not in line_of
        ]
        return E.list(
            E.field(name="external_id"),
            *self._record_nodes(),
            *own,
            E.field(name="sync_state", widget="badge", width="130px", **STATE_COLORS),
            E.field(name="sync_reason", optional="show"),
            create="0",
            delete="0",
        )

    @api.model
    def _state_group(self) -> _Element:
        return E.group(
            E.field(name="sync_state", widget="badge", **STATE_COLORS),
            E.field(name="sync_reason", invisible="not sync_reason"),
            E.field(name="sync_date", readonly="1"),
            E.field(name="external_version", invisible="not external_version"),
            E.field(name="is_alias", invisible="1"),
            name="state",
        )

    @api.model
    def _state_filters(self) -> list[_Element]:
        states = self._fields["sync_state"]._description_selection(self.env)
        return [
            E.filter(
                name=f"state_{state}",
                string=label,
                domain=f"[('sync_state', '=', '{state}')]",
            )
            for state, label in states
        ]
