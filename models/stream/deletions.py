# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Runs of streams: tokens as cursors, and deletions as the adapter declares them."""

import json

from odoo import fields, models

from ...flows.importing.result import ImportResult
from ...flows.streams.stream_page import StreamPage
from ...flows.streams.token import TokenPage, uses_token
from .stream import CHANGES, FULL


class ConnectorStreamRun(models.Model):
    """What a run keeps of the changes that the backend listed."""

    _inherit = "connector.stream.run"

    listed = fields.Text(
        readonly=True,
        copy=False,
        prefetch=False,
        help="External IDs that are still to be read, and the token they came with.",
    )
    not_delivered_count = fields.Integer(
        string="Not Delivered",
        help="Records that the backend lists and did not give. With a token as "
        "cursor, they are asked for again by the next import.",
    )

    # === HELPERS === #

    def _open_page(self) -> StreamPage:
        scope = self.stream_id.sudo()._scope()
        if not uses_token(scope):
            return super()._open_page()
        listing = json.loads(self.listed) if self.listed else None
        return TokenPage(scope, self.stream_id.display_name, self._cursor(), listing)

    def _begin(self, page: StreamPage) -> object:
        if not isinstance(page, TokenPage):
            return super()._begin(page)
        page.since(None)  # refuses times, of which a token knows nothing
        token = self._due_cursor(page)
        self._set({"since": token or False})
        return {"token": token or None}

    def _note_page(self, page: StreamPage, result: ImportResult) -> None:
        if isinstance(page, TokenPage):
            if page.is_full and self.kind == CHANGES:
                self._set({"kind": FULL})
            self._set({"listed": json.dumps(page.listing_values())})
        super()._note_page(page, result)

    def _move_cursor(self) -> None:
        """Move the cursor; a token moves once all that came with it is here."""
        if not self.listed:
            super()._move_cursor()
        elif self.newest and not self.not_delivered_count:
            self.stream_id._set({"cursor": self.newest})

    def _find_deleted(self, page: StreamPage) -> ImportResult:
        result = page.delete_listed(self.since or None)
        self._count(0, 0, result)
        if page.adapter._deletions is not None:
            result.merge(super()._find_deleted(page))
        return result

    def _end(self, page: StreamPage) -> ImportResult:
        result = super()._end(page)
        self._set({"listed": False})
        return result

    def _give_up(self) -> None:
        self._set({"listed": False})
        super()._give_up()
