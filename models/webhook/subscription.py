# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Subscription of a webhook: registered, checked and repaired on the backend.

An adapter for the model ``connector.webhook`` does so, with ``subscribe``,
``list_subscriptions`` and ``unsubscribe``.
"""

import logging
from collections.abc import Iterable
from contextlib import suppress

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...components.backend_adapter import BackendAdapter
from ...components.paged_adapter import PagedAdapter
from ...exception import (
    ConnectorException,
    IDMissingInBackend,
    NoConnectorUnitError,
    message_of,
)
from ...flows.declare import IMPORT, declared_streams
from ...wire.webhook import Subscription
from .webhook import MODEL

_logger = logging.getLogger(__name__)

VERBS = ("subscribe", "list_subscriptions", "unsubscribe")
STATES = [
    ("none", "Not Registered"),
    ("ok", "Registered"),
    ("repaired", "Repaired"),
    ("failed", "Cannot Be Checked"),
]


class ConnectorWebhook(models.Model):
    """The registration of a webhook on its backend."""

    _inherit = MODEL

    can_subscribe = fields.Boolean(
        string="Registers Itself",
        compute="_compute_can_subscribe",
        help="Whether the connector can register the webhook on the backend.",
    )
    subscription_id = fields.Char(
        string="ID There",
        readonly=True,
        copy=False,
        help="Identifier of the registration on the backend.",
    )
    subscription_state = fields.Selection(
        STATES,
        string="Registration",
        default="none",
        required=True,
        readonly=True,
        copy=False,
        help="Repaired: the backend had lost or given up the registration, and it was "
        "made again. What happened meanwhile is imported by the streams.",
    )
    subscription_message = fields.Char(
        string="Registration Details",
        readonly=True,
        copy=False,
        help="What the last check found.",
    )
    subscription_checked_at = fields.Datetime(
        string="Last Checked", readonly=True, copy=False, help="When it was checked."
    )

    # === COMPUTE === #

    @api.depends("backend_id")
    def _compute_can_subscribe(self):
        for webhook in self:
            webhook.can_subscribe = webhook._find_subscriber() is not None

    # === ACTIONS === #

    def action_subscribe(self) -> None:
        """Register the webhook on the backend, or repair its registration."""
        self.check_access("write")
        for webhook in self:
            if not webhook.can_subscribe:
                raise UserError(
                    self.env._(
                        "The connector of %(name)s cannot register its webhook. Enter "
                        "the address on the backend by hand.",
                        name=webhook.name,
                    )
                )
            webhook._check_subscription()

    # === CRON === #

    @api.model
    def _cron_check(self) -> None:
        """Check the registrations that were made, and repair them."""
        for webhook in self.search([("subscription_state", "!=", "none")]):
            if not webhook.can_subscribe:
                continue
            try:
                with self.env.cr.savepoint():
                    webhook._check_subscription()
            except (ConnectorException, OSError) as error:
                _logger.warning("Webhook of %s: %s", webhook.name, error)
                webhook._note("failed", message_of(error))

    # === HELPERS === #

    def _find_subscriber(self):
        """Return the adapter that registers, None where there is none."""
        backend = self.backend_id and self.backend_id.exists()
        if not backend or not backend._declared_webhooks():
            return None
        # as the user of the flows, like all that asks the backend
        scope = backend.sudo()._in_flow().get_environment(MODEL)
        try:
            adapter = scope.get_connector_unit(BackendAdapter)
        except (NoConnectorUnitError, ValueError):  # or it has no units at all
            return None
        return adapter if all(hasattr(adapter, verb) for verb in VERBS) else None

    def _topics(self) -> list[str]:
        return list(self.backend_id._declared_webhooks())

    def _check_subscription(self) -> None:
        """Register the webhook where it is not, and remove what it had before."""
        adapter = self._find_subscriber()
        ours = [one for one in adapter.list_subscriptions() if self._is_ours(one)]
        right = next((one for one in ours if self._is_right(one)), None)
        was_there = self.subscription_state in ("ok", "repaired", "failed")
        if right is None:
            new_id = self._subscribe(adapter)
            self._set({"subscription_id": new_id})
            state = "repaired" if was_there else "ok"
        else:
            self._set({"subscription_id": right.id})
            state = "ok"
        for one in ours:  # after the new one: nothing is lost in between
            if one is not right:
                self._unsubscribe(adapter, one)
        self._note(state, self._describe(state, ours))
        if state == "repaired":
            self._report_repair()

    def _is_ours(self, one: Subscription) -> bool:
        return one.address == self.address or bool(
            one.id and str(one.id) == self.subscription_id
        )

    def _is_right(self, one: Subscription) -> bool:
        is_whole = one.topics is None or set(self._topics()) <= set(one.topics)
        return one.address == self.address and one.is_active and is_whole

    def _subscribe(self, adapter) -> str | None:
        wanted = Subscription(
            self.address, self._topics(), secret=self.sudo().secret or None
        )
        made = adapter.subscribe(wanted)
        if isinstance(made, dict) and isinstance(adapter, PagedAdapter):
            made = adapter.id_of(made)
        return str(made) if made else None

    def _unsubscribe(self, adapter, one: Subscription) -> None:
        with suppress(IDMissingInBackend):  # somebody else did
            adapter.unsubscribe(one.id)

    def _describe(self, state: str, ours: Iterable[Subscription]) -> str:
        if state != "repaired":
            return self.env._("The backend sends events.")
        if any(not one.is_active for one in ours):
            return self.env._(
                "The backend had given up sending events; it was told to begin again."
            )
        return self.env._("The backend had lost the registration; it was made again.")

    def _note(self, state: str, message: str) -> None:
        self._set(
            {
                "subscription_state": state,
                "subscription_message": message,
                "subscription_checked_at": fields.Datetime.now(),
            }
        )

    def _report_repair(self) -> None:
        """Tell a person, and import what happened meanwhile."""
        backend = self.backend_id
        models_ = {one.model for one in backend._declared_webhooks().values()}
        streams = [
            name
            for name, stream in declared_streams(type(backend)).items()
            if stream.model in models_ and stream.direction == IMPORT
        ]
        for name in streams:
            backend.sudo().start_stream(name)  # whoever has asked for the check
        backend.add_checkpoint(self._name, self.id, self.subscription_message)

    def _rotate(self) -> None:
        """Register the new secret or address at once."""
        super()._rotate()
        if self.subscription_state == "none" or not self.can_subscribe:
            return
        adapter, before = self._find_subscriber(), self.subscription_id
        self._set({"subscription_id": self._subscribe(adapter)})
        if before:
            self._unsubscribe(adapter, Subscription("", id=before))
