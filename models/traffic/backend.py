# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Backends, with what their requests say of them."""

from odoo import SUPERUSER_ID, fields, models
from odoo.tools.misc import babel_locale_parse, format_datetime

from ...queue import store
from ...queue.channel_text import ROOT
from ...queue.notify import wake_after_commit
from ...text import reference_of
from ...wire.breaker import CLOSED
from ..access_guard import own_code
from ..elapsed import elapsed_text
from .gate import TRAFFIC
from .traffic import TRAFFIC_STATES

USER = "connector.group_connector_user"


class ConnectorBackend(models.AbstractModel):
    """The traffic of a backend, and its jobs, which wait while it is away."""

    _inherit = "connector.backend"

    traffic_state = fields.Selection(
        TRAFFIC_STATES,
        string="Traffic",
        compute="_compute_traffic",
        groups=USER,
        help="Whether its jobs run, by what became of their requests. Empty where "
        "nothing is known.",
    )
    outage_text = fields.Char(
        string="Outage",
        compute="_compute_traffic",
        groups=USER,
        help="Since when it does not answer, and what that means.",
    )
    last_answer_at = fields.Datetime(
        string="Last Answer",
        compute="_compute_traffic",
        groups=USER,
        help="When a request was answered last, to the minute.",
    )
    last_failure_at = fields.Datetime(
        string="Last Failure",
        compute="_compute_traffic",
        groups=USER,
        help="When a request had no answer last.",
    )
    learnt_rate = fields.Float(
        compute="_compute_traffic",
        groups=USER,
        help="Requests a second that it takes, learnt from its answers; 0: it has "
        "refused none yet.",
    )

    # === COMPUTE === #

    def _compute_traffic(self):
        """Read the traffic of all backends, in one query."""
        # whoever may read a backend may know whether it answers
        traffic_sudo = self.env[TRAFFIC].sudo()
        references = [reference_of(backend) for backend in self]
        found = traffic_sudo.search([("backend_id", "in", references)])
        by_id = {row.backend_id.id: row for row in found if row.backend_id}
        for backend in self:
            row = by_id.get(backend._origin.id, traffic_sudo.browse())
            backend.traffic_state = row.state
            backend.last_answer_at = row.last_success_at
            backend.last_failure_at = row.last_error_at
            backend.learnt_rate = row.settled
            is_away = row and row.state != CLOSED
            backend.outage_text = is_away and backend._outage_text(row)

    # === ACTIONS === #

    def action_try_now(self) -> None:
        """Close the circuit breaker: the jobs go on, and are answered or not."""
        self.check_access("write")
        # the system keeps it; whoever may write the backend may try it
        traffic_sudo = self.env[TRAFFIC].sudo()
        for backend in self:
            key = backend._traffic_key()
            traffic_sudo._close(key, backend.with_user(SUPERUSER_ID))
        self.invalidate_recordset(["traffic_state", "outage_text"], flush=False)

    # === CRUD === #

    def unlink(self):
        """Delete backends, and what is known of their traffic."""
        references = [reference_of(backend) for backend in self]
        result = super().unlink()
        traffic_sudo = self.env[TRAFFIC].sudo()  # of what is gone
        traffic_sudo.search([("backend_id", "in", references)]).unlink()
        return result

    # === HELPERS === #

    def _traffic_key(self) -> dict:
        """Return the values by which the statements find the row, or add it."""
        company_id = self.company_id.id or None
        return {"backend": self.reference(), "company_id": company_id}

    def _outage_text(self, row: models.BaseModel) -> str:
        now = fields.Datetime.now()
        since = row.failing_since or row.opened_at or now
        return self.env._(
            "No answer since %(at)s (%(age)s): %(error)s Its jobs wait, and go on when "
            "it answers again.",
            at=format_datetime(self.env, since, dt_format="short"),
            age=elapsed_text(now - since, babel_locale_parse(self.env.lang or "en_US")),
            error=row.last_error or "",
        )

    def _outage_channel(self) -> models.BaseModel:
        """Return the channel that is held in an outage: the backend's own.

        It is made where the jobs of the backend wait in root; where their functions
        have channels with limits, these stay as they are, and none is held.
        """
        channels = self.env["connector.queue.channel"]
        if own := channels._own_channels().get(self.reference()):
            return channels.browse(own).exists()
        if self._queue_channels()[self.id]:
            return channels.browse()
        root = channels._id_of(ROOT)
        with own_code():
            own = channels.create(
                {
                    "name": self.reference().replace(".", "_").replace(",", "_"),
                    "parent_id": root,
                    "backend_id": self.reference(),
                }
            )
        self.env.flush_all()
        # the caches of other processes are old, also if the job of this one fails
        self.env.cr.execute("INSERT INTO orm_signaling_default DEFAULT VALUES")
        return own

    def _probe_key(self) -> str:
        """Return the identity key of the job that probes, which must not be held."""
        return f"probe {self.reference()}"

    def _hold_jobs(self) -> None:
        """Hold the channel of the backend: its jobs do not start."""
        channel = self._outage_channel()
        if not channel:
            return
        root = channel._id_of(ROOT)
        store.move_jobs_of_backend(
            *(self.env.cr, self.reference(), root, channel.id, self._probe_key())
        )
        if not channel.is_paused:
            reason = self.env._(
                "%(name)s does not answer. Its jobs go on when it does.",
                name=self.display_name,
            )
            channel.write({"is_paused": True, "pause_reason": reason})

    def _end_hold(self) -> None:
        """Let the jobs of the backend go on, unless a person paused its channel."""
        channels = self.env["connector.queue.channel"]
        own = channels.browse(channels._own_channels().get(self.reference(), []))
        own = own.exists()
        if own.is_paused and own.pause_reason:  # a person gives none
            own.write({"is_paused": False})
        store.end_wait(self.env.cr, self.reference())
        wake_after_commit(self.env.cr)

    def _report_outage(self, traffic: models.BaseModel, since, error: str) -> None:
        """Add the one checkpoint about an outage; it is closed with it."""
        self.add_checkpoint(
            traffic._name,
            traffic.id,
            self.env._(
                "%(name)s does not answer since %(at)s UTC: %(error)s Nothing fails: "
                "its jobs wait, it is asked again from time to time, and they go on "
                "when it answers. If it stays away, check its server and the network. "
                "Try Now on the backend lets the jobs go on at once.",
                name=self.display_name,
                at=since.strftime("%Y-%m-%d %H:%M"),
                error=error,
            ),
            reason="outage",
            severity="critical",
        )
