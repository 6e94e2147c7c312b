# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Importer of a whole address book."""

from collections import Counter
from collections.abc import Callable

import psycopg2

from odoo.exceptions import RedirectWarning, UserError
from odoo.fields import Command

from odoo.addons.connector.api import (
    Deleter,
    Importer,
    InvalidDataError,
    MappingError,
    current_job,
)

from ..backend import carddav
from .contact import ContactImporter
from .deleter import ARCHIVED
from .importer import CREATED, UPDATED

# What is the fault of one card; any other error ends the import.
FAULTS = (InvalidDataError, MappingError)
NOT_STORED = (
    UserError,
    RedirectWarning,
    psycopg2.IntegrityError,
    psycopg2.DataError,
)


@carddav
class ContactBatchImporter(Importer):
    """Imports the cards that are new or changed; a broken one stops no other."""

    _model_name = "carddav.res.partner"

    outcomes: Counter[str]
    # reasons by external id
    refusals: dict[str, str]
    undelivered: dict[str, str]
    left_out: dict[str, str]

    def run(self):
        """Import an address book and return the ``carddav.import`` that tells of it.

        Raises:
            RetryableJobError: the server does not answer, or another transaction
                imports the same address book.
            FailedJobError: the server refuses to answer.
        """
        self.advisory_lock_or_retry(f"import of {self.backend_record}")
        self.outcomes = Counter()
        self.refusals, self.undelivered, self.left_out = {}, {}, {}
        etags = self.backend_adapter.search()
        importer, deleter = self.unit_for(ContactImporter), self.unit_for(Deleter)
        importer.gone = {one.uid: one for one in self._find_absent(etags) if one.uid}
        changed = self._find_changed(etags)
        cards = self.backend_adapter.read_many(changed)
        for number, (external_id, payload) in enumerate(cards, start=1):
            self._import_card(importer, external_id, payload)
            self._tell_progress(number, len(changed))
        for binding in self._find_gone(etags):
            self._try(binding.external_id, deleter.run, binding)
        return self._report(etags)

    def _find_changed(self, etags: dict[str, str]) -> list[str]:
        """Return the cards that differ from what we have imported."""
        bindings = self.binder.to_internal_many(etags)
        return [
            external_id
            for external_id, etag in etags.items()
            if external_id not in bindings or bindings[external_id].etag != etag
        ]

    def _find_absent(self, etags: dict[str, str]):
        """Return the bindings whose cards are not in the address book."""
        return self.model.with_context(active_test=False).search(
            [
                ("backend_id", "=", self.backend_record.id),
                ("external_id", "not in", list(etags)),
            ]
        )

    def _find_gone(self, etags: dict[str, str]):
        """Return the bindings of cards that have been there."""
        return self._find_absent(etags).filtered(lambda one: not one.is_card_deleted)

    def _import_card(self, importer, external_id: str, payload) -> None:
        if payload.fault:
            self.undelivered[external_id] = payload.fault
            return
        self._try(external_id, importer.run, external_id, payload)
        if importer.left_out and external_id not in self.refusals:
            self.left_out[external_id] = " ".join(importer.left_out)

    def _tell_progress(self, done: int, total: int) -> None:
        """Say how far the import is, where it runs as a job."""
        if current := current_job(self.env):
            current.progress(done, total, "Importing cards")

    def _try(self, external_id: str, step: Callable[..., str], *args) -> None:
        """Take a step with one card, all of it or nothing, and note what came out."""
        try:
            with self.env.cr.savepoint():
                outcome = step(*args)
        except FAULTS as error:
            self._refuse(external_id, str(error))
        except NOT_STORED as error:
            self._refuse(
                external_id,
                f"Cannot store card {external_id!r} of "
                f"{self.backend_record.describe()}: {str(error.args[0]).strip()} "
                "Correct the card or the contact, then import again.",
            )
        else:
            self.outcomes[outcome] += 1

    def _refuse(self, external_id: str, reason: str) -> None:
        """Note a refusal, and let a person look at it; a repeated one is counted."""
        self.refusals[external_id] = reason
        self.backend_record.add_checkpoint(message=reason, reason="invalid_data")

    def _report(self, etags: dict[str, str]):
        done, current = self.outcomes, current_job(self.env)
        refused = self.refusals.keys() & etags.keys()
        told_count = len(refused) + len(self.undelivered)
        handled_count = done[CREATED] + done[UPDATED] + told_count
        remarks = {
            "refusal_ids": {"refused": self.refusals},
            "remark_ids": {"undelivered": self.undelivered, "left_out": self.left_out},
        }
        return self.env["carddav.import"].create(
            {
                "backend_id": self.backend_record.id,
                "job_uuid": current and current.uuid,
                "read_count": len(etags),
                "created_count": done[CREATED],
                "updated_count": done[UPDATED],
                "skipped_count": len(etags) - handled_count,
                "archived_count": done[ARCHIVED],
                "undelivered_count": len(self.undelivered),
                **{
                    name: [
                        Command.create(
                            {"kind": kind, "external_id": card, "reason": reason}
                        )
                        for kind, reasons in by_kind.items()
                        for card, reason in reasons.items()
                    ]
                    for name, by_kind in remarks.items()
                },
            }
        )
