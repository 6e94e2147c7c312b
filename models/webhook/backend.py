# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Webhooks that a backend declares, and its address for them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from odoo import api, fields, models

from ...flows.declare import bound_models, declared_by_name
from ...text import reference_of
from ...wire.schemes import PathSecret, Scheme
from ...wire.webhook import HEADER, TOPICS, Webhook, check_webhooks
from .webhook import EVENT, MANAGER, MODEL


class ConnectorBackend(models.AbstractModel):
    """What a backend says about the events that it is sent."""

    _inherit = "connector.backend"

    _webhooks: Sequence[Webhook] = ()
    """Events that are about records here, see :class:`~..wire.webhook.Webhook`; those
    of all addons that extend the model count."""

    _webhook_scheme: Scheme = PathSecret()
    """How the sender proves who it is: ``Hmac``, ``StandardWebhooks``,
    ``SharedHeader``, or ``PathSecret``, where the address is the secret."""

    _webhook_topic: str | Iterable[str] = TOPICS
    """Places where the topic of an event may stand: ``"header:X-Topic"``."""

    _webhook_max_bytes = 1_000_000
    """Most bytes of an event; larger ones are refused with 413."""

    _webhook_rate = (500.0, 10_000.0)
    """Events that each process takes in a second, and at once; 429 for more."""

    webhook_ids = fields.One2many(
        MODEL, compute="_compute_webhook_ids", string="Its Webhook", groups=MANAGER
    )
    webhook_address = fields.Char(
        compute="_compute_webhook_ids",
        groups=MANAGER,
        help="Where the backend is to send its events.",
    )

    def _post_model_setup__(self):
        """Refuse webhooks that name what does not exist, when the addon is loaded."""
        super()._post_model_setup__()
        if not self._abstract:
            model_class = type(self)
            declared = [
                one
                for cls in model_class.mro()
                for one in vars(cls).get("_webhooks", ())
            ]
            bindings = bound_models(model_class) if declared else []
            scheme = model_class._webhook_scheme
            check_webhooks(declared, scheme, bindings, model_class._name)

    # === COMPUTE === #

    def _compute_webhook_ids(self):
        webhooks = self.env[MODEL].with_context(active_test=False)
        for backend in self:
            found = webhooks.search([("backend_id", "=", reference_of(backend))])
            backend.webhook_ids = found
            backend.webhook_address = found.address

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Create backends, and the webhooks of those that declare some."""
        backends = super().create(vals_list)
        if self._declared_webhooks():
            self.env[MODEL]._declare(backends)
        return backends

    def write(self, vals):
        """Write; a backend that is not active takes no events."""
        result = super().write(vals)
        values = {name: vals[name] for name in ("active", "name") if name in vals}
        if values and (webhooks := self._webhooks_sudo()):
            webhooks._set(values)
        return result

    def unlink(self):
        """Delete backends, with their webhooks and the events that came."""
        references = [reference_of(backend) for backend in self]
        result = super().unlink()
        for model in (MODEL, EVENT):
            records_sudo = self.env[model].sudo()  # of what is gone
            records_sudo = records_sudo.with_context(active_test=False)
            records_sudo.search([("backend_id", "in", references)]).unlink()
        return result

    # === ACTIONS === #

    def action_open_webhook(self) -> dict:
        """Show the webhook of the backend."""
        self.env[MODEL].check_access("read")
        self.check_access("read")
        self.ensure_one()
        self.env[MODEL]._check_declared(self)
        self.env[MODEL]._declare(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Webhook"),
            "res_model": MODEL,
            "res_id": self._webhooks_sudo().id,
            "views": [(False, "form")],
        }

    # === HELPERS === #

    def _webhooks_sudo(self):
        """Return the webhooks of these backends, also of those that are archived."""
        # what belongs to a backend follows it, whoever changes the backend
        webhooks_sudo = self.env[MODEL].sudo().with_context(active_test=False)
        references = [reference_of(backend) for backend in self]
        return webhooks_sudo.search([("backend_id", "in", references)])

    @api.model
    def _declared_webhooks(self) -> dict[str, Webhook]:
        """Return the declared webhooks, by their patterns."""
        return declared_by_name(type(self), "_webhooks")

    @api.model
    def _webhook_headers(self, declared: Mapping[str, Webhook]) -> set[str]:
        """Return the names of the headers that are places of events.

        Args:
            declared: the webhooks.
        """
        topics = self._webhook_topic
        places = [topics] if isinstance(topics, str) else list(topics)
        for one in declared.values():
            places += [one.id, one.event_id or "", one.occurred or ""]
        found = (place for place in places if place.startswith(HEADER))
        return {place.removeprefix(HEADER) for place in found}

    @api.model
    def _parse_webhook(self, body: bytes, headers: Mapping[str, str]) -> Any:
        """Return the payload of an event: JSON; for overrides.

        It is called after the sender has proved who it is.

        Args:
            body: as it was sent.
            headers: by names in any case; those that are not declared are not kept.

        Raises:
            ValueError: it cannot be read. The sender is answered 400.
        """
        return json.loads(body)
