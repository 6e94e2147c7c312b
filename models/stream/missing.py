# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Deletions of a full refresh: bindings whose records are gone on the backend.

They are settled after the pages, in jobs of their own. Where too many are missing, they
wait for a person, while imports go on.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...exception import NothingToDoJob
from ...flows.streams.stream_page import StreamPage
from ...queue.job import job
from .run import FAILED_JOB
from .stream import FULL

CHUNK = 100  # records in one job: each of them may be a request
FEW = 10  # bindings: of fewer the limit is that of so many
WORKING = "working"
HELD = "held"
DONE = "done"
KEPT = "kept"
FAILED = "failed"


class ConnectorStreamRun(models.Model):
    """Runs, the full ones of which find what was deleted on the backend."""

    _inherit = "connector.stream.run"

    missing_count = fields.Integer(
        string="Missing There",
        help="Records that are bound here and that the full refresh did not find.",
    )
    deletion_state = fields.Selection(
        [
            (WORKING, "Working"),
            (HELD, "Held"),
            (DONE, "Done"),
            (KEPT, "Kept"),
            (FAILED, "Failed"),
        ],
        string="Deletions",
        help="Held: more records are missing on the backend than the limit of the "
        "stream allows. A person decides.",
    )
    deletion_job_uuid = fields.Char(
        string="Job of Deletions", help="Job that settles the next missing records."
    )

    # === JOBS === #

    @api.private
    @job
    def delete_missing(self, after_id: int = 0) -> str:
        """Settle some bindings whose records were missing, and delay the next ones.

        Args:
            after_id: bindings up to this id are settled.
        """
        self.ensure_one()
        if self.deletion_state not in (WORKING, FAILED):
            raise NothingToDoJob(
                f"The deletions of run {self.id} of stream "
                f"{self.stream_id.display_name!r} are {self.deletion_state!r}: another "
                "full refresh has begun since, or a person kept the records."
            )
        page = self._page()
        later = Domain("id", ">", after_id)
        model = page.scope.model.with_context(active_test=False)
        found = model.search(self._missing(page) & later, order="id", limit=CHUNK)
        missing = found._without_open_requests()
        result = page.delete(missing.mapped("external_id"))
        self._count(0, 0, result)
        if len(found) == CHUNK:
            self._delay_deletions(found[-1].id)
        else:
            self._set({"deletion_state": DONE, "deletion_job_uuid": False})
        return str(result)

    def _delay_deletions(self, after_id: int = 0) -> None:
        key = f"stream deletions {self.id}"
        uuid = self.delayed(identity_key=key).delete_missing(after_id)
        self._set({"deletion_state": WORKING, "deletion_job_uuid": uuid})

    # === HELPERS === #

    def _begin_deletions(self, page: StreamPage) -> None:
        """Have the missing records settled, or ask a person where there are many."""
        self._drop_earlier()
        count = self._count_missing(page, self._missing(page))
        self._set({"missing_count": count})
        total = self._count_missing(page, self._bound(page))
        limit = self.stream_id.deletion_limit / 100
        if count and (not self.read_count or count > limit * max(total, FEW)):
            self._set({"deletion_state": HELD})
            self._ask_before_deletion(page, count, total)
            return
        self.stream_id._close_deletion_checkpoint()
        if count:
            self._delay_deletions()

    def _count_missing(self, page: StreamPage, domain: Domain) -> int:
        return page.scope.model.with_context(active_test=False).search_count(domain)

    def _bound(self, page: StreamPage) -> Domain:
        """Return the bindings that may be missing: made before the run began.

        Those that were synchronized since are there: another import, or an export,
        has just met them.
        """
        stream = self.stream_id
        bound = Domain("backend_id", "=", page.scope.backend_record.id)
        bound &= Domain("external_id", "not in", [False, ""])
        bound &= Domain("create_date", "<", self.started_at)
        before = Domain("sync_date", "<", self.started_at)
        bound &= Domain("sync_date", "=", False) | before
        bound &= Domain("is_alias", "=", False)  # its record is another's
        bound &= Domain("sync_state", "!=", "gone")
        if stream._is_partial():
            # others may be of another slice, or were never wanted
            bound &= Domain("seen_stream", "=", stream.id)
        return bound

    def _missing(self, page: StreamPage) -> Domain:
        """Return the bindings whose records were not found.

        Where the backend cannot be asked for one record, they have to be missing in
        the full refresh before this one as well; and there are none where the stream
        leaves records out on purpose.
        """
        if page.adapter.reads_singly:
            return self._bound(page) & self._unseen_since(self.id)
        before = self._pass_before()
        if not before or self.stream_id._list_filter().is_narrow:
            return Domain.FALSE
        return (
            self._bound(page)
            & self._unseen_since(before.id)
            & Domain("create_date", "<", before.started_at)
        )

    def _unseen_since(self, run_id: int) -> Domain:
        return Domain("seen_run", "=", False) | Domain("seen_run", "<", run_id)

    def _pass_before(self):
        """Return the last full refresh before this one that was complete."""
        return self.search(
            [
                ("stream_id", "=", self.stream_id.id),
                ("kind", "=", FULL),
                ("state", "=", "done"),
                ("is_complete", "=", True),
                ("id", "<", self.id),
            ],
            order="id desc",
            limit=1,
        )

    def _drop_earlier(self) -> None:
        """End the deletions of earlier runs: what they found is found again."""
        earlier = self.search(
            [
                ("stream_id", "=", self.stream_id.id),
                ("id", "<", self.id),
                ("deletion_state", "in", (WORKING, HELD, FAILED)),
            ]
        )
        earlier._set({"deletion_state": KEPT, "deletion_job_uuid": False})

    def _ask_before_deletion(self, page: StreamPage, count: int, total: int) -> None:
        """Let a person decide where so many records are missing on the backend."""
        stream = self.stream_id
        page.scope.backend_record.add_checkpoint(
            stream._name,
            stream.id,
            self.env._(
                "%(count)s of %(total)s records of %(stream)s were not found on the "
                "backend in a full refresh that read %(read)s records. That many are "
                "not deleted here by themselves: check that the backend answers with "
                "all of its records, then press Delete Them or Keep on the stream.",
                count=count,
                total=total,
                stream=stream.display_name,
                read=self.read_count,
            ),
            reason="deleted",
            severity="major",
        )

    def _on_job_failed(self, method, args, kwargs, reason):
        """Note at once that the deletions of a run failed."""
        super()._on_job_failed(method, args, kwargs, reason)
        if self.deletion_state == WORKING:
            self._settle_deletions()

    def _settle_deletions(self) -> None:
        """Note where the job of deletions failed, or was retried."""
        found = self.env["connector.queue.job"].sudo()
        its_job = found.search([("uuid", "=", self.deletion_job_uuid or "")])
        has_failed = not its_job or its_job.state in FAILED_JOB
        if has_failed and self.deletion_state == WORKING:
            reason = its_job.result or self.env._("The job of the deletions is gone.")
            self._set({"deletion_state": FAILED, "message": reason})
        elif not has_failed and self.deletion_state == FAILED:
            self._set({"deletion_state": WORKING, "message": False})


class ConnectorStream(models.Model):
    """Streams, of which people decide about many deletions."""

    _inherit = "connector.stream"

    deletion_limit = fields.Integer(
        string="Deletion Limit (%)",
        default=10,
        help="Where a full refresh misses more than this share of the records, nothing "
        "is deleted before a person has agreed.",
    )
    held_deletion_count = fields.Integer(
        string="Held Deletions", compute="_compute_held_deletion_count"
    )

    _deletion_limit_range = models.Constraint(
        "CHECK (deletion_limit BETWEEN 0 AND 100)",
        "The deletion limit is a share of the records, from 0 to 100 %.",
    )

    # === COMPUTE === #

    @api.depends("run_ids.deletion_state", "run_ids.missing_count")
    def _compute_held_deletion_count(self):
        for stream in self:
            stream.held_deletion_count = stream._held_run().missing_count

    # === ACTIONS === #

    def action_delete_missing(self) -> None:
        """Settle the deletions that are held."""
        self.check_access("write")
        for stream in self:
            stream._checked_held_run()._delay_deletions()
            stream._close_deletion_checkpoint()

    def action_keep_missing(self) -> None:
        """Keep the records of the deletions that are held."""
        self.check_access("write")
        for stream in self:
            stream._checked_held_run()._set({"deletion_state": KEPT})
            stream._close_deletion_checkpoint()

    # === HELPERS === #

    def _held_run(self):
        """Return the run whose deletions wait for a person, empty for none."""
        held = [("stream_id", "=", self.id), ("deletion_state", "=", HELD)]
        return self.env["connector.stream.run"].search(held, limit=1)

    def _checked_held_run(self):
        if run := self._held_run():
            return run
        raise UserError(
            self.env._(
                "No deletions of stream %(stream)s wait: somebody has decided, or "
                "another full refresh has begun. Reload the page.",
                stream=self.display_name,
            )
        )

    def _close_deletion_checkpoint(self) -> None:
        """Mark the checkpoint about the deletions as reviewed: it was decided."""
        self.env["connector.checkpoint"]._review_of(self)


class ConnectorBinding(models.AbstractModel):
    """Bindings, some of which are never taken for deleted."""

    _inherit = "connector.binding"

    # === HELPERS === #

    def _without_open_requests(self):
        """Return the bindings that no export is about to change; for overrides.

        A record that is being created or renamed on the backend may not be listed yet.
        """
        return self
