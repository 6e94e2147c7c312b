# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Traffic: what all processes know of the requests to a backend, in one row."""

from collections.abc import Callable
from typing import TypeVar

from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo import SUPERUSER_ID, api, fields, models

from ...flows.exporting.own_transaction import own_transaction
from ...wire.breaker import CLOSED, HALF_OPEN, OPEN

CLASHES = (SerializationFailure, UniqueViolation)  # with another process
TRIES = 20
TRAFFIC_STATES = [(CLOSED, "Answers"), (HALF_OPEN, "Being Asked"), (OPEN, "No Answer")]

T = TypeVar("T")


def in_turn(env: api.Environment, work: Callable[[api.Environment], T]) -> T:
    """Do some work in a short transaction of its own, again after a clash.

    Args:
        work: gets the environment, with elevated rights.
    """
    own = env(user=SUPERUSER_ID, context={})
    for _try in range(TRIES - 1):
        try:
            with own_transaction(own) as other:
                return work(other)
        except CLASHES:
            continue
    with own_transaction(own) as other:
        return work(other)


class ConnectorTraffic(models.Model):
    """State and figures of the requests to a backend; SQL writes them."""

    _name = "connector.traffic"
    _inherit = ["connector.of.backend", "connector.guarded"]
    _description = "Traffic of a Backend"
    _order = "state desc, id"
    _rec_name = "backend_id"
    _rec_names_search = ("backend_id",)

    state = fields.Selection(
        TRAFFIC_STATES,
        required=True,
        readonly=True,
        help="The circuit breaker. No Answer: nothing is sent but a probe now and "
        "then, and jobs wait.",
    )
    failure_count = fields.Integer(
        string="Failures in a Row",
        readonly=True,
        help="Requests without an answer since the last one that had one.",
    )
    failing_since = fields.Datetime(
        string="No Answer From",
        readonly=True,
        help="When the first of these failures was.",
    )
    opened_at = fields.Datetime(
        string="Jobs Wait Since",
        readonly=True,
        help="When the circuit breaker opened.",
    )
    closed_at = fields.Datetime(
        string="Last Outage Ended",
        readonly=True,
        help="When the circuit breaker closed last.",
    )
    open_count = fields.Integer(
        string="Outages in a Row",
        readonly=True,
        help="How often the circuit breaker opened within an hour after it closed.",
    )
    probe_count = fields.Integer(
        string="Probes",
        readonly=True,
        help="How often the backend was asked whether it is back in this outage.",
    )
    next_probe_at = fields.Datetime(
        string="Next Probe", readonly=True, help="When it is asked again."
    )
    probe_until = fields.Datetime(
        string="Probe Ends",
        readonly=True,
        help="When a probe that is running counts as dead, and another one is sent.",
    )
    last_success_at = fields.Datetime(
        string="Last Answer",
        readonly=True,
        help="When a request was answered last, to the minute.",
    )
    last_error_at = fields.Datetime(
        string="Last Failure", readonly=True, help="When a request had no answer last."
    )
    last_error = fields.Char(
        string="Failure", readonly=True, help="What the last failure was."
    )

    _backend_uniq = models.UniqueIndex(
        "(backend_id)", "The traffic of this backend is known already."
    )
