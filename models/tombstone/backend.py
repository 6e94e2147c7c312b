# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tombstones of a backend, as its imports ask for them."""

from odoo import models
from odoo.tools import SQL

from ...flows.importing.tombstones import Tombstone
from ...text import reference_of

# Find the tombstones of records of a page, by plain SQL: each single import asks.
# Locks: none. Index: the unique one.
FIND = """
SELECT external_id, version, deleted_at
  FROM connector_tombstone
 WHERE backend_id = %s AND model = %s AND external_id = ANY (%s)
"""

# Find the tombstones with stable keys, the newest first. Locks: none. Index: the
# partial one on the key.
FIND_KEYS = """
SELECT stable_key, external_id
  FROM connector_tombstone
 WHERE backend_id = %s AND model = %s AND stable_key = ANY (%s)
 ORDER BY id DESC
"""


class ConnectorBackend(models.AbstractModel):
    """What was deleted here of a backend."""

    _inherit = "connector.backend"

    # === CRUD === #

    def unlink(self):
        """Delete backends, and the tombstones of what was on them."""
        references = [reference_of(backend) for backend in self]
        result = super().unlink()
        stones_sudo = self.env["connector.tombstone"].sudo()  # of what is gone
        stones_sudo.search([("backend_id", "in", references)]).unlink()
        return result

    # === HELPERS === #

    def _tombstones(self, model_name: str, external_ids: list[str]) -> dict:
        """Return the tombstones of records of the backend, by external id."""
        self.env["connector.tombstone"].flush_model()
        key = reference_of(self), model_name, external_ids
        return {
            external_id: Tombstone(version or None, deleted_at)
            for external_id, version, deleted_at in self.env.execute_query(
                SQL(FIND, *key)
            )
        }

    def _tombstones_of_keys(
        self, model_name: str, texts: list[str]
    ) -> list[tuple[str, str]]:
        """Return stable keys that were deleted here, each with its external id."""
        self.env["connector.tombstone"].flush_model()
        key = reference_of(self), model_name, texts
        return self.env.execute_query(SQL(FIND_KEYS, *key))

    def _rename_tombstone(self, model_name: str, old: str, new: str) -> None:
        """Note the external id that a record got after it was deleted here."""
        stones = self.env["connector.tombstone"]
        stones._find(reference_of(self), model_name, [old])._set({"external_id": new})

    def _forget_tombstones(self, model_name: str, external_ids: list[str]) -> None:
        """Delete the tombstones of records that are imported again, or gone there."""
        stones = self.env["connector.tombstone"]
        found = stones._find(reference_of(self), model_name, external_ids)
        found._settle_checkpoints()
        found.unlink()

    def _ask_needed_tombstone(self, model_name: str, external_id: str) -> bool:
        """Add a checkpoint about a record that was deleted here and is needed.

        Returns:
            Whether it was deleted here.
        """
        stone = self.env["connector.tombstone"]._find(
            reference_of(self), model_name, [external_id]
        )
        if stone:
            self.add_checkpoint(
                stone._name,
                stone.id,
                self.env._(
                    "%(model)s %(external_id)s was deleted here on %(deleted_at)s UTC, "
                    "and records of the backend need it. Press Forget on its "
                    "tombstone: it is imported again, and then those that wait for it.",
                    model=self.env[model_name]._description,
                    external_id=external_id,
                    deleted_at=stone.deleted_at.strftime("%Y-%m-%d %H:%M"),
                ),
                reason="conflict",
            )
        return bool(stone)

    def _ask_tombstone(
        self, model_name: str, external_id: str, version: str | None
    ) -> None:
        """Add a checkpoint about a record that was deleted here and changed there."""
        stone = self.env["connector.tombstone"]._find(
            reference_of(self), model_name, [external_id]
        )
        self.add_checkpoint(
            stone._name,
            stone.id,
            self.env._(
                "%(model)s %(external_id)s was deleted here on %(deleted_at)s UTC and "
                "changed on the backend since. Press Forget on its tombstone to import "
                "it again, or Reviewed to leave it deleted.",
                model=self.env[model_name]._description,
                external_id=external_id,
                deleted_at=stone.deleted_at.strftime("%Y-%m-%d %H:%M"),
            ),
            reason="conflict",
            odoo_version=stone.version or None,
            external_version=version,
        )
