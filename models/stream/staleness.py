# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Staleness of streams: a warning where an import has not succeeded for too long."""

from datetime import datetime, timedelta

from odoo import api, fields, models

from ...flows.declare import declared_streams
from .stream import CHANGES

INTERVALS = 3  # that may pass without a success, where nobody declared a time


class ConnectorStream(models.Model):
    """Streams, which warn of a last success that is too old."""

    _inherit = "connector.stream"

    stale_minutes = fields.Integer(
        string="Warn After (Minutes)",
        help="A warning is shown when no import has succeeded for so long; 0: after "
        "three times the interval.",
    )
    is_stale = fields.Boolean(
        string="No Success", compute="_compute_is_stale", search="_search_is_stale"
    )

    # === COMPUTE === #

    @api.depends(
        "active",
        "last_success_at",
        "stale_minutes",
        "interval_minutes",
        "full_interval_hours",
    )
    def _compute_is_stale(self):
        now = fields.Datetime.now()
        for stream in self:
            limit = stream._stale_after()
            since = stream.last_success_at or stream.create_date or now
            is_on = stream.active and bool(limit) and stream._is_of_active_backend()
            stream.is_stale = is_on and now - since > limit

    def _search_is_stale(self, operator, value):
        if operator != "in":
            return NotImplemented
        # computed of the clock; there are a few streams for each backend
        stale = self.search([]).filtered("is_stale")  # pylint: disable=no-search-all
        return [("id", "in" if True in value else "not in", stale.ids)]

    # === HELPERS === #

    @api.model
    def _refresh(self, backend, name: str, within: timedelta) -> bool:
        """Return whether a stream of a backend had a success lately; start it else."""
        self._declare(backend, declared_streams(type(backend)))
        own = [("backend_id", "=", backend.reference()), ("name", "=", name)]
        since = fields.Datetime.now() - within
        old = self.search(own).filtered(
            lambda one: (one.last_success_at or datetime.min) < since  # noqa: DTZ901
        )
        for stream in old.try_lock_for_update():
            if stream.state == "idle":
                stream._start(CHANGES)
        return not old

    def _stale_after(self) -> timedelta | None:
        """Return how long the stream may be without a success, None for ever."""
        if self.stale_minutes:
            return timedelta(minutes=self.stale_minutes)
        if self.interval_minutes:
            return INTERVALS * timedelta(minutes=self.interval_minutes)
        if self.full_interval_hours:
            return INTERVALS * timedelta(hours=self.full_interval_hours)
        return None

    def _is_of_active_backend(self) -> bool:
        # also for who may not see it: the search of a screen asks about all
        backend_sudo = self.backend_id and self.backend_id.sudo().exists()
        return bool(backend_sudo) and backend_sudo.active

    def _success_text(self) -> str:
        """Return the stream and its last success, for a line of warnings."""
        at: datetime = self.last_success_at
        backend, name = self.backend_id.display_name, self.display_name
        if at:
            at_text = fields.Datetime.to_string(at)
            return self.env._(
                "%(stream)s of %(backend)s: no success since %(at)s UTC",
                stream=name,
                backend=backend,
                at=at_text,
            )
        return self.env._(
            "%(stream)s of %(backend)s: no success yet", stream=name, backend=backend
        )
