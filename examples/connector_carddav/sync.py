# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Importer, exporter and deleters of cards: what is special about them."""

from odoo.addons.connector.api import (
    ExportDeleter,
    ExportMapper,
    ImportDeleter,
    ImportMapper,
    InvalidDataError,
    RecordExporter,
    RecordImporter,
)

from .adapter import CONTACT, carddav
from .mappers import ADDRESS

VERSIONS = ("3.0", "4.0")


@carddav
class ContactImporter(RecordImporter):
    """Imports cards."""

    _model_name = CONTACT

    # === STEPS === #

    def _before_import(self):
        card = self.remote_record
        fault = card.get("fault")
        if not fault and card["version"] not in VERSIONS:
            expected = " or ".join(map(repr, VERSIONS))
            fault = f"its VERSION is {card['version']!r}, expected {expected}."
        if fault:
            raise InvalidDataError(
                f"Cannot read card {self.external_id!r} of "
                f"{self.backend_record.describe()}: {fault} Correct the card."
            )

    def _must_skip(self):
        is_list = self.remote_record["kind"] == "group"
        return "It is a list of other cards." if is_list else None

    def _update_data(self, map_record, **options):
        self._keep_addresses(options["binding"].address_ids)
        return super()._update_data(map_record, **options)

    def _revive(self, binding):
        self._silent(binding.address_ids.odoo_id).action_unarchive()
        super()._revive(binding)

    # === HELPERS === #

    def _keep_addresses(self, addresses) -> None:
        """Let further addresses stay who they are, though they say something else.

        Their key is what they say. One that says nothing of what is in the card now
        goes on as the next one of its kind that is not known yet.
        """
        known = {one.external_id.rpartition("#")[2]: one for one in addresses}
        keys = [place["key"] for place in self.remote_record["places"]]
        free = [key for key in known if key not in keys]
        for key in keys:
            kind = key.partition("-")[0]
            before = key if key in known else next(
                (one for one in free if one.partition("-")[0] == kind), None
            )  # fmt: skip
            if before:
                free = [one for one in free if one != before]
                self._silent(known[before]).external_id = f"{self.external_id}#{key}"


@carddav
class ContactDeleter(ImportDeleter):
    """Archives contacts with their further addresses: these may stand on orders."""

    _model_name = CONTACT

    def _archive(self, binding, record):
        binding.address_ids.odoo_id.action_archive()
        return super()._archive(binding, record)


@carddav
class ContactExporter(RecordExporter):
    """Exports what changed here since both sides were equal."""

    _model_name = CONTACT
    compare_first = sends_changes = True

    def _update_data(self, map_record, **options):
        data = super()._update_data(map_record, **options)
        if "address_ids" in (self.fields or ()):
            data["places"] = list(self._changed_places())
        return data

    def _changed_places(self):
        """Yield the further addresses that are here, with what changed of them."""
        places = {one["key"]: one for one in self._read()["places"]}
        for address in self.binding.address_ids:
            key = address.external_id.rpartition("#")[2]
            if key in places:
                there = self.unit_for(ImportMapper, ADDRESS).map_record(places[key])
                fields = self._differing(address, there.values())
                mapper = self.unit_for(ExportMapper, ADDRESS)
                said = mapper.map_record(address).values(fields=fields)
                yield {"key": key, **(said if fields else {})}


@carddav
class ContactExportDeleter(ExportDeleter):
    """Deletes cards; a person decides about one that was changed there since."""

    _model_name = CONTACT
    compare_first = True
