# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Outages: the circuit breaker of a backend, shared by all processes.

Each method runs in a short transaction of its own, see ``in_turn``.
"""

import logging

from odoo import api, models

from ...wire.breaker import CLOSED, LEASE_S, first_probe_s, next_probe_s
from . import statements

_logger = logging.getLogger(__name__)

ERROR_SIZE = 300  # characters of a failure that are kept


class ConnectorTraffic(models.Model):
    """Traffic, whose circuit breaker opens and closes."""

    _inherit = "connector.traffic"

    # === ACTIONS === #

    @api.model
    def _cron_probe(self) -> None:
        """Probe the backends whose probe is late: nobody runs its job."""
        for backend in self._late_backends():
            backend._probe()

    # === HELPERS === #

    def _late_backends(self) -> list[models.BaseModel]:
        self.env.cr.execute(statements.FIND_LATE, {"now": None})
        found = []
        for (reference,) in self.env.cr.fetchall():
            model_name, _comma, record_id = reference.partition(",")
            if hasattr(self.env.get(model_name), "_probe"):
                found += self.env[model_name].browse(int(record_id)).exists()
        return found

    def _run(self, statement: str, key: dict, **values) -> tuple | None:
        """Run a statement on the row of a backend; return what it returns.

        Args:
            key: ``backend`` (its reference) and ``company_id``.
        """
        known = {"now": None, "rate": None, **key, **values}
        self.env.cr.execute(statement, known, log_exceptions=False)
        return self.env.cr.fetchone() if self.env.cr.description else None

    def _run_surely(self, statement: str, key: dict, **values) -> tuple:
        """Run a statement, and add the row where there is none yet."""
        row = self._run(statement, key, **values)
        if row is None:
            self._run(statements.ADD_ROW, key)
            row = self._run(statement, key, **values)
        return row

    @api.model
    def _note_success(self, key: dict, backend: models.BaseModel) -> None:
        """Note that a backend answered; that ends its outage."""
        (state,) = self._run_surely(statements.NOTE_SUCCESS, key)
        if state != CLOSED:
            self._close(key, backend)

    @api.model
    def _note_failure(
        self, key: dict, backend: models.BaseModel, error: str, opens_after: int
    ) -> None:
        """Note that a backend did not answer; after some times it counts as away."""
        error = error[:ERROR_SIZE]
        row = self._run_surely(statements.NOTE_FAILURE, key, error=error)
        state, failures = row
        if state == CLOSED and failures >= opens_after:
            self._open(key, backend, error)

    def _open(self, key: dict, backend: models.BaseModel, error: str) -> None:
        """Open the breaker: hold the jobs, say so, and plan the first probe."""
        row = self._run(statements.OPEN, key)
        if row is None or not backend.exists():
            return
        id_, open_count, since = row
        seconds = first_probe_s(open_count)
        self._run(statements.PLAN_PROBE, key, seconds=seconds)
        _logger.warning("%s does not answer: its jobs wait", key["backend"])
        backend._hold_jobs()
        backend._report_outage(self.browse(id_), since, error)
        backend._delay_probe(seconds)

    @api.model
    def _close(self, key: dict, backend: models.BaseModel) -> None:
        """Close the breaker, if it is open: jobs go on at once."""
        row = self._run(statements.CLOSE, key)
        if row is None:
            return
        _logger.info("%s answers again: its jobs go on", key["backend"])
        if backend.exists():
            backend._end_hold()
        self.env["connector.checkpoint"]._review_of(self.browse(row[0]))

    @api.model
    def _take_probe(self, key: dict) -> float | None:
        """Take the next probe.

        Returns:
            0 where it is ours; seconds until that of another process counts as dead;
            None where the breaker is closed.
        """
        if self._run(statements.TAKE_PROBE, key, lease_s=LEASE_S):
            return 0
        row = self._run(statements.FIND_PROBE, key)
        return None if row is None else row[1]

    @api.model
    def _end_probe(
        self, key: dict, backend: models.BaseModel, error: str
    ) -> float | None:
        """Plan the next probe after one in vain; return the seconds until then.

        None where the breaker was closed meanwhile.
        """
        row = self._run(statements.FIND_PROBE, key)
        if row is None:
            return None
        seconds = next_probe_s(row[0])
        values = {"seconds": seconds, "error": error[:ERROR_SIZE]}
        self._run(statements.END_PROBE, key, **values)
        backend._hold_jobs()  # also those that came back since
        return seconds
