# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Freshness of a binding: what is exported is what is committed now.

A transaction sees what was committed when it began. One that waited for another export
of the same record may see less than was sent already: it would bring back old values,
or create the record a second time.
"""

from odoo import models
from odoo.tools import SQL

# Raise a serialization failure where the row was changed since our snapshot, and an
# error where somebody changes it now: the job is tried again. The lock of the row ends
# with the savepoint, as nobody may wait for the answer of a backend to save a record.
# Locks: the row, for the moment. Index: the primary key.
REFUSE_STALE = """
SAVEPOINT connector_stale;
SELECT 1 FROM %s WHERE id = %s FOR NO KEY UPDATE NOWAIT;
ROLLBACK TO SAVEPOINT connector_stale;
RELEASE SAVEPOINT connector_stale
"""


def refuse_stale(binding: models.BaseModel) -> None:
    """Refuse to go on with a binding that was changed since the transaction began.

    Raises:
        psycopg2.errors.SerializationFailure: it was.
        psycopg2.errors.LockNotAvailable: another transaction changes it now.
    """
    cr = binding.env.cr
    statement = SQL(REFUSE_STALE, SQL.identifier(binding._table), binding.id)
    cr.execute(statement, log_exceptions=False)
