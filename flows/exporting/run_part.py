# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One part of a run: some records exported one after the other, each committed."""

from collections import Counter
from collections.abc import Collection

import psycopg2

from odoo.exceptions import RedirectWarning, UserError

from ...components.synchronizer import Exporter
from ...exception import (
    ConnectorException,
    NetworkRetryableError,
    NothingToDoJob,
    RetryableJobError,
    SystemicError,
)
from ..importing.undo import undoable

# What may be the fault of one record. All else ends the part, which is tried again.
FAULTS = (
    ConnectorException,
    UserError,
    RedirectWarning,
    psycopg2.Error,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
FAILED = "failed"
WAITING = "waiting"  # for what comes first: its own job comes after that
SYSTEMIC_SHARE = 0.2  # of a part, and more than
SYSTEMIC_COUNT = 5  # records


def export_part(exporter: Exporter, binding_ids: Collection[int]) -> dict[int, str]:
    """Export some records; one that fails gets a job of its own, which tells why.

    Args:
        exporter: of the backend and the model.
        binding_ids: the bindings, in the order in which they are exported.

    Returns:
        What became of each, in one word, such as ``"created"``.

    Raises:
        NetworkRetryableError: the backend does not answer; the part is tried again.
        SystemicError: so many records failed that the fault is not theirs.
    """
    outcomes: dict[int, str] = {}
    counts: Counter[str] = Counter()
    for id_ in binding_ids:
        outcomes[id_] = _export_one(exporter, id_)
        counts[outcomes[id_]] += 1
        # What is there now must be known here, whatever becomes of the next record.
        exporter.session.commit()
        if counts[FAILED] > max(SYSTEMIC_COUNT, SYSTEMIC_SHARE * len(binding_ids)):
            raise SystemicError(
                f"Cannot export {exporter.model._name} to "
                f"{exporter.backend_record.describe()}: {counts[FAILED]} of "
                f"{counts.total()} records failed. Their jobs tell why. Correct it, "
                "then press Retry."
            )
    return outcomes


def _export_one(exporter: Exporter, id_: int) -> str:
    """Return what became of one record, in one word."""
    try:
        with undoable(exporter.env):
            return str(exporter.run(id_)).partition(":")[0]
    except NetworkRetryableError:
        raise
    except NothingToDoJob:
        return "skipped"
    except FAULTS as error:
        backend = exporter.backend_record
        backend.delay_export_records(exporter.model._name, [id_])
        return WAITING if isinstance(error, RetryableJobError) else FAILED
