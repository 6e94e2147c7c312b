# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Backfills of streams: records of a range of time, or of some ids, brought in apart.

They run beside the other imports of the stream and leave its cursor where it is.
"""

from collections.abc import Iterable
from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...exception import NothingToDoJob
from ...flows.streams.chosen import import_chosen
from ...flows.streams.stream_page import StreamPage
from ...queue.job import job
from .rejected import TO_RETRY
from .run import CURSOR
from .stream import BACKFILL, CHOSEN, STREAM

CHUNK = 100  # ids in one job: each of them may be a request


class ConnectorStreamRun(models.Model):
    """Runs of chosen records."""

    _inherit = "connector.stream.run"

    external_ids = fields.Json(
        string="External IDs", help="Records that are brought in, by their ids."
    )
    deletes = fields.Boolean(
        string="Settles Deletions",
        help="Chosen records that are gone on the backend are settled here.",
    )

    # === JOBS === #

    @api.private
    @job
    def import_chosen(self, done: int = 0) -> str:
        """Import some of the chosen records, and delay the next ones.

        Args:
            done: how many of them were imported before.
        """
        self.ensure_one()
        if self.state == "done":
            raise NothingToDoJob(f"Run {self.id} was given up.")
        chosen = (self.external_ids or [])[done : done + CHUNK]
        page = self._page()
        result = import_chosen(page, chosen, self.deletes)
        self._count(1, len(chosen), result)
        if done + CHUNK < len(self.external_ids or []):
            self._delay_chosen(done + CHUNK)
        else:
            self._end(page)
        return str(result)

    def _delay_chosen(self, done: int = 0) -> None:
        key = f"stream chosen {self.id}"
        uuid = self.delayed(identity_key=key).import_chosen(done)
        self._set({"job_uuid": uuid})


class ConnectorStream(models.Model):
    """Streams, of which some records can be brought in apart."""

    _inherit = "connector.stream"

    rejected_count = fields.Integer(
        string="Rejected Records",
        compute="_compute_rejected_count",
        help="Records that did not come in, rejected or not delivered.",
    )

    # === COMPUTE === #

    def _compute_rejected_count(self):
        # whoever may see a stream may know the number
        rejected_sudo = self.env["connector.rejected"].sudo()
        for stream in self:
            stream.rejected_count = rejected_sudo.search_count(stream._open_rejected())

    # === ACTIONS === #

    def action_retry_rejected(self) -> None:
        """Bring in again what was rejected or not delivered, and is still missing."""
        self.check_access("write")
        for stream in self:
            rejected_sudo = self.env["connector.rejected"].sudo()  # ids only
            found = rejected_sudo.search(stream._open_rejected(), order="id")
            if not found:
                raise UserError(
                    self.env._(
                        "Stream %(stream)s has no rejected records. Reload the page.",
                        stream=stream.display_name,
                    )
                )
            stream._start_chosen(found.mapped("external_id"), deletes=True)

    def action_show_rejected(self) -> dict:
        """Show what did not come in."""
        self.env["connector.rejected"].check_access("read")
        self.check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector.connector_rejected_action"
        )
        return {**action, "domain": self._open_rejected()}

    # === HELPERS === #

    def _open_rejected(self) -> list:
        """Return the records of the stream that are to be brought in again.

        Those that came in by no stream count for the only stream of their model.
        """
        domain = [
            ("backend_id", "=", self.backend_id.reference()),
            ("model", "=", self.model),
            ("kind", "in", TO_RETRY),
            ("closed_at", "=", False),
        ]
        if self._is_partial():
            return [*domain, ("stream_id", "=", self.id)]
        return domain

    def _start_backfill(self, start: datetime | None, until: datetime | None):
        """Start an import of what changed in a range of time, and return its run."""
        times = {
            name: fields.Datetime.to_string(at)
            for name, at in (("start", start), ("until", until))
            if at
        }
        run = self._make_run(BACKFILL, **times)
        run._delay_page(None)
        return run

    def _start_chosen(self, external_ids: Iterable[str], deletes: bool = False):
        """Start an import of records by their ids, and return its run."""
        chosen = list(dict.fromkeys(external_ids))
        run = self._make_run(CHOSEN, external_ids=chosen, deletes=deletes)
        run._delay_chosen()
        return run


class ConnectorRejected(models.Model):
    """Rejected records, of which some can be brought in again."""

    _inherit = "connector.rejected"

    # === ACTIONS === #

    def action_retry(self) -> None:
        """Bring these records in again, each in a job of its own."""
        self.env[STREAM].check_access("write")
        self.check_access("read")
        for row in self.filtered(lambda one: not one.closed_at):
            row.delayed(identity_key=f"retry rejected {row.id}").retry()

    # === JOBS === #

    @api.private
    @job
    def retry(self) -> str:
        """Bring the record in again; one that is gone there is settled here."""
        self.ensure_one()
        if self.closed_at:
            raise NothingToDoJob(f"Record {self.external_id!r} is in, or gone.")
        return str(import_chosen(self._page(), [self.external_id], deletes=True))

    # === HELPERS === #

    def _page(self):
        """Return a page with the units for the record."""
        # with elevated rights: the job may be of a user who only pressed the button
        scope = self.sudo().backend_id._in_flow().get_environment(self.model)
        return StreamPage(scope, self.display_name, dict.fromkeys(CURSOR))
