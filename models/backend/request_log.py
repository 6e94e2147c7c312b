# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Log of requests to a backend: what was sent and answered, as lines of the log.

The lines outlive the transaction. Whatever the backend is set to, the last request of
an attempt that fails is kept with its answer: for whoever is called then.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone
from functools import partial

from lxml.builder import E
from lxml.etree import _Element

from odoo import api, fields, models

from ...exception import NothingToDoJob
from ...flows.exporting.dependency import exported_now
from ...magic.log.line import INFO, WARNING, LogBuffer, request_line
from ...magic.log.store import LogLine
from ...text import reference_of
from ...wire.client import HttpClient
from ...wire.exchange import Exchange
from ...wire.status import Status

USER = "connector.group_connector_user"
OFF = "off"
LINES = "lines"
BODIES = "bodies"
LEVELS = [
    (OFF, "Failed Jobs Only"),
    (LINES, "Each Request"),
    (BODIES, "Each Request with Bodies"),
]


class ConnectorBackend(models.AbstractModel):
    """The requests to a backend."""

    _inherit = "connector.backend"

    # === ACTIONS === #

    def action_open_request_log(self) -> dict:
        """Show the logged requests to the backend."""
        self.ensure_one()
        return _log_action(self, [("backend_id", "=", reference_of(self))])


class ConnectorBackendHttp(models.AbstractModel):
    """What is logged of the requests of a backend."""

    _inherit = "connector.backend.http"

    request_log = fields.Selection(
        LEVELS,
        string="Log of Requests",
        required=True,
        default=OFF,
        help="Which requests are logged. The last request of an attempt that fails is "
        "logged in any case, with its answer.",
    )
    request_log_days = fields.Integer(
        string="Days of the Log",
        default=7,
        help="Days after which logged requests are deleted; those that failed are kept "
        "for 90 days.",
    )

    # === VIEWS === #

    @api.model
    def _button_box(self) -> _Element:
        """Return the buttons of a backend, with the one to its requests."""
        box = super()._button_box()
        box.append(
            E.button(
                {"type": "object", "class": "oe_stat_button", "groups": USER},
                name="action_open_request_log",
                icon="fa-exchange",
                string=self.env._("Requests"),
                invisible="not id",
            )
        )
        return box

    # === HELPERS === #

    def _http_client(self, statuses: Sequence[Status] = ()) -> HttpClient:
        """Return the client, which notes its requests."""
        client = super()._http_client(statuses)
        client.note = RequestLog(self).note
        return client


class ConnectorBinding(models.AbstractModel):
    """The requests that exported a record."""

    _inherit = "connector.binding"

    # === ACTIONS === #

    def action_open_request_log(self) -> dict:
        """Show the logged requests that exported the record."""
        self.ensure_one()
        domain = [("res_model", "=", self._name), ("res_id", "=", self.id)]
        return _log_action(self, domain)


class RequestLog:
    """Notes the requests of one client in the log of its transaction.

    Args:
        backend: of the client.
    """

    def __init__(self, backend: models.BaseModel):
        self._env = backend.env
        self._level = backend.request_log or OFF
        self._line = request_line(  # the facts that are the same for all of them
            backend.env,
            recipient=backend.name,
            backend_id=reference_of(backend),
            kept_days=max(backend.request_log_days, 0),
        )

    def note(self, exchange: Exchange) -> None:
        """Note a request; its texts are made when the transaction ends, if at all."""
        at = datetime.now(timezone.utc).replace(tzinfo=None).isoformat()
        make = partial(self._make, exchange, at, exported_now())
        LogBuffer.of(self._env).keep_last(make)

    def _make(
        self, exchange: Exchange, at: str, binding: str | None, is_undone: bool
    ) -> LogLine | None:
        """Return the line of a request, None where none is wanted.

        Args:
            at: when it was answered.
            binding: what was exported, as ``model,id``.
            is_undone: it was the last one of a transaction that was rolled back.
        """
        is_last = is_undone and _has_failed()
        if exchange.is_sent and not is_last and self._level == OFF:
            return None
        is_whole = is_last or not exchange.is_sent or self._level == BODIES
        is_problem = is_last or exchange.is_refused
        model, _comma, id_ = (binding or "").partition(",")
        return replace(
            self._line,
            date=at,
            level=WARNING if is_problem else INFO,
            message=exchange.describe(),
            data=exchange.request_text() if is_whole else None,
            answer=exchange.answer_text() if is_whole else None,
            method=exchange.method,
            address=exchange.address,
            status=exchange.status,
            duration_ms=round(exchange.seconds * 1000),
            size=exchange.size,
            kept_days=None if is_problem else self._line.kept_days,
            res_model=model or self._line.res_model,
            res_id=int(id_) if id_ else self._line.res_id,
        )


def _has_failed() -> bool:
    """Return whether an error has ended the transaction that is rolled back now.

    That of a preview is rolled back without one, and so is a job with nothing to do.
    """
    error = sys.exc_info()[1]
    return error is not None and not isinstance(error, NothingToDoJob)


def _log_action(record: models.BaseModel, domain: list) -> dict:
    """Return the action that shows the lines of a domain to who may read a record."""
    record.check_access("read")
    record.env["connector.log"].check_access("read")
    action = record.env["ir.actions.act_window"]._for_xml_id(
        "connector.connector_request_log_action"
    )
    kind = [("kind", "=", "request")]
    return {**action, "domain": [*kind, *domain], "context": {}}
