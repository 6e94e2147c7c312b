# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Importer of cards: what is special about them."""

from odoo.addons.connector.api import (
    ConnectorEnvironment,
    ImportMapper,
    InvalidDataError,
    RecordImporter,
    get_backend,
)

from ..backend import carddav
from .category import CATEGORY

VERSIONS = ("3.0", "4.0")


@carddav
class ContactImporter(RecordImporter):
    """Imports cards; each is mapped as the version of vCard that it says it is."""

    _model_name = "carddav.res.partner"

    def mappers(self):
        """Return the mappers of both versions."""
        return [self._mapper_of(version) for version in VERSIONS]

    # === STEPS === #

    def _before_import(self):
        card = self.remote_record
        fault = card.get("fault")
        if not fault and card["version"] not in ("", *VERSIONS):
            expected = " or ".join(map(repr, VERSIONS))
            fault = f"its VERSION is {card['version']!r}, expected {expected}."
        if fault:
            raise InvalidDataError(
                f"Cannot read card {self.external_id!r} of "
                f"{self.backend_record.describe()}: {fault} Correct the card."
            )

    def _must_skip(self):
        is_list = self.remote_record["kind"].lower() == "group"
        return "It is a list of other cards." if is_list else None

    def _import_dependencies(self):
        for name in self.remote_record["categories"]:
            self._import_dependency(name, CATEGORY)

    def _map_data(self):
        version = self.remote_record["version"] or self.backend_record.version
        return self._mapper_of(version).map_record(self.remote_record)

    def _update_data(self, map_record, **options):
        self._keep_addresses(options["binding"].address_ids)
        return super()._update_data(map_record, **options)

    def _revive(self, binding):
        self._silent(binding.address_ids.odoo_id).action_unarchive()
        super()._revive(binding)

    # === HELPERS === #

    def _mapper_of(self, version: str) -> ImportMapper:
        scope = ConnectorEnvironment(
            self.backend_record, self.session, self.model._name
        )
        scope.backend = get_backend("carddav", version)
        return scope.get_connector_unit(ImportMapper)

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
