# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Importer of one card."""

from odoo.addons.connector.api import (
    ConnectorEnvironment,
    ImportMapper,
    InvalidDataError,
    get_backend,
)

from ..backend import carddav
from ..vcard import read_card
from .importer import RecordImporter


@carddav
class ContactImporter(RecordImporter):
    """Imports one card."""

    _model_name = "carddav.res.partner"

    gone: dict = {}
    """Bindings whose cards are not there any more, by the UID of these."""
    left_out: list[str] = []
    """Why parts of the card were left out."""

    def _read(self, payload):
        self.left_out = []
        payload = payload or self.backend_adapter.read(self.external_id)
        etag, text = payload.etag, payload.text
        try:
            card = read_card(text)
        except ValueError as error:
            raise self._invalid(str(error)) from error
        self._take_mapper(card["version"])
        return {**card, "external_id": self.external_id, "etag": etag}

    def _follow_rename(self):
        renamed = self.gone.pop(self.record["uid"], None)
        if renamed and not self.binder.to_internal(self.external_id):
            self._silent(renamed).external_id = self.external_id

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
        self._keep_addresses(binding.address_ids)
        return super()._update(binding)

    def _map(self, **options):
        try:
            return super()._map(**options)
        finally:
            self.left_out = self.mapper.left_out

    def _keep_addresses(self, addresses) -> None:
        """Let further addresses stay who they are, though they say something else.

        Their key is what they say. One that says nothing of what is in the card now
        goes on as the next one of its kind that is not known yet.
        """
        known = {one.external_id.rpartition("#")[2]: one for one in addresses}
        keys = [place["key"] for place in self.record["places"]]
        free = [key for key in known if key not in keys]
        for key in keys:
            kind = key.partition("-")[0]
            before = key if key in known else next(
                (one for one in free if one.partition("-")[0] == kind), None
            )  # fmt: skip
            if before:
                free = [one for one in free if one != before]
                self._silent(known[before]).external_id = f"{self.external_id}#{key}"

    def _take_mapper(self, version: str) -> None:
        """Look up the mapper of the card's version; the backend's is the default."""
        versions = dict(self.backend_record._fields["version"].selection)
        if version and version not in versions:
            expected = " or ".join(map(repr, versions))
            raise self._invalid(f"its VERSION is {version!r}, expected {expected}.")
        scope = ConnectorEnvironment(
            self.backend_record, self.session, self.model._name
        )
        if version:
            scope.backend = get_backend("carddav", version)
        self._mapper = scope.get_connector_unit(ImportMapper)

    def _invalid(self, reason: str) -> InvalidDataError:
        return InvalidDataError(
            f"Cannot read card {self.external_id!r} of "
            f"{self.backend_record.describe()}: {reason} "
            "Correct the card, then import again."
        )
