# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Default records and views of backends."""

from lxml.builder import E
from lxml.etree import _Element

from odoo import api, models

from ...flows.declare import declared_streams
from .arch import groups_of, has_chatter, own_fields
from .records import load_later
from .values import MANAGER, USER

MULTI_COMPANY = "base.group_multi_company"
STATE_COLORS = {
    "decoration-success": "connection_state == 'ok'",
    "decoration-danger": "connection_state == 'failed'",
    "decoration-muted": "connection_state == 'unknown'",
}


class ConnectorBackend(models.AbstractModel):
    """What a model of backends has where its addon brings nothing of the kind."""

    _inherit = "connector.backend"

    def init(self):
        """Load the default records with the addon of the model."""
        super().init()
        load_later(self)

    # === ACTIONS === #

    def action_open_jobs(self) -> dict:
        """Show the jobs of the backend."""
        self.env["connector.queue.job"].check_access("read")
        self.check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector.action_queue_job"
        )
        return {**action, "domain": [("backend_id", "=", self.reference())]}

    # === VIEWS === #

    @api.model
    def _get_default_form_view(self) -> _Element:
        """Return the form of backends without one: settings, check and streams."""
        form = E.form(
            E.header(*self._header_nodes()),
            E.sheet(
                self._button_box(),
                E.widget(
                    name="web_ribbon",
                    title=self.env._("Archived"),
                    bg_color="text-bg-danger",
                    invisible="active",
                ),
                E.field(name="active", invisible="1"),
                E.div(E.label({"for": "name"}), E.h1(E.field(name="name"))),
                *self._setting_nodes(),
                *self._webhook_nodes(),
                *self._stream_nodes(),
            ),
            string=self._description,
        )
        form.find(".//h1/..").set("class", "oe_title")
        if has_chatter(self):
            form.append(E.chatter())
        return form

    @api.model
    def _get_default_list_view(self) -> _Element:
        """Return the list of backends without one: connection and open checkpoints."""
        return E.list(
            E.field(name="name"),
            E.field(name="company_id", groups=MULTI_COMPANY, optional="show"),
            E.field(name="connection_state", widget="badge", **STATE_COLORS),
            E.field(name="connection_checked_at", optional="hide"),
            E.field(name="checkpoint_count", width="110px"),
            E.field(name="active", column_invisible="True"),
            {"decoration-muted": "not active"},
            string=self._description,
        )

    @api.model
    def _get_default_search_view(self) -> _Element:
        """Return the search of backends without one."""
        return E.search(
            E.field(name="name"),
            E.field(name="company_id", groups=MULTI_COMPANY),
            E.filter(
                name="not_connected",
                string=self.env._("Not Connected"),
                domain="[('connection_state', '=', 'failed')]",
            ),
            E.filter(
                name="archived",
                string=self.env._("Archived"),
                domain="[('active', '=', False)]",
            ),
            string=self._description,
        )

    # === HELPERS === #

    @api.model
    def _header_nodes(self) -> list[_Element]:
        if not self._can_check_connection():
            return []
        return [
            E.button(
                name="action_check_connection",
                type="object",
                string=self.env._("Check Connection"),
                groups=MANAGER,
            )
        ]

    @api.model
    def _button_box(self) -> _Element:
        """Return the buttons to jobs, checkpoints and bindings of a backend."""
        stat = {"type": "object", "class": "oe_stat_button", "groups": USER}
        return E.div(
            E.button(
                stat,
                name="action_open_jobs",
                icon="fa-cogs",
                string=self.env._("Jobs"),
                invisible="not id",
            ),
            E.button(
                stat,
                E.field(name="checkpoint_count", widget="statinfo"),
                name="action_open_checkpoints",
                icon="fa-check-square-o",
                invisible="not id",
            ),
            E.button(
                stat,
                E.field(name="pending_export_count", widget="statinfo"),
                name="action_open_pending_exports",
                icon="fa-upload",
                invisible="not pending_export_count",
            ),
            {"class": "oe_button_box"},
            name="button_box",
        )

    @api.model
    def _setting_nodes(self) -> list[_Element]:
        """Return the groups with the settings: those of the connector come first."""
        context = E.group(
            E.field(name="company_id", groups=MULTI_COMPANY),
            E.field(name="default_lang_id", options="{'no_create': True}"),
            E.field(name="tz"),
            *self._version_nodes(),
            name="context",
        )
        people = E.group(
            E.field(name="flow_user_id", options="{'no_create': True}"),
            E.field(name="checkpoint_user_id", options="{'no_create': True}"),
            *self._connection_nodes(),
            name="people",
        )
        title = self.env._("Settings")
        own = own_fields(self, "connector.backend")
        imports = E.group(context, people, string=self.env._("Imports"))
        return [*groups_of(own, title), imports]

    @api.model
    def _version_nodes(self) -> list[_Element]:
        """Return the field for the version, hidden where there is only one."""
        selection = self._fields["version"]._description_selection(self.env)
        is_choice = len(selection) > 1
        return [E.field(name="version", **({} if is_choice else {"invisible": "1"}))]

    @api.model
    def _connection_nodes(self) -> list[_Element]:
        """Return the fields with the last check, for those that can be checked."""
        if not self._can_check_connection():
            return []
        unknown = "connection_state == 'unknown'"
        return [
            E.field(name="connection_state", widget="badge", **STATE_COLORS),
            E.field(name="connection_message", invisible=unknown),
            E.field(name="connection_checked_at", invisible=unknown),
        ]

    @api.model
    def _webhook_nodes(self) -> list[_Element]:
        """Return the address of the webhook, for those that declare some."""
        if not self._declared_webhooks():
            return []
        return [
            E.group(
                E.field(name="webhook_address", widget="CopyClipboardURL"),
                E.button(
                    name="action_open_webhook",
                    type="object",
                    string=self.env._("Secret, Test and Registration"),
                    invisible="not id",
                ),
                {"groups": MANAGER, "string": self.env._("Webhook")},
                name="webhook",
            )
        ]

    @api.model
    def _run_button(self, label: str, other: str) -> _Element:
        """Return the button that runs a stream, for those of one direction."""
        return E.button(
            name="action_run",
            type="object",
            string=label,
            invisible=f"state != 'idle' or direction == '{other}'",
            groups=MANAGER,
        )

    @api.model
    def _stream_nodes(self) -> list[_Element]:
        """Return the page with the streams, for those that declare some."""
        if not declared_streams(type(self)):
            return []
        streams = E.list(
            E.field(name="name"),
            E.field(name="direction", optional="show"),
            E.field(name="state"),
            E.field(name="last_success_at"),
            E.field(name="next_run_at", optional="show"),
            E.field(name="hold_reason", optional="show"),
            self._run_button(self.env._("Import Now"), "export"),
            self._run_button(self.env._("Export Now"), "import"),
            {
                "decoration-warning": "state == 'held'",
                "decoration-info": "state == 'running'",
            },
            create="0",
            delete="0",
        )
        page = E.page(
            E.field(streams, name="stream_ids", readonly="1"),
            name="streams",
            string=self.env._("Streams"),
        )
        return [E.notebook(page)]
