# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Export deleter: deletes on the backend what was deleted here."""

from ...components.synchronizer import Synchronizer
from ...exception import ChangedThereError, DryRunError, message_of
from ...secret import known_secrets
from .both_ways import is_imported, reads_singly
from .dry_run import DRY_RUN, check_sends
from .refusal import is_gone, is_outdated, refusal_of

DELETED = "deleted"
GONE = "gone already"
SKIPPED = "skipped"


class ExportDeleter(Synchronizer):
    """Deletes a record on the backend whose counterpart was deleted here.

    It is no Deleter: what answers to that role settles deletions *there*, and a class
    that answered to both would delete on the backend what an import found missing.
    """

    compare_first: bool | None = None
    """Whether the record is read before: one whose version is another one than this
    side knew stays, and a checkpoint lets a person decide. That is one more request.
    None: it is where the model goes both ways, and a version is known."""

    def run(self, external_id, version: str | None = None) -> str:
        """Delete one record there.

        Args:
            external_id: id on the backend.
            version: of the record, as it was known here.

        Returns:
            What was done: ``"deleted"``, ``"gone already"``, or ``"skipped: …"`` with
            the reason; ``"dry run: …"`` with what would be done.
        """
        external_id = str(external_id)
        if reason := self._has_to_skip(external_id):
            return f"{SKIPPED}: {reason}"
        try:
            if self._compares(version) and self._has_changed(external_id, version):
                return self._ask(external_id)
            check_sends(self)
            self._delete(external_id)
        except DryRunError:
            return self._wait(external_id, version)
        except Exception as error:
            if is_gone(error):
                return GONE
            what = f"the deletion of {self.model._name} {external_id!r}"
            if is_outdated(error):
                raise ChangedThereError(
                    f"{what.capitalize()} was refused: it was changed there meanwhile. "
                    f"{message_of(error)} Trying again."
                ) from error
            if refusal := refusal_of(error, what, known_secrets(self.env.cr)):
                raise refusal from error
            raise
        return DELETED

    # === STEPS === #

    def _has_to_skip(self, external_id: str) -> str | None:
        """Return why the record stays there, None to delete it."""
        if not self.backend_record.active:
            return "The backend is archived."
        if self.binder.to_internal(external_id):
            return "It is bound again."
        return None

    def _delete(self, external_id: str) -> None:
        """Delete the record there."""
        self.backend_adapter.delete(external_id)

    # === HELPERS === #

    def _compares(self, version: str | None) -> bool:
        """Return whether the record is read before."""
        if self.compare_first is not None:
            return self.compare_first
        adapter = self.backend_adapter
        has_versions = bool(version) and hasattr(adapter, "version_of")
        return has_versions and reads_singly(adapter) and is_imported(self)

    def _has_changed(self, external_id: str, version: str | None) -> bool:
        record = self.backend_adapter.read(external_id)
        found = self.backend_adapter.version_of(record)
        return bool(version and found and version != found)

    def _wait(self, external_id: str, version: str | None) -> str:
        """Note on the tombstone that the end of the dry run deletes the record."""
        stones = self.env["connector.tombstone"]
        stones._wait(self.backend_record, self.model._name, external_id, version)
        where = self.backend_record.describe()
        return f"{DRY_RUN}: would delete {self.model._name} {external_id!r} on {where}."

    def _ask(self, external_id: str) -> str:
        message = self.env._(
            "%(model)s %(external_id)s was deleted here, and was changed on the "
            "backend since. It was left there: delete it there, or import it again.",
            model=self.model._description,
            external_id=external_id,
        )
        self.backend_record.add_checkpoint(message=message, reason="conflict")
        return f"{SKIPPED}: it was changed on the backend since."
