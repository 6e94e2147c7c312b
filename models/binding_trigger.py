# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Export triggers of bindings, and what they leave on a binding."""

from collections.abc import Collection

from odoo import api, fields, models
from odoo.tools import SQL

from ..flows.exporting.check_export import check_export
from ..flows.exporting.check_units import check_export_units
from ..flows.exporting.export_on import ExportOn
from ..flows.exporting.trigger import forget_triggers
from .binding_state import ERROR, PENDING, SYNCED

# Let bindings be pending whose export is delayed. Locks: their rows, but for those that
# an import or an export changes now: nobody waits for these. Index: the primary key.
SET_PENDING = """
UPDATE %(table)s
   SET sync_state = %(pending)s
 WHERE id IN (SELECT id
                FROM %(table)s
               WHERE id = ANY(%(ids)s) AND sync_state IN %(settled)s
                 FOR NO KEY UPDATE SKIP LOCKED)
"""

# Let bindings be exported by a run. Locks: their rows, in the order of their ids, so
# that two transactions never wait for each other; also of those that are due already: a
# run that takes one meanwhile would miss what this transaction changes. Index: the
# primary key.
SET_DUE = """
UPDATE %(table)s AS binding
   SET export_due = TRUE,
       sync_state = CASE WHEN sync_state IN %(settled)s THEN %(pending)s
                         ELSE sync_state END
  FROM (SELECT id
          FROM %(table)s
         WHERE id = ANY(%(ids)s)
         ORDER BY id
           FOR NO KEY UPDATE) AS locked
 WHERE binding.id = locked.id
"""

# Take the next bindings that a run exports. Locks: their rows, also those that an
# import changes now: no other job would come back for them. Index:
# {table}_export_due_idx, which holds none but those that are due.
TAKE_DUE = """
UPDATE %(table)s
   SET export_due = FALSE
 WHERE id IN (SELECT id
                FROM %(table)s
               WHERE export_due IS TRUE
                 AND backend_id = %(backend_id)s
                 AND id > %(after)s
               ORDER BY id
               LIMIT %(limit)s
                 FOR NO KEY UPDATE)
RETURNING id
"""


class ConnectorBinding(models.AbstractModel):
    """What exports the records of a binding model by itself."""

    _inherit = "connector.binding"

    _export_on: ExportOn | None = None
    """Changes that export a record, see :class:`~..flows.exporting.export_on.ExportOn`;
    those of all addons that extend the model count."""

    _export_run_above: int = 500
    """So many records that one transaction makes due have a job each; more are exported
    by one run."""

    _export_after_s: int = 0
    """Seconds for which an export waits that a trigger makes due: what changes in the
    meantime goes along. For what changes often, such as stock."""

    export_due = fields.Boolean(
        string="Waits for a Run",
        readonly=True,
        copy=False,
        help="A run that exports many records has yet to come to this one.",
    )

    # IS TRUE, as Odoo asks: PostgreSQL takes the index for no other form of it
    _export_due_idx = models.Index("(backend_id, id) WHERE export_due IS TRUE")

    def _post_model_setup__(self):
        """Refuse triggers that name what does not exist."""
        super()._post_model_setup__()
        forget_triggers(self.pool)
        if not self._abstract:
            check_export(self)
            check_export_units(self)

    # === HELPERS === #

    @api.model
    def _set_due(self, ids: Collection[int], is_run: bool) -> None:
        """Let bindings be pending, in one statement; a run has to find them again."""
        names = ["sync_state", "export_due"]
        self.flush_model(names)
        self.env.cr.execute(
            SQL(
                SET_DUE if is_run else SET_PENDING,
                table=SQL.identifier(self._table),
                ids=list(ids),
                settled=(SYNCED, ERROR),
                pending=PENDING,
            )
        )
        self.browse(ids).invalidate_recordset(names, flush=False)

    @api.model
    def _take_due(self, backend_id: int, after: int, limit: int) -> list[int]:
        """Return the next bindings of a run, which are not due any more."""
        self.flush_model(["export_due", "backend_id"])
        self.env.cr.execute(
            SQL(
                TAKE_DUE,
                table=SQL.identifier(self._table),
                backend_id=backend_id,
                after=after,
                limit=limit,
            )
        )
        ids = sorted(id_ for (id_,) in self.env.cr.fetchall())
        self.browse(ids).invalidate_recordset(["export_due"], flush=False)
        return ids
