# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Webhook of a backend: the address to which it sends events, and its secrets."""

import hashlib
from datetime import timedelta
from secrets import token_urlsafe

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...secret import Secret
from ...wire.webhook import PATH
from ..access_guard import framework_context, own_code

MANAGER = "connector.group_connector_manager"
OVERLAP_HOURS = 24
MODEL = "connector.webhook"
EVENT = "connector.webhook.event"


def hash_token(token: str) -> str:
    """Return what is stored and looked up of the token in an address."""
    return hashlib.sha256(token.encode()).hexdigest()


class ConnectorWebhook(models.Model):
    """The webhook of a backend: one address for all of its events."""

    _name = MODEL
    _inherit = ["connector.of.backend", "connector.guarded"]
    _description = "Webhook"
    _order = "id"

    name = fields.Char(readonly=True, help="Name of the backend.")
    active = fields.Boolean(
        default=True,
        readonly=True,
        help="Whether the backend is active; else its events are refused.",
    )
    token = Secret(
        readonly=True,
        default=lambda _self: token_urlsafe(32),
        help="Part of the address that nobody can guess.",
    )
    token_hash = fields.Char(
        string="Hash of the Address",
        compute="_compute_token_hash",
        store=True,
        groups=MANAGER,
        help="By this the webhook of an address is found.",
    )
    old_token_hash = fields.Char(
        string="Hash of the Former Address",
        readonly=True,
        copy=False,
        groups=MANAGER,
        help="By this it is found until the former address ends.",
    )
    address = fields.Char(
        compute="_compute_address",
        groups=MANAGER,
        help="Where the backend is to send its events. Whoever knows it may send, "
        "unless events are signed: keep it to yourself.",
    )
    secret = Secret(
        help="Shared with the backend: it signs its events, or sends the secret along. "
        "Enter the one that it shows, or rotate to make one.",
    )
    old_secret = Secret(
        string="Former Secret",
        readonly=True,
        help="The secret before, which ends soon.",
    )
    old_until = fields.Datetime(
        string="Former Secret Until",
        readonly=True,
        copy=False,
        help="Until then events with the secret, or the address, before are taken.",
    )
    overlap_hours = fields.Integer(
        string="Overlap (Hours)",
        default=OVERLAP_HOURS,
        help="Hours in which both secrets are valid after a new one was made.",
    )
    scheme = fields.Char(
        string="Proof",
        compute="_compute_scheme",
        help="How the backend proves that an event is its own.",
    )
    is_secret_needed = fields.Boolean(
        string="Has a Secret",
        compute="_compute_scheme",
        help="Whether a secret is shared with the backend, besides the address.",
    )
    has_user = fields.Boolean(
        string="Has a User",
        compute="_compute_has_user",
        compute_sudo=True,
        help="Whether the backend has a user in Run As. Without one, events wait.",
    )
    waiting_count = fields.Integer(
        string="Waiting",
        compute="_compute_counts",
        help="Events that came, and were not worked yet.",
    )
    failed_count = fields.Integer(
        string="Failed", compute="_compute_counts", help="Events that failed."
    )
    ignored_count = fields.Integer(
        string="Ignored",
        compute="_compute_counts",
        help="Events of topics for which nothing is declared.",
    )

    _backend_uniq = models.UniqueIndex(
        "(backend_id)", "The backend has a webhook already."
    )
    _token_idx = models.UniqueIndex("(token_hash)", "The token is taken.")
    _old_token_idx = models.Index("(old_token_hash) WHERE old_token_hash IS NOT NULL")

    # === COMPUTE === #

    @api.depends("token")
    def _compute_token_hash(self):
        for webhook in self:
            webhook.token_hash = webhook.token and hash_token(webhook.token)

    @api.depends("token")
    def _compute_address(self):
        parameters_sudo = self.env["ir.config_parameter"].sudo()  # of all databases
        base = (parameters_sudo.get_param("web.base.url") or "").rstrip("/")
        for webhook in self:
            webhook.address = webhook.token and f"{base}{PATH}{webhook.token}"

    @api.depends("backend_id")
    def _compute_scheme(self):
        for webhook in self:
            scheme = webhook.backend_id and webhook.backend_id._webhook_scheme
            webhook.scheme = scheme and scheme.describe()
            webhook.is_secret_needed = bool(scheme) and scheme.needs_secret

    @api.depends("backend_id")
    def _compute_has_user(self):
        for webhook in self:
            backend = webhook.backend_id and webhook.backend_id.exists()
            webhook.has_user = bool(backend and backend._get_job_user())

    def _compute_counts(self):
        states = {"waiting": ("received", "queued")}
        for webhook in self:
            counts = webhook._counts_by_state()
            for name in ("waiting", "failed", "ignored"):
                wanted = states.get(name, (name,))
                webhook[f"{name}_count"] = sum(counts.get(one, 0) for one in wanted)

    def _counts_by_state(self) -> dict[str, int]:
        events = self.env[EVENT]
        if not self.backend_id or not events.has_access("read"):
            return {}
        found = events._read_group(
            [
                ("backend_id", "=", self.backend_id.reference()),
                ("state", "not in", ("done", "superseded", "duplicate")),
            ],
            ["state"],
            ["__count"],
        )
        return dict(found)

    # === CRUD === #

    def write(self, vals):
        """Write; the secret before stays valid for a while."""
        self.check_access("write")
        if vals.get("secret"):
            for webhook in self.filtered("secret"):
                webhook._set(webhook._overlap(old_secret=webhook.secret))
        return super().write(vals)

    # === ACTIONS === #

    def action_rotate(self) -> None:
        """Make a new secret, or a new address where that is the secret.

        The one before stays valid for the hours of the overlap.
        """
        self.check_access("write")
        for webhook in self:
            webhook._rotate()

    def action_test(self) -> dict:
        """Send a test event to the address, as the backend would; show the answer."""
        self.check_access("write")
        self.ensure_one()
        self._check_declared(self.backend_id)
        is_right, message = self._send_test()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if is_right else "danger",
                "title": self.display_name,
                "message": message,
                "sticky": not is_right,
            },
        }

    def action_open_events(self) -> dict:
        """Show the events of the backend."""
        self.env[EVENT].check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector.connector_webhook_event_action"
        )
        return {
            **action,
            "domain": [("backend_id", "=", self.backend_id.reference())],
            "context": {},
        }

    def action_replay_failed(self) -> None:
        """Work all events that failed once more."""
        self.env[EVENT].search(
            [
                ("backend_id", "in", [one.backend_id.reference() for one in self]),
                ("state", "=", "failed"),
            ]
        ).action_replay()

    # === HELPERS === #

    def _check_declared(self, backend) -> None:
        """Refuse a backend whose connector takes no events."""
        if not (backend and backend._declared_webhooks()):
            raise UserError(
                self.env._(
                    "The connector of %(name)s takes no events: it declares no "
                    "webhooks. Ask its author.",
                    name=(backend or self).name,
                )
            )

    @api.model
    def _declare_all(self) -> None:
        """Create the webhooks that backends do not have yet."""
        for model_name, _label in self._select_backends():
            if self.env[model_name]._declared_webhooks():
                backends = self.env[model_name].with_context(active_test=False)
                # pylint: disable-next=no-search-all
                self._declare(backends.search([]))

    @api.model
    def _declare(self, backends) -> None:
        """Create the webhooks of backends that have none."""
        references = {one.reference(): one for one in backends}
        if not references:
            return
        # of all users: it is the framework that has them
        webhooks_sudo = self.sudo().with_context(active_test=False)
        known = webhooks_sudo.search([("backend_id", "in", list(references))])
        there = {one.backend_id.reference() for one in known}
        missing = [one for key, one in references.items() if key not in there]
        if missing:
            with own_code():
                framework_context(webhooks_sudo).create(
                    [
                        {"backend_id": one, "name": one.name, "active": one.active}
                        for one in missing
                    ]
                )

    def _rotate(self) -> None:
        if self.is_secret_needed:
            scheme = self.backend_id._webhook_scheme
            self._set({"secret": scheme.new_secret()})  # write() keeps the one before
        else:
            before = {"old_token_hash": self.token_hash}
            self._set({"token": token_urlsafe(32), **self._overlap(**before)})

    def _overlap(self, **before) -> dict:
        hours = timedelta(hours=max(0, self.overlap_hours))
        return {**before, "old_until": fields.Datetime.now() + hours}

    def _has_field_access(self, field, operation):
        """Let managers set the secret and the overlap; the rest is made here."""
        free = ("secret", "overlap_hours")
        if operation == "write" and not self.env.su and field.name not in free:
            return False
        return super()._has_field_access(field, operation)
