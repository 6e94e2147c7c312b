# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How does a card become a contact?"""

from odoo.addons.connector.api import InvalidDataError

from ..backend import carddav
from ..vcard import read_card
from .importer import RecordImporter


@carddav
class ContactImporter(RecordImporter):
    """Imports one card."""

    _model_name = "carddav.res.partner"

    def _read(self, payload):
        etag, text = payload or self.backend_adapter.read(self.external_id)
        try:
            card = read_card(text)
        except ValueError as error:
            raise self._invalid(str(error)) from error
        self._check_version(card["version"])
        return {**card, "external_id": self.external_id, "etag": etag}

    def _must_skip(self):
        return self.record["kind"].lower() == "group"  # a list of other cards

    def _is_uptodate(self, binding):
        return binding.etag == self.record["etag"]

    def _import_dependencies(self):
        importer = self.unit_for(RecordImporter, "carddav.res.partner.category")
        known = importer.binder.to_internal_many(self.record["categories"])
        for name in self.record["categories"]:
            if name not in known:
                importer.run(name)

    def _update(self, binding):
        if binding.is_card_deleted:  # not any more
            contacts = binding.odoo_id | binding.address_ids.odoo_id
            self._silent(contacts).action_unarchive()
            self._silent(binding).is_card_deleted = False
        return super()._update(binding)

    def _check_version(self, version: str) -> None:
        expected = self.backend_record.version
        if version != expected:
            raise self._invalid(f"its VERSION is {version!r}, expected {expected!r}.")

    def _invalid(self, reason: str) -> InvalidDataError:
        return InvalidDataError(
            f"Cannot read card {self.external_id!r} of "
            f"{self.backend_record.describe()}: {reason} "
            "Correct the card, then import again."
        )
