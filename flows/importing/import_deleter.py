# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Import deleter: what happens here to a record that was deleted on the backend."""

from datetime import datetime

from ...components.synchronizer import Deleter
from ..line_declaration import find_archived_lines, find_frozen
from .tombstones import import_from

ARCHIVE = "archive"
UNLINK = "unlink"
UNBIND = "unbind"
NOTHING = "nothing"


class ImportDeleter(Deleter):
    """Archives the record here when its counterpart on the backend was deleted."""

    policy = ARCHIVE
    """``"archive"``: the record is archived, where its model can be; else nothing is
    done. ``"unlink"``: it is deleted, unless it is a frozen document (``_frozen``),
    which is archived with a checkpoint. ``"unbind"``: it stays as it is, and only its
    binding is deleted."""

    def run(self, external_id, read_at: datetime | None = None) -> str:
        """Do here what the policy says for a record that is gone there.

        Args:
            external_id: id on the backend.
            read_at: when it was found to be gone, in UTC without its zone, by the clock
                of the database; None: just now. A deletion that is older than what was
                imported since does nothing.

        Returns:
            What was done: ``"archive"``, ``"unlink"``, ``"unbind"`` or ``"nothing"``.
        """
        model_name, backend = self.model._name, self.backend_record
        backend._forget_tombstones(model_name, [str(external_id)])
        binding = self.binder.to_internal(external_id)
        if not binding or (read_at and self._is_newer(binding, read_at)):
            return NOTHING
        with import_from(backend.reference()):
            return self._delete(
                binding.with_context(connector_no_export=backend.reference())
            )

    def _is_newer(self, binding, read_at: datetime) -> bool:
        """Return whether a binding has what was read after a time."""
        return bool(
            "read_at" in binding._fields
            and binding.read_at
            and binding.read_at > read_at
        )

    def _delete(self, binding) -> str:
        """Do what the policy says with one binding; for overrides."""
        record = self.binder.unwrap_binding(binding, browse=True)
        record = record.with_env(binding.env)
        if why := self._why_kept(binding, record):
            self._report_kept(binding, why)
        if why or self.policy == ARCHIVE:
            return self._archive(binding, record)
        binding.unlink()
        if self.policy == UNLINK:
            record.unlink()
        return self.policy

    def _why_kept(self, binding, record) -> str | None:
        """Return why a record stays as it is, which the policy would not leave so."""
        if self.policy == UNLINK and find_frozen(binding):
            return self.env._("it is confirmed")
        if self.policy == ARCHIVE and not record._active_name:
            return self.env._("it cannot be archived")
        return None

    def _report_kept(self, binding, why: str) -> None:
        """Say once of a record that it was kept here, and why."""
        if "sync_state" in binding._fields and binding.sync_state == "gone":
            return
        self.backend_record.add_checkpoint(
            binding._name,
            binding.id,
            self.env._(
                "%(record)s was deleted on the backend. It was kept here, because "
                "%(why)s.",
                record=binding.display_name,
                why=why,
            ),
            reason="deleted",
        )

    def _archive(self, binding, record) -> str:
        both = *find_archived_lines(binding), record, binding
        archived = [one for one in both if one._active_name]
        for one in archived:
            one.filtered(one._active_name).action_archive()
        if "sync_state" in binding._fields:
            # nothing is known of a record that comes back
            binding.write(dict.fromkeys(("external_version", "import_hash"), False))
            binding.set_sync_state("gone")
        return ARCHIVE if archived else NOTHING
