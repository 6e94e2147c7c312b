# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Backends over HTTP: the gate of their requests, and probes in an outage."""

from collections.abc import Sequence

from lxml.builder import E
from lxml.etree import _Element

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...exception import (
    ConnectorException,
    NotSentError,
    RetryableJobError,
    message_of,
)
from ...flows.exporting.refusal import status_in
from ...queue.channel_text import ROOT
from ...queue.engine.http_errors import is_network_error
from ...queue.job import job
from ...wire.breaker import GATEWAY_STATUSES, OPENS_AFTER
from ...wire.client import HttpClient
from ...wire.status import Status
from .gate import TRAFFIC, BackendGate
from .traffic import in_turn

IS_PROBE = "connector_is_probe"  # key in the context of the probe's own backend
MANAGER = "connector.group_connector_manager"


class ConnectorBackendHttp(models.AbstractModel):
    """Backends whose requests wait for their turn, and jobs for their return."""

    _inherit = "connector.backend.http"

    _outage_after: int = OPENS_AFTER
    """Requests without an answer, one after the other, after which the backend counts
    as away: its jobs wait."""

    rate = fields.Float(
        string="Requests per Second",
        help="Most requests in a second, of all processes together. 0: learnt from the "
        "answers of the backend, when it refuses some for there being too many.",
    )
    network_retry_h = fields.Float(
        string="Wait in an Outage (Hours)",
        help="A job that gets no answer is tried again for so long before it fails. "
        "0: as the setting network_retry_s says, which is a day.",
    )

    # === CONSTRAINTS === #

    @api.constrains("rate", "network_retry_h")
    def _check_patience(self):
        for backend in self:
            if backend.rate < 0 or backend.network_retry_h < 0:
                raise ValidationError(
                    self.env._(
                        "The rate and the hours of %(name)s cannot be negative. Use 0 "
                        "for the default.",
                        name=backend.name,
                    )
                )

    # === JOBS === #

    @api.private
    @job(network_retry_s=0)
    def probe(self) -> str:
        """Ask a backend whether it is back; plan the next probe where it is not.

        Raises:
            RetryableJobError: it is not; that is no retry.
        """
        seconds = self._probe()
        if seconds is None:
            return f"{self.describe()} answers."
        raise RetryableJobError(
            f"{self.describe()} does not answer yet. It is asked again in "
            f"{seconds:.0f} s.",
            seconds=max(1, round(seconds)),
            ignore_retry=True,
        )

    # === HELPERS === #

    def _http_client(self, statuses: Sequence[Status] = ()) -> HttpClient:
        """Return the client; its requests pass the gate of the backend."""
        client = super()._http_client(statuses)
        is_probe = bool(self.env.context.get(IS_PROBE))
        client.gate = BackendGate(self, is_probe)
        return client

    def _delay_probe(self, seconds: float) -> None:
        """Delay the job of the next probe, outside of the channel that is held."""
        self.with_user(SUPERUSER_ID).delayed(
            channel=ROOT,
            eta=max(1, round(seconds)),
            priority=0,
            identity_key=self._probe_key(),
        ).probe()

    def _probe(self) -> float | None:
        """Send a probe; return the seconds until the next one, None for none.

        What it finds is committed by itself: of the probe of a process that dies, the
        lease is over some time later.
        """
        key = self._traffic_key()
        taken = in_turn(self.env, lambda env: env[TRAFFIC]._take_probe(key))
        if taken != 0:
            return taken  # closed, or another process asks
        error = self._find_outage()
        if error is not None:
            told = message_of(error)
            return in_turn(
                self.env,
                lambda env: env[TRAFFIC]._end_probe(key, self.with_env(env), told),
            )
        in_turn(
            self.env, lambda env: env[TRAFFIC]._note_success(key, self.with_env(env))
        )
        return None

    def _find_outage(self) -> Exception | None:
        """Return the error that says that the backend does not answer, None if it does.

        It is asked for the path of ``_check``, or for its address; any answer of its
        own will do, also that it does not like the request.
        """
        backend = self.with_context(**{IS_PROBE: True})
        try:
            if backend._can_check_connection():
                backend._check_connection()
            else:
                backend._http_client().request("GET", "")
        except NotSentError as error:  # of the token server, or of the settings
            return error
        except (ConnectorException, OSError, UserError) as error:
            status = status_in(error)
            if status is None:
                return error if is_network_error(error) else None
            return error if status in GATEWAY_STATUSES else None
        return None

    # === VIEWS === #

    @api.model
    def _header_nodes(self) -> list[_Element]:
        return [
            *super()._header_nodes(),
            E.button(
                name="action_try_now",
                type="object",
                string=self.env._("Try Now"),
                groups=MANAGER,
                invisible="not outage_text",
            ),
        ]

    @api.model
    def _connection_nodes(self) -> list[_Element]:
        return [
            *super()._connection_nodes(),
            E.field(name="traffic_state", invisible="not traffic_state"),
            E.field(name="outage_text", invisible="not outage_text"),
            E.field(name="last_answer_at", invisible="not last_answer_at"),
            E.field(name="last_failure_at", invisible="not last_failure_at"),
            E.field(name="learnt_rate", invisible="not learnt_rate"),
        ]
