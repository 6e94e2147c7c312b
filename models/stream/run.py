# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Runs of streams: what each import read and did, page by page."""

from dataclasses import replace

from odoo import api, fields, models
from odoo.tools import SQL

from ...components.changed_since import parse_stamp
from ...components.list_filter import ListFilter
from ...exception import NothingToDoJob, SystemicError
from ...fields.reference import LastingReference
from ...flows.importing.result import DELETED, NOT_DELIVERED, ImportResult
from ...flows.streams.stream_page import StreamPage
from ...queue.job import job
from .stream import BACKFILL, CHANGES, CHOSEN, FULL, NORMAL, OPEN

# Outcome of a record: the field that counts it.
COUNTS = {
    "created": "created_count",
    "matched": "matched_count",
    "updated": "updated_count",
    "unchanged": "unchanged_count",
    "skipped": "skipped_count",
    "rejected": "rejected_count",
    NOT_DELIVERED: "not_delivered_count",
    DELETED: "deleted_count",
}
FAILED_JOB = ("failed", "cancelled")
CURSOR = ("clock", "newest", "last", "begun")
RUN = "connector_stream_run"  # key of the context
FIRST = 20  # records: where all of the first ones are rejected, none is to blame


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
        [
            (CHANGES, "Changes"),
            (FULL, "Full Refresh"),
            (BACKFILL, "Backfill"),
            (CHOSEN, "Chosen Records"),
        ],
        required=True,
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
    start = fields.Char(help="Start of a backfill, in UTC.")
    until = fields.Char(help="End of a backfill, in UTC.")
    clock = fields.Char(help="When the first page was read, in UTC.")
    newest = fields.Char(help="Newest change that was read, in UTC.")
    last = fields.Char(help="Last change that was read, in UTC.")
    begun = fields.Char(
        string="List Since",
        help="Changes from this time on are in the list that is being read, in UTC.",
    )
    fingerprint = fields.Char(
        string="Mapping", help="Fingerprint of the mapping when the run began."
    )
    job_uuid = fields.Char(string="Job", help="Job of the page that is next.")
    page_count = fields.Integer(string="Pages", help="Pages that were imported.")
    read_count = fields.Integer(string="Read")
    created_count = fields.Integer(string="Created")
    matched_count = fields.Integer(string="Matched")
    updated_count = fields.Integer(string="Updated")
    unchanged_count = fields.Integer(string="Unchanged")
    skipped_count = fields.Integer(string="Skipped")
    rejected_count = fields.Integer(string="Rejected")
    deleted_count = fields.Integer(string="Deleted There")
    is_complete = fields.Boolean(
        string="Complete", help="Whether the list of the backend was read to its end."
    )
    message = fields.Char()

    _running_uniq = models.UniqueIndex(
        "(stream_id) WHERE state IN ('running', 'held')"
        " AND kind IN ('changes', 'full')",
        "The stream is running already.",
    )

    # === COMPUTE === #

    @api.depends("stream_id.name", "started_at")
    def _compute_display_name(self):
        for run in self:
            at = fields.Datetime.to_string(run.started_at)
            run.display_name = f"{run.stream_id.display_name}, {at}"

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
        page = self._page()
        if state is None:
            state = self._begin(page)
        result, next_state = page.run(state)
        self._check_beginning(page, result)
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

    def _page(self) -> StreamPage:
        """Return the page that is next, with all that the run knows of it."""
        page = self.with_context(**{RUN: self.id})._open_page()
        page.ask_for(self._list_filter())
        page.is_first = not self.page_count
        page.restarts = self.kind != FULL
        return page

    def _open_page(self) -> StreamPage:
        """Return the page that is next, before it is read."""
        stream = self.stream_id
        return StreamPage(stream.sudo()._scope(), stream.display_name, self._cursor())

    def _cursor(self) -> dict:
        """Return the cursor as it was kept after the last page."""
        return {name: self[name] for name in CURSOR}

    def _list_filter(self) -> ListFilter:
        """Return which records the run asks for."""
        asked = self.stream_id._list_filter()
        if self.kind in NORMAL:
            return asked
        start = parse_stamp(self.start) if self.start else None
        until = parse_stamp(self.until) if self.until else None
        return replace(asked, start=start, until=until)

    def _begin(self, page: StreamPage) -> object:
        """Return the state of the first page, and note from when on it reads."""
        since = page.since(self._due_cursor(page))
        self._set({"since": since.isoformat() if since else False})
        return page.begin(since)

    def _due_cursor(self, page: StreamPage) -> str | None:
        """Return the cursor to begin with, None for everything.

        Where the mapping has changed, the records that are here are due once more.
        """
        stream, fingerprint = self.stream_id, page.fingerprint
        has_changed = (stream.fingerprint or fingerprint) != fingerprint
        message = has_changed and self.env._(
            "The mapping has changed: everything was read again."
        )
        self._set({"fingerprint": fingerprint, "message": message})
        if self.kind != CHANGES or has_changed:
            return None
        return stream.cursor or None

    def _check_beginning(self, page: StreamPage, result: ImportResult) -> None:
        """Refuse a run of which each of the first records was rejected.

        Raises:
            SystemicError: it is not their fault.
        """
        if self.kind == CHOSEN or self.rejected_count < min(self.read_count, FIRST):
            return
        first = page.external_ids[: max(0, FIRST - self.read_count)]
        is_long = self.read_count + len(first) >= FIRST
        if first and is_long and all(one in result.rejected for one in first):
            raise SystemicError(
                f"The first {FIRST} records of {self.stream_id.display_name} were all "
                f"rejected, the last of them, {first[-1]!r}, as: "
                f"{result.rejected[first[-1]]} It is not the fault of single records. "
                "Correct the mapping or the settings, then retry."
            )

    def _note_page(self, page: StreamPage, result: ImportResult) -> None:
        """Keep the cursor, and count what became of the records of a page."""
        self._set(page.cursor_values())
        self._count(1, page.read_count, result)
        self._mark_seen(page)
        if page.is_sorted and self.kind == CHANGES:
            self._move_cursor()

    def _count(self, page_count: int, read_count: int, result: ImportResult) -> None:
        """Count pages, records, and what became of them."""
        counts = {
            field: self[field] + result.counts[outcome]
            for outcome, field in COUNTS.items()
        }
        self._set(
            {
                **counts,
                "page_count": self.page_count + page_count,
                "read_count": self.read_count + read_count,
            }
        )
        self._note_reasons(result)

    def _move_cursor(self) -> None:
        """Move the cursor of the stream to the newest change that is here."""
        stream = self.stream_id
        if self.newest and self.newest > (stream.cursor or ""):
            stream._set({"cursor": self.newest})

    def _end(self, page: StreamPage) -> ImportResult:
        """Note that all pages are here, and have deletions settled."""
        values = {"state": "done", "ended_at": fields.Datetime.now(), "job_uuid": False}
        if page.is_cut:
            values["message"] = self.env._(
                "The list of the backend ended before its last page: records left it "
                "meanwhile. Nothing counts as deleted, and what changed is read again."
            )
        self._set({**values, "is_complete": not page.is_cut})
        if self.kind not in NORMAL:
            return ImportResult()
        if not page.is_cut:
            self._move_cursor()
        self.stream_id._done(self)
        return ImportResult() if page.is_cut else self._find_deleted(page)

    def _find_deleted(self, page: StreamPage) -> ImportResult:
        """Settle what was deleted there, at the end of the run."""
        if self.kind == FULL:
            self._begin_deletions(page)
        return ImportResult()

    @api.model
    def _settle_all(self) -> None:
        """Hold the runs whose job failed, and go on with those retried since."""
        for run in self.search([("state", "in", OPEN)]):
            run._settle()
        for run in self.search([("deletion_state", "in", ("working", "failed"))]):
            run._settle_deletions()

    def _on_job_failed(self, method, args, kwargs, reason):
        """Hold the stream at once where a page failed; the cron finds all else."""
        super()._on_job_failed(method, args, kwargs, reason)
        if self.state in OPEN:
            self._settle()

    def _settle(self) -> None:
        """Hold the stream if the job of a page failed; go on if it was retried."""
        found = self.env["connector.queue.job"].sudo()
        page_job = found.search([("uuid", "=", self.job_uuid or "")])
        has_failed = not page_job or page_job.state in FAILED_JOB
        values = None
        if has_failed and self.state == "running":
            reason = page_job.result or self.env._("The job of the page is gone.")
            values = {"state": "held", "message": reason}
        elif not has_failed and self.state == "held":
            values = {"state": "running", "message": False}
        if values:
            self._set(values)
            if self.kind in NORMAL:
                self.stream_id._set(
                    {"state": values["state"], "hold_reason": values["message"]}
                )

    def _give_up(self) -> None:
        """End a run that is held, so that another one can begin."""
        self._set({"state": "done", "ended_at": fields.Datetime.now()})
        self.flush_recordset(["state"])  # the next one may not stand beside it

    def _mark_seen(self, page: StreamPage) -> None:
        """Note on the bindings of a page which stream listed them.

        A full refresh leaves its number as well; other runs have no need to write
        where all records of the model belong to one stream.
        """
        # One statement for the page. Locks: the rows of the bindings. Index: the
        # unique one on backend and external id.
        is_full = self.kind == FULL
        if not is_full and not self.stream_id._is_partial():
            return
        model = page.scope.model
        model.flush_model()
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET seen_run = COALESCE(%s, seen_run), seen_stream = %s"
                " WHERE backend_id = %s AND external_id = ANY(%s) AND (seen_stream"
                " IS DISTINCT FROM %s OR seen_run IS DISTINCT FROM COALESCE(%s,"
                " seen_run))",
                SQL.identifier(model._table),
                self.id if is_full else None,
                self.stream_id.id,
                page.scope.backend_record.id,
                page.external_ids,
                self.stream_id.id,
                self.id if is_full else None,
            )
        )
        model.invalidate_model(["seen_run", "seen_stream"])
