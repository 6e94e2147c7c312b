# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How does a whole address book come to Odoo?"""

from collections import Counter

import psycopg2

from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.connector.components.synchronizer import Deleter, Importer
from odoo.addons.connector.exception import InvalidDataError, MappingError

from ..backend import carddav
from .contact import ContactImporter
from .importer import CREATED, UPDATED

# What is the fault of one card; any other error ends the import.
FAULTS = (InvalidDataError, MappingError)
NOT_STORED = (UserError, psycopg2.IntegrityError, psycopg2.DataError)


@carddav
class ContactBatchImporter(Importer):
    """Imports the cards that are new or changed; a broken one stops no other."""

    _model_name = "carddav.res.partner"

    def run(self):
        """Import an address book and return the ``carddav.import`` that tells of it.

        Raises:
            RetryableJobError: the server does not answer, or another transaction
                imports the same address book.
            FailedJobError: the server refuses to answer.
        """
        self.advisory_lock_or_retry(f"import of {self.backend_record}")
        etags = self.backend_adapter.search()
        outcomes: Counter[str] = Counter()
        refusals: dict[str, str] = {}
        for external_id, payload in self.backend_adapter.read_many(
            self._find_changed(etags)
        ):
            try:
                outcomes[self._import_card(external_id, payload)] += 1
            except FAULTS as error:
                refusals[external_id] = str(error)
        return self._report(len(etags), outcomes, refusals, self._archive(etags))

    def _find_changed(self, etags: dict[str, str]) -> list[str]:
        """Return the cards that differ from what we have imported."""
        bindings = self.binder.to_internal_many(etags)
        return [
            external_id
            for external_id, etag in etags.items()
            if external_id not in bindings or bindings[external_id].etag != etag
        ]

    def _import_card(self, external_id: str, payload) -> str:
        """Import one card, all of it or nothing, and return what was done."""
        try:
            with self.env.cr.savepoint():
                return self.unit_for(ContactImporter).run(external_id, payload)
        except NOT_STORED as error:
            raise InvalidDataError(
                f"Cannot store card {external_id!r} of "
                f"{self.backend_record.describe()}: {str(error).strip()} "
                "Correct the card, then import again."
            ) from error

    def _archive(self, etags: dict[str, str]) -> int:
        """Archive the contacts whose cards are gone, and return how many."""
        gone = self.model.with_context(active_test=False).search(
            [
                ("backend_id", "=", self.backend_record.id),
                ("external_id", "not in", list(etags)),
                ("is_card_deleted", "=", False),
            ]
        )
        if gone:
            self.unit_for(Deleter).run(gone)
        return len(gone)

    def _report(self, read, outcomes, refusals, archived):
        written = outcomes[CREATED] + outcomes[UPDATED]
        return self.env["carddav.import"].create(
            {
                "backend_id": self.backend_record.id,
                "read_count": read,
                "created_count": outcomes[CREATED],
                "updated_count": outcomes[UPDATED],
                "skipped_count": read - written - len(refusals),
                "archived_count": archived,
                "refusal_ids": [
                    Command.create({"external_id": external_id, "reason": reason})
                    for external_id, reason in refusals.items()
                ],
            }
        )
