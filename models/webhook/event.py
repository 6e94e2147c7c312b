# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Inbox of webhooks: events that backends sent, stored before anything is done."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from werkzeug.datastructures import Headers

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...flows.importing.reading import read_clock
from ...queue.state import ENQUEUED, NOT_STARTED
from ...redaction import MESSAGE_SIZE, TEXT_SIZE, redact
from ...secret import known_secrets
from ...text import reference_of
from ...wire.webhook import find_record, find_webhook, read_event
from .webhook import EVENT, MANAGER

EVENT_DAYS = "connector.webhook_days"  # the name of a setting
DAYS = 30  # its value where there is none
BATCH = 10_000  # rows deleted in one transaction
QUEUED_AT_ONCE = 1_000  # events that one job hands to others
REVIEWER = "connector.group_connector_reviewer"

STATES = [
    ("received", "Received"),
    ("queued", "Has a Job"),
    ("done", "Done"),
    ("superseded", "Superseded"),
    ("duplicate", "Duplicate"),
    ("failed", "Failed"),
    ("ignored", "Ignored"),
]
ENDED = ("done", "superseded", "duplicate", "failed", "ignored")

# connector_webhook_event. Hand the oldest events of a backend to jobs. Locks: these
# rows. Index: connector_webhook_event__received_idx.
QUEUE = """
UPDATE connector_webhook_event
   SET state = 'queued', queued_at = clock_timestamp() AT TIME ZONE 'UTC'
 WHERE id IN (
       SELECT id FROM connector_webhook_event
        WHERE backend_id = %(backend)s AND state = 'received'
        ORDER BY id LIMIT %(limit)s
 )
RETURNING model, external_id
"""

# connector_webhook_event. The last event of a record that was worked and happened
# later; it came later where the time is not known. Locks: none.
# Index: connector_webhook_event__record_idx.
FIND_LATER = """
SELECT id FROM connector_webhook_event
 WHERE backend_id = %(backend)s AND model = %(model)s
   AND external_id = %(external_id)s AND state = 'done'
   AND (occurred_at > %(occurred_at)s
        OR (%(occurred_at)s::timestamp IS NULL AND id > %(id)s))
 ORDER BY occurred_at DESC, id DESC LIMIT 1
"""


class ConnectorWebhookEvent(models.Model):
    """An event that a backend sent.

    Rows come by SQL, see ``receive.py``, and are worked by jobs, see ``work.py``.
    """

    _name = EVENT
    _inherit = ["connector.of.backend", "connector.guarded"]
    _description = "Webhook Event"
    _log_access = False
    _order = "id desc"
    _rec_name = "topic"
    _rec_names_search = ("external_id", "topic", "event_id")

    received_at = fields.Datetime(
        string="Received",
        required=True,
        readonly=True,
        default=fields.Datetime.now,
        help="When the event was stored.",
    )
    topic = fields.Char(readonly=True, help="What happened, in words of the backend.")
    model = fields.Char(
        string="Binding Model", readonly=True, help="Model of the record's binding."
    )
    external_id = fields.Char(
        string="External ID",
        readonly=True,
        help="Identifier of the record on the backend.",
    )
    event_id = fields.Char(
        string="Event ID",
        readonly=True,
        help="The same where the backend sends an event again.",
    )
    occurred_at = fields.Datetime(
        string="Happened", readonly=True, help="When it happened, as the backend says."
    )
    is_deleted = fields.Boolean(
        string="Deletion",
        readonly=True,
        help="Whether the backend says that the record was deleted.",
    )
    state = fields.Selection(
        STATES,
        required=True,
        default="received",
        readonly=True,
        help="Superseded: a later event of the record was worked instead. Duplicate: "
        "it came before. Ignored: nothing is declared for its topic, or its record is "
        "not there any more. Failed: correct the cause, then press Replay.",
    )
    reason = fields.Char(readonly=True, help="What became of it, and why.")
    queued_at = fields.Datetime(
        string="Job Made", readonly=True, help="When it was handed to a job."
    )
    done_at = fields.Datetime(
        string="Ended", readonly=True, help="When it was worked or dropped."
    )
    job_uuid = fields.Char(
        string="Job", readonly=True, help="The job that worked the event."
    )
    body = fields.Text(
        readonly=True,
        prefetch=False,
        groups=MANAGER,
        help="What was sent, as it was signed.",
    )
    headers = fields.Text(
        readonly=True,
        prefetch=False,
        groups=MANAGER,
        help="The headers that the connector reads.",
    )
    payload = fields.Text(
        compute="_compute_payload",
        compute_sudo=True,
        help="What was sent, without secrets.",
    )

    _event_uniq = models.UniqueIndex(
        "(backend_id, event_id) WHERE event_id IS NOT NULL AND state <> 'duplicate'",
        "The event is in the inbox already.",
    )
    _received_idx = models.Index("(backend_id, id) WHERE state = 'received'")
    _open_idx = models.Index("(state, queued_at) WHERE state IN ('received', 'queued')")
    _record_idx = models.Index("(backend_id, model, external_id, id)")
    _external_idx = models.Index("(external_id)")
    _age_idx = models.Index("(received_at)")

    # === COMPUTE === #

    @api.depends("body")
    def _compute_payload(self):
        secrets = known_secrets(self.env.cr)
        for event in self:
            event.payload = event.body and redact(event.body, TEXT_SIZE, secrets)

    # === CRUD === #

    def _has_field_access(self, field, operation):
        """Let nobody write: the facts are the backend's, the states the framework's."""
        if operation == "write" and not self.env.su:
            return False
        return super()._has_field_access(field, operation)

    # === ACTIONS === #

    def action_replay(self) -> None:
        """Work events once more; what is declared is read anew."""
        self.check_access("read")
        if not (self.env.su or self.env.user.has_group(REVIEWER)):
            raise AccessError(self.env._("Only Connector Reviewers replay events."))
        events_sudo = self.sudo()  # their facts are written by the framework only
        for event_sudo in events_sudo.filtered(lambda one: one.state in ENDED):
            event_sudo._read_again()
        events_sudo._wake_backends()

    def action_open_job(self) -> dict:
        """Show the job that worked the event."""
        self.ensure_one()
        jobs = self.env["connector.queue.job"]
        jobs.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector.action_queue_job"
        )
        return {**action, "domain": [("uuid", "=", self.job_uuid)], "context": {}}

    # === HELPERS === #

    def _read_again(self) -> None:
        """Read the event by what is declared now, and let it wait for a job.

        One whose first copy is there stays a duplicate.
        """
        backend = self.backend_id and self.backend_id.exists()
        if not backend or self.state == "duplicate":
            return
        try:
            payload = self._payload()
        except ValueError as error:
            told = self.env._("What was sent cannot be read: %(error)s", error=error)
            self._settle("failed", told)
            return
        facts = read_event(
            backend._declared_webhooks(),
            backend._webhook_topic,
            backend._webhook_scheme,
            payload,
            Headers(json.loads(self.headers or "{}")),
        )
        self._set(
            {
                "topic": facts.topic,
                "model": facts.webhook and facts.webhook.model,
                "external_id": facts.external_id,
                "occurred_at": facts.occurred_at,
                "is_deleted": facts.is_deleted,
                "state": state_of(facts),
                "reason": facts.problem or False,
                "done_at": False,
            }
        )

    def _payload(self) -> object:
        """Return the payload as it was sent."""
        self.fetch(["body", "headers"])  # of this event only: bodies may be long
        headers = Headers(json.loads(self.headers or "{}"))
        return self.backend_id._parse_webhook((self.body or "").encode(), headers)

    def _record(self) -> dict | None:
        """Return the record that the event carries, None where it has to be read."""
        webhook = find_webhook(self.backend_id._declared_webhooks(), self.topic or "")
        if webhook is None or webhook.record is None:
            return None
        return find_record(webhook, self._payload())

    @api.model
    def _queue(self, backend: str) -> tuple[int, set[tuple[str, str]]]:
        """Hand events of a backend to jobs; return how many, and their records."""
        self.env.cr.execute(QUEUE, {"backend": backend, "limit": QUEUED_AT_ONCE})
        rows = self.env.cr.fetchall()
        self.invalidate_model()
        return len(rows), set(rows)

    @api.model
    def _queued_of(self, backend: str, model_name: str, external_id: str):
        """Return the events of a record that a job is to work, oldest first."""
        return self.search(
            [
                ("backend_id", "=", backend),
                ("model", "=", model_name),
                ("external_id", "=", external_id),
                ("state", "=", "queued"),
            ],
            order="id",
        )

    def _newest(self):
        """Return the event that happened last, else the one that came last.

        Their order of arrival says little: a repeated one comes late.
        """
        if all(event.occurred_at for event in self):
            return max(self, key=lambda event: (event.occurred_at, event.id))
        return max(self, key=lambda event: event.id)

    def _overtaken_by(self) -> int | None:
        """Return the id of an event of the record that happened later and is done."""
        self.flush_model()
        self.env.cr.execute(
            FIND_LATER,
            {
                "backend": reference_of(self.backend_id),
                "model": self.model,
                "external_id": self.external_id,
                "occurred_at": self.occurred_at or None,
                "id": self.id,
            },
        )
        row = self.env.cr.fetchone()
        return row and row[0]

    def _last_done(self):
        """Return the event of the record that was worked last, empty for none."""
        return self.search(
            [
                ("backend_id", "=", reference_of(self.backend_id)),
                ("model", "=", self.model),
                ("external_id", "=", self.external_id),
                ("state", "=", "done"),
            ],
            order="done_at desc",
            limit=1,
        )

    def _settle(self, state: str, reason: str = "") -> None:
        """Note what became of events."""
        if not self:
            return
        secrets = known_secrets(self.env.cr)
        self._set(
            {
                "state": state,
                "reason": secrets.stored(reason, MESSAGE_SIZE) if reason else False,
                "done_at": read_clock(self.env),  # as bindings keep what they read
                "job_uuid": self.env.context.get("job_uuid", False),
            }
        )

    def _wake_backends(self) -> None:
        """Have the events that wait worked; those of a backend without a user wait."""
        backends = {one.backend_id for one in self if one.backend_id}
        _wake(self.env, map(reference_of, backends))

    # === CRON === #

    @api.model
    def _cron_sweep(self) -> None:
        """Make the webhooks of new backends; see to events that nobody works.

        The process that stored them was killed before it could say so; or their job
        was cancelled, or its process died.
        """
        self.env["connector.webhook"]._declare_all()
        self._note_lost()
        found = self._read_group([("state", "=", "received")], ["backend_id"])
        _wake(self.env, [reference for (reference,) in found])

    def _note_lost(self) -> None:
        """Let those events fail whose job is gone."""
        hour_ago = fields.Datetime.now() - timedelta(hours=1)
        old = self.search([("state", "=", "queued"), ("queued_at", "<", hour_ago)])
        by_key = defaultdict(self.browse)
        for event in old:
            by_key[event._job_key()] |= event
        for key in by_key.keys() - self._live_keys(by_key):
            reason = self.env._(
                "Its job was cancelled, or the process of its job died. Press Replay."
            )
            by_key[key]._settle("failed", reason)

    @api.model
    def _live_keys(self, keys: Iterable[str]) -> set[str]:
        """Return the keys of jobs that are still to run, or run now."""
        jobs_sudo = self.env["connector.queue.job"].sudo()  # of all users
        states = [*NOT_STARTED, ENQUEUED]
        live = [("identity_key", "in", list(keys)), ("state", "in", states)]
        return set(jobs_sudo.search(live).mapped("identity_key"))

    def _job_key(self) -> str:
        """Return the identity key of the job of the event's record."""
        reference = reference_of(self.backend_id) if self.backend_id else ""
        return job_key(reference, self.model, self.external_id)

    # === RETENTION === #

    @api.autovacuum
    def _gc_events(self) -> tuple[int, bool]:
        """Delete events that came a number of days ago, except those that wait."""
        days = self.env["ir.config_parameter"].sudo().get_param(EVENT_DAYS)
        before = fields.Datetime.now() - timedelta(days=int(days or DAYS))
        old = self.sudo().search(
            [("received_at", "<", before), ("state", "in", ENDED)],
            order="received_at",  # else all that is newer may be read before
            limit=BATCH,
        )
        count = len(old)
        old.unlink()
        return count, count == BATCH


def job_key(backend: str, model_name: str, external_id: str) -> str:
    """Return the key of the job that works the events of a record."""
    return f"webhook {backend} {model_name} {external_id}"


def state_of(facts) -> str:
    """Return the state of a new event."""
    if facts.webhook is None:
        return "ignored"
    return "failed" if facts.problem else "received"


def _wake(env: api.Environment, references: Iterable[str]) -> None:
    """Have events worked of the backends that are there still."""
    for reference in references:
        name, _comma, id_ = str(reference or "").partition(",")
        if name in env and id_ and (backend := env[name].browse(int(id_)).exists()):
            backend._wake_webhooks()
