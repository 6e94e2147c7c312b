# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Runs of streams: what each import read and did, page by page."""

from odoo import api, fields, models
from odoo.tools import SQL

from ...exception import NothingToDoJob
from ...fields.reference import LastingReference
from ...flows.importing.result import NOT_DELIVERED, ImportResult
from ...flows.streams.deletion import DELETED
from ...flows.streams.stream_page import StreamPage
from ...queue.job import job
from ...text import is_missing
from ..access_guard import framework_context, own_code
from .stream import CHANGES, FULL

# Outcome of a record: the field that counts it.
COUNTS = {
    "created": "created_count",
    "updated": "updated_count",
    "unchanged": "unchanged_count",
    "skipped": "skipped_count",
    "rejected": "rejected_count",
    NOT_DELIVERED: "not_delivered_count",
    DELETED: "deleted_count",
}
FAILED_JOB = ("failed", "cancelled")
DELETION_LIMIT = 0.1  # of the bindings: more are not deleted without a person


class ConnectorStreamRun(models.Model):
    """One import of a stream, from its first page to its last."""

    _name = "connector.stream.run"
    _inherit = ["connector.guarded"]
    _description = "Stream Run"
    _order = "id desc"
    _rec_names_search = ("stream_id.name", "stream_id.model")

    stream_id = fields.Many2one(
        "connector.stream",
        required=True,
        ondelete="cascade",
        index=True,
        help="The stream that was imported.",
    )
    company_id = fields.Many2one(related="stream_id.company_id", store=True)
    backend_id = LastingReference(
        related="stream_id.backend_id", help="The backend that the stream reads."
    )
    kind = fields.Selection(
        [(CHANGES, "Changes"), (FULL, "Full Refresh")], required=True
    )
    state = fields.Selection(
        [("running", "Running"), ("held", "Held"), ("done", "Done")],
        required=True,
        default="running",
    )
    started_at = fields.Datetime(string="Started", default=fields.Datetime.now)
    ended_at = fields.Datetime(
        string="Ended", help="When the last page was imported, or the run was given up."
    )
    since = fields.Char(help="Changes from this time on were read, in UTC.")
    clock = fields.Char(help="When the first page was read, in UTC.")
    newest = fields.Char(help="Newest change that was read, in UTC.")
    last = fields.Char(help="Last change that was read, in UTC.")
    job_uuid = fields.Char(string="Job", help="Job of the page that is next.")
    page_count = fields.Integer(string="Pages", help="Pages that were imported.")
    read_count = fields.Integer(string="Read")
    created_count = fields.Integer(string="Created")
    updated_count = fields.Integer(string="Updated")
    unchanged_count = fields.Integer(string="Unchanged")
    skipped_count = fields.Integer(string="Skipped")
    rejected_count = fields.Integer(string="Rejected")
    deleted_count = fields.Integer(string="Deleted There")
    message = fields.Char()

    _running_uniq = models.UniqueIndex(
        "(stream_id) WHERE state IN ('running', 'held')",
        "The stream is running already.",
    )

    # === COMPUTE === #

    @api.depends("stream_id.name", "started_at")
    def _compute_display_name(self):
        for run in self:
            at = fields.Datetime.to_string(run.started_at)
            run.display_name = f"{run.stream_id.name}, {at}"

    # === JOBS === #

    @api.private
    @job
    def import_page(self, state: object = None) -> str:
        """Import one page, and delay the job of the next one with it.

        Args:
            state: where the page is, as the adapter returned it; None begins.
        """
        self.ensure_one()
        if self.state == "done":
            raise NothingToDoJob(
                f"Run {self.id} of stream {self.stream_id.display_name!r} was given "
                "up: another one has begun since."
            )
        page = self._open_page()
        if state is None:
            state = self._begin(page)
        result, next_state = page.run(state)
        self._note_page(page, result)
        if next_state is not None:
            self._delay_page(next_state)
        else:
            result.merge(self._end(page))
        return str(result)

    def _delay_page(self, state: object) -> None:
        """Delay the import of a page, in the transaction of the page before."""
        uuid = self.delayed(identity_key=f"stream page {self.id}").import_page(state)
        self._set({"job_uuid": uuid})

    # === HELPERS === #

    def _open_page(self) -> StreamPage:
        """Return the page that is next, before it is read."""
        stream = self.stream_id
        return StreamPage(stream.sudo()._scope(), stream.display_name, self._cursor())

    def _begin(self, page: StreamPage) -> object:
        """Return the state of the first page, and note from when on it reads."""
        cursor = self.stream_id.cursor if self.kind == CHANGES else None
        since = page.since(cursor or None)
        self._set({"since": since.isoformat() if since else False})
        return page.begin(since)

    def _cursor(self) -> dict:
        """Return the cursor as it was kept after the last page."""
        return {"clock": self.clock, "newest": self.newest, "last": self.last}

    def _note_page(self, page: StreamPage, result: ImportResult) -> None:
        """Keep the cursor, and count what became of the records of a page."""
        counts = {
            field: self[field] + result.counts[outcome]
            for outcome, field in COUNTS.items()
        }
        self._set(
            {
                **page.cursor_values(),
                **counts,
                "page_count": self.page_count + 1,
                "read_count": self.read_count + page.read_count,
            }
        )
        if self.kind == FULL:
            self._mark_seen(page)
        if page.is_sorted and self.kind == CHANGES:
            self._move_cursor()

    def _move_cursor(self) -> None:
        """Move the cursor of the stream to the newest change that is here."""
        stream = self.stream_id
        if self.newest and self.newest > (stream.cursor or ""):
            stream._set({"cursor": self.newest})

    def _end(self, page: StreamPage) -> ImportResult:
        """Note that all pages are here, and settle what was deleted there."""
        self._move_cursor()
        result = self._find_deleted(page)
        self._set(
            {
                "state": "done",
                "ended_at": fields.Datetime.now(),
                "job_uuid": False,
                "deleted_count": self.deleted_count + result.counts[DELETED],
            }
        )
        self.stream_id._done(self.kind)
        return result

    def _settle(self) -> None:
        """Hold the stream if the job of a page failed; go on if it was retried."""
        found = self.env["connector.queue.job"].sudo()
        page_job = found.search([("uuid", "=", self.job_uuid or "")])
        has_failed = not page_job or page_job.state in FAILED_JOB
        if has_failed and self.state == "running":
            reason = page_job.result or self.env._("The job of the page is gone.")
            self._set({"state": "held", "message": reason})
            self.stream_id._set({"state": "held", "hold_reason": reason})
        elif not has_failed and self.state == "held":
            self._set({"state": "running", "message": False})
            self.stream_id._set({"state": "running", "hold_reason": False})

    def _give_up(self) -> None:
        """End a run that is held, so that another one can begin."""
        self._set({"state": "done", "ended_at": fields.Datetime.now()})
        self.flush_recordset(["state"])  # the next one may not stand beside it

    # === DELETIONS === #

    def _find_deleted(self, page: StreamPage) -> ImportResult:
        """Settle what was deleted there, at the end of the run."""
        return self._delete_missing(page) if self.kind == FULL else ImportResult()

    def _mark_seen(self, page: StreamPage) -> None:
        """Note on the bindings of a page that this full refresh has seen them."""
        # One statement for the page. Locks: the rows of the bindings. Index: the
        # unique one on backend and external id.
        model = page.scope.model
        model.flush_model()
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET seen_run = %s WHERE backend_id = %s"
                " AND external_id = ANY(%s) AND seen_run IS DISTINCT FROM %s",
                SQL.identifier(model._table),
                self.id,
                page.scope.backend_record.id,
                page.external_ids,
                self.id,
            )
        )
        model.invalidate_model(["seen_run"])

    def _delete_missing(self, page: StreamPage) -> ImportResult:
        """Settle the bindings whose records are not on the backend any more."""
        model = page.scope.model.with_context(active_test=False)
        bound = [
            ("backend_id", "=", page.scope.backend_record.id),
            ("external_id", "!=", False),
            ("create_date", "<", self.started_at),
            ("sync_state", "!=", "gone"),
        ]
        unseen = ["|", ("seen_run", "=", False), ("seen_run", "!=", self.id)]
        missing = model.search(bound + unseen)
        if not missing:
            return ImportResult()
        total = model.search_count(bound)
        if not self.read_count or len(missing) > DELETION_LIMIT * max(total, 10):
            self._ask_before_deletion(page, len(missing), total)
            return ImportResult()
        return page.delete(
            [one.external_id for one in missing if not is_missing(one.external_id)]
        )

    def _ask_before_deletion(self, page: StreamPage, count: int, total: int) -> None:
        """Let a person decide where so many records are missing on the backend."""
        page.scope.backend_record.add_checkpoint(
            message=self.env._(
                "%(count)s of %(total)s records of %(stream)s were not found on the "
                "backend in a full refresh that read %(read)s records. That many are "
                "not deleted here by themselves: check that the backend answers with "
                "all of its records.",
                count=count,
                total=total,
                stream=self.stream_id.display_name,
                read=self.read_count,
            ),
            reason="deleted",
            severity="major",
        )

    def _set(self, values: dict) -> None:
        """Write what no form may write."""
        with own_code():
            framework_context(self.sudo()).write(values)  # facts of the framework
